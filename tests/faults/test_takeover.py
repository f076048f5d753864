"""Another laptop takes a night over: the first one is lost, or comes back when it should not."""

from __future__ import annotations

import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.faults import invariants
from tests.faults.conftest import Nights
from tests.faults.moments import killed_at
from tests.faults.patch import Patch
from tests.faults.scene import Ended, Scene, See
from uat import journal
from uat.model import Outcome, Phase


def assert_upgraded(scene: Scene, ended: Ended) -> None:
    """See that the change was made; the checks before it are lost with the laptop, so that post may not compare."""
    assert ended.exit_code in (0, 1), ended.output
    assert scene.journal.resumptions[0].adopted
    assert [event[1] for event in scene.pbx.told("completed")] == ["22.0.0"]
    assert len(scene.pbx.told("reboot")) == 1


@pytest.mark.faults
@pytest.mark.parametrize("step", ["deliver", pytest.param("reboot", marks=pytest.mark.faults_full)])
def test_b6_the_laptop_is_lost(scene: Scene, see: See, step: str) -> None:
    """From what stands on the PBX and in the hypervisor another laptop brings the night to its end."""
    scene.write()
    killed_at(scene, step)
    shutil.rmtree(scene.desk / "evidence")
    (scene.desk / "other-home").mkdir()
    adopted = scene.tool("adopt", "acme.yaml", "--reason=the laptop was stolen", home="other-home")
    assert adopted.exit_code == 0, adopted.output
    ended = scene.run("--resume", home="other-home")
    see(scene, ended)
    assert_upgraded(scene, ended)
    assert scene.journal.resumptions[0].reason.endswith("the laptop was stolen")


@pytest.mark.faults_full
def test_f2_the_first_one_comes_back(nights: Nights) -> None:
    """A runner that was taken over while it slept changes nothing any more once it is awake."""
    scene = nights(Patch(release="22.0.0", seconds=3))
    (scene.desk / "other-home").mkdir()
    scene.write()
    first = scene.begin("--phase=upgrade", log="first")
    scene.wait_for(lambda: bool(scene.pbx.told("patch")))
    first.send_signal(signal.SIGSTOP)
    elsewhere = "--evidence=evidence-other"
    adopted = scene.tool("adopt", "acme.yaml", elsewhere, "--reason=Anna went home", home="other-home")
    assert adopted.exit_code == 0, adopted.output
    ended = scene.run("--resume", elsewhere, home="other-home")
    assert_upgraded(scene, ended)
    first.send_signal(signal.SIGCONT)
    first.wait(scene.seconds)
    assert first.returncode == 10, (scene.desk / "first").read_text()
    assert invariants.violations(invariants.inspect(scene, ended.exit_code)) == []


@pytest.mark.faults_full
@pytest.mark.parametrize("step", ["shutdown", "snapshot", "patch", "reboot"])
def test_status_tells_and_changes_nothing(scene: Scene, see: See, step: str) -> None:
    """Wherever a night was interrupted, `tvox-uat status` says where it stands, and nothing changes by it."""
    scene.write()
    killed_at(scene, step)
    before = scene.pbx.events.read_text()
    told = scene.tool("status", "acme.yaml")
    assert told.exit_code == 0, told.output
    assert "--resume" in told.output
    assert scene.pbx.events.read_text() == before
    ended = scene.run("--resume")
    see(scene, ended)
    assert ended.exit_code == 0, ended.output


@pytest.mark.faults
def test_status_of_a_machine_that_is_held(scene: Scene) -> None:
    """A machine that stands still on a full datastore is no dead one: status says so, and what comes first."""
    scene.write()
    killed_at(scene, "patch")
    scene.bench.full = ["vda"]
    scene.link.hole()
    told = scene.tool("status", "acme.yaml")
    said = " ".join(told.output.split())
    assert "the virtual machine is paused" in said
    assert "its datastore is full (disk: vda)" in said
    assert "--resume" in said


def lose(scene: Scene, step: str) -> Path:
    """Kill the runner once a step has begun, and put its evidence out of reach; give where that is."""

    def kill(process: subprocess.Popen[str]) -> None:
        scene.wait_for(lambda: scene.has_begun(step))
        process.send_signal(signal.SIGKILL)

    scene.run(during=kill)
    lost = scene.folder / "lost"
    shutil.move(scene.desk / "evidence", lost)
    return lost


@pytest.mark.faults
def test_what_the_lost_laptop_had_is_named(nights: Nights, see: See) -> None:
    """The page says who took the run over and why, and that the checks before the upgrade are not here."""
    scene = nights(Patch(release="22.0.0", seconds=2))
    scene.write()
    lose(scene, "patch")
    adopted = scene.tool("adopt", "acme.yaml", "--reason=laptop stolen", "--operator=Bea", home="other")
    assert adopted.exit_code == 0, adopted.output
    assert "--resume" in adopted.output
    ended = scene.run("--resume", home="other")
    see(scene, ended)
    run = scene.journal
    assert {one.outcome for one in run.steps} == {Outcome.PASSED}
    assert {one.outcome for one in run.of(Phase.PRE).values()} == {Outcome.NOT_RUN}
    assert run.resumptions[0].adopted
    page = (scene.folders[-1] / "upgrade.html").read_text("utf-8")
    assert "Taken over by Bea" in page
    assert "laptop stolen" in page


@pytest.mark.faults
def test_f2_who_was_replaced_does_nothing_more(nights: Nights, see: See) -> None:
    """A first laptop that wakes up after the takeover stops at its next step and changes nothing."""
    scene = nights(Patch(release="22.0.0", seconds=2), Patch(release="22.0.17"))
    scene.write()
    lost = lose(scene, "patch")
    assert scene.tool("adopt", "acme.yaml", "--reason=asleep", home="other").exit_code == 0
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


@pytest.mark.faults
def test_f1_nothing_is_taken_without_a_reason(nights: Nights) -> None:
    """A takeover asks for a reason, and without one nothing is changed on either side."""
    scene = nights(Patch(release="22.0.0", seconds=2))
    scene.write()
    lose(scene, "patch")
    refused = scene.tool("adopt", "acme.yaml", home="other")
    assert refused.exit_code == 1
    assert scene.folders == []
    owner = (scene.pbx.disk / "var/lib/tvox-uat/owner").read_text()
    assert '"taken_over_from":""' in owner


@pytest.mark.faults
def test_another_checklist_is_not_adopted_with(nights: Nights) -> None:
    """The colleague's file must be the one that the run began with, byte for byte."""
    scene = nights(Patch(release="22.0.0", seconds=2))
    path = scene.write()
    lose(scene, "patch")
    path.write_text(path.read_text() + "# mine\n")
    refused = scene.tool("adopt", "acme.yaml", "--reason=x", home="other")
    assert refused.exit_code == 1
    assert "began with another checklist" in refused.output


@pytest.mark.faults
def test_where_the_evidence_is_one_resumes(nights: Nights) -> None:
    """On the computer that has the evidence there is nothing to adopt: it says --resume."""
    scene = nights(Patch(release="22.0.0", seconds=2))
    scene.write()

    def kill(process: subprocess.Popen[str]) -> None:
        scene.wait_for(lambda: scene.has_begun("patch"))
        process.send_signal(signal.SIGKILL)

    scene.run(during=kill)
    refused = scene.tool("adopt", "acme.yaml", "--reason=x")
    assert refused.exit_code == 1
    assert "--resume" in refused.output


@pytest.mark.faults
def test_a_machine_that_is_off_is_not_adopted(nights: Nights) -> None:
    """Of a machine that is off nobody can tell what was done: it is not taken over, and not switched on."""
    scene = nights(Patch(release="22.0.0", seconds=2))
    scene.write()
    lose(scene, "patch")
    scene.pbx.pull_plug()
    refused = scene.tool("adopt", "acme.yaml", "--reason=x", home="other")
    assert refused.exit_code == 1
    assert "the machine is off" in refused.output
    assert not scene.pbx.is_on


@pytest.mark.faults
def test_e20_a_status_changes_nothing(nights: Nights) -> None:
    """A status tells where the run stands, what runs, how old the snapshot is and what to do; nothing is written."""
    scene = nights(Patch(release="22.0.0", during="until [ -e /opt/bench/go ]; do sleep 0.1; done"))
    scene.write()
    assert "No upgrade is under way" in scene.tool("status", "acme.yaml").output

    def kill(process: subprocess.Popen[str]) -> None:
        scene.wait_for(lambda: scene.has_begun("patch"))
        assert "Go back to that window" in scene.tool("status", "acme.yaml").output
        process.send_signal(signal.SIGKILL)

    scene.run(during=kill)
    before = (scene.folders[0] / journal.NAME).read_bytes()
    said = " ".join(scene.tool("status", "acme.yaml").output.split())
    for words in ("Application of patch 22.0.0", "of this upgrade", "the virtual machine is on", "--resume"):
        assert words in said
    assert (scene.folders[0] / journal.NAME).read_bytes() == before
    scene.pbx.run("touch /opt/bench/go")
    assert scene.run("--resume").exit_code == 0
    assert "The upgrade is done" in scene.tool("status", "acme.yaml").output


@pytest.mark.faults
def test_c2_a_person_declares_it_over(nights: Nights) -> None:
    """After a stop that Telenia settled by hand, a person closes the run by name; then another may begin."""
    scene = nights(Patch(release="22.0.0", marker="none"))
    scene.write()
    assert scene.run().exit_code == 10
    assert scene.run().exit_code == 4
    assert scene.tool("conclude", "acme.yaml").exit_code == 1
    done = scene.tool(
        "conclude", "acme.yaml", "--reason=settled by hand with Telenia", "--case=T-4711", "--operator=Anna"
    )
    assert done.exit_code == 0, done.output
    assert scene.journal.is_open is False
    page = (scene.folders[-1] / "upgrade.html").read_text("utf-8")
    assert "Declared over by Anna" in page
    assert "T-4711" in page
    assert "No upgrade is under way" in scene.tool("status", "acme.yaml").output
    assert scene.tool("conclude", "acme.yaml", "--reason=x").exit_code == 1
