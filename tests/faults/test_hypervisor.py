"""The hypervisor slow, failing, silent, or answering when it is too late; and snapshots that are none."""

from __future__ import annotations

import pytest

from tests.faults.bench import Mode
from tests.faults.conftest import Nights
from tests.faults.moments import killed_at
from tests.faults.patch import Patch
from tests.faults.scene import Scene, See


@pytest.mark.faults_full
def test_e1_the_snapshot_fails(scene: Scene, see: See) -> None:
    """Without a snapshot there is no upgrade, and the machine is on again."""
    scene.write()
    scene.bench.fault("take_snapshot", Mode.REFUSE)
    ended = scene.run()
    see(scene, ended)
    assert (ended.exit_code, scene.stop) == (10, "snapshot_failed"), ended.output
    assert scene.pbx.told("patch") == []
    scene.pbx.wait_until(on=True)


@pytest.mark.faults
def test_e2_the_task_outlives_the_answer(scene: Scene, see: See) -> None:
    """A snapshot that takes longer than we wait is found when the night is gone on with; none is taken twice."""
    scene.limits["snapshot"] = "1s"
    scene.write()
    scene.bench.fault("take_snapshot", Mode.SLOW, seconds=4, times=1)
    ended = scene.run()
    for _ in range(3):
        if ended.exit_code:
            ended = scene.run("--resume")
    see(scene, ended)
    assert len(scene.bench.ours) <= 1
    assert ended.exit_code == 0 or scene.stop == "cannot_tell", ended.output


@pytest.mark.faults_full
def test_e2_a_machine_that_stays_off_is_said(scene: Scene) -> None:
    """While the task still runs the machine cannot be started: whoever reads the terminal learns that it is off."""
    scene.limits["snapshot"] = "1s"
    scene.write()
    scene.bench.fault("take_snapshot", Mode.SLOW, seconds=6, times=1)
    ended = scene.run()
    assert scene.pbx.is_on or "off" in ended.output.partition("STOP\n")[2].lower(), ended.output
    scene.wait_for(lambda: bool(scene.bench.snapshots))  # the task goes on, and needs its disk


@pytest.mark.faults
def test_e3_the_answer_is_lost(scene: Scene, see: See) -> None:
    """A snapshot that was taken and whose answer was lost is found, not taken again."""
    scene.write()
    scene.bench.fault("take_snapshot", Mode.LOST, times=1)
    ended = scene.run()
    for _ in range(2):
        if ended.exit_code:
            ended = scene.run("--resume")
    see(scene, ended)
    assert ended.exit_code == 0, ended.output
    assert len(scene.bench.ours) == 1


@pytest.mark.faults_full
@pytest.mark.parametrize("question", ["identity", "power", "snapshots", "find_snapshot", "start"])
def test_e2_a_question_is_not_answered(scene: Scene, see: See, question: str) -> None:
    """A hypervisor that hangs at any question stops the night in time; when it answers again, the night goes on."""
    scene.limits["command"] = "3s"
    scene.write()
    scene.bench.fault(question, Mode.HUNG, seconds=8)
    ended = scene.run()
    assert ended.exit_code in (10, 11, 12), ended.output
    scene.bench.faults.clear()
    scene.pbx.power_on()
    scene.pbx.wait_until(on=True)
    ended = scene.run("--resume")
    if "no unfinished upgrade" in ended.output:
        ended = scene.run()
    see(scene, ended)
    assert ended.exit_code == 0, ended.output


@pytest.mark.faults_full
def test_e7_a_foreign_snapshot(scene: Scene, see: See) -> None:
    """Somebody else's snapshot is named, and never touched."""
    foreign = scene.bench.take_foreign("before-christmas")
    scene.write()
    ended = scene.run()
    see(scene, ended)
    assert ended.exit_code in (0, 12), ended.output
    assert foreign in scene.bench.snapshots


@pytest.mark.faults_full
def test_e15_a_backup_in_between(scene: Scene, see: See) -> None:
    """A backup job's snapshot that appears in the middle of the night is left where it is."""
    scene.bench.on_taken = scene.bench.take_foreign
    scene.write()
    ended = scene.run()
    see(scene, ended)
    assert ended.exit_code == 0, ended.output
    assert [one.name for one in scene.bench.snapshots if one not in scene.bench.ours] == ["backup-job"]


@pytest.mark.faults
def test_e13_the_hypervisor_holds_the_machine(nights: Nights, see: See) -> None:
    """A machine that falls silent since its datastore is full is told of and waited for, and its patch ran once."""
    scene = nights(Patch(release="22.0.0", seconds=3))
    scene.write()

    def fill(process: object) -> None:
        scene.wait_for(lambda: bool(scene.pbx.told("patch")))
        scene.bench.full = ["vda"]
        scene.link.hole()
        scene.wait_for(lambda: "datastore is full (disk: vda)" in scene.terminal, 30)
        scene.bench.full.clear()
        scene.link.mend()

    ended = scene.run(during=fill)
    see(scene, ended)
    assert ended.exit_code == 0, ended.output
    assert "no longer paused" in scene.terminal
    (pause,) = scene.journal.pauses
    assert (pause.full, pause.ended is not None) == (("vda",), True)


NO_SNAPSHOT = {
    "E9-with memory": lambda bench: setattr(bench, "with_memory", True),
    "E10-a disk left out": lambda bench: bench.left_out.append("vdb"),
}


@pytest.mark.faults_full
@pytest.mark.parametrize("row", NO_SNAPSHOT)
def test_a_snapshot_that_is_no_way_back(scene: Scene, see: See, row: str) -> None:
    """A snapshot with memory, or without a disk, does not count: nothing is patched, and the machine is on."""
    scene.write()
    NO_SNAPSHOT[row](scene.bench)
    ended = scene.run()
    see(scene, ended)
    assert ended.exit_code in (10, 12), ended.output
    assert scene.pbx.told("patch") == []


@pytest.mark.faults_full
def test_e11_no_way_back(scene: Scene, see: See) -> None:
    """Where going back is impossible nothing is begun."""
    scene.write()
    scene.bench.no_way_back = "external snapshots cannot be reverted here"
    ended = scene.run()
    see(scene, ended)
    assert ended.exit_code == 12, ended.output
    assert scene.pbx.told("button") == []


@pytest.mark.faults_full
def test_e12_no_room(scene: Scene, see: See) -> None:
    """Where a snapshot has no room to grow nothing is begun."""
    scene.write()
    scene.bench.free_bytes = 1 << 30
    ended = scene.run()
    see(scene, ended)
    assert ended.exit_code == 12, ended.output
    assert scene.pbx.told("button") == []


@pytest.mark.faults
def test_e24_the_snapshot_is_gone(scene: Scene) -> None:
    """A snapshot that somebody deleted while nobody watched stops the night before the patch."""
    scene.write()
    killed_at(scene, "deliver")
    scene.bench.snapshots.clear()
    ended = scene.run("--resume")
    assert (ended.exit_code, scene.stop) == (10, "snapshot_gone"), ended.output
    assert scene.pbx.told("patch") == []
