"""Look for the newest backup in a folder: how old it is, how large, and whether it can be read to its end.

Read through on the machine, with low priority, are zip, tar, gz, bz2, xz and zst, a tar or dump within, and dumps of
MySQL, MariaDB and PostgreSQL, which end with a line that says so.

Example::

    - id: DATA-10
      title: {it: Il backup di stanotte c'è e si legge, en: Last night's backup is there and can be read}
      backup: {folder: /opt/telenia_data/backup, name: '*.tar.gz'}
      expect: {exists: true, age_hours: {at_most: 26}, size_bytes: {at_least: 1000000}, readable: true}
"""

from __future__ import annotations

import re
from shlex import quote

from uat.checks._inputs import Expression, Path, Said
from uat.checks._shell import ask, complaint, is_absent
from uat.errors import ObservationError
from uat.model import Duration, Field, Record, model_validator
from uat.probe import Probe

MOVES = ("age_hours", "count", "name", "size_bytes")
"""What changes by itself between two looks."""

_LIST = (
    "ls -d {folder}/. >/dev/null && date +%s && "
    "find -H {folder} -ignore_readdir_race -mindepth 1 -maxdepth {depth} -type f -name {name} -printf '%T@ %s %P\\0'"
)

_TEST = rb"""
f=$1
ionice -c 3 -p $$ 2>/dev/null
head -c 1 -- "$f" >/dev/null || exit 2
[ -s "$f" ] || { echo broken; exit; }
hex() { od -An -v -tx1 | tr -d ' \n'; }
unpacked() { case $packer in none) cat -- "$f" ;; *) $packer -dc -- "$f" ;; esac; }
beginning() { unpacked 2>/dev/null | head -c 512; }
has() { command -v "$1" >/dev/null 2>&1 || { echo "no tool: $1"; exit; }; }
told() { case $packer$? in *[a-z2]0|gzip2) echo whole ;; *) echo broken ;; esac }
read_by() { { { unpacked; told >&3; } | "$@" >/dev/null; echo "read $?" >&3; } 3>&1; }
ended() { tail -c 4096 | grep -ae '^-- Dump completed' -e '^-- PostgreSQL database .*dump complete'; }
case $(head -c 6 -- "$f" | hex) in
  504b0304*|504b0506*) has unzip; unzip -tqq "$f" </dev/null >&2; echo "whole read $?"; exit ;;
  1f8b*) packer=gzip ;;
  425a68*) packer=bzip2 ;;
  fd377a585a00) packer=xz ;;
  28b52ffd*) packer=zstd ;;
  *) packer=none ;;
esac
[ $packer = none ] || has $packer
case $(beginning | hex | cut -c 515-524) in 7573746172) read_by tar -tf -; exit ;; esac
case $(beginning | tr -d '\000') in
  *'-- MySQL dump '*|*'-- MariaDB dump '*|*'-- PostgreSQL database '*) read_by ended ;;
  PGDMP*) has pg_restore; read_by pg_restore -f /dev/stdout ;;
  *) if [ $packer = none ]; then echo "no kind"; else read_by cat; fi ;;
esac
"""
"""What a file is its first bytes say (magic(5)), not its name; ``unzip`` has no other way than a file.

``-- Dump completed`` ends what mysqldump(1) began with its heading, ``-- PostgreSQL database dump complete`` what
pg_dump(1) did; ``/dev/stdout``, because ``-`` is a file's name to pg_restore before 12. gzip
ends with 2 where something else follows the end.
"""


class Inputs(Record):
    """Which files in which folder; of them the one that was changed last is looked at."""

    folder: Path
    name: Said | None = Field(default=None, description="of the files; * and ? stand for what they do in a shell")
    matches: Expression | None = Field(default=None, description="in place of name: searched in the files' names")
    depth: int = Field(default=1, ge=1, le=5, description="how many levels are searched; 1: the folder itself")
    test: bool = Field(default=True, description="whether the newest one is read through")
    deadline: Duration | None = Field(default=None, description="for reading it; default: limits.backup")

    @model_validator(mode="after")
    def _has_one(self) -> Inputs:
        if (self.name is None) == (self.matches is None):
            raise ValueError("a backup is told by its 'name' or by what it 'matches', one of them")
        return self


class Observed(Record):
    """The newest backup; what is not known where there is none is None."""

    exists: bool
    name: str = Field(default="", description="below the folder: sub/file")
    age_hours: float | None = Field(default=None, description="since it was last written, by the machine's clock")
    size_bytes: int | None = None
    count: int = Field(default=0, description="of all files that are meant")
    readable: bool | None = Field(default=None, description="to its end; None: not tested, or of a kind nobody reads")


def observe(inputs: Inputs, probe: Probe) -> Observed:
    """List the files, and read the newest one through on the machine."""
    found, now = _list(inputs, probe)
    if not found:
        return Observed(exists=False)
    changed, size, name = max(found)
    return Observed(
        exists=True,
        name=name,
        age_hours=round((now - changed) / 3600, 2),
        size_bytes=size,
        count=len(found),
        readable=_is_readable(f"{inputs.folder}/{name}", inputs.deadline, probe) if inputs.test else None,
    )


def _list(inputs: Inputs, probe: Probe) -> tuple[list[tuple[float, int, str]], int]:
    """Give time, length and name of each file that is meant, and the machine's time."""
    question = _LIST.format(folder=quote(inputs.folder), depth=inputs.depth, name=quote(inputs.name or "*"))
    output = ask(probe, question, understood=None)
    if is_absent(output) and not output.stdout:
        return [], 0
    now, _, listed = output.text.partition("\n")
    if output.exit_code != 0 or not now.isdecimal():
        raise ObservationError(f"cannot look into {inputs.folder}: {complaint(output)}")
    files = re.findall(r"([\d.]+) (\d+) ([^\0]*)\0", listed)
    meant = [one for one in files if re.search(inputs.matches or "", one[2].rpartition("/")[2])]
    return [(float(changed), int(size), name) for changed, size, name in meant], int(now)


def _is_readable(path: str, deadline: float | None, probe: Probe) -> bool | None:
    output = probe.run(f"sh -s {quote(path)}", deadline=deadline or probe.limits.backup, stdin=_TEST)
    if output.exit_code != 0 or not re.match("no |whole|broken|read", output.text):
        raise ObservationError(f"cannot read {path}: {complaint(output)}")
    words = output.text.split()
    return None if words[0] == "no" else words == ["whole", "read", "0"]
