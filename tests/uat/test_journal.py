"""The journal: what was written is there, whole, in order; what was damaged is refused."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from uat import journal
from uat.journal import Journal, JournalError
from uat.model import Check, Checklist, Ending, Header, Outcome, Phase, Result, Source, Step

NOW = datetime(2026, 11, 28, 21, 3, 10, tzinfo=UTC)


def header() -> Header:
    """A run of one check."""
    check = Check(id="A-1", title={"it": "è"}, kind="service", inputs={"name": "x"}, source=Source(file="a.yaml"))
    return Header(
        id="r1",
        phase=Phase.PRE,
        started_at=NOW,
        operator="anna",
        tool="t",
        checklist=Checklist(customer="ACME", checks=(check,)),
        planned={Phase.PRE: ("A-1",)},
    )


def result(outcome: Outcome = Outcome.PASSED) -> Result:
    """A result of that check."""
    return Result(check_id="A-1", phase=Phase.PRE, outcome=outcome, observed={"running": True}, started_at=NOW)


def test_a_run_is_what_its_journal_says(tmp_path: Path) -> None:
    """Every record comes back equal to what was written."""
    book = Journal.create(tmp_path / "run", header())
    book.write("result", result())
    book.write("ending", Ending(exit_code=0, ended_at=NOW))
    run = journal.read(tmp_path / "run")
    assert (run.header, run.results, run.ending) == (header(), (result(),), Ending(exit_code=0, ended_at=NOW))


def test_a_step_counts_as_last_written(tmp_path: Path) -> None:
    """The intent of a step is replaced by what was seen, under the same number."""
    book = Journal.create(tmp_path / "run", header())
    for outcome in (Outcome.RUNNING, Outcome.PASSED):
        book.write("step", Step(number=1, name="gate", outcome=outcome, started_at=NOW))
    assert [step.outcome for step in journal.read(tmp_path / "run").steps] == [Outcome.PASSED]


def test_evidence_is_never_overwritten(tmp_path: Path) -> None:
    """A second run in the same folder is refused."""
    Journal.create(tmp_path / "run", header())
    with pytest.raises(JournalError, match="never overwritten"):
        Journal.create(tmp_path / "run", header())


def test_a_torn_last_line_is_left_out(tmp_path: Path) -> None:
    """A crash in the middle of a write loses that record alone."""
    book = Journal.create(tmp_path / "run", header())
    book.write("result", result())
    whole = book.path.read_bytes()
    book.path.write_bytes(whole[:-10])
    assert journal.read(book.path).results == ()


def test_damage_elsewhere_is_refused(tmp_path: Path) -> None:
    """A line that cannot be read, with others after it, is named."""
    book = Journal.create(tmp_path / "run", header())
    book.write("result", result())
    book.path.write_bytes(b"{oops\n" + book.path.read_bytes())
    with pytest.raises(JournalError, match=r"journal\.jsonl:1: damaged"):
        journal.read(book.path)


def test_short_writes_are_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`os.write` may write a part and raise nothing; the record is whole all the same."""
    whole_write = os.write
    book = Journal.create(tmp_path / "run", header())
    monkeypatch.setattr(os, "write", lambda descriptor, data: whole_write(descriptor, data[:7]))
    book.write("result", result())
    assert journal.read(book.path).results == (result(),)


def test_a_full_disk_is_an_error(tmp_path: Path) -> None:
    """What cannot be written stops the run, with the place and the reason."""
    book = Journal(Path("/dev/full"))
    with pytest.raises(JournalError, match="cannot write"):
        book.write("result", result())
