"""Which upgrade a rollback or a close belongs to."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from procedure.past import PastError, choose
from tests.procedure.afterwards import RUN, TAKEN, checklist, later, past, step, upgraded, write
from tests.procedure.machine import ONE, TWO
from uat.journal import JournalError
from uat.model import KeepSnapshot, Limits, Outcome, Phase, Result, Upgrade


def test_the_only_one(tmp_path: Path) -> None:
    """The only upgrade of this machine that took a snapshot is meant; a pre and an upgrade without one are not."""
    upgraded(tmp_path)
    write(tmp_path, Phase.PRE, id="aaaa0001")
    write(tmp_path, id="aaaa0002", steps=(step(1, "gate"),))
    assert choose(tmp_path, named=None, vm_uuid=ONE).id == RUN


def test_several_are_listed(tmp_path: Path) -> None:
    """Where several can be meant none is guessed: each is listed with the option that names it."""
    upgraded(tmp_path)
    upgraded(tmp_path, id="bbbb0001", started_at=TAKEN + timedelta(days=1), stop="no_marker", exit_code=10)
    with pytest.raises(PastError, match=f"(?s)--run=bbbb0001 .*no_marker.*--run={RUN} .*ok"):
        choose(tmp_path, named=None, vm_uuid=ONE)
    assert choose(tmp_path, named="bbbb0001", vm_uuid=ONE).ended == "no_marker"


def test_a_closed_one_is_not_meant(tmp_path: Path) -> None:
    """An upgrade whose snapshot was deleted is no longer meant, unless it is named."""
    upgraded(tmp_path)
    later(tmp_path, Phase.CLOSE, step(3, "delete"))
    with pytest.raises(PastError, match="closed"):
        choose(tmp_path, named=None, vm_uuid=ONE)
    assert choose(tmp_path, named=RUN, vm_uuid=ONE).is_closed


def test_another_machines_upgrade(tmp_path: Path) -> None:
    """An upgrade of another virtual machine is never meant, even when it is named."""
    upgraded(tmp_path)
    for named in (None, RUN):
        with pytest.raises(PastError, match="none in"):
            choose(tmp_path, named=named, vm_uuid=TWO)


def test_a_damaged_journal_is_refused(tmp_path: Path) -> None:
    """A journal that is not what it was stops the search: it may be the one that is meant."""
    path = upgraded(tmp_path) / "journal.jsonl"
    path.write_bytes(path.read_bytes().replace(b"vm_uuid", b"vm_uuld"))
    with pytest.raises(JournalError):
        choose(tmp_path, named=None, vm_uuid=ONE)


def test_until_when_it_is_kept(tmp_path: Path) -> None:
    """The date is that of the night's own checklist, from the moment when the snapshot was taken."""
    limits = Limits(keep_snapshot=72 * 3600)
    upgraded(tmp_path, listed=checklist(limits=limits))
    assert past(tmp_path).keep_until == TAKEN + timedelta(hours=72)


def test_the_choice_of_the_preflight(tmp_path: Path) -> None:
    """What a person chose in that night's preflight counts, with the name; what the checklist says counts more."""
    seen = {"keep_seconds": 259200, "answered_by": "A. Verdi"}
    answer = Result(check_id="keep", phase=Phase.PREFLIGHT, outcome=Outcome.PASSED, observed=seen, started_at=TAKEN)
    upgraded(tmp_path / "one", results=(answer,))
    assert past(tmp_path / "one").keep == (259200, "A. Verdi")
    keep = KeepSnapshot.model_validate({"for": "7d", "owner": "M. Rossi"})
    upgraded(tmp_path / "two", results=(answer,), listed=checklist(upgrade=Upgrade(keep_snapshot=keep)))
    assert past(tmp_path / "two").keep == (604800, "M. Rossi")


def test_the_choice_is_written_with_its_owner() -> None:
    """The choice is read and written as the checklist has it: ``for`` and ``owner``."""
    keep = KeepSnapshot.model_validate({"for": "7d", "owner": "M. Rossi"})
    assert keep.model_dump() == {"for": 604800.0, "owner": "M. Rossi"}
