"""Run the bench: ``make bench``, or one point of it with BENCH_CHECKS=200 BENCH_RTT_MS=50.

BENCH_ROUNDS (3) rounds, the tools in turn, so that what disturbs one disturbs all; medians. testinfra only up to 200
checks (BENCH_SLOW=1: up to 1,000); goss where GOSS names its binary. The whole bench writes docs/speed.md and
docs/speed.svg, a single point only prints.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from itertools import product
from pathlib import Path

from tests.bench import work
from tests.bench.meter import Cost, adopt_orphans, way_to
from tests.bench.table import OURS, SAME, Point, middle, table, verdicts
from tests.bench.tools import TOOLS, Place
from tests.sshd import Sshd, is_available, running_sshd

ROOT = Path(__file__).parents[2]
COUNTS = (50, 200, 1000, 5000)
TRIPS_MS = (0, 50)
SLOW_UP_TO = 1000 if os.environ.get("BENCH_SLOW") else 200
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
_LONG = 20.0
"""Seconds above which a tool runs once only."""

INTRODUCTION = """\
# Speed

Written by `make bench`; do not edit. {machine}; an sshd and a delaying proxy on loopback, both on the same
machine as the tools. Medians of {rounds} (one run of what takes over {long:g} s). *Observation* is from the first
byte of the connection to the last answer, as the proxy saw it; *whole* is the process with start-up, and here with
the evidence. Only ratios matter.

The work: of 200 checks 60 look whether a file is there and has its mode, 60 run a command, 60 look for a line in a
file, 20 ask for a package; one is wrong on purpose, and a tool that does not see exactly that one is not counted.
The scripts judge nothing. *The same commands* are those that this project asked, one after the other in one `sh -s`;
*by hand* are the shortest that a person would write.

A session of 5,000 checks costs more than twice the script as a whole. Of some 7 s of CPU beside the looking, pytest
takes 2.6 s for 5,000 parametrised tests without any plugin, pytest-html 0.9 s, reading the checklist 1.2 s, the page
and the JUnit file 1.2 s, the journal 0.6 s, our imports 0.4 s (from profiles; the looking made trivial).

"""


def main() -> int:
    """Measure every point that was asked for, and write what came of it."""
    if not is_available():
        sys.stderr.write("sshd and ssh-keygen are missing: apt-get install openssh-server\n")
        return 2
    counts = [int(os.environ["BENCH_CHECKS"])] if os.environ.get("BENCH_CHECKS") else list(COUNTS)
    trips = [int(os.environ["BENCH_RTT_MS"])] if os.environ.get("BENCH_RTT_MS") else list(TRIPS_MS)
    points = []
    adopt_orphans()
    with (
        tempfile.TemporaryDirectory(prefix="tvox-uat-bench-") as folder,
        running_sshd(Path(folder) / "sshd", settings="LogLevel ERROR") as sshd,
    ):
        for rtt_ms, count in product(trips, counts):
            points.append(measure_point(sshd, count, rtt_ms, Path(folder) / f"{count}-{rtt_ms}"))
            say(table(points[-1]))
    say(verdicts(points))
    if len(points) == len(COUNTS) * len(TRIPS_MS):
        write(points)
    return 0


def measure_point(sshd: Sshd, count: int, rtt_ms: int, folder: Path) -> Point:
    """Let the tools do the work in turn."""
    checks = work.work(count, folder / "files")
    costs: dict[str, list[Cost]] = {}
    wrong = []
    with way_to(sshd, rtt_ms, folder) as way:
        place = Place(checks=checks, way=way, folder=folder)
        for _ in range(ROUNDS):
            for name, tool in TOOLS.items():
                if not is_due(name, count) or name in wrong or (costs.get(name) and costs[name][0].whole > _LONG):
                    continue
                ended, failures = tool(place)
                if failures == work.wrong(checks):
                    costs.setdefault(name, []).append(ended.cost)
                elif name in (OURS, SAME):
                    raise SystemExit(f"{name} did not see the check that is wrong, but {failures}:\n{ended.output}")
                else:
                    wrong.append(name)
    medians = {name: middle(found) for name, found in costs.items() if name not in wrong}
    return Point(count=count, rtt_ms=rtt_ms, costs=medians, wrong=tuple(wrong))


def is_due(name: str, count: int) -> bool:
    """Tell whether a tool takes part at all."""
    if name.startswith("goss"):
        return bool(os.environ.get("GOSS"))
    return not name.startswith("testinfra") or count <= SLOW_UP_TO


def write(points: list[Point]) -> None:
    """Write the tables and the picture."""
    from tests.bench.plot import draw  # matplotlib is there for the whole bench only

    machine = f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
    head = INTRODUCTION.format(machine=machine, rounds=ROUNDS, long=_LONG)
    picture = "![Seconds over checks](speed.svg)\n"
    pages = [head, picture, "## Targets\n", verdicts(points), "## Figures\n", *map(table, points)]
    (ROOT / "docs" / "speed.md").write_text("\n".join(pages), encoding="utf-8")
    draw(points, ROOT / "docs" / "speed.svg")


def say(text: str) -> None:
    """Show it at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
