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
from hashlib import sha256
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
    f"stat -L -c '%f|%s|%U|%u|%G|%g' {{path}} && if [ -f {{path}} ]; then head -c {_CONTENT_BYTES + 1} {{path}}; fi"
)
"""Two programs a file; the hash of what comes back whole is made here."""

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
    """Ask for everything in one go; only the hash of a file above 64 KiB is asked for apart."""
    output = ask(probe, _QUESTION.format(path=quote(inputs.path)), understood=None)
    if is_absent(output) and not output.stdout:
        return Observed(exists=False)
    if output.exit_code != 0:
        raise ObservationError(f"cannot look at {inputs.path}: {complaint(output)}")
    first, _, content = output.stdout.partition(b"\n")
    facts = _STAT.fullmatch(first.decode(errors="replace"))
    if not facts:
        raise ObservationError(f"stat said something else of {inputs.path}: {first!r}")
    mode = int(facts["mode"], 16)
    return Observed(
        exists=True,
        type=_TYPES.get(stat.S_IFMT(mode), "unknown"),
        mode=format(stat.S_IMODE(mode), "04o"),
        owner=facts["uid"] if facts["owner"] == "UNKNOWN" else facts["owner"],
        group=facts["gid"] if facts["group"] == "UNKNOWN" else facts["group"],
        size_bytes=int(facts["size"]),
        sha256=_digest(inputs.path, int(facts["size"]), content, probe) if stat.S_ISREG(mode) else None,
        content=content[:_CONTENT_BYTES].decode(errors="replace"),
    )


def _digest(path: str, size: int, content: bytes, probe: Probe) -> str:
    """Hash what came back, or let the machine hash a file that is longer."""
    if len(content) <= _CONTENT_BYTES:
        return sha256(content).hexdigest()
    if size > _HASHED_BYTES:  # no hash would compare as unchanged
        raise ObservationError(f"{size} bytes are too many to hash on a live machine; take 'directory'")
    return ask(probe, f"sha256sum <{quote(path)}").text.split()[0]
