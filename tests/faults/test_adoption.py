"""A lost laptop, a takeover, and what a status says of it; the real commands on the bench."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.conftest import Nights
from tests.faults.patch import Patch
from tests.faults.scene import ROOT, Ended, Scene
from uat import journal
from uat.model import Outcome, Phase

See = Callable[[Scene, Ended], None]

pytestmark = pytest.mark.faults


def tvox_uat(scene: Scene, *arguments: str, home: str = "home") -> subprocess.CompletedProcess[str]:
    """Run ``tvox-uat`` as a person at a laptop would."""
    run = "import sys, tests.faults.adapter, tvox_uat; sys.exit(tvox_uat.main())"
    login = (f"--identity={scene.pbx.folder / 'id'}", f"--known-hosts={scene.desk / 'known_hosts'}")
    return subprocess.run(
        [sys.executable, "-c", run, *arguments, *login, "acme.yaml"],
        cwd=scene.desk,
        env=os.environ | {"HOME": str(scene.desk / home), "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


def lose(scene: Scene, step: str) -> Path:
    """Kill the runner once a step has begun, and put its evidence out of reach; give where that is."""

    def kill(process: subprocess.Popen[str]) -> None:
        scene.wait_for(lambda: scene.has_begun(step))
        process.send_signal(signal.SIGKILL)

    scene.run(during=kill)
    lost = scene.folder / "lost"
    shutil.move(scene.desk / "evidence", lost)
    return lost


@pytest.mark.parametrize("step", ["patch", "reboot"])
def test_b6_the_laptop_is_lost(nights: Nights, see: See, step: str) -> None:
    """From another computer the run is taken over from what is on the PBX, and brought to its end; what is missing
    is named."""
    scene = nights(Patch(release="22.0.0", seconds=2))
    scene.write()
    lose(scene, step)
    adopted = tvox_uat(scene, "adopt", "--reason=laptop stolen", "--operator=Bea", home="other")
    assert adopted.returncode == 0, adopted.stdout + adopted.stderr
    assert "--resume" in adopted.stdout
    ended = scene.run("--resume", home="other")
    see(scene, ended)
    run = scene.journal
    assert {one.outcome for one in run.steps} == {Outcome.PASSED}
    assert {one.outcome for one in run.of(Phase.PRE).values()} == {Outcome.NOT_RUN}
    assert run.resumptions[0].adopted
    page = (scene.folders[-1] / "upgrade.html").read_text("utf-8")
    assert "Taken over by Bea" in page
    assert "laptop stolen" in page


def test_f2_who_was_replaced_does_nothing_more(nights: Nights, see: See) -> None:
    """A first laptop that wakes up after the takeover stops at its next step and changes nothing."""
    scene = nights(Patch(release="22.0.0", seconds=2), Patch(release="22.0.17"))
    scene.write()
    lost = lose(scene, "patch")
    assert tvox_uat(scene, "adopt", "--reason=asleep", home="other").returncode == 0
    theirs = scene.folder / "theirs"
    shutil.move(scene.desk / "evidence", theirs)
    shutil.move(lost, scene.desk / "evidence")
    woken = scene.run("--resume")
    assert (woken.exit_code, scene.stop) == (10, "replaced"), woken.output
    shutil.rmtree(scene.desk / "evidence")
    shutil.move(theirs, scene.desk / "evidence")
    ended = scene.run("--resume", home="other")
    see(scene, ended)
    assert scene.journal.is_open is False


def test_f1_nothing_is_taken_without_a_reason(nights: Nights) -> None:
    """A takeover asks for a reason, and without one nothing is changed on either side."""
    scene = nights(Patch(release="22.0.0", seconds=2))
    scene.write()
    lose(scene, "patch")
    refused = tvox_uat(scene, "adopt", home="other")
    assert refused.returncode == 1
    assert scene.folders == []
    owner = (scene.pbx.disk / "var/lib/tvox-uat/owner").read_text()
    assert '"taken_over_from":""' in owner


def test_another_checklist_is_not_adopted_with(nights: Nights) -> None:
    """The colleague's file must be the one that the run began with, byte for byte."""
    scene = nights(Patch(release="22.0.0", seconds=2))
    path = scene.write()
    lose(scene, "patch")
    path.write_text(path.read_text() + "# mine\n")
    refused = tvox_uat(scene, "adopt", "--reason=x", home="other")
    assert refused.returncode == 1
    assert "began with another checklist" in refused.stderr


def test_where_the_evidence_is_one_resumes(nights: Nights) -> None:
    """On the computer that has the evidence there is nothing to adopt: it says --resume."""
    scene = nights(Patch(release="22.0.0", seconds=2))
    scene.write()

    def kill(process: subprocess.Popen[str]) -> None:
        scene.wait_for(lambda: scene.has_begun("patch"))
        process.send_signal(signal.SIGKILL)

    scene.run(during=kill)
    refused = tvox_uat(scene, "adopt", "--reason=x")
    assert refused.returncode == 1
    assert "--resume" in refused.stderr


def test_a_machine_that_is_off_is_not_adopted(nights: Nights) -> None:
    """Of a machine that is off nobody can tell what was done: it is not taken over, and not switched on."""
    scene = nights(Patch(release="22.0.0", seconds=2))
    scene.write()
    lose(scene, "patch")
    scene.pbx.pull_plug()
    refused = tvox_uat(scene, "adopt", "--reason=x", home="other")
    assert refused.returncode == 1
    assert "the machine is off" in refused.stderr
    assert not scene.pbx.is_on


def test_e20_a_status_changes_nothing(nights: Nights) -> None:
    """A status tells where the run stands, what runs, how old the snapshot is and what to do; nothing is written."""
    scene = nights(Patch(release="22.0.0", seconds=3))
    scene.write()
    assert "No upgrade is under way" in tvox_uat(scene, "status").stdout

    def kill(process: subprocess.Popen[str]) -> None:
        scene.wait_for(lambda: scene.has_begun("patch"))
        assert "Go back to that window" in tvox_uat(scene, "status").stdout
        process.send_signal(signal.SIGKILL)

    scene.run(during=kill)
    before = (scene.folders[0] / journal.NAME).read_bytes()
    said = " ".join(tvox_uat(scene, "status").stdout.split())
    for words in ("Application of patch 22.0.0", "of this upgrade", "the virtual machine is on", "--resume"):
        assert words in said
    assert (scene.folders[0] / journal.NAME).read_bytes() == before
    assert scene.run("--resume").exit_code == 0
    assert "The upgrade is done" in tvox_uat(scene, "status").stdout


def test_c2_a_person_declares_it_over(nights: Nights) -> None:
    """After a stop that Telenia settled by hand, a person closes the run by name; then another may begin."""
    scene = nights(Patch(release="22.0.0", marker="none"))
    scene.write()
    assert scene.run().exit_code == 10
    assert scene.run().exit_code == 4
    assert tvox_uat(scene, "conclude").returncode == 1
    done = tvox_uat(scene, "conclude", "--reason=settled by hand with Telenia", "--case=T-4711", "--operator=Anna")
    assert done.returncode == 0, done.stdout + done.stderr
    assert scene.journal.is_open is False
    page = (scene.folders[-1] / "upgrade.html").read_text("utf-8")
    assert "Declared over by Anna" in page
    assert "T-4711" in page
    assert "No upgrade is under way" in tvox_uat(scene, "status").stdout
    assert tvox_uat(scene, "conclude", "--reason=x").returncode == 1
