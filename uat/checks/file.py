"""Look at one file: what it is, whose it is, and what is in it. Links are followed.

testinfra's ``file`` is not asked: it takes a file that it may not see for one that does not exist.

Example::

    - id: NET-01
      title: {it: Il file hosts non è cambiato, en: The hosts file has not changed}
      file: {path: /etc/hosts}
      expect: {exists: true, mode: 0644, owner: root, content: {contains: localhost}, sha256: {unchanged: true}}
"""

from __future__ import annotations

import re
import stat
from shlex import quote

from uat.checks._inputs import Path
from uat.checks._shell import ask, complaint, is_absent
from uat.errors import ObservationError
from uat.model import Field, Record
from uat.probe import Probe

MOVES = ("content",)
"""What changes by itself between two looks."""

_CONTENT_BYTES = 65536
_HASHED_BYTES = 1 << 30

_QUESTION = (
    "stat -L -c '%f|%s|%U|%u|%G|%g' {path} && if [ -f {path} ]; then "
    f"if [ $(stat -L -c %s {{path}}) -le {_HASHED_BYTES} ]; then sha256sum <{{path}}; else echo -; fi && "
    f"head -c {_CONTENT_BYTES} {{path}}; fi"
)
_STAT = re.compile(r"(?P<mode>[0-9a-f]+)\|(?P<size>\d+)\|(?P<owner>.*)\|(?P<uid>\d+)\|(?P<group>.*)\|(?P<gid>\d+)")

_TYPES = {
    stat.S_IFREG: "file",
    stat.S_IFDIR: "directory",
    stat.S_IFSOCK: "socket",
    stat.S_IFIFO: "pipe",
    stat.S_IFBLK: "block device",
    stat.S_IFCHR: "character device",
}


class Inputs(Record):
    """Which file."""

    path: Path


class Observed(Record):
    """How the file is; texts are empty and the size is 0 when there is none."""

    exists: bool
    type: str = Field(default="", description="file, directory, socket, pipe, block device, character device")
    mode: str = Field(default="", description="four octal digits: 0644")
    owner: str = Field(default="", description="name, or the number of a user that has none")
    group: str = Field(default="", description="name, or the number of a group that has none")
    size_bytes: int = 0
    sha256: str | None = Field(default=None, description="of the whole file, at most 1 GiB; None: no file")
    content: str = Field(default="", description="the first 64 KiB, as UTF-8 text")


def observe(inputs: Inputs, probe: Probe) -> Observed:
    """Ask for everything in one go."""
    output = ask(probe, _QUESTION.format(path=quote(inputs.path)), understood=None)
    if is_absent(output) and not output.stdout:
        return Observed(exists=False)
    if output.exit_code != 0:
        raise ObservationError(f"cannot look at {inputs.path}: {complaint(output)}")
    first, _, rest = output.stdout.partition(b"\n")
    facts = _STAT.fullmatch(first.decode(errors="replace"))
    if not facts:
        raise ObservationError(f"stat said something else of {inputs.path}: {first!r}")
    return _read(facts, rest)


def _read(facts: re.Match[str], rest: bytes) -> Observed:
    """Put together what stat said and, of an ordinary file, hash and content."""
    mode = int(facts["mode"], 16)
    digest, _, content = rest.partition(b"\n")
    if digest == b"-":  # no hash would compare as unchanged
        raise ObservationError(f"{facts['size']} bytes are too many to hash on a live machine; take 'directory'")
    return Observed(
        exists=True,
        type=_TYPES.get(stat.S_IFMT(mode), "unknown"),
        mode=format(stat.S_IMODE(mode), "04o"),
        owner=facts["uid"] if facts["owner"] == "UNKNOWN" else facts["owner"],
        group=facts["gid"] if facts["group"] == "UNKNOWN" else facts["group"],
        size_bytes=int(facts["size"]),
        sha256=digest.decode().split()[0] if digest else None,
        content=content.decode(errors="replace"),
    )
