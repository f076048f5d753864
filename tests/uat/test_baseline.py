"""Which run a post is compared with: the newest complete pre of the same machine, or none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from uat import baseline
from uat.baseline import BaselineError
from uat.journal import Journal
from uat.model import Checklist, Header, Identity, Outcome, Phase, Result

NOW = datetime(2026, 11, 28, 21, 3, 10, tzinfo=UTC)


def machine(id: str = "m1") -> Identity:
    """A machine of this id."""
    return Identity(phase=Phase.PRE, address="root@pbx", machine_id=id, product_uuid="u", taken_at=NOW)


def written(root: Path, name: str, *, minutes: int = 0, **changes: object) -> str:
    """Write a pre of one check and return the run's id; ``changes`` bend it."""
    header = Header(
        id=name,
        phase=Phase.PRE,
        started_at=NOW + timedelta(minutes=minutes),
        operator="anna",
        tool="t",
        checklist=Checklist(customer="ACME", change="CHG1"),
        planned={Phase.PRE: ("A",)},
        partial=bool(changes.get("partial", False)),
    )
    book = Journal.create(baseline.run_folder(root, header), header)
    book.write("identity", machine(str(changes.get("machine", "m1"))))
    if changes.get("finished", True):
        outcome = Outcome(str(changes.get("outcome", "passed")))
        book.write("result", Result(check_id="A", phase=Phase.PRE, outcome=outcome, started_at=NOW))
    return name


def found(root: Path) -> str | None:
    """Find the baseline among what was written."""
    run = baseline.find(baseline.folder_of(root, "ACME", "CHG1"), machine())
    return run.header.id if run else None


def test_the_newest_counts(tmp_path: Path) -> None:
    """Of two complete runs the later one is the baseline."""
    written(tmp_path, "old")
    assert found(tmp_path) == "old"
    written(tmp_path, "new", minutes=5)
    assert found(tmp_path) == "new"


@pytest.mark.parametrize(
    "bend",
    [
        {"partial": True},
        {"finished": False},
        {"machine": "m2"},
        {"outcome": "not_run"},
        {"outcome": "blocked"},
    ],
    ids=str,
)
def test_what_is_no_baseline(tmp_path: Path, bend: dict[str, object]) -> None:
    """A filtered run, an unfinished one and another machine's are passed over."""
    good = written(tmp_path, "good")
    written(tmp_path, "bad", minutes=5, **bend)
    assert found(tmp_path) == good


def test_a_failed_check_does_not_spoil_a_baseline(tmp_path: Path) -> None:
    """A defect from before is exactly what the baseline is there to show."""
    assert found(tmp_path) is None
    written(tmp_path, "failing", outcome="failed")
    assert found(tmp_path) == "failing"


def test_a_damaged_journal_is_passed_over(tmp_path: Path) -> None:
    """One bad folder does not hide the good one beside it."""
    written(tmp_path, "good")
    bad = baseline.folder_of(tmp_path, "ACME", "CHG1") / "20990101T000000Z-pre-bad"
    bad.mkdir()
    (bad / "journal.jsonl").write_bytes(b"{oops\n{}\n")
    assert found(tmp_path) == "good"


def test_a_run_can_be_named_by_its_id(tmp_path: Path) -> None:
    """`--baseline` takes a run's id, and refuses one that is not there."""
    written(tmp_path, "3f9a1c2b")
    place = baseline.folder_of(tmp_path, "ACME", "CHG1")
    assert baseline.named("3f9a1c2b", place).header.id == "3f9a1c2b"
    with pytest.raises(BaselineError, match="no such folder"):
        baseline.named("0000", place)


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("ACME S.p.A.", "ACME S.p.A"),
        ("a/b\\c:d", "a_b_c_d"),
        ("con", "_con"),
        ("COM1.x", "_COM1.x"),
        ("  ", "_"),
        ("../..", ".._"),
        ("Caffè", "Caffè"),
    ],
)
def test_folders_are_legal_on_windows(name: str, folder: str) -> None:
    """Reserved characters, reserved names and trailing dots never become a folder's name."""
    assert baseline.folder_of(Path("e"), name, "C").parent.name == folder
