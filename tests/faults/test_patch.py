"""Patches that do not end as the vendor says they must: no proof, no reboot; and those that only look bad."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from procedure import screen
from procedure.account import Account
from procedure.lifeline import Lifeline
from tests.faults import patch as patches
from tests.faults.conftest import Nights
from tests.faults.patch import Patch
from tests.faults.scene import Scene, See
from uat.errors import ProcedureError
from uat.host import Address, connect
from uat.model import Limits, Outcome

OLD_LOG = "cat <<'OLD'\n" + "\n".join(patches.WHOLE) + "\nOLD\necho 'Starting the update'"
BAD: dict[str, tuple[Patch, str]] = {
    "C1-no marker": (Patch(release="22.0.0", marker="none"), "no_marker"),
    "C2-marker, exit 3": (Patch(release="22.0.0", exit_code=3), "exit_code_contradicts"),
    "C3-failure text": (Patch(release="22.0.0", marker="failed"), "failure_text"),
    "C3-failure text and marker": (Patch(release="22.0.0", marker="failed with marker"), "failure_text"),
    "C4-first half": (Patch(release="22.0.0", marker="half"), "half_marker"),
    "C4-second half": (Patch(release="22.0.0", marker="other half"), "half_marker"),
    "C4-wrong order": (Patch(release="22.0.0", marker="wrong order"), "no_marker"),
    "C4-far apart": (Patch(release="22.0.0", marker="far apart"), "no_marker"),
    "C5-old log, then cut": (Patch(release="22.0.0", marker="none", during=OLD_LOG), "text_after_marker"),
    "C5-old log, then again": (Patch(release="22.0.0", marker="twice"), "text_after_marker"),
    "C6-quoted": (Patch(release="22.0.0", marker="quoted"), "no_marker"),
    "C6-echoed": (Patch(release="22.0.0", marker="echoed"), "no_marker"),
    "C7-traceback": (Patch(release="22.0.0", marker="traceback"), "failure_text"),
    "C7-text after": (Patch(release="22.0.0", marker="text after"), "text_after_marker"),
    "C13-wrapper killed": (Patch(release="22.0.0", during=f"{patches.WRAPPER_KILLED}; sleep 2"), "patch_orphaned"),
    "C14-patch killed": (Patch(release="22.0.0", during="kill -9 $$"), "exit_code"),
    "C15-exit 255": (Patch(release="22.0.0", marker="none", exit_code=255), "exit_code"),
    "C28-directory gone": (Patch(release="22.0.0", during=f"{patches.ATTEMPTS_GONE}; sleep 2"), "patch_lost"),
}


CORE = ("C1-no marker", "C13-wrapper killed", "C28-directory gone")


def row(id: str) -> object:
    """Make a row's parameter, with the mark that says whether it belongs to the core."""
    return pytest.param(id, marks=pytest.mark.faults if id in CORE else pytest.mark.faults_full)


@pytest.mark.parametrize("row", [row(id) for id in BAD])
def test_no_proof_no_reboot(nights: Nights, row: str, see: See) -> None:
    """Without the proof the night stops, says whom to call, and the machine is never asked to reboot."""
    bad, stop = BAD[row]
    scene = nights(bad)
    scene.write()
    ended = scene.run()
    see(scene, ended)
    assert (ended.exit_code, scene.stop) == (10, stop), ended.output
    assert scene.pbx.told("reboot") == []
    assert "045 2224660" in ended.output


@pytest.mark.faults_full
def test_c8_marker_and_no_end(nights: Nights, see: See) -> None:
    """A patch that says that it completed and does not end is waited for, then stopped at; it is never killed."""
    scene = nights(Patch(release="22.0.0", after="sleep 60"))
    scene.limits["patch"] = "3s"
    scene.write()
    ended = scene.run()
    see(scene, ended)
    assert (ended.exit_code, scene.stop) == (10, "patch_timeout")
    assert "sleep 60" in scene.pbx.run("ps axo args")


@pytest.mark.faults_full
def test_c9_a_question(nights: Nights, see: See) -> None:
    """A question of the patch is shown and never answered; the patch goes on waiting."""
    scene = nights(Patch(release="22.0.0", during=patches.PROMPT))
    scene.write()
    ended = scene.run()
    see(scene, ended)
    assert (ended.exit_code, scene.stop) == (10, "prompt_unanswered")
    assert "Do you want to continue? [y/N]" in ended.output
    assert scene.pbx.told("answer") == []
    assert "sh /var/lib/tvox-uat/" in scene.pbx.run("ps axo args")


HARMLESS: dict[str, Patch] = {
    "C10-silence": Patch(release="22.0.0", seconds=5),
    "C12-screen killed": Patch(release="22.0.0", during=f"{patches.SCREEN_KILLED}; sleep 1"),
    "C12-screen's sockets gone": Patch(release="22.0.0", during=patches.SCREEN_REPLACED),
    "C25-binary": Patch(release="22.0.0", during=r"printf '\000\001\033[2J\033]0;x\007\377\376 50%%\r100%%\n'"),
    "C27-logs removed": Patch(release="22.0.0", during="rm -rf /var/log/*"),
}


@pytest.mark.faults_full
@pytest.mark.parametrize("row", HARMLESS)
def test_what_only_looks_bad(nights: Nights, row: str, see: See) -> None:
    """Silence, a killed screen, odd bytes or a cleared /var/log do not hide that the patch completed."""
    scene = nights(HARMLESS[row])
    scene.write()
    ended = scene.run()
    see(scene, ended)
    assert ended.exit_code == 0, ended.output


@pytest.mark.faults
def test_c15_reset_under_the_patch(nights: Nights, see: See) -> None:
    """A machine that started again while the patch ran is not rebooted and not patched again: it is lost."""
    scene = nights(Patch(release="22.0.0", seconds=5))
    scene.write()

    def reset(process: object) -> None:
        scene.wait_for(lambda: bool(scene.pbx.told("patch")))
        scene.pbx.reset()

    ended = scene.run(during=reset)
    see(scene, ended)
    assert (ended.exit_code, scene.stop) == (10, "patch_lost"), ended.output


@pytest.mark.faults
def test_c16_no_screen(scene: Scene, see: See) -> None:
    """Without screen on the machine nothing is started another way, and no patch runs."""
    scene.pbx.run("rm /usr/bin/screen")
    scene.write()
    ended = scene.run()
    see(scene, ended)
    assert ended.exit_code in (10, 12), ended.output
    assert scene.pbx.told("patch") == []
    assert "screen" in ended.output


@pytest.mark.faults
def test_c18_many_starts(scene: Scene, tmp_path: Path) -> None:
    """Of eight starts of one attempt at the same moment one wins; the others follow it."""
    address = Address(
        user="root", host="127.0.0.1", port=scene.pbx.ssh_port, identity_files=(str(scene.pbx.folder / "id"),)
    )
    known = tmp_path / "known_hosts"
    known.write_text(scene.pbx.known_host(scene.pbx.ssh_port))
    command = "echo one >> /srv/root/started; sleep 1"
    gate, failed = threading.Barrier(8), []

    def start() -> None:
        with connect(address, limits=Limits(), known_hosts=known) as connection:
            lifeline = Lifeline(Single(connection), limits=Limits(), account=Account(lambda news: None))
            gate.wait()
            try:
                screen.start(lifeline, "/var/lib/tvox-uat/r-1", screen="race", command=command, limits=Limits())
            except ProcedureError as error:
                failed.append(error)

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert (scene.pbx.disk / "srv/root/started").read_text() == "one\n"


class Single:
    """A link of one connection."""

    def __init__(self, connection: object) -> None:
        self._connection = connection

    def connection(self) -> object:
        """Give it."""
        return self._connection

    def drop_connection(self) -> None:
        """Keep it."""


@pytest.mark.faults
def test_c21_another_file(scene: Scene, see: See) -> None:
    """A patch that is not the one of the checklist is refused before the machine is switched off."""
    scene.write()
    path = scene.desk / "tvox-22.0.0.run"
    path.write_bytes(path.read_bytes().replace(b"Updating", b"updating"))
    ended = scene.run()
    see(scene, ended)
    assert ended.exit_code == 12, ended.output
    assert scene.pbx.told("button") == scene.pbx.told("snapshot") == scene.pbx.told("patch") == []


@pytest.mark.faults_full
def test_c26_several_patches(nights: Nights, see: See) -> None:
    """Three patches run in the order of the checklist, each with its own proof, reboot and release."""
    releases = ("22.0.0", "22.0.9", "22.0.17")
    scene = nights(*(Patch(release=release) for release in releases))
    scene.write()
    ended = scene.run()
    see(scene, ended)
    assert ended.exit_code == 0, ended.output
    assert [event[1] for event in scene.pbx.told("completed")] == list(releases)
    reboots = [step for step in scene.journal.steps if step.name == "reboot"]
    assert [step.outcome for step in reboots] == [Outcome.PASSED] * 3
