"""Another laptop takes a night over: the first one is lost, or comes back when it should not."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable

import pytest

from tests.faults import invariants
from tests.faults.conftest import Nights
from tests.faults.moments import killed_at
from tests.faults.patch import Patch
from tests.faults.scene import Ended, Scene

See = Callable[[Scene, Ended], None]


def assert_upgraded(scene: Scene, ended: Ended) -> None:
    """See that the change was made; the checks before it are lost with the laptop, so that post may not compare."""
    assert ended.exit_code in (0, 1), ended.output
    assert scene.journal.resumptions[0].adopted
    assert [event[1] for event in scene.pbx.told("completed")] == ["22.0.0"]
    assert len(scene.pbx.told("reboot")) == 1


@pytest.mark.faults
@pytest.mark.parametrize("step", ["deliver", "reboot"])
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
@pytest.mark.parametrize("step", ["lock", "snapshot", "patch", "reboot"])
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
