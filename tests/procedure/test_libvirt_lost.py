"""A real libvirtd that is killed and comes back: between two questions, and while a snapshot is taken."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from procedure import snapshot
from procedure.account import Account
from procedure.hypervisors import Hypervisor, Power, SnapshotFacts
from tests.lab import libvirtd, missing
from tests.procedure.test_libvirt import define, domain, opened, write, written
from uat.errors import ObservationError, ProcedureError
from uat.model import Limits

pytestmark = pytest.mark.skipif(bool(missing()), reason="; ".join(missing()))

OURS = "tvox-uat-1"
QUICK = Limits(snapshot=0.2, poll=0.05)
SLOW_QEMU_IMG = """#!/bin/sh
case "$*" in *" -c "*) touch {state}/began; while [ -e {state}/hold ]; do sleep 0.02; done ;; esac
exec {real} "$@"
"""


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of a libvirtd; its qemu-img is the real one, which waits while the file ``hold`` is there."""
    pytest.importorskip("libvirt", reason="libvirt-python is not installed (pip install 'tvox-uat[libvirt]')")
    with tempfile.TemporaryDirectory(prefix="lv") as name:
        folder = Path(name)
        (folder / "bin").mkdir()
        (folder / "bin" / "qemu-img").write_text(SLOW_QEMU_IMG.format(state=folder, real=shutil.which("qemu-img")))
        (folder / "bin" / "qemu-img").chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}/bin:{os.environ['PATH']}")
        libvirtd.start(folder)
        define(folder, domain(folder))
        yield folder
        (folder / "hold").unlink(missing_ok=True)
        libvirtd.stop(folder)


def kill(state: Path) -> None:
    """End the daemon as a crash does."""
    os.kill(int((state / "libvirtd.pid").read_text("ascii")), signal.SIGKILL)
    wait_for(lambda: not libvirtd.is_running(state))


def wait_for(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    until = time.monotonic() + 60
    while not holds():
        if time.monotonic() > until:
            raise TimeoutError("what was waited for did not happen")
        time.sleep(0.02)


def in_the_disks(state: Path) -> list[int]:
    """Count what the disk files themselves hold under the snapshot's name.

    ``-U`` takes no lock: with one, this look would make the snapshot that is just being taken fail.
    """
    lists = [["qemu-img", "snapshot", "-l", "-U", str(state / f"{disk}.qcow2")] for disk in ("a", "b")]
    return [subprocess.run(one, capture_output=True, text=True, check=True).stdout.count(OURS) for one in lists]


class Mute:
    """Stands before the daemon's socket, and can keep its answers back."""

    def __init__(self, state: Path) -> None:
        self.uri = f"qemu:///session?socket={state / 'mute'}"
        self.speaks = threading.Event()
        self.speaks.set()
        self._target = str(libvirtd.socket(state))
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(state / "mute"))
        self._server.listen()
        self._ends = [self._server]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Take no more questions; what was kept back is lost."""
        for end in self._ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self.speaks.set()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                here, there = self._server.accept()[0], socket.socket(socket.AF_UNIX)
                self._ends += [here, there]
                there.connect(self._target)
                threading.Thread(target=self._pump, args=(here, there, False), daemon=True).start()
                threading.Thread(target=self._pump, args=(there, here, True), daemon=True).start()

    def _pump(self, one: socket.socket, other: socket.socket, is_answer: bool) -> None:
        with contextlib.suppress(OSError):
            while piece := one.recv(65536):
                if is_answer:
                    self.speaks.wait()
                other.sendall(piece)
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


class Taking:
    """The procedure taking its snapshot, in a thread; what came of it is in ``stop`` and ``facts``."""

    def __init__(self, state: Path, machine: Hypervisor) -> None:
        self.stop = ""
        self._account = Account(lambda news: None)
        self._machine = machine
        self._state = state
        (state / "hold").touch()
        self._thread = threading.Thread(target=self._take, daemon=True)
        self._thread.start()
        wait_for((state / "began").exists)

    def _take(self) -> None:
        try:
            snapshot.take(self._machine, OURS, description="", limits=QUICK, account=self._account)
        except ProcedureError as error:
            self.stop = error.stop

    def goes_on(self) -> None:
        """Let qemu-img do its work."""
        (self._state / "hold").unlink()

    def ends(self) -> dict[str, object]:
        """Wait for its end, and give what it saw."""
        self._thread.join(60)
        assert not self._thread.is_alive()
        return dict(self._account.facts)


def gone_on(machine: Hypervisor) -> SnapshotFacts:
    """Go on as a later session does."""
    account = Account(lambda news: None)
    return snapshot.find_or_take(machine, OURS, description="", limits=QUICK, account=account)


def test_e4_killed_between_two_questions(state: Path) -> None:
    """While the daemon is away a question is an error, and the same adapter answers again when it is back."""
    machine = opened(libvirtd.uri(state))
    assert machine.power().power is Power.OFF
    kill(state)
    with pytest.raises(ObservationError, match="libvirt-sock"):
        machine.power()
    libvirtd.start(state)
    assert (machine.power().power, machine.snapshots()) == (Power.OFF, ())


def test_e4_killed_with_the_answer_on_its_way(state: Path) -> None:
    """A snapshot that the daemon had listed when it was killed is found when it is back, and not taken again."""
    mute = Mute(state)
    taking = Taking(state, opened(mute.uri))
    mute.speaks.clear()
    taking.goes_on()
    wait_for(lambda: OURS in libvirtd.virsh(state, "snapshot-list", "tiny", "--name"))
    kill(state)
    mute.close()
    assert (taking.ends()["started_again"], taking.stop) == (False, "snapshot_failed")
    libvirtd.start(state)
    found = gone_on(opened(libvirtd.uri(state)))
    assert (found.name, found.was_off, found.without_memory) == (OURS, True, True)
    assert in_the_disks(state) == [1, 1]


def test_e4_killed_while_the_snapshot_is_taken(state: Path) -> None:
    """What a killed daemon left in a disk and never listed is not gone back to: the snapshot taken anew is."""
    machine = opened(libvirtd.uri(state))
    write(state, "old")
    taking = Taking(state, machine)
    kill(state)
    assert (taking.ends()["started_again"], taking.stop) == (False, "snapshot_failed")
    taking.goes_on()
    wait_for(lambda: in_the_disks(state) == [1, 0])
    libvirtd.start(state)
    assert machine.find_snapshot(OURS) is None
    write(state, "new")  # the machine was started, and wrote
    found = gone_on(machine)
    assert [(one.name, one.id) for one in machine.snapshots()] == [(OURS, found.id)]
    write(state, "old")
    machine.revert(machine.snapshots()[0])
    assert written(state) == "new"
