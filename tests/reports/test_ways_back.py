"""The pages of a rollback and of a close: the verdict in words, who answers for it, what was lost, the proof."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reports import html, summary
from reports.verdict import judge
from tests.reports import runs
from tests.reports.acme import BEGAN, checklist, checks
from tests.reports.looks import results
from tests.reports.page import Page
from uat.model import Availability, Ending, JsonValue, Outcome, Phase, Run, Step

SNAPSHOT = "tvox-uat-20261128T210211Z-upgrade-7f3a"
_ROLLBACK: tuple[tuple[str, dict[str, JsonValue]], ...] = (
    (
        "authorise",
        {
            "upgrade_run": "20261128T210211Z-upgrade-7f3a",
            "upgrade_ended": "no_marker",
            "case": "TK-4711",
            "approved_by": "M. Rossi",
            "logs": "logs-7f3a-20261128T221500Z.zip",
            "logs_sha256": "5e" * 32,
            "logs_made_at": "2026-11-28T22:15:00+00:00",
            "logs_missing": ["machine/kernel.log"],
            "lost_since_at": "2026-11-28T21:06:40+00:00",
            "confirmed_by": "terminal",
        },
    ),
    (
        "recognise",
        {
            "vm": "TVOX1",
            "name": SNAPSHOT,
            "id": SNAPSHOT,
            "listed": ["prima-consegna", SNAPSHOT],
            "powered_off": True,
            "memory": False,
            "disks": ["vda"],
        },
    ),
    ("power_off", {"power_before": "on", "way": "acpi", "power": "off", "reason": "shutdown"}),
    ("revert", {"power": "off", "listed": ["prima-consegna", SNAPSHOT], "revert_seconds": 3.2}),
    ("start", {"boot_id_before": runs.BOOTS[0], "boot_id_after": runs.BOOTS[1], "boot_seconds": 71.0}),
    ("settle", {"hostname": "tvox1"}),
    ("clock", {"clock_offset": 0.2, "limit_seconds": 5.0}),
    ("unlock", {"holder": ""}),
)
_CLOSE: tuple[tuple[str, dict[str, JsonValue]], ...] = (
    ("recognise", {"vm": "TVOX1", "name": SNAPSHOT, "id": SNAPSHOT, "listed": ["prima-consegna", SNAPSHOT]}),
    (
        "decide",
        {
            "name": SNAPSHOT,
            "id": SNAPSHOT,
            "snapshot_age": "7 d 2 h",
            "size_bytes": 15 << 30,
            "kept_until": "2026-12-05T21:06+00:00",
            "keep_owner": "M. Rossi",
            "early": False,
            "go_by": "M. Rossi",
            "decided_at": "2026-12-06T09:00:00+00:00",
        },
    ),
    (
        "delete",
        {"name": SNAPSHOT, "left": ["prima-consegna"], "free_before_bytes": 40 << 30, "free_after_bytes": 55 << 30},
    ),
    ("tidy", {"removed": ["12\t7f3a-22.0.17", "810344\t7f3a-patches"]}),
)


def _steps(plan: tuple[tuple[str, dict[str, JsonValue]], ...], stop: tuple[str, str] | None) -> tuple[Step, ...]:
    made, at, is_over = [], BEGAN, False
    for number, (name, seen) in enumerate(plan, 1):
        outcome = Outcome.BLOCKED if is_over else Outcome.PASSED
        if stop and stop[0] == name:
            outcome, is_over = Outcome.FAILED, True
        made.append(
            Step(
                number=number,
                name=name,
                outcome=outcome,
                observation=seen if outcome is not Outcome.BLOCKED else {},
                stop=stop[1] if stop and stop[0] == name else None,
                started_at=at,
                seconds=8.0,
            )
        )
        at += timedelta(seconds=9)
    return tuple(made)


def rollback(stop: tuple[str, str] | None = None) -> Run:
    """Make a rollback, whole or stopped at a step."""
    ids = tuple(check.id for check in checks())
    header = runs.header(Phase.ROLLBACK, of_run="7f3a", baseline="7f3a", planned={Phase.POST: ids})
    return Run(
        header=header,
        identities={
            Phase.ROLLBACK: runs.identity(Phase.ROLLBACK, runs.BOOTS[1], "21.0.26"),
            Phase.POST: runs.identity(Phase.POST, runs.BOOTS[1], "21.0.26"),
        },
        before=results(Phase.PRE),
        results=() if stop else tuple(one.model_copy(update={"phase": Phase.POST}) for one in results(Phase.PRE)),
        steps=_steps(_ROLLBACK, stop),
        ending=Ending(exit_code=10 if stop else 0, stop=stop[1] if stop else None, ended_at=BEGAN),
    )


def close(stop: tuple[str, str] | None = None, **recognised: JsonValue) -> Run:
    """Make a close, whole or stopped at a step."""
    header = runs.header(Phase.CLOSE, of_run="7f3a", planned={})
    steps = _steps(_CLOSE, stop)
    first = steps[0].model_copy(update={"observation": steps[0].observation | recognised})
    return Run(
        header=header,
        steps=(first, *steps[1:]),
        ending=Ending(exit_code=10 if stop else 0, stop=stop[1] if stop else None, ended_at=BEGAN),
    )


@pytest.mark.parametrize(
    ("stop", "code"),
    [
        (None, "rollback_accepted"),
        (("authorise", "no_case"), "rollback_not_started"),
        (("recognise", "no_way_back"), "rollback_not_started"),
        (("revert", "revert_failed"), "rollback_stopped"),
        (("start", "not_back"), "rollback_stopped"),
    ],
)
def test_what_a_rollback_came_to(stop: tuple[str, str] | None, code: str) -> None:
    """The customer has the old system back, or not, or nothing was touched."""
    assert judge(rollback(stop), Phase.ROLLBACK).code == code


@pytest.mark.parametrize(
    ("run", "code"),
    [
        (close(), "close_done"),
        (close(already_gone=True), "close_gone"),
        (close(("decide", "too_early")), "close_not_started"),
        (close(("delete", "still_chained")), "close_stopped"),
    ],
    ids=["done", "gone", "too early", "chained"],
)
def test_what_a_close_came_to(run: Run, code: str) -> None:
    """Deleted, gone already, not begun, or stopped."""
    assert judge(run, Phase.CLOSE).code == code


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            (
                "The customer has the old system back",
                "from 28 Nov 2026, 22:06:40 CET on is gone",
                "Telenia’s case number",
                "Checks after the rollback",
            ),
        ),
        (
            "it",
            (
                "Il cliente ha di nuovo il vecchio sistema",
                "dal 28 nov 2026, 22:06:40 CET in poi non c’è più",
                "Numero della segnalazione a Telenia",
                "Verifiche dopo il rollback",
            ),
        ),
    ],
)
def test_the_page_of_a_rollback(language: str, said: tuple[str, ...]) -> None:
    """Verdict, what was lost since when, case number, approver, logs' hash, boot ids, and the comparison with pre."""
    page = Page(html.render(rollback(), "rollback", language))
    for words in (*said, "TK-4711", "M. Rossi", "5e" * 32, *runs.BOOTS[:2], SNAPSHOT):
        assert words in page.text, words
    assert {row["class"] for row in page.all("tr") if row.get("id", "").startswith("c-")}  # type: ignore[union-attr]
    assert page.unclosed == []


def test_the_outage_of_a_rollback_is_on_its_page() -> None:
    """A rollback that was watched says, like an upgrade, from when to when the system was out of service."""
    seen = [(Availability.UP, 18), (Availability.DOWN, 24), (Availability.UP, 64)]
    transitions = tuple(runs.sight("sip", runs.SIP, state, seconds) for state, seconds in seen)
    run = rollback().model_copy(update={"transitions": transitions})
    page = Page(html.render(run, "rollback", "it"))
    assert page.text.count("Fuori servizio dalle 22:02:35 alle 22:03:15 (40 s). Telefonia: 40 s.") == 2
    assert "outage" in page.values("id")
    assert "outage" not in Page(html.render(rollback(), "rollback", "it")).values("id")


def test_no_table_of_checks_that_nobody_looked_at() -> None:
    """A rollback that stopped lists no checks: there is nothing to read in thirty times "not run"."""
    assert "checks" not in Page(html.render(rollback(("revert", "revert_failed")), "rollback", "en")).values("id")
    assert "checks" in Page(html.render(rollback(), "rollback", "en")).values("id")


@pytest.mark.parametrize(
    "run", [rollback(), rollback(("authorise", "no_case")), rollback(("start", "not_back")), close()]
)
def test_every_link_leads_somewhere(run: Run) -> None:
    """What a page links to stands on it, whether checks were looked at or not, and no id stands there twice."""
    page = Page(html.render(run, "close" if run.header.phase is Phase.CLOSE else "rollback", "it"))
    ids = page.values("id")
    assert {link.removeprefix("#") for link in page.values("href") if link.startswith("#")} - set(ids) == set()
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("it", ("La patch è terminata senza il messaggio di completamento.", "una persona, al terminale", "spenta")),
        ("en", ("Patch ended without its completion message.", "a person, at the terminal", "went down cleanly")),
    ],
)
def test_a_code_is_put_into_words(language: str, said: tuple[str, ...]) -> None:
    """How the upgrade ended, who confirmed, how the machine went off: no code word is left for the customer."""
    page = Page(html.render(rollback(), "rollback", language))
    for words in said:
        assert words in page.text, words
    assert not {"no_marker", "acpi", "shutdown"} & {text.strip() for text in page.texts}


def test_the_page_of_a_rollback_that_went_nowhere() -> None:
    """A refused rollback says that nothing was touched and what to do, and not that anything was lost."""
    text = Page(html.render(rollback(("authorise", "no_case")), "rollback", "en")).text
    assert "Rollback not started" in text
    assert "--case=NUMBER" in text
    assert "is gone: calls" not in text


@pytest.mark.parametrize(("language", "said"), [("en", "the upgrade is closed"), ("it", "l’aggiornamento è chiuso")])
def test_the_page_of_a_close(language: str, said: str) -> None:
    """Verdict, what went, on whose word, what the datastore got back, and what was removed from the machine."""
    page = Page(html.render(close(), "close", language))
    for words in (said, SNAPSHOT, "7 d 2 h", "15 GB", "40 GB", "55 GB", "M. Rossi", "7f3a-patches"):
        assert words in page.text, words
    assert page.unclosed == []


@pytest.mark.parametrize("run", [rollback(), close()], ids=["rollback", "close"])
def test_one_page_a_run(run: Run) -> None:
    """A rollback and a close have one page each, on which everything stands."""
    assert html.pages(run) == (run.header.phase.value,)


def test_the_terminal_after_a_rollback() -> None:
    """The last words say whether the old system is back, and how the checks compare."""
    header = rollback().header.model_copy(update={"checklist": checklist().model_copy(update={"language": "en"})})
    said = [line.text for line in summary.summary(rollback().model_copy(update={"header": header}), ())]
    assert "The customer has the old system back" in said
    assert any(line.startswith("Checks after the rollback: ") for line in said)
    assert any(line.startswith("Before and after (7f3a): ") for line in said)
