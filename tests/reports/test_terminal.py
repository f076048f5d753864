"""What the engineer reads while it runs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from reports import summary, terminal
from reports.terminal import Line
from tests.reports import acme, runs
from uat.model import News, NewsKind, Outcome, Phase, Result, Step

HEADER = runs.header()
NIGHT = runs.regression_run()
BEFORE = NIGHT.of(Phase.PRE)
PATCH = runs.stopped_run().steps[12]


def text(lines: Iterable[Line]) -> str:
    """Put lines together."""
    return "\n".join(line.text for line in lines)


def resulted(id: str) -> str:
    """Say the result of a check after the upgrade."""
    check = next(check for check in acme.checks() if check.id == id)
    return text(terminal.resulted(HEADER, check, NIGHT.of(Phase.POST)[id], BEFORE))


def told(kind: NewsKind, words: str = "", elapsed: float = 671.2, step: Step = PATCH) -> str:
    """Say a piece of news."""
    return text(terminal.told(HEADER, step, News(kind=kind, text=words, elapsed=elapsed)))


@pytest.mark.parametrize("words", ["ACME S.p.A. CHG0042", "root@10.20.30.40", "aggiornamento", "30", "evidence/acme"])
def test_a_session_begins_by_saying_what_it_is(words: str) -> None:
    """Customer, change, host, phase, number of checks, folder."""
    assert words in text(terminal.started(HEADER, Path("evidence/acme")))


def test_what_weakens_the_host_key_is_said() -> None:
    """A line of ~/.ssh/config without effect is named."""
    header = runs.header(ssh_ignored=("stricthostkeychecking",))
    assert "stricthostkeychecking" in text(terminal.started(header, Path("evidence")))


def test_a_resumed_session_says_where_it_was_and_what_it_will_not_do() -> None:
    """Whoever takes it up knows the step, and that nothing is done twice, before anything happens."""
    said = " ".join(text(terminal.started(HEADER, Path("evidence"), begun=PATCH)).split())
    assert f'Ripresa dell\'esecuzione {HEADER.id}, interrotta al passo "Applicazione della patch 22.0.17"' in said
    assert "una patch non viene mai avviata due volte" in said


def test_once_the_machine_is_held_the_way_on_is_said() -> None:
    """After a crash nobody prints anything: the line that goes on stands in the scrollback already."""
    lock = Step(number=3, name="lock", outcome=Outcome.PASSED, started_at=acme.BEGAN)
    said = told(NewsKind.ENDED, step=lock)
    assert f"\n    {HEADER.command} --resume" in said
    assert "Non avviare né riavviare nulla a mano" in " ".join(said.split())
    assert "--resume" not in told(NewsKind.ENDED, step=lock.model_copy(update={"outcome": Outcome.FAILED}))


def test_what_was_done_is_said_with_the_time_of_its_end() -> None:
    """As it stood in the scrollback of the session that did it."""
    start = next(step for step in NIGHT.steps if step.name == "start")
    ended = told(NewsKind.ENDED, step=start).split()[0]
    assert told(NewsKind.RECALLED, step=start).endswith(f"già fatto, alle {ended}")


def test_a_passed_check_is_silent() -> None:
    """pytest's dot is enough."""
    assert resulted("PLT-03") == ""


def test_a_failed_check_says_what_was_expected_and_observed() -> None:
    """Two lines: which check, and its values."""
    assert resulted("DAT-03") == (
        "  NON SUPERATA  DAT-03  La rubrica è completa\n    value: atteso come prima (3120), rilevato 3098"
    )


@pytest.mark.parametrize(
    ("id", "words"),
    [
        ("ACME-01", "crm.acme.local: no answer"),
        ("TEL-05", "SENZA RISPOSTA"),
        ("PLT-09", "disco in ampliamento"),
        ("TEL-06", "Squilla a vuoto"),
    ],
)
def test_what_matters_says_why(id: str, words: str) -> None:
    """Error, unanswered, waived and a person's note."""
    assert words in resulted(id)


def test_a_failure_of_pytest_names_check_values_question_and_line() -> None:
    """In place of a traceback: what is wrong, how it was asked, where it stands in the checklist."""
    check = acme.checks()[1]
    words = terminal.failure(HEADER, check, NIGHT.of(Phase.POST)["PLT-02"], BEFORE)
    assert words.splitlines() == [
        "PLT-02  Il motore telefonico è attivo: Non superata (bloccante)",
        "    running: atteso sì, rilevato no",
        "    systemctl show asterisk",
        f"    {check.source}",
    ]


def test_a_step_begins_with_the_clock() -> None:
    """Local time, in words."""
    assert told(NewsKind.BEGAN) == "22:20:11  Applicazione della patch 22.0.17"


def test_a_step_ends_with_its_duration() -> None:
    """How it went, and how long it took."""
    assert told(NewsKind.ENDED) == "22:31:06  Applicazione della patch 22.0.17: non riuscito (10 min 55 s)"


def test_the_patch_s_words_stand_behind_a_bar_with_the_elapsed_time() -> None:
    """Plainly the machine's words, not ours."""
    assert told(NewsKind.OUTPUT, "Stopping Services") == "    11:11 | Stopping Services"


def test_the_patch_cannot_steer_the_terminal() -> None:
    """An escape sequence is shown."""
    assert told(NewsKind.OUTPUT, "\x1b[2Jgone") == "    11:11 | <ESC>[2Jgone"


def test_silence_is_said_to_be_normal() -> None:
    """Nobody interrupts a patch because it is quiet."""
    assert "è normale" in told(NewsKind.SILENCE)


def test_a_question_is_shown_and_not_answered() -> None:
    """The engineer sees it, and that nothing was typed."""
    assert 'la patch chiede: "Continue? [y/N]" - non viene data alcuna risposta' in told(
        NewsKind.PROMPT, "Continue? [y/N]"
    )


def test_a_lost_link_says_that_the_patch_goes_on() -> None:
    """At 22:40 the VPN drops."""
    assert "quanto è in corso sul sistema prosegue" in " ".join(told(NewsKind.LINK_LOST).split())


def test_a_link_that_is_back_is_said() -> None:
    """And comes back."""
    assert "collegamento ristabilito" in told(NewsKind.LINK_BACK)


def test_waiting_says_for_what() -> None:
    """In words."""
    assert told(NewsKind.WAITING, "login") == "    si attende che il sistema torni accessibile..."


def test_a_blocked_step_is_not_told() -> None:
    """After the stop, nothing more scrolls by."""
    assert told(NewsKind.ENDED, step=PATCH.model_copy(update={"outcome": Outcome.BLOCKED})) == ""


def test_the_end_says_the_verdict_in_words() -> None:
    """First the verdict."""
    assert "Aggiornamento eseguito, ma il sistema non va riconsegnato" in text(summary.summary(NIGHT, ()))


def test_the_end_counts_the_outcomes() -> None:
    """Then the numbers, phase by phase."""
    assert "21 superate, 4 non superate" in text(summary.summary(NIGHT, ()))


def test_the_end_says_the_release_and_how_long_the_way_back_is_kept() -> None:
    """Nobody deletes the snapshot tonight, and nobody forgets it."""
    said = " ".join(text(summary.summary(runs.clean_run(), ())).split())
    assert "dalla release 21.0.26 alla 22.0.17" in said
    assert "da conservare fino al 5 dic 2026, 22:06; si elimina allora, non prima, con --phase=close" in said
    assert "--phase=close" not in text(summary.summary(runs.stopped_run(), ()))


def test_the_end_says_where_the_reports_are() -> None:
    """And the files."""
    assert "evidence/upgrade.html" in text(summary.summary(NIGHT, (Path("evidence/upgrade.html"),)))


@pytest.mark.parametrize(
    "words",
    [
        "STOP",
        "La patch 22.0.17 è terminata senza il messaggio di completamento.",
        "Il sistema non è stato riavviato.",
        "045 2224660",
        "Non riavviare il sistema. Non rilanciare la patch.",
    ],
)
def test_a_stop_says_what_happened_what_is_known_what_to_do_and_what_not(words: str) -> None:
    """Nobody has to guess at night."""
    assert words in " ".join(text(summary.summary(runs.stopped_run(), ())).split())


def test_a_machine_out_of_reach_says_what_was_answered() -> None:
    """The technical message stands behind the words."""
    night = runs.stopped_run()
    assert night.ending is not None
    ending = night.ending.model_copy(update={"stop": "unreachable", "message": "10.20.30.40:22: no route to host"})
    run = night.model_copy(update={"steps": (), "ending": ending})
    assert "10.20.30.40:22: no route to host" in " ".join(text(summary.summary(run, ())).split())


def test_every_line_fits_eighty_columns() -> None:
    """A small window shows everything."""
    lines = [
        *summary.summary(runs.stopped_run(), ()),
        *summary.summary(NIGHT, ()),
        *(line for check in acme.checks() for line in looked_at(check.id)),
        *terminal.told(HEADER, PATCH, News(kind=NewsKind.SILENCE, elapsed=7300)),
    ]
    assert [line.text for line in lines if len(line.text) > 80] == []


def looked_at(id: str) -> tuple[Line, ...]:
    check = next(check for check in acme.checks() if check.id == id)
    result: Result = NIGHT.of(Phase.POST)[id]
    return terminal.resulted(HEADER, check, result, BEFORE)


def test_what_we_say_fits_an_old_windows_console() -> None:
    """Code page 850 has every character that we use."""
    text(summary.summary(runs.stopped_run(), ())).encode("cp850")
    text(summary.summary(NIGHT, ())).encode("cp850")


def test_sleep_is_told_with_its_length() -> None:
    """A computer that slept says for how long, and that it looks again."""
    assert "(40 min 00 s): si ricontrolla" in " ".join(told(NewsKind.SLEPT, "2400").split())


def test_lines_that_are_not_shown_are_counted() -> None:
    """Output too fast to be shown is told by its number of lines."""
    assert "5012 righe" in told(NewsKind.OMITTED, "5012")
