"""Count the processes of a program, and see who runs them and with which arguments.

testinfra's ``process`` is not asked: it takes a name with a blank (``tmux: server``) for two columns, and
asks the machine again for each process.

Example::

    - id: TEL-02
      title: {it: Il proxy SIP gira con il suo utente, en: The SIP proxy runs as its own user}
      process: {matches: 'kamailio.* -f /etc/kamailio/kamailio\\.cfg'}
      expect: {count: {at_least: 1}, users: [kamailio]}
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial

from uat.checks._inputs import Expression, Said
from uat.checks._shell import ask
from uat.errors import ObservationError
from uat.model import Field, Record, model_validator
from uat.probe import Probe

MOVES = ("arguments", "count")
"""What changes by itself between two looks."""

_QUESTION = "ps -Aww -o pid:10= -o ppid:10= -o stat:8= -o user:32= -o comm:64= -o args="
"""Columns of fixed width, because a process may have blanks in its name (procps 3.2.8 and later)."""

_LINE = re.compile(
    r" *(?P<pid>\d+) +(?P<parent>\d+) (?P<state>\S.{7}) (?P<user>.{32}) (?P<name>.{64}) ?(?P<arguments>.*)"
)
_NAME_LENGTH = 15
"""Longer names are cut by the kernel (proc(5), comm)."""

_Line = re.Match[str]


class Inputs(Record):
    """Which processes: either by ``name`` or by what ``matches``."""

    name: Said | None = Field(default=None, description="the program's name, as top shows it")
    matches: Expression | None = Field(default=None, description="searched in the whole command line")

    @model_validator(mode="after")
    def _has_one(self) -> Inputs:
        if (self.name is None) == (self.matches is None):
            raise ValueError("a process is told by 'name' or by 'matches', one of them")
        return self


class Observed(Record):
    """The processes that were found; ended ones that nobody collected (zombies) are none."""

    count: int
    users: tuple[str, ...] = Field(description="each once, sorted")
    arguments: tuple[str, ...] = Field(description="the command line of each process, sorted")


def observe(inputs: Inputs, probe: Probe) -> Observed:
    """List all processes and keep those that are meant; those of our own connection are none of the machine's."""
    found = [line for line in listed(probe) if _is_meant(line, inputs)]
    return Observed(
        count=len(found),
        users=tuple(sorted({line["user"].strip() for line in found})),
        arguments=tuple(sorted(line["arguments"].strip() for line in found)),
    )


def listed(probe: Probe) -> list[_Line]:
    """List the processes that live and are none of our connection's.

    :returns: matches with the groups pid, parent, state, user, name and arguments, blanks around them.
    """
    output = ask(probe, _QUESTION)
    lines = {line["pid"]: line for line in map(_read, output.text.splitlines())}
    ours = _ours(lines)
    if not ours:
        raise ObservationError(f"ps listed not even itself: {output.text[:80]!r}")
    return [line for pid, line in lines.items() if pid not in ours and _is_alive(line)]


def _read(text: str) -> _Line:
    line = _LINE.fullmatch(text)
    if not line:
        raise ObservationError(f"ps wrote a line that cannot be read: {text!r}")
    return line


def _ours(lines: Mapping[str, _Line]) -> set[str]:
    """Find what our SSH connection runs: this question, and those of the checks beside it.

    Their command lines name what they look for, and would be counted.
    """
    asking = {pid for pid, line in lines.items() if _QUESTION in line["arguments"]}
    sessions = {next(filter(partial(_is_sshd, lines), _ancestors(pid, lines)), pid) for pid in asking}
    return {pid for pid in lines if pid in asking or sessions.intersection(_ancestors(pid, lines))}


def _is_sshd(lines: Mapping[str, _Line], pid: str) -> bool:
    """Tell the process that serves an SSH connection; since OpenSSH 9.8 it is called ``sshd-session``."""
    return lines[pid]["name"].startswith("sshd")


def _ancestors(pid: str, lines: Mapping[str, _Line]) -> Iterator[str]:
    """Go up from a process to the first one, itself left out."""
    parent = lines[pid]["parent"]
    while parent in lines:
        yield parent
        parent = lines[parent]["parent"]


def _is_alive(line: _Line) -> bool:
    return not line["state"].startswith("Z")


def _is_meant(line: _Line, inputs: Inputs) -> bool:
    if inputs.name is not None:
        return line["name"].strip() in (inputs.name, inputs.name[:_NAME_LENGTH])
    return re.search(inputs.matches or "", line["arguments"]) is not None
