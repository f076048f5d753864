"""One runner a machine: held until given back, by one only, there and here."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from procedure import custody
from procedure.custody import ActiveHereError, Owner
from uat.errors import ExitCode, ObservationError, ProcedureError
from uat.host import Output

ROOT = Path(__file__).parents[2]
UUID = "4212A8D0-6c1f-4c55-9d7e-0d3f4b1c2a10"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The machine's folder of ours, on this machine."""
    monkeypatch.setattr(custody, "ROOT", str(tmp_path / "machine"))
    yield tmp_path / "machine"


def ask(command: str) -> Output:
    """Run a command in a real shell."""
    done = subprocess.run(["sh", "-c", command], capture_output=True)
    return Output(exit_code=done.returncode, stdout=done.stdout, stderr=done.stderr, seconds=0.0)


def owner(name: str = "Anna") -> Owner:
    return custody.new_owner(
        run="r1", operator=name, customer="ACME", change="CHG1", checklist_sha256="aa", boot_id="bb"
    )


def test_who_holds_it_can_be_read(place: Path) -> None:
    """Whoever looks sees who holds the machine, with which run; nobody, before and after."""
    anna = owner()
    assert custody.holder(ask) is None
    custody.hold(ask, anna)
    assert custody.holder(ask) == anna
    custody.give_back(ask, anna.token)
    assert custody.holder(ask) is None


def test_a_second_one_is_told_who(place: Path) -> None:
    """Somebody else's hold is not taken: exit code 12, with the name; nothing was changed."""
    custody.hold(ask, owner("Anna"))
    with pytest.raises(ProcedureError) as refused:
        custody.hold(ask, owner("Bea"))
    assert (refused.value.stop, refused.value.exit_code) == ("held_by_another", ExitCode.GATE_CLOSED)
    assert str(refused.value.facts["holder"]).startswith("Anna (")


def test_holding_twice_is_holding(place: Path) -> None:
    """An answer that was lost is asked for again; the same hold is no other one."""
    anna = owner()
    custody.hold(ask, anna)
    custody.hold(ask, anna)
    custody.require(ask, anna.token)


def test_of_many_at_once_one_holds(place: Path) -> None:
    """Fifty that race for a machine: one holds it, the others are refused."""
    owners = [owner(f"p{number}") for number in range(50)]

    def race(one: Owner) -> bool:
        try:
            custody.hold(ask, one)
        except ProcedureError:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        won = [one for one, is_held in zip(owners, pool.map(race, owners), strict=True) if is_held]
    assert [custody.holder(ask)] == won


def test_who_was_replaced_stops(place: Path) -> None:
    """After a takeover the one before is refused at the next step, and cannot give back what is not theirs."""
    anna, bea = owner("Anna"), owner("Bea")
    custody.hold(ask, anna)
    custody.hold(ask, bea, instead_of=anna.token)
    for act in (custody.require, custody.give_back):
        with pytest.raises(ProcedureError) as refused:
            act(ask, anna.token)
        assert refused.value.stop == "replaced"
    custody.require(ask, bea.token)
    assert anna.token in (place / "owners-before").read_text()


def test_a_takeover_of_an_old_holder_is_refused(place: Path) -> None:
    """Who was seen holding the machine must still hold it when it is taken over."""
    anna, bea, carla = owner("Anna"), owner("Bea"), owner("Carla")
    custody.hold(ask, anna)
    custody.hold(ask, bea, instead_of=anna.token)
    with pytest.raises(ProcedureError, match="held_by_another"):
        custody.hold(ask, carla, instead_of=anna.token)


def test_the_lock_file_stays(place: Path) -> None:
    """The lock is never deleted: two processes would hold it on two inodes."""
    anna = owner()
    custody.hold(ask, anna)
    inode = (place / "lock").stat().st_ino
    custody.give_back(ask, anna.token)
    custody.hold(ask, owner())
    assert (place / "lock").stat().st_ino == inode


@pytest.mark.parametrize("planted", ["", "lock"])
def test_a_planted_link_is_refused(place: Path, planted: str) -> None:
    """A symbolic link in place of our folder or our lock is not followed."""
    elsewhere = place.with_name("elsewhere")
    elsewhere.mkdir()
    if planted:
        place.mkdir()
        (place / planted).symlink_to(elsewhere / "stolen")
    else:
        place.symlink_to(elsewhere)
    with pytest.raises(ObservationError, match="not a folder of ours"):
        custody.hold(ask, owner())
    assert list(elsewhere.iterdir()) == []


def test_only_root_reads_it(place: Path) -> None:
    """What we put there is closed to others."""
    custody.hold(ask, owner())
    assert {oct(path.stat().st_mode & 0o077) for path in (place, *place.iterdir())} == {"0o0"}


def test_this_computer_works_once_on_a_machine(tmp_path: Path) -> None:
    """A second process of this computer is refused, and told which works already; a UUID has no case."""
    with custody.hold_here(UUID, run="r1", folder=tmp_path), pytest.raises(ActiveHereError) as refused:
        custody.hold_here(UUID.lower(), run="r2", folder=tmp_path)
    assert (refused.value.about["active_run"], refused.value.about["pid"]) == ("r1", os.getpid())
    with custody.hold_here(UUID, run="r2", folder=tmp_path):
        pass


def test_it_is_free_once_the_process_is_gone(tmp_path: Path) -> None:
    """A killed process holds nothing; a child that outlives it holds nothing either."""
    script = (
        "import subprocess, sys, pathlib; from procedure import custody\n"
        f"lock = custody.hold_here({UUID!r}, run='r1', folder=pathlib.Path(sys.argv[1]))\n"
        "child = subprocess.Popen(['sleep', '30'], close_fds=False); print(child.pid, flush=True); sys.stdin.read()"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], env=environment, **pipes) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        assert custody.active_here(UUID, folder=tmp_path)
        process.kill()
    try:
        assert custody.active_here(UUID, folder=tmp_path) == ""
    finally:
        os.kill(child, 9)


def test_looking_holds_nothing(tmp_path: Path) -> None:
    """Asking who is active leaves no file and no lock behind."""
    assert custody.active_here(UUID, folder=tmp_path) == ""
    assert list(tmp_path.iterdir()) == []
