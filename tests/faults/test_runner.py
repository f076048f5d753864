"""The laptop: interrupted, asleep, its disk full or broken, its journal damaged, two of them at once."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults import invariants
from tests.faults.conftest import Nights
from tests.faults.moments import killed_at, once
from tests.faults.patch import Patch
from tests.faults.scene import Scene, See
from uat import journal
from uat.journal import JournalError
from uat.model import Outcome

Keep = Callable[[str, object], None]


SIGNALS = [
    pytest.param(signal.SIGINT, id="SIGINT", marks=pytest.mark.faults),
    pytest.param(signal.SIGTERM, id="SIGTERM", marks=pytest.mark.faults_full),
    pytest.param(signal.SIGHUP, id="SIGHUP", marks=pytest.mark.faults_full),
]


@pytest.mark.parametrize("number", SIGNALS)
def test_b2_the_watching_stops(nights: Nights, see: See, number: signal.Signals) -> None:
    """Ctrl-C, SIGTERM or a closed terminal ends the watching only: the patch goes on, and so can the night."""
    scene = nights(Patch(release="22.0.0", seconds=6))
    scene.write()

    def interrupt(process: subprocess.Popen[str]) -> None:
        scene.wait_for(lambda: bool(scene.pbx.told("patch")))
        time.sleep(0.5)
        process.send_signal(number)

    ended = scene.run(during=interrupt)
    see(scene, ended)
    assert "--resume" in ended.output
    assert scene.step("patch", "22.0.0").outcome is Outcome.FAILED
    ended = scene.run("--resume")
    see(scene, ended)
    assert ended.exit_code == 0, ended.output


@pytest.mark.faults_full
@pytest.mark.parametrize("step", ["patch", "reboot"])
def test_b4_the_laptop_sleeps(nights: Nights, see: See, step: str) -> None:
    """A laptop that sleeps longer than every limit judges nothing by the time it slept."""
    scene = nights(Patch(release="22.0.0", seconds=2))
    scene.limits |= dict.fromkeys(("boot", "unreachable", "settle"), "15s") | {"command": "3s", "connect": "3s"}
    scene.write()

    def sleep(process: subprocess.Popen[str]) -> None:
        scene.wait_for(lambda: bool(scene.pbx.told(step)))
        process.send_signal(signal.SIGSTOP)
        time.sleep(20)
        process.send_signal(signal.SIGCONT)

    ended = scene.run(during=sleep)
    see(scene, ended)
    assert ended.exit_code == 0, ended.output


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Put the evidence on a disk of its own, with little room."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> None:
    """Write until the disk takes no more."""
    with (folder / "filler").open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 512):
                pass
        except OSError:
            return


@pytest.mark.parametrize(
    "step",
    [
        pytest.param("snapshot", marks=pytest.mark.faults_full),
        pytest.param("patch", marks=pytest.mark.faults),
        pytest.param("reboot", marks=pytest.mark.faults_full),
    ],
)
def test_b7_the_disk_is_full(scene: Scene, see: See, step: str) -> None:
    """With a full disk nothing is begun that could not be written down; with room again the night is gone on with."""
    evidence = scene.desk / "evidence"
    with small_disk(evidence):
        scene.write()
        scene.bench.on_point = once(step, lambda: fill(evidence))
        ended = scene.run(tells=True)
        see(scene, ended)
        assert ended.exit_code not in (0, -signal.SIGKILL), ended.output
        (evidence / "filler").unlink()
        ended = scene.run("--resume")
        see(scene, ended)
        assert ended.exit_code == 0, ended.output


@pytest.mark.parametrize(
    "step",
    [
        pytest.param("snapshot", marks=pytest.mark.faults_full),
        pytest.param("patch", marks=pytest.mark.faults),
    ],
)
def test_b8_the_disk_is_broken(nights: Nights, see: See, step: str) -> None:
    """When a line cannot be flushed, what it announces is not begun, and no second flush is tried."""
    scene = nights(Patch(release="22.0.0"))
    scene.write()
    ended = scene.run(kill=f"{step}/running:disk")
    see(scene, ended)
    assert ended.exit_code != 0
    assert scene.pbx.told(step) == []


@pytest.mark.faults_full
def test_b10_a_damaged_journal(scene: Scene, see: See) -> None:
    """A journal with one other byte, wherever that is, cannot be read, and nobody goes on from it."""
    scene.write()
    killed_at(scene, "deliver")
    path = scene.folders[-1] / journal.NAME
    whole = path.read_bytes()
    ends = {place + off for place, byte in enumerate(whole) if byte == 10 for off in (-1, 0, 1)}
    for offset in sorted({*range(0, len(whole), 11), *ends} & {*range(len(whole))}):
        path.write_bytes(whole[:offset] + bytes([whole[offset] ^ 1]) + whole[offset + 1 :])
        with pytest.raises(JournalError):
            journal.read(path)
    events = scene.pbx.events.read_text()
    ended = scene.run("--resume")
    assert ended.exit_code == 4, ended.output
    assert "damaged" in ended.output
    assert scene.pbx.events.read_text() == events
    path.write_bytes(whole)
    ended = scene.run("--resume")
    see(scene, ended)
    assert ended.exit_code == 0, ended.output


@pytest.mark.faults_full
def test_b13_an_edited_plan(scene: Scene, see: See) -> None:
    """A checklist that was edited between start and resume is refused, with what differs."""
    path = scene.write()
    killed_at(scene, "deliver")
    whole = path.read_text()
    path.write_text(whole.replace("uname -n", "hostname"))
    ended = scene.run("--resume")
    assert ended.exit_code == 4, ended.output
    assert "NET-01" in ended.output
    path.write_text(whole)
    ended = scene.run("--resume")
    see(scene, ended)
    assert ended.exit_code == 0, ended.output


def race(scene: Scene, homes: tuple[str, str], evidence: tuple[str, str]) -> tuple[int, int]:
    """Start two runners at the same moment, and give their exit codes."""
    runners = [
        scene.begin("--phase=upgrade", f"--evidence={place}", home=home, log=f"terminal-{number}")
        for number, (home, place) in enumerate(zip(homes, evidence, strict=True))
    ]
    for runner in runners:
        runner.wait(scene.seconds)
    return runners[0].returncode, runners[1].returncode


RACES = {"B15-same laptop": ("home", "home"), "F1-two laptops": ("home", "other-home")}


def assert_one_wins(scene: Scene, row: str) -> None:
    """See that of two runners one brings the night to its end, and the other does nothing."""
    (scene.desk / "other-home").mkdir(exist_ok=True)
    scene.write()
    homes = RACES[row]
    places = ("evidence", "evidence" if homes[0] == homes[1] else "evidence-other")
    codes = race(scene, homes, places)
    told = "\n".join((scene.desk / f"terminal-{number}").read_text() for number in (0, 1))
    world = invariants.inspect(scene, 0 if 0 in codes else max(codes))
    assert invariants.violations(world) == [], told
    assert sorted(codes)[0] == 0, told
    assert sorted(codes)[1] != 0, told


@pytest.mark.faults
@pytest.mark.parametrize("row", RACES)
def test_two_runners(nights: Nights, row: str) -> None:
    """Of two runners that start at the same moment one upgrades the machine, and the other does nothing to it."""
    assert_one_wins(nights(Patch(release="22.0.0")), row)


@pytest.mark.faults_full
@pytest.mark.parametrize("row", RACES)
def test_two_runners_fifty_times(nights: Nights, row: str, record_property: Keep) -> None:
    """Twenty-five times over on one laptop, and as often on two."""
    for _ in range(25):
        scene = nights(Patch(release="22.0.0", seconds=0.1))
        assert_one_wins(scene, row)
        scene.pbx.pull_plug()
    record_property("seen", "25 races, one winner each")


@pytest.mark.faults
def test_without_resume(scene: Scene, see: See) -> None:
    """Without --resume an unfinished night is explained, with the line that goes on, and nothing is overwritten."""
    scene.write()
    killed_at(scene, "patch")
    before = (scene.folders[-1] / journal.NAME).read_bytes(), scene.pbx.events.read_text()
    ended = scene.run()
    assert ended.exit_code == 4, ended.output
    assert "--resume" in ended.output
    assert (scene.folders[-1] / journal.NAME).read_bytes() == before[0]
    assert (len(scene.folders), scene.pbx.events.read_text()) == (1, before[1])
    ended = scene.run("--resume")
    see(scene, ended)
    assert ended.exit_code == 0, ended.output
