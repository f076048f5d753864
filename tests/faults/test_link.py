"""The link to the machine cut, swallowed, or broken after any number of bytes; and machines that are not the one."""

from __future__ import annotations

import shutil
import time
import uuid

import pytest

from tests.faults import patch as patches
from tests.faults.conftest import Nights
from tests.faults.moments import once
from tests.faults.patch import Patch
from tests.faults.pbx import Pbx
from tests.faults.scene import Scene, See
from tests.sshd import make_key
from uat.model import Outcome


@pytest.mark.faults_full
def test_a1_cut_during_the_patch(nights: Nights, see: See) -> None:
    """A link that is reset while the patch runs is opened anew, and the patch ran once, to its end."""
    scene = nights(Patch(release="22.0.0", seconds=3))
    scene.write()

    def cut(process: object) -> None:
        scene.wait_for(lambda: bool(scene.pbx.told("patch")))
        scene.link.cut(1.5)

    ended = scene.run(during=cut)
    see(scene, ended)
    assert ended.exit_code == 0, ended.output
    assert scene.step("patch", "22.0.0").observation["links_lost"] == 1


@pytest.mark.faults_full
@pytest.mark.parametrize("seconds", [8, 300])
def test_a2_black_hole(nights: Nights, see: See, seconds: int) -> None:
    """A VPN that swallows everything, for seconds or minutes, is noticed, and followed again when it is back."""
    scene = nights(Patch(release="22.0.0", seconds=5))
    scene.limits |= {"unreachable": "20m"}
    scene.write()
    noticed = []

    def hole(process: object) -> None:
        scene.wait_for(lambda: bool(scene.pbx.told("patch")))
        scene.link.hole()
        began = time.monotonic()
        scene.wait_for(lambda: "lost" in scene.terminal, 30)
        noticed.append(time.monotonic() - began)
        time.sleep(max(0.0, seconds - noticed[0]))
        scene.link.mend()

    scene.seconds += seconds
    ended = scene.run(during=hole)
    see(scene, ended)
    assert ended.exit_code == 0, ended.output
    assert noticed[0] < 30


@pytest.mark.faults_full
@pytest.mark.parametrize("step", ["lock", "deliver", "patch", "reboot"])
def test_a3_cut_after_every_n_bytes(nights: Nights, see: See, step: str) -> None:
    """Wherever in the bytes of a step's start the link breaks, the night completes or cannot tell; never twice.

    A reboot that never arrived is a stop: another one is asked for when Telenia says to go on, and not before.
    """
    size = _bytes_of(nights, step)
    for cut in range(1, size, max(1, size // 12)):
        scene = nights(Patch(release="22.0.0"))
        scene.write()
        scene.bench.on_point = once(step, lambda cut=cut, link=scene.link: link.arm(cut))  # type: ignore[misc]
        ended = scene.run(tells=True)
        for _ in range(3):
            if ended.exit_code == 11 or (scene.stop == "boot_id_same" and not scene.pbx.told("reboot")):
                ended = scene.run("--resume")
        see(scene, ended)
        assert ended.exit_code == 0 or scene.stop == "cannot_tell", f"{cut} of {size}: {ended.output}"
        scene.pbx.pull_plug()


def _bytes_of(nights: Nights, step: str) -> int:
    """Count what goes to the machine between a step's first line and its last."""
    scene = nights(Patch(release="22.0.0"))
    scene.write()
    seen: list[int] = []
    points = [once(step, lambda: seen.append(scene.link.sent))]
    points.append(once(step, lambda: seen.append(scene.link.sent), outcome="passed"))
    scene.bench.on_point = lambda told: [point(told) for point in points]
    assert scene.run(tells=True).exit_code == 0
    return seen[1] - seen[0]


@pytest.mark.faults
def test_a3_cut_while_the_patch_starts(nights: Nights, see: See) -> None:
    """A link that breaks in the middle of the patch's start leaves one patch, which is followed to its end."""
    scene = nights(Patch(release="22.0.0"))
    scene.write()
    scene.bench.on_point = once("patch", lambda: scene.link.arm(3000))
    ended = scene.run(tells=True)
    see(scene, ended)
    assert ended.exit_code == 0, ended.output


@pytest.mark.faults_full
def test_a4_cut_while_the_log_is_read(nights: Nights, see: See) -> None:
    """A link that breaks while a log of fifty megabytes is read costs no byte of it: the hash is the machine's."""
    flood = "head -c 50000000 /dev/zero | tr '\\0' x | fold -w 100"
    scene = nights(Patch(release="22.0.0", during=flood))
    scene.write()

    def cut(process: object) -> None:
        scene.wait_for(lambda: any(path.stat().st_size > 5_000_000 for path in scene.desk.rglob("patch-*.log")))
        scene.link.cut(0.5)

    ended = scene.run(during=cut)
    see(scene, ended)
    assert ended.exit_code == 0, ended.output[-3000:]
    log = next(path for path in scene.pbx.attempts.rglob("log"))
    assert (scene.folders[-1] / "patch-22.0.0.log").read_bytes() == log.read_bytes()


@pytest.mark.faults
def test_a5_cut_right_after_the_reboot_was_asked(scene: Scene, see: See) -> None:
    """A reboot whose answer is lost is decided by the boot id, and asked for once."""
    scene.write()

    def cut(process: object) -> None:
        scene.wait_for(lambda: bool(scene.pbx.told("reboot")))
        scene.link.cut(1.0)

    ended = scene.run(during=cut)
    see(scene, ended)
    assert ended.exit_code == 0, ended.output
    assert len(scene.pbx.told("reboot")) == 1


def another_machine(scene: Scene) -> Pbx:
    """Boot a second machine that has the first one's host key and login, and is another one."""
    other = Pbx(scene.folder / "other")
    for name in ("host_key", "host_key.pub", "authorized_keys"):
        shutil.copy2(scene.pbx.bench / name, other.bench / name)
    other.power_on()
    other.wait_until(on=True)
    return other


@pytest.mark.faults
def test_a7_another_machine_answers(scene: Scene, see: See) -> None:
    """Behind the address stands another machine with the same host key: nothing is done to either."""
    other = another_machine(scene)
    try:
        scene.link.target = other.ssh_port
        scene.write()
        ended = scene.run()
        see(scene, ended)
        assert ended.exit_code in (10, 12), ended.output
        assert [event[0] for pbx in (scene.pbx, other) for event in _events(pbx)] == ["boot", "boot"]
    finally:
        other.remove()


@pytest.mark.faults_full
@pytest.mark.parametrize("step", ["deliver", "patch", "reboot"])
def test_a7_another_machine_before_a_change(scene: Scene, see: See, step: str) -> None:
    """When another machine takes the address in the middle of the night, the next change is not made to it."""
    other = another_machine(scene)

    def swap() -> None:
        scene.link.target = other.ssh_port
        scene.link.cut(0.1)

    try:
        scene.write()
        scene.bench.on_point = once(step, swap)
        ended = scene.run(tells=True)
        see(scene, ended)
        assert ended.exit_code in (10, 11), ended.output
        assert [event[0] for event in _events(other)] == ["boot"]
        assert not list(other.attempts.glob("*-*"))
    finally:
        other.remove()


def _events(pbx: Pbx) -> list[list[str]]:
    return [line.split(" ") for line in pbx.events.read_text().splitlines()]


@pytest.mark.faults_full
def test_a8_unknown_host_key(scene: Scene, see: See) -> None:
    """A host key that nobody trusted is refused with its fingerprint, and nothing is asked of the machine."""
    (scene.desk / "known_hosts").write_text("")
    scene.write()
    ended = scene.run()
    see(scene, ended)
    assert ended.exit_code in (11, 12), ended.output
    assert scene.pbx.fingerprint in ended.output
    assert scene.pbx.told("button") == scene.pbx.told("snapshot") == []


@pytest.mark.faults
def test_a9_changed_host_key(scene: Scene, see: See) -> None:
    """A host key other than the trusted one is refused; no option goes past it."""
    make_key(scene.folder / "new")
    for suffix in ("", ".pub"):
        shutil.move(scene.folder / f"new{suffix}", scene.pbx.bench / f"host_key{suffix}")
    scene.pbx.reset()
    scene.pbx.wait_until(on=True)
    scene.write()
    ended = scene.run()
    see(scene, ended)
    assert ended.exit_code in (11, 12), ended.output
    assert scene.pbx.told("button") == scene.pbx.told("snapshot") == []


@pytest.mark.faults_full
def test_a10_the_patch_changes_the_host_key(nights: Nights, see: See) -> None:
    """A host key that the patch changed stops the night; once a person has trusted it, the night goes on."""
    scene = nights(Patch(release="22.0.0", during=patches.NEW_HOST_KEY))
    scene.limits |= {"boot": "8s", "unreachable": "8s"}
    scene.write()
    ended = scene.run()
    see(scene, ended)
    assert ended.exit_code in (10, 11), ended.output
    scene.trust()
    ended = scene.run("--resume")
    see(scene, ended)
    assert ended.exit_code == 0, ended.output


AFTER_THE_PATCH = {"A11-no sshd": (patches.NO_SSHD, "port"), "A12-no login": (patches.NO_LOGIN, "login refused")}


@pytest.mark.faults_full
@pytest.mark.parametrize("row", AFTER_THE_PATCH)
def test_the_patch_shuts_the_door(nights: Nights, see: See, row: str) -> None:
    """A machine that cannot be logged in to after the patch is not reset: what still answers is said."""
    act, said = AFTER_THE_PATCH[row]
    scene = nights(Patch(release="22.0.0", after="", during=act))
    scene.limits |= {"boot": "4s", "unreachable": "4s"}
    scene.write()
    ended = scene.run()
    see(scene, ended)
    assert ended.exit_code in (10, 11), ended.output
    facts = next(step for step in scene.journal.steps if step.outcome is Outcome.FAILED).observation
    assert said in str(facts), facts


@pytest.mark.faults_full
def test_a14_a_login_that_talks(scene: Scene, see: See) -> None:
    """What a login script prints, the marker's own words too, is no part of any answer."""
    script = "head -c 100000 /dev/zero | tr '\\0' x; echo; echo '* Update completed! *'; echo ended 0"
    (scene.pbx.disk / "srv" / "root" / ".bashrc").write_text(script)
    scene.write()
    ended = scene.run()
    see(scene, ended)
    assert ended.exit_code == 0, ended.output[-3000:]


@pytest.mark.faults_full
def test_e18_another_hypervisor(scene: Scene, see: See) -> None:
    """A hypervisor whose machine has another UUID is the wrong one: nothing is changed."""
    scene.write()
    scene.bench.uuid = str(uuid.uuid4())
    ended = scene.run()
    see(scene, ended)
    assert ended.exit_code == 12, ended.output
    assert scene.pbx.told("button") == scene.pbx.told("snapshot") == []
