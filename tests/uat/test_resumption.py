"""An upgrade that was not brought to its end: found, never passed over, gone on with as it was planned."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from uat import resumption
from uat.journal import Journal, JournalError
from uat.model import Check, Checklist, Ending, Header, Outcome, Phase, Result, Source, Step
from uat.resumption import ResumptionError, UnfinishedError

NOW = datetime(2026, 11, 28, 21, 3, 10, tzinfo=UTC)
PASSED, RUNNING, FAILED = Outcome.PASSED, Outcome.RUNNING, Outcome.FAILED
BLOCKED = Outcome.BLOCKED


def checklist(**other: object) -> Checklist:
    check = Check(id="A-1", title={}, kind="service", inputs={"name": "x"}, source=Source(file="a.yaml"))
    return Checklist.model_validate({"customer": "ACME", "checks": (check,), "sha256": "aa"} | other)


def header(name: str = "r1", phase: Phase = Phase.UPGRADE, **other: object) -> Header:
    return Header(
        id=name, phase=phase, started_at=NOW, operator="Anna", tool="t", checklist=checklist(**other), planned={},
        command="pytest --phase=upgrade",
    )  # fmt: skip


def night(place: Path, *outcomes: Outcome, name: str = "r1", at: int = 1, ending: Ending | None = None) -> Path:
    """Write a run whose steps gate, identify, lock, shutdown ... came to these outcomes."""
    folder = place / f"2026112{at}T210310Z-upgrade-{name}"
    book = Journal.create(folder, header(name))
    names = ("gate", "identify", "lock", "shutdown", "snapshot")
    for number, (step, outcome) in enumerate(zip(names, outcomes, strict=False), 1):
        book.write("step", Step(number=number, name=step, outcome=outcome, started_at=NOW))
    if ending:
        book.write("ending", ending)
    return folder


@pytest.mark.parametrize(
    ("outcomes", "is_open"),
    [
        ((), False),
        ((FAILED, BLOCKED, BLOCKED), False),
        ((PASSED, RUNNING), False),
        ((PASSED, FAILED, BLOCKED), False),
        ((PASSED, PASSED, FAILED, BLOCKED), False),
        ((PASSED, PASSED, RUNNING), True),
        ((PASSED, PASSED, PASSED, RUNNING), True),
        ((PASSED, PASSED, PASSED, FAILED, BLOCKED), True),
    ],
)
def test_a_run_is_open_from_when_it_holds_the_machine(
    tmp_path: Path, outcomes: tuple[Outcome, ...], is_open: bool
) -> None:
    """Before it holds the machine nothing was changed, and another run may begin."""
    night(tmp_path, *outcomes, ending=Ending(exit_code=10, stop="x", ended_at=NOW))
    assert (resumption.open_run(tmp_path) is not None) is is_open


@pytest.mark.parametrize(
    ("ending", "after", "is_open"),
    [
        (Ending(exit_code=0, ended_at=NOW), PASSED, False),
        (Ending(exit_code=1, ended_at=NOW), FAILED, False),
        (None, PASSED, True),
        (Ending(exit_code=2, ended_at=NOW), Outcome.NOT_RUN, True),
        (Ending(exit_code=11, stop="unreachable", ended_at=NOW), Outcome.BLOCKED, True),
    ],
    ids=["passed", "a check failed", "killed", "ctrl-c in post", "unreachable in post"],
)
def test_it_ends_with_the_checks_after_it(
    tmp_path: Path, ending: Ending | None, after: Outcome, is_open: bool
) -> None:
    """A run whose steps are all done is open until the checks after them were looked at."""
    folder = night(tmp_path, *[PASSED] * 5)
    book = Journal.resume(folder, resumption.resumption(header(), resumption.journal.read(folder), operator=""))
    book.write("result", Result(check_id="A-1", phase=Phase.POST, outcome=after, started_at=NOW))
    if ending:
        book.write("ending", ending)
    assert (resumption.open_run(tmp_path) is not None) is is_open


def test_another_run_does_not_begin(tmp_path: Path) -> None:
    """An unfinished upgrade is explained: who began it, where it stands, what is to be typed."""
    night(tmp_path, PASSED, PASSED, PASSED, RUNNING)
    with pytest.raises(UnfinishedError) as found:
        resumption.choose(tmp_path, header("r2"), resume=False)
    said = resumption.explain(
        found.value,
        "pytest --phase=upgrade",
        "tvox-uat status",
        {"unfinished": "{run} {operator} {step}\n  {status}\n  {command}"},
    )
    assert said == "\nr1 Anna shutdown\n  tvox-uat status\n  pytest --phase=upgrade --resume"


def test_the_other_phases_are_free(tmp_path: Path) -> None:
    """Looking at the machine, before and after, is never in the way."""
    night(tmp_path, PASSED, PASSED, PASSED, RUNNING)
    assert resumption.choose(tmp_path, header(phase=Phase.POST), resume=False) is None


def test_nothing_to_go_on_with(tmp_path: Path) -> None:
    """--resume without an unfinished upgrade, or in another phase, says so and begins nothing."""
    night(tmp_path, FAILED, BLOCKED)
    with pytest.raises(ResumptionError, match="no unfinished upgrade"):
        resumption.choose(tmp_path, header(), resume=True)
    with pytest.raises(ResumptionError, match="goes with --phase=upgrade"):
        resumption.choose(tmp_path, header(phase=Phase.PRE), resume=True)


def test_the_newest_counts(tmp_path: Path) -> None:
    """What came after an unfinished run, and touched nothing, does not hide it."""
    night(tmp_path, PASSED, PASSED, PASSED, RUNNING, name="old", at=1)
    night(tmp_path, FAILED, BLOCKED, name="new", at=2)
    found = resumption.choose(tmp_path, header(), resume=True)
    assert found and found[0].header.id == "old"


def test_an_edited_checklist_is_refused(tmp_path: Path) -> None:
    """A plan that was edited since the run began is not gone on with; what differs is named."""
    night(tmp_path, PASSED, PASSED, PASSED, RUNNING)
    check = checklist().checks[0].model_copy(update={"inputs": {"name": "y"}})
    edited = header(sha256="bb", checks=(check,), timezone="Europe/London")
    with pytest.raises(ResumptionError, match="What differs: timezone, checks A-1"):
        resumption.choose(tmp_path, edited, resume=True)


def test_damage_is_never_passed_over(tmp_path: Path) -> None:
    """A damaged journal of an upgrade stops: nobody can tell what was done."""
    folder = night(tmp_path, PASSED, PASSED, PASSED, RUNNING)
    path = folder / "journal.jsonl"
    path.write_bytes(path.read_bytes().replace(b"ACME", b"ACMF", 1))
    for resume in (False, True):
        with pytest.raises(JournalError, match="damaged"):
            resumption.choose(tmp_path, header(), resume=resume)


def test_pages_that_were_handed_out_are_kept(tmp_path: Path) -> None:
    """The pages of each interrupted part go into a folder of their own; the journal and the logs stay."""
    for content in ("first", "second"):
        (tmp_path / "upgrade.html").write_text(content)
        (tmp_path / "journal.jsonl").write_text("{}")
        resumption.set_aside(tmp_path)
    assert [(tmp_path / f"interrupted-{n}" / "upgrade.html").read_text() for n in (1, 2)] == ["first", "second"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["interrupted-1", "interrupted-2", "journal.jsonl"]


@pytest.mark.parametrize(("phase", "step"), [(Phase.ROLLBACK, "revert"), (Phase.CLOSE, "delete")])
@pytest.mark.parametrize("outcome", [RUNNING, PASSED, FAILED])
def test_nobody_goes_on_with_an_upgrade_that_was_left(
    tmp_path: Path, phase: Phase, step: str, outcome: Outcome
) -> None:
    """Once a rollback began to go back, or a close to delete, the upgrade is over: it cannot be gone on with."""
    night(tmp_path, PASSED, PASSED, PASSED, FAILED)
    assert resumption.open_run(tmp_path) is not None
    other = header("r2", phase).model_copy(update={"of_run": "r1"})
    book = Journal.create(tmp_path / f"20261122T210310Z-{phase}-r2", other)
    book.write("step", Step(number=1, name="recognise", outcome=PASSED, started_at=NOW))
    assert resumption.open_run(tmp_path) is not None
    book.write("step", Step(number=2, name=step, outcome=outcome, started_at=NOW))
    assert resumption.open_run(tmp_path) is None
    with pytest.raises(ResumptionError, match="no unfinished upgrade"):
        resumption.choose(tmp_path, header("r3"), resume=True)
