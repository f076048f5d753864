"""The hypervisor's password changes in the middle of the night, or its daemon dies.

vCenter itself, with sessions that expire, follows with its adapter: it stands on the same `procedure.credential`.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.faults.moments import killed_at, once
from tests.faults.scene import PASSWORD, Ended, Scene

See = Callable[[Scene, Ended], None]
OLD, NEW = "first-Secret-of-the-night", "second-Secret-of-the-night"
OFF = "THE SYSTEM IS OFF: it could not be switched on, and must be switched on by hand in the hypervisor"


@pytest.fixture
def locked(scene: Scene) -> Scene:
    """A night whose hypervisor wants a password; the engineer has the one that is valid when it begins."""
    scene.bench.password = scene.environment[PASSWORD] = OLD
    scene.write()
    return scene


def changes(scene: Scene) -> None:
    """Let the customer change the password."""
    scene.bench.password, scene.bench.logins_refused = NEW, 0


def changed_at(scene: Scene, step: str) -> Ended:
    """Run a night; the password changes when a step is about to begin."""
    scene.bench.on_point = once(step, lambda: changes(scene))
    return scene.run(tells=True)


def gone_on(scene: Scene) -> Ended:
    """Go on with the new password in the environment; no file is edited."""
    checklist = (scene.desk / "acme.yaml").read_bytes()
    scene.environment[PASSWORD] = NEW
    ended = scene.run("--resume")
    assert (scene.desk / "acme.yaml").read_bytes() == checklist
    return ended


def stop_of(ended: Ended) -> str:
    """Give what the terminal says of the stop, on one line."""
    return " ".join(ended.output.partition("STOP\n")[2].split())


def kept(scene: Scene) -> list[str]:
    """List the files of the engineer's folder in which a password stands."""
    files = [path for path in scene.desk.rglob("*") if path.is_file()]
    return [str(path) for path in files if any(one.encode() in path.read_bytes() for one in (OLD, NEW))]


@pytest.mark.faults_full
def test_e5_refused_before_the_shutdown(locked: Scene, see: See) -> None:
    """Refused before anything was changed: it is said that one can log in to the machine, which is not off."""
    ended = changed_at(locked, "shutdown")
    assert (ended.exit_code, locked.stop) == (11, "hypervisor_login"), ended.output
    assert "uat, bench: Cannot complete login" in stop_of(ended)
    assert "logging in over SSH works" in stop_of(ended)
    assert "OFF" not in stop_of(ended)
    assert (locked.pbx.is_on, locked.pbx.told("button")) == (True, [])
    ended = gone_on(locked)
    see(locked, ended)
    assert ended.exit_code == 0, ended.output
    assert kept(locked) == []


@pytest.mark.faults
@pytest.mark.parametrize("step", ["snapshot", "start"])
def test_e5_refused_while_the_machine_is_off(locked: Scene, see: See, step: str) -> None:
    """Refused while the machine is off: that is shouted, no login is tried again, and the new password goes on."""
    ended = changed_at(locked, step)
    assert (ended.exit_code, locked.stop, locked.pbx.is_on) == (11, "hypervisor_login", False), ended.output
    assert OFF in stop_of(ended)
    assert "virtual machine TVOX1" in stop_of(ended)
    assert locked.bench.logins_refused in (1, 2)  # the steps', and of whoever looks whether the machine is paused
    ended = gone_on(locked)
    see(locked, ended)
    assert (ended.exit_code, len(locked.bench.ours)) == (0, 1), ended.output
    assert kept(locked) == []


@pytest.mark.faults_full
@pytest.mark.parametrize("password", [OLD, ""], ids=["the old one", "none"])
def test_e5_gone_on_without_the_new_password(locked: Scene, see: See, password: str) -> None:
    """Going on with the refused password, or with none, says once more that the machine is off."""
    changed_at(locked, "snapshot")
    locked.bench.logins_refused = 0
    locked.environment[PASSWORD] = password
    ended = locked.run("--resume")
    assert (ended.exit_code, locked.stop) == (11, "hypervisor_login"), ended.output
    assert OFF in stop_of(ended)
    assert locked.bench.logins_refused == bool(password)
    ended = gone_on(locked)
    see(locked, ended)
    assert (ended.exit_code, len(locked.bench.ours)) == (0, 1), ended.output


@pytest.mark.faults_full
def test_e5_switched_on_by_hand(locked: Scene, see: See) -> None:
    """A machine that somebody switched on by hand meanwhile is no longer said to be off, and is gone on with."""
    changed_at(locked, "start")
    locked.pbx.power_on()
    locked.pbx.wait_until(on=True)
    ended = locked.run("--resume")
    assert (ended.exit_code, locked.stop) == (11, "hypervisor_login"), ended.output
    assert "OFF" not in stop_of(ended)
    assert "logging in over SSH works" in stop_of(ended)
    ended = gone_on(locked)
    see(locked, ended)
    assert (ended.exit_code, len(locked.bench.ours)) == (0, 1), ended.output


@pytest.mark.faults_full
def test_e5_refused_while_the_patch_runs(locked: Scene, see: See) -> None:
    """A password that changes while the patch runs stops nothing: no step needs the hypervisor any more."""
    ended = changed_at(locked, "patch")
    see(locked, ended)
    assert ended.exit_code == 0, ended.output
    assert locked.bench.logins_refused in (0, 1)  # whoever looks whether a silent machine is paused


@pytest.mark.faults_full
def test_e5_refused_when_a_patch_is_gone_on_with(locked: Scene, see: See) -> None:
    """Going on with a patch and the old password is a stop; the patch is neither lost nor repeated."""
    killed_at(locked, "patch", outcome="passed")
    changes(locked)
    ended = locked.run("--resume")
    assert (ended.exit_code, locked.stop) == (11, "hypervisor_login"), ended.output
    assert "OFF" not in stop_of(ended)
    ended = gone_on(locked)
    see(locked, ended)
    assert (ended.exit_code, len(locked.pbx.told("patch"))) == (0, 1), ended.output


@pytest.mark.faults_full
def test_e5_refused_in_the_preflight(locked: Scene) -> None:
    """Refused days before: the conditions that ask the hypervisor say so, and the account is not locked by asking."""
    changes(locked)
    ended = locked.run(phase="preflight")
    assert ended.exit_code == 12, ended.output
    assert "Cannot complete login" in ended.output
    assert locked.bench.logins_refused == 1
    assert kept(locked) == []


@pytest.mark.faults
def test_e4_the_daemon_dies_and_comes_back(scene: Scene, see: See) -> None:
    """A daemon that dies when it has just taken the snapshot, and is back soon: the machine is on, one snapshot."""
    scene.write()
    scene.bench.on_taken = lambda: scene.bench.die(seconds=1)
    ended = scene.run()
    assert ended.exit_code, ended.output
    scene.pbx.wait_until(on=True)
    ended = scene.run("--resume")
    see(scene, ended)
    assert (ended.exit_code, len(scene.bench.ours)) == (0, 1), ended.output


@pytest.mark.faults_full
@pytest.mark.parametrize("taken", [True, False], ids=["taken", "not taken"])
def test_e4_the_daemon_stays_away(scene: Scene, see: See, taken: bool) -> None:
    """A daemon that is still away when the night is gone on with: each time the machine is said to be off."""
    scene.limits["snapshot"] = "2s"
    scene.write()
    if taken:
        scene.bench.on_taken = scene.bench.die
    else:
        scene.bench.on_point = once("snapshot", scene.bench.die)
    ended = scene.run(tells=True)
    assert (ended.exit_code, scene.pbx.is_on, OFF in stop_of(ended)) == (10, False, True), ended.output
    ended = scene.run("--resume")
    assert (ended.exit_code, scene.stop) == (10, "hypervisor_silent"), ended.output
    assert OFF in stop_of(ended)
    scene.bench.on_taken, scene.bench.is_dead = (lambda: None), False
    ended = scene.run("--resume")
    see(scene, ended)
    assert (ended.exit_code, len(scene.bench.ours)) == (0, 1), ended.output


@pytest.mark.faults_full
@pytest.mark.parametrize("step", ["shutdown", "start"])
def test_e4_the_daemon_dies_between_two_questions(scene: Scene, see: See, step: str) -> None:
    """A daemon that dies before the shutdown or before the start stops the night, and it is gone on with."""
    scene.write()
    scene.bench.on_point = once(step, scene.bench.die)
    ended = scene.run(tells=True)
    said = {"shutdown": "hypervisor_silent", "start": "not_back"}[step]
    assert (scene.stop, OFF in stop_of(ended)) == (said, step == "start"), ended.output
    scene.bench.is_dead = False
    ended = scene.run("--resume")
    see(scene, ended)
    assert (ended.exit_code, len(scene.bench.ours)) == (0, 1), ended.output
