"""Look whether something is mounted at a path, what, and how.

The mount point itself is looked at, not the file system that happens to hold the path: ``disk`` does that. Only the
kernel's list is read, so a share whose server is silent does not hold the look up.

Example::

    - id: SYS-04
      title: {it: Il disco dati è montato in scrittura, en: The data disk is mounted for writing}
      severity: blocker
      mount: {path: /opt/telenia_data}
      expect: {mounted: true, type: ext4, read_only: false, source: {unchanged: true}, options: {includes: noatime}}
"""

from __future__ import annotations

import re

from uat.checks._inputs import Path
from uat.checks._shell import ask
from uat.errors import ObservationError
from uat.model import Field, Record
from uat.probe import Probe

_QUESTION = "cat /proc/self/mountinfo"

_LINE = re.compile(
    r"\d+ \d+ \d+:\d+ \S+ (?P<point>\S+) (?P<options>\S+)(?: \S+)*? - "
    r"(?P<type>\S+) (?P<source>\S*) (?P<of_file_system>.*)"
)
"""proc(5), /proc/[pid]/mountinfo; since Linux 2.6.26. Optional fields stand before the dash."""

_ESCAPED = re.compile(r"\\([0-7]{3})")
"""proc(5): blank, tab, line end and backslash are written in octal."""


class Inputs(Record):
    """Which mount point."""

    path: Path = Field(description="as the kernel writes it: links are not followed")


class Observed(Record):
    """What is mounted there; of several, one over the other, the one on top."""

    mounted: bool
    source: str = Field(default="", description="a device, a share, or the word that stands for one")
    type: str = Field(default="", description="ext4, xfs, nfs4, tmpfs")
    options: tuple[str, ...] = Field(default=(), description="of the mount and of its file system, sorted")
    read_only: bool | None = Field(default=None, description="the mount, or the whole file system; None: not mounted")


def observe(inputs: Inputs, probe: Probe) -> Observed:
    """Read the kernel's list of mounts."""
    return mounts(probe).get(inputs.path.rstrip("/") or "/", Observed(mounted=False))


def mounts(probe: Probe) -> dict[str, Observed]:
    """Read all mounts by their mount points; of several on one point the last, which lies on top."""
    output = ask(probe, _QUESTION)
    lines = [line for line in map(_LINE.fullmatch, output.text.splitlines()) if line]
    if not lines:
        raise ObservationError(f"the kernel's list of mounts cannot be read: {output.text[:80]!r}")
    return {_plain(line["point"]): _read(line) for line in lines}


def _read(line: re.Match[str]) -> Observed:
    """Put the options together as findmnt(8) does: what is read-only in one place is read-only."""
    options = {*line["options"].split(","), *line["of_file_system"].split(",")} - {""}
    if "ro" in options:
        options.discard("rw")
    return Observed(
        mounted=True,
        source=_plain(line["source"]),
        type=line["type"],
        options=tuple(sorted(map(_plain, options))),
        read_only="ro" in options,
    )


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda code: chr(int(code[1], 8)), text)
