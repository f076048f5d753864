"""Nights whose runner is killed at a point of its journal or at any moment; gone on with to their end, looked at."""

from __future__ import annotations

import itertools
import os
import random
import shutil
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.faults import invariants
from tests.faults.killer import HOWS
from tests.faults.patch import Patch
from tests.faults.scene import Ended, Scene, night
from uat.errors import ExitCode

AT_ONCE = 2
ALIKE = range(6, 28)
"""The lines of the preflight's conditions, one like the other: each sixth of them is a point to kill at."""
LINES = 65
"""About how many lines a night writes: a random point is one of them."""
RESUMES = 8
"""How often a night is gone on with before it counts as one that never ends."""
KEEP = "TVOX_FAULTS_KEEP"
"""A variable: the folder where the desk of a night with a violation is kept."""
_NOTHING_TO_RESUME = "no unfinished upgrade"
_MAY_STOP = {"cannot_tell"}
"""What a night may stop with when nothing was wrong but that its runner was killed."""


@dataclass(kw_only=True)
class Told:
    """What came of one night: how it was interrupted (did the link break too?), how it ended, what did not hold."""

    name: str
    kills: int = 0
    sessions: int = 0
    stop: str = ""
    exit_code: int = 0
    breaks: bool = False
    violations: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.name}: exit {self.exit_code} {self.stop} after {self.kills} kills: {'; '.join(self.violations)}"
        )


@dataclass(kw_only=True)
class Figures:
    """The sum of many nights."""

    nights: list[Told] = field(default_factory=list)

    @property
    def kills(self) -> int:
        """Count the sessions that were killed."""
        return sum(night.kills for night in self.nights)

    @property
    def violations(self) -> list[str]:
        """List what did not hold, with the night that shows it."""
        return [str(night) for night in self.nights if night.violations]

    def __str__(self) -> str:
        ends = Counter("completed" if night.exit_code == 0 else night.stop or "?" for night in self.nights)
        said = ", ".join(f"{count} {end}" for end, count in sorted(ends.items()))
        killed = [night for night in self.nights if night.kills]
        return f"{len(killed)} nights with kills, {self.kills} kills: {said}; {len(self.violations)} with a violation"


def every_point(how: str, *, releases: Iterable[str] = ("22.0.0",), plugins: Iterable[str] = ()) -> Figures:
    """Kill one night a point, from the first point until a night ends by itself.

    :param plugins: planted bugs.
    """
    points, figures = _Points(), Figures()

    def nights() -> None:
        for point in points:
            told = killed_night(f"{point}:{how}", releases=releases, plugins=plugins)
            figures.nights.append(told)
            if not told.kills:
                points.close()

    _side_by_side(nights)
    return figures


class _Points:
    """Gives out points in turn to several workers, until one of them says that the end was reached."""

    def __init__(self) -> None:
        self._counted = iter(point for point in itertools.count(1) if point not in ALIKE or point % 6 == 0)
        self._is_over = False
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[int]:
        while True:
            with self._lock:
                if self._is_over:
                    return
                point = next(self._counted)
            yield point

    def close(self) -> None:
        """Give out no more."""
        self._is_over = True


def chosen(kills: Iterable[str], *, plugins: Iterable[str] = ()) -> Figures:
    """Kill one night at each of these points."""
    figures, left = Figures(), iter(list(kills))
    lock = threading.Lock()

    def nights() -> None:
        while True:
            with lock:
                kill = next(left, None)
            if kill is None:
                return
            figures.nights.append(killed_night(kill, plugins=plugins))

    _side_by_side(nights)
    return figures


def at_random(seeds: Iterable[int]) -> Figures:
    """Kill nights several times each: at random points and moments, in random ways, over a link that breaks."""
    figures, left = Figures(), iter(list(seeds))
    lock = threading.Lock()

    def nights() -> None:
        while True:
            with lock:
                seed = next(left, None)
            if seed is None:
                return
            figures.nights.append(random_night(seed))

    _side_by_side(nights)
    return figures


def killed_night(kill: str, *, releases: Iterable[str] = ("22.0.0",), plugins: Iterable[str] = ()) -> Told:
    """Begin a night, kill it at a point, go on with it until it ends, and look."""
    told = Told(name=f"kill {kill}")
    with night(*(Patch(release=release) for release in releases)) as scene:
        scene.plugins += plugins
        scene.write()
        ended = scene.run(kill=kill)
        told.sessions, told.kills = 1, int(ended.was_killed)
        return _finish(scene, ended, told)


def random_night(seed: int) -> Told:
    """Begin a night and kill it up to four times as chance has it."""
    chance = random.Random(seed)
    told = Told(name=f"seed {seed}")
    releases = ("22.0.0", "22.0.17")[: chance.choice((1, 1, 2))]
    with night(*(Patch(release=release, seconds=chance.uniform(0, 2)) for release in releases)) as scene:
        scene.write()
        arguments: tuple[str, ...] = ()
        for _ in range(chance.randint(1, 4)):
            told.breaks |= (breaks := chance.random() < 0.3)
            ended = _one_kill(scene, chance, arguments, breaks=breaks)
            told.sessions += 1
            told.kills += ended.was_killed
            if not ended.was_killed:
                break
            arguments = ("--resume",)
        return _finish(scene, ended, told)


def _one_kill(scene: Scene, chance: random.Random, arguments: tuple[str, ...], *, breaks: bool) -> Ended:
    """Run a session that is killed at a point, or at a moment; or the link breaks and it is killed at a point."""
    during = _breaking(scene, chance.uniform(0, 4)) if breaks else None
    if breaks or chance.random() < 0.6:
        kill = f"{chance.randint(1, LINES)}:{chance.choice(HOWS)}"
        ended = scene.run(*arguments, kill=kill, during=during)
    else:
        moment = chance.uniform(0.5, 8)
        ended = scene.run(*arguments, during=_killing(moment))
    if _NOTHING_TO_RESUME not in ended.output:
        return ended
    return _over(scene, ended) or scene.run(kill=f"{chance.randint(1, LINES)}:{chance.choice(HOWS)}")


def _killing(moment: float) -> Callable[[subprocess.Popen[str]], None]:
    def kill(process: subprocess.Popen[str]) -> None:
        try:
            process.wait(moment)
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)

    return kill


def _breaking(scene: Scene, moment: float) -> Callable[[subprocess.Popen[str]], None]:
    def cut(process: subprocess.Popen[str]) -> None:
        try:
            process.wait(moment)
        except subprocess.TimeoutExpired:
            scene.link.cut(0.3)

    return cut


def _finish(scene: Scene, ended: Ended, told: Told) -> Told:
    """Go on until a session ends by itself, open everything once more, and look at the world twice."""
    while (ended.was_killed or ended.exit_code == ExitCode.UNREACHABLE) and told.sessions <= RESUMES:
        ended = go_on(scene)
        told.sessions += 1
    told.exit_code = ended.exit_code
    told.violations += invariants.violations(invariants.inspect(scene, ended.exit_code))
    if not told.violations:
        told.stop = scene.stop or ""
        told.violations += bad_end(ended, told.stop, breaks=told.breaks)
        before = scene.pbx.events.read_text()
        if ended.exit_code == 0:
            again = scene.run("--resume")
            if again.exit_code == 0 or scene.pbx.events.read_text() != before:
                told.violations.append(f"opened_once_more: exit {again.exit_code}, or something was done")
    if told.violations:
        _keep(scene, told, ended)
    return told


def go_on(scene: Scene, **begun: str) -> Ended:
    """Go on as a person does who reads the terminal: --resume, and anew when no night was begun."""
    ended = scene.run("--resume", **begun)
    if _NOTHING_TO_RESUME not in ended.output:
        return ended
    return _over(scene, ended) or scene.run(**begun)


def _over(scene: Scene, ended: Ended) -> Ended | None:
    """Give the end of a night that was killed behind its last line; none when it changed nothing, or is not there."""
    ending = scene.ending
    if ending is None or ending.exit_code in (ExitCode.UNREACHABLE, ExitCode.GATE_CLOSED):
        return None
    return replace(ended, exit_code=ending.exit_code)


def bad_end(ended: Ended, stop: str, *, breaks: bool = False) -> list[str]:
    """Say that a night should have completed, or have said that it cannot tell; nothing when it did.

    :param breaks: the link broke: then a check may have been unable to look, which closes the gate.
    """
    if ended.exit_code == 0 or (ended.exit_code == 10 and stop in _MAY_STOP):
        return []
    if breaks and ended.exit_code == ExitCode.GATE_CLOSED:
        return []
    return [f"it_ends_well: exit {ended.exit_code}, {stop or 'no stop'}, although only the runner was killed"]


def _keep(scene: Scene, told: Told, ended: Ended) -> None:
    """Keep the desk of a night with a violation, with what the world did, for whoever looks into it."""
    if place := os.environ.get(KEEP):
        folder = Path(place) / told.name.replace(" ", "-").replace(":", "-")
        shutil.copytree(scene.desk, folder, dirs_exist_ok=True)
        shutil.copy(scene.pbx.events, folder / "events")
        (folder / "last").write_text(f"{told}\n\n{ended.output}")


def _side_by_side(work: Callable[[], None]) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for done in [pool.submit(work) for _ in range(AT_ONCE)]:
            done.result()
