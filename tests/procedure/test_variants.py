"""Every way in which a patch can end, on the lab VM, by the command that the engineer types."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.lab import Lab, missing
from tests.procedure.proxy import Proxy
from tests.procedure.upgrading import Finished, upgrade, wait
from uat.model import Outcome, Phase

pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(bool(missing()), reason="; ".join(missing())),
]

FIRST = ("22.0.0",)
POST = {Outcome.BLOCKED}
BOOT = b" login: "
"""What getty(8) writes to the console at every boot."""


class Scene:
    """One lab, as after its first boot, and how often it boots from then on."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self.lab = lab
        self._folder = folder
        lab.reset()
        self._before = self._count()

    def upgrade(
        self,
        *,
        patches: tuple[str, ...] = FIRST,
        retry_for: str = "30s",
        port: int = 0,
        during: Callable[[subprocess.Popen[str]], None] = wait,
        **limits: str,
    ) -> Finished:
        """Run the upgrade of this row."""
        return upgrade(
            self.lab, self._folder, patches=patches, retry_for=retry_for, port=port, during=during, **limits
        )

    def has_begun(self, step: str) -> bool:
        """Tell whether a step of the session that runs now has begun."""
        begun = f'"name": "{step}"'
        return any(begun in path.read_text() for path in self._folder.rglob("journal.jsonl"))

    @property
    def has_gone_down(self) -> bool:
        """Tell whether the session that runs now saw a service go."""
        return any('"state": "down"' in path.read_text() for path in self._folder.rglob("journal.jsonl"))

    @property
    def boots(self) -> int:
        """How often the machine has booted: once after the snapshot, then once a reboot."""
        return self._count() - self._before

    def _count(self) -> int:
        return self.lab.console.read_bytes().count(BOOT)


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """A lab of this file's own, or the one that TVOX_UAT_LAB names; off at last."""
    pytest.importorskip("libvirt", reason="libvirt-python is not installed (pip install 'tvox-uat[libvirt]')")
    made = Lab.named(os.environ.get("TVOX_UAT_LAB", "variants"))
    yield made
    made.down()


@pytest.fixture
def scene(lab: Lab, tmp_path: Path) -> Scene:
    """The lab, pristine."""
    return Scene(lab, tmp_path)


def assert_stopped_at_the_patch(ended: Finished, scene: Scene, stop: str) -> None:
    """See what every row without a proof has in common."""
    assert ended.exit_code == 10, ended.output
    assert (ended.step("patch", "22.0.0").outcome, ended.step("patch", "22.0.0").stop) == (Outcome.FAILED, stop)
    assert ended.step("reboot", "22.0.0").outcome is Outcome.BLOCKED
    assert ended.outcomes(Phase.POST) == POST
    assert scene.boots == 1, "it was rebooted without a proof"
    assert "045 2224660" in ended.output
    assert "045 2224660" in ended.report
    assert (ended.folder / "patch-22.0.0.log").stat().st_size > 0


def test_a_clean_upgrade(scene: Scene) -> None:
    """Both patches, each with its proof, its reboot and its release; everything holds afterwards."""
    ended = scene.upgrade(patches=("22.0.0", "22.0.17"))
    assert ended.exit_code == 0, ended.output
    assert {step.outcome for step in ended.run.steps} == {Outcome.PASSED}
    assert ended.outcomes(Phase.PREFLIGHT) == {Outcome.PASSED, Outcome.NOT_APPLICABLE}
    assert ended.outcomes(Phase.PRE) == ended.outcomes(Phase.POST) == {Outcome.PASSED}
    assert scene.boots == 3
    lives = [ended.step("start").observation["boot_id_after"]]
    for release in ("22.0.0", "22.0.17"):
        step = ended.step("reboot", release)
        assert step.observation["boot_id_before"] == lives[-1]
        lives.append(step.observation["boot_id_after"])
        assert len(ended.step("patch", release).observation["marker_lines"]) == 2
    assert len(set(lives)) == 3
    kept = ended.step("snapshot").observation
    assert (kept["powered_off"], kept["memory"], kept["disks"]) == (True, False, ["vda"])
    released = [ended.result(phase, "REL-01").observed for phase in (Phase.PRE, Phase.POST)]
    assert [seen and seen["server"] for seen in released] == ["21.0.26", "22.0.17"]
    assert ended.report.count("Changed as expected") >= 2


def test_no_marker(scene: Scene) -> None:
    """The log ends without the marker: stop, no reboot, the last lines quoted."""
    scene.lab.variant("22.0.0", "no-marker")
    ended = scene.upgrade()
    assert_stopped_at_the_patch(ended, scene, "no_marker")
    assert "Syncronizing cluster files" in ended.report


@pytest.mark.lab_full
@pytest.mark.parametrize(
    ("variant", "stop", "fact", "quoted"),
    [
        ("half-marker", "half_marker", "marker_lines", "Update completed!"),
        ("text-after", "text_after_marker", "text_after", ""),
        ("failure-text", "failure_text", "failure_lines", "The update execution has failed"),
        ("failure-and-marker", "failure_text", "failure_lines", "The update execution has failed"),
    ],
)
def test_another_end(scene: Scene, variant: str, stop: str, fact: str, quoted: str) -> None:
    """Another end than the vendor's: stop, no reboot, and what was seen instead is quoted."""
    scene.lab.variant("22.0.0", variant)
    ended = scene.upgrade()
    assert_stopped_at_the_patch(ended, scene, stop)
    lines = ended.step("patch", "22.0.0").observation[fact]
    assert quoted in "\n".join(lines)
    assert lines[0].partition(": ")[2] in ended.report


@pytest.mark.lab_full
def test_a_contradiction(scene: Scene) -> None:
    """The marker and exit code 3: stop, no reboot, both facts."""
    scene.lab.variant("22.0.0", "exit-3")
    ended = scene.upgrade()
    assert_stopped_at_the_patch(ended, scene, "exit_code_contradicts")
    facts = ended.step("patch", "22.0.0").observation
    assert (facts["exit_code"], len(facts["marker_lines"])) == (3, 2)
    assert "Please REBOOT the machine!" in ended.report


@pytest.mark.lab_full
def test_a_question(scene: Scene) -> None:
    """A question is shown, waited for, and never answered; the patch still waits afterwards."""
    scene.lab.variant("22.0.0", "prompt")
    ended = scene.upgrade()
    assert_stopped_at_the_patch(ended, scene, "prompt_unanswered")
    question = "Overwrite local customisations? [y/N]"
    assert ended.step("patch", "22.0.0").observation["question"] == question
    assert question in ended.output
    assert question in ended.report
    directory = ended.step("patch", "22.0.0").observation["directory"]
    assert scene.lab.run(f"ls {directory}/rc")[0] != 0
    assert scene.lab.run("screen -ls | grep tvox-uat-22.0.0")[0] == 0


@pytest.mark.lab_full
def test_a_slow_and_silent_patch(scene: Scene) -> None:
    """Three silent minutes are told of and pass."""
    scene.lab.variant("22.0.0", "slow")
    ended = scene.upgrade()
    assert ended.exit_code == 0, ended.output
    assert scene.boots == 2
    assert ended.step("patch", "22.0.0").observation["longest_silence_seconds"] >= 170
    assert ended.step("patch", "22.0.0").seconds >= 180


def test_a_broken_service(scene: Scene) -> None:
    """A service that does not run any more is a regression: exit code 1, before and after in the report."""
    scene.lab.variant("22.0.0", "breaks-service")
    ended = scene.upgrade(settle="20s")
    assert ended.exit_code == 1, ended.output
    assert {step.outcome for step in ended.run.steps} == {Outcome.PASSED}
    assert scene.boots == 2
    before, after = (ended.result(phase, "TEL-01") for phase in (Phase.PRE, Phase.POST))
    assert (before.outcome, after.outcome) == (Outcome.PASSED, Outcome.FAILED)
    assert after.observed is not None
    assert after.observed["running"] is False
    assert "Regression" in ended.report


@pytest.mark.lab_full
def test_a_late_service(scene: Scene) -> None:
    """A service that starts a minute after the boot is looked at again until it runs."""
    scene.lab.variant("22.0.0", "late-service")
    ended = scene.upgrade(retry_for="3m")
    assert ended.exit_code == 0, ended.output
    assert scene.boots == 2
    assert ended.result(Phase.POST, "TEL-01").attempts > 1


@pytest.mark.lab_full
def test_no_sshd_after_the_reboot(scene: Scene) -> None:
    """Nobody logs in any more: exit code 11, and what still answers is named."""
    scene.lab.variant("22.0.0", "no-sshd")
    ended = scene.upgrade()
    assert ended.exit_code == 11, ended.output
    step = ended.step("reboot", "22.0.0")
    # QEMU takes every connection to a forwarded port, so that the port answers here and the banner does not.
    assert (step.stop, step.observation["rung"]) == ("not_back", "port")
    assert step.observation["on"] == "on"
    assert step.observation["banner"] == "no banner"
    assert ended.outcomes(Phase.POST) == POST
    assert scene.boots == 2
    assert "SSH" in ended.report


@pytest.mark.lab_full
def test_a_cut_network(scene: Scene) -> None:
    """The network is gone for half a minute in the middle of a patch: it is told, and nothing else happens."""
    scene.lab.variant("22.0.0", "slow", seconds=60)
    proxy = Proxy(scene.lab.ssh_port)
    cutter = threading.Thread(target=cut_for_a_while, args=(scene.lab, proxy), daemon=True)
    cutter.start()
    ended = scene.upgrade(port=proxy.port)
    cutter.join()
    proxy.close()
    assert ended.exit_code == 0, ended.output
    assert scene.boots == 2
    assert ended.step("patch", "22.0.0").observation["links_lost"] == 1


def cut_for_a_while(lab: Lab, proxy: Proxy) -> None:
    """Wait until the patch is silent, and cut the network for half a minute."""
    while lab.run("grep -q 'Executing update script' /var/lib/tvox-uat/*/log", deadline=20)[0] != 0:
        time.sleep(2)
    proxy.cut()
    time.sleep(30)
    proxy.mend()


@pytest.mark.lab_full
def test_an_interruption_while_the_machine_is_off(scene: Scene) -> None:
    """Ctrl-C between shutdown and start: the run stops, and the customer has the machine back."""

    def interrupt(process: subprocess.Popen[str]) -> None:
        while not (scene.has_begun("shutdown") and scene.has_gone_down):
            time.sleep(0.2)
        process.send_signal(signal.SIGINT)

    # A shell starts what is in the background deaf to Ctrl-C, and the child would be deaf too.
    heard = signal.signal(signal.SIGINT, signal.default_int_handler)
    ended = scene.upgrade(during=interrupt)
    signal.signal(signal.SIGINT, heard)
    assert ended.exit_code == 10, ended.output
    assert ended.step("shutdown").stop == "interrupted"
    assert ended.step("snapshot").observation == {"started_again": True}
    scene.lab.wait()
    assert scene.boots == 1


@pytest.mark.lab_full
def test_a_wrong_release(scene: Scene) -> None:
    """The product says another release than the patch's: stop after the reboot, with both."""
    scene.lab.variant("22.0.0", "wrong-release")
    ended = scene.upgrade(settle="20s")
    assert ended.exit_code == 10, ended.output
    step = ended.step("release", "22.0.0")
    assert step.stop == "wrong_release"
    assert (step.observation["expected"], step.observation["found"]) == ("22.0.0", "22.0.1")
    assert ended.outcomes(Phase.POST) == POST
    assert scene.boots == 2
    assert "22.0.1" in ended.report
