"""The rehearsal on a real sshd, in real screen, with a link that is really cut."""

from __future__ import annotations

import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from procedure import rehearsal
from procedure.attempt import State
from procedure.proof import Marker
from procedure.rehearsal import rehearse
from tests.procedure.bench import LIMITS, Link
from tests.sshd import Sshd
from uat.errors import ProcedureError

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, ("screen", "script", "flock"))), reason="no screen, script or flock here"
)


class Cut(Link):
    """A link that is cut by killing what serves it on the machine, where it would be closed."""

    def __init__(self, sshd: Sshd) -> None:
        super().__init__(sshd, LIMITS)
        self._server = sshd
        self.cuts = 0

    def drop_connection(self) -> None:
        self._server.cut()
        self.cuts += 1
        super().drop_connection()


def sessions() -> str:
    """List the screen sessions of this user."""
    return subprocess.run(["screen", "-ls"], capture_output=True, text=True, check=False).stdout


def test_the_rehearsal_outlives_a_cut_link(sshd: Sshd, tmp_path: Path) -> None:
    """The link is killed while it runs; over a new one come the end, exit code 7 and the marker."""
    link = Cut(sshd)
    seen = rehearse(link, run_id="r1", limits=LIMITS, root=str(tmp_path / "machine"))
    assert (seen.state, seen.exit_code, seen.marker) == (State.ENDED, 7, Marker.PRESENT)
    assert (seen.holds, seen.link_cut, link.opened >= 2) == (True, True, True)


def test_nothing_is_left_behind(sshd: Sshd, tmp_path: Path) -> None:
    """Its folder, what was made for it and its screen session are gone; what was there before is not."""
    rehearse(Cut(sshd), run_id="r2", limits=LIMITS, root=str(tmp_path / "new"))
    assert not (tmp_path / "new").exists()
    (tmp_path / "old").mkdir()
    rehearse(Cut(sshd), run_id="r2", limits=LIMITS, root=str(tmp_path / "old"))
    assert list((tmp_path / "old").iterdir()) == []
    assert "rehearsal-r2" not in sessions()


def test_a_screen_that_cannot_start(sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the wrapper never begins the rehearsal says so, and its folder is gone as well."""
    monkeypatch.setattr("procedure.wrapper._LAUNCH", "exit 0")
    limits = LIMITS.model_copy(update={"patch_start": 1})
    with pytest.raises(ProcedureError) as stop:
        rehearse(Link(sshd, limits), run_id="r3", limits=limits, root=str(tmp_path / "machine"))
    assert stop.value.stop == "patch_lost"
    assert not (tmp_path / "machine").exists()


def test_a_rehearsal_that_does_not_end(sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What still runs when its time is over is no success; it is ended, since it is ours, and removed."""
    monkeypatch.setattr(rehearsal, "_COMMAND", "sleep 600; echo {cut} {seconds} {completed} {reboot} {code}")
    limits = LIMITS.model_copy(update={"rehearsal": 1})
    seen = rehearse(Cut(sshd), run_id="r4", limits=limits, root=str(tmp_path / "machine"))
    assert (seen.holds, seen.state, seen.directory_removed) == (False, State.RUNNING, True)
    assert not (tmp_path / "machine").exists()
    assert "rehearsal-r4" not in sessions()
    assert "rehearsal-r4" not in subprocess.run(["ps", "-e", "-o", "args="], capture_output=True, text=True).stdout


def test_a_link_that_stays_cut(sshd: Sshd, tmp_path: Path) -> None:
    """A machine that does not come back within the rehearsal's time ends it with `link_lost`."""

    class Gone(Link):
        def drop_connection(self) -> None:
            super().drop_connection()
            threading.Thread(target=sshd.process.terminate).start()
            sshd.process.wait(10)

    limits = LIMITS.model_copy(update={"rehearsal": 2, "connect": 1})
    with pytest.raises(ProcedureError) as stop:
        rehearse(Gone(sshd, limits), run_id="r5", limits=limits, root=str(tmp_path / "machine"))
    assert stop.value.stop == "link_lost"
