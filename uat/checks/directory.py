"""Count what lies in a directory and below it, and how much room it takes.

Example::

    - id: DATA-01
      title: {it: La configurazione non ha perso file, en: The configuration has lost no files}
      directory: {path: /opt/telenia_data/sync/conf}
      expect:
        exists: true
        pre: {files: {at_least: 1}}
        post: {files: {not_below_before: true}, size_bytes: {drift: 5%}, names: {nothing_lost: true}}
"""

from __future__ import annotations

import re
from shlex import quote

from uat.checks._inputs import Path
from uat.checks._shell import ask, complaint, is_absent
from uat.errors import ObservationError
from uat.model import Field, Record
from uat.probe import Probe

MOVES = ("size_bytes",)
"""What changes by itself between two looks."""

_NAMES_AT_MOST = 10_000

_QUESTION = (
    "ls -d {path}/. >/dev/null && find -H {path} -ignore_readdir_race -mindepth 1 -printf '%y %s\\n' | "
    """awk '$1=="f"{{f++;s+=$2}} $1=="d"{{d++}} END{{printf "%d %d %.0f\\n",f,d,s}}' && """
    "find -H {path} -ignore_readdir_race -mindepth 1 -maxdepth {depth} -printf '%P\\0'"
)
"""Both walks pass over what vanishes meanwhile; whatever else find complains about goes to stderr."""


class Inputs(Record):
    """Which directory."""

    path: Path
    depth: int = Field(default=1, ge=0, le=20, description="how many levels of names are listed; 0: none")


class Observed(Record):
    """What is in the directory at every depth; links are neither followed nor counted."""

    exists: bool = Field(description="and is a directory")
    files: int = 0
    folders: int = 0
    size_bytes: int = Field(default=0, description="all files' lengths together, not the blocks they take")
    names: tuple[str, ...] = Field(default=(), description="sorted, below the directory: sub/file")


def observe(inputs: Inputs, probe: Probe) -> Observed:
    """Walk the directory on the machine, and bring back the sums and the names."""
    output = ask(probe, _QUESTION.format(path=quote(inputs.path), depth=inputs.depth), understood=None)
    if is_absent(output) and not output.stdout:
        return Observed(exists=False)
    if output.exit_code != 0 or output.stderr:
        raise ObservationError(f"cannot walk through {inputs.path}: {complaint(output)}")
    first, _, rest = output.text.partition("\n")
    sums = re.fullmatch(r"(\d+) (\d+) (\d+)", first)
    if not sums:
        raise ObservationError(f"no sums came back of {inputs.path}: {first!r}")
    names = rest.split("\0")[:-1]
    if len(names) > _NAMES_AT_MOST:
        raise ObservationError(f"{inputs.path} has {len(names)} names; take a smaller depth, 0 lists none")
    files, folders, size_bytes = map(int, sums.groups())
    return Observed(exists=True, files=files, folders=folders, size_bytes=size_bytes, names=tuple(sorted(names)))
