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

from uat.checks._shell import ask
from uat.errors import ObservationError
from uat.model import Field, Record, field_validator, model_validator
from uat.probe import Probe

_QUESTION = "ps -Aww -o stat:8= -o user:32= -o comm:64= -o args="
"""Columns of fixed width, because a process may have blanks in its name (procps 3.2.8 and later)."""

_LINE = re.compile(r"(?P<state>\S.{7}) (?P<user>.{32}) (?P<name>.{64}) ?(?P<arguments>.*)")
_NAME_LENGTH = 15
"""Longer names are cut by the kernel (proc(5), comm)."""


class Inputs(Record):
    """Which processes: either by ``name`` or by what ``matches``."""

    name: str | None = Field(default=None, min_length=1, description="the program's name, as top shows it")
    matches: str | None = Field(
        default=None, min_length=1, description="a regular expression, searched in the whole command line"
    )

    @field_validator("matches")
    @classmethod
    def _is_expression(cls, value: str | None) -> str | None:
        try:
            re.compile(value or "")
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from error
        return value

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
    """List all processes and keep those that are meant."""
    output = ask(probe, _QUESTION)
    lines = [_LINE.fullmatch(line) for line in output.text.splitlines()]
    if not lines or None in lines:
        raise ObservationError(f"'{_QUESTION}' answered no list of processes: {output.text[:80]!r}")
    found = [line for line in lines if line and _is_alive(line) and _is_meant(line, inputs)]
    return Observed(
        count=len(found),
        users=tuple(sorted({line["user"].strip() for line in found})),
        arguments=tuple(sorted(line["arguments"].strip() for line in found)),
    )


def _is_alive(line: re.Match[str]) -> bool:
    """Leave out zombies, and our own question with the shells round it."""
    return not line["state"].startswith("Z") and _QUESTION.removeprefix("ps ") not in line["arguments"]


def _is_meant(line: re.Match[str], inputs: Inputs) -> bool:
    if inputs.name is not None:
        return line["name"].strip() in (inputs.name, inputs.name[:_NAME_LENGTH])
    return re.search(inputs.matches or "", line["arguments"]) is not None
