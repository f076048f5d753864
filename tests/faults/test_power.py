"""The machine's power and its lives: one that does not go down, does not come back, or comes back too often."""

from __future__ import annotations

import pytest

from tests.faults.bench import Mode
from tests.faults.conftest import Nights
from tests.faults.moments import once
from tests.faults.patch import Patch
from tests.faults.scene import Scene, See


@pytest.mark.faults_full
def test_d1_deaf_to_the_button(scene: Scene, see: See) -> None:
    """A machine that ignores the shutdown is not switched off hard: the night stops, and it goes on running."""
    (scene.pbx.bench / "deaf-to-acpi").touch()
    scene.limits["shutdown"] = "2s"
    scene.write()
    ended = scene.run()
    see(scene, ended)
    assert (ended.exit_code, scene.stop) == (10, "shutdown_failed"), ended.output
    assert scene.pbx.is_on
    assert scene.bench.ours == []


@pytest.mark.faults_full
def test_d2_off_but_not_cleanly(scene: Scene, see: See) -> None:
    """A machine whose plug was pulled instead is no base for a snapshot: it is started again, and the night stops."""
    (scene.pbx.bench / "deaf-to-acpi").touch()
    scene.write()

    def pull(process: object) -> None:
        scene.wait_for(lambda: bool(scene.pbx.told("button")))
        scene.pbx.pull_plug()

    ended = scene.run(during=pull)
    see(scene, ended)
    assert (ended.exit_code, scene.stop) == (10, "shutdown_failed"), ended.output
    assert scene.bench.ours == []


@pytest.mark.faults_full
def test_d3_started_behind_our_back(scene: Scene, see: See) -> None:
    """A machine that somebody started before its snapshot was taken gets none, and no patch."""
    scene.write()

    def start() -> None:
        scene.pbx.power_on()
        scene.pbx.wait_until(on=True)

    scene.bench.on_point = once("snapshot", start)
    ended = scene.run(tells=True)
    see(scene, ended)
    assert (ended.exit_code, scene.stop) == (10, "snapshot_failed"), ended.output
    assert scene.pbx.told("patch") == []


@pytest.mark.faults_full
def test_d4_no_power_on(scene: Scene) -> None:
    """A machine that the hypervisor cannot start is said to be off; nothing else is tried."""
    scene.write()
    scene.bench.fault("start", Mode.REFUSE)
    ended = scene.run()
    assert (ended.exit_code, scene.stop) == (11, "not_back"), ended.output
    assert "THE SYSTEM IS OFF" in ended.output.partition("STOP\n")[2]
    assert not scene.pbx.is_on
    assert scene.pbx.told("patch") == []


@pytest.mark.faults_full
def test_d5_never_back(nights: Nights, see: See) -> None:
    """A machine that does not come back after its reboot is not reset: what still answers is said."""
    scene = nights(Patch(release="22.0.0", during="sed -i 's/BOOT_DELAY=0/BOOT_DELAY=600/' /opt/bench/settings"))
    scene.limits["boot"] = "3s"
    scene.write()
    ended = scene.run()
    see(scene, ended)
    assert (ended.exit_code, scene.stop) == (11, "not_back"), ended.output
    assert len(scene.pbx.told("reboot")) == 1
    assert scene.step("reboot", "22.0.0").observation["rung"] in ("ping", "port")


@pytest.mark.faults_full
def test_d6_slowly_back(nights: Nights, see: See) -> None:
    """A machine that takes its time to come back raises no alarm."""
    scene = nights(Patch(release="22.0.0", during="sed -i 's/BOOT_DELAY=0/BOOT_DELAY=4/' /opt/bench/settings"))
    scene.write()
    ended = scene.run()
    see(scene, ended)
    assert ended.exit_code == 0, ended.output


@pytest.mark.faults
def test_d7_the_reboot_does_nothing(nights: Nights, see: See) -> None:
    """A reboot that was accepted and does not happen is noticed by the boot id, and not asked for again."""
    scene = nights(Patch(release="22.0.0", during="touch /opt/bench/deaf"))
    scene.limits["shutdown"] = "2s"
    scene.write()
    ended = scene.run()
    see(scene, ended)
    assert (ended.exit_code, scene.stop) == (10, "boot_id_same"), ended.output
    assert len(scene.pbx.told("reboot")) == 1


LOOP = """cat > /opt/bench/rc <<'RC'
#!/bin/sh
n=$(cat /opt/bench/boots 2>/dev/null || echo 0)
echo $((n + 1)) > /opt/bench/boots
[ "$n" -lt 3 ] && { sleep 0.7; kill -USR1 1; }
RC
chmod +x /opt/bench/rc"""


@pytest.mark.faults_full
def test_d8_it_boots_again_and_again(nights: Nights, see: See) -> None:
    """A machine that starts again by itself after its reboot has not settled, and no further patch is run."""
    scene = nights(Patch(release="22.0.0", during=LOOP), Patch(release="22.0.17"))
    scene.limits["stable"] = "4s"
    scene.write()
    ended = scene.run()
    see(scene, ended)
    assert (ended.exit_code, scene.stop) == (10, "not_settled"), ended.output
    assert len(scene.pbx.told("patch")) == 1


GARBAGE = {"empty": "", "text": "Welcome to PBX\n", "half": "0a29edc0-c9d5-4d05\n"}


@pytest.mark.faults_full
@pytest.mark.parametrize("kind", GARBAGE)
def test_d9_no_boot_id(nights: Nights, see: See, kind: str) -> None:
    """A boot id that cannot be read is no other boot id: the machine is not taken for rebooted."""
    act = f"printf '{GARBAGE[kind].strip()}' > /opt/bench/boot_id"
    scene = nights(Patch(release="22.0.0", during=act))
    scene.limits["boot"] = "3s"
    scene.write()
    ended = scene.run()
    see(scene, ended)
    assert (ended.exit_code, scene.stop) == (11, "not_back"), ended.output
    assert len(scene.pbx.told("reboot")) == 1


@pytest.mark.faults_full
def test_d10_no_new_kernel(nights: Nights, see: See) -> None:
    """A restart that keeps the boot id is no reboot."""
    act = "cat /proc/sys/kernel/random/boot_id > /opt/bench/boot_id"
    scene = nights(Patch(release="22.0.0", during=act))
    scene.limits |= {"shutdown": "2s", "boot": "6s"}
    scene.write()
    ended = scene.run()
    see(scene, ended)
    assert (ended.exit_code, scene.stop) == (10, "boot_id_same"), ended.output


@pytest.mark.faults_full
def test_d12_the_old_release(nights: Nights, see: See) -> None:
    """A machine that comes back with the old release is not called upgraded."""
    act = "printf '#!/bin/sh\\necho 21.0.26 > /opt/bench/release\\n' > /opt/bench/rc; chmod +x /opt/bench/rc"
    scene = nights(Patch(release="22.0.0", during=act))
    scene.limits["settle"] = "3s"
    scene.write()
    ended = scene.run()
    see(scene, ended)
    assert (ended.exit_code, scene.stop) == (10, "wrong_release"), ended.output


@pytest.mark.faults_full
def test_the_machine_is_reset_under_the_night(scene: Scene, see: See) -> None:
    """A machine that starts again by itself after the snapshot has another boot id, and is not patched unseen."""
    scene.write()
    scene.bench.on_point = once("patch", scene.pbx.reset)
    ended = scene.run(tells=True)
    see(scene, ended)
    assert ended.exit_code in (0, 10, 11), ended.output
