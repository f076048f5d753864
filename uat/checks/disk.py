"""Look how much room is left on the file system that a path lies on.

Example::

    - id: SYS-01
      title: {it: C'è spazio per l'aggiornamento, en: There is room for the upgrade}
      severity: blocker
      disk: {path: /opt/telenia_data}
      expect: {free_percent: {at_least: 50}, inodes_free_percent: {at_least: 10}}
"""

from __future__ import annotations

import re
from shlex import quote

from uat.checks._inputs import Path
from uat.checks._shell import ask
from uat.errors import ObservationError
from uat.model import Field, Record
from uat.probe import Probe

MOVES = ("free_bytes", "free_percent", "inodes_free_percent")
"""What changes by itself between two looks."""

_QUESTION = "df -P -k {path} && df -P -i {path}"

_LINE = re.compile(r"\s(\d+|-)\s+(\d+|-)\s+(-?\d+|-)\s+(?:\d+%|-)\s+/")
"""Total, used, available (POSIX df -P; GNU df -i writes the same columns, and - where there are no inodes)."""


class Inputs(Record):
    """Which path; the file system that holds it is looked at."""

    path: Path = Field(description="it must exist")


class Observed(Record):
    """The room on the file system, as an ordinary program may use it (root's reserve is not free)."""

    size_bytes: int
    free_bytes: int
    free_percent: float = Field(description="of what an ordinary program may use, as df counts")
    inodes_free_percent: float | None = Field(description="None where the file system has no limit")


def observe(inputs: Inputs, probe: Probe) -> Observed:
    """Ask df for the blocks and the inodes."""
    output = ask(probe, _QUESTION.format(path=quote(inputs.path)))
    lines = _LINE.findall(output.text)
    if len(lines) != 2 or "-" in lines[0]:
        raise ObservationError(f"df answered something else for {inputs.path}: {output.text!r}")
    size, used, free = map(int, lines[0])
    return Observed(
        size_bytes=size * 1024,
        free_bytes=free * 1024,
        free_percent=_percent(free, used + free),
        inodes_free_percent=_inodes(*lines[1]),
    )


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 1) if whole else 0.0


def _inodes(total: str, used: str, free: str) -> float | None:
    if total in ("0", "-"):
        return None
    return _percent(int(free), int(used) + int(free))
