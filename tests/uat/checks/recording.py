"""A machine that only knows what was written down: each command and what it answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from uat.model import JsonValue
from uat.ssh.output import Output

RTT_SECONDS = 0.2


class UnknownCommandError(Exception):
    """A kind asked for something that the row does not answer."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a command answered."""

    stdout: str = ""
    stderr: str = ""
    exit_code: int = 0


@dataclass(frozen=True, kw_only=True)
class Row:
    """One look at one machine.

    ``source`` says where the answers are from: ``recorded: ...`` on which machine or in which public
    recording, ``documented: ...`` by which manual or source text. Either ``observed`` or ``error``, a part of
    the message, is what must come of it. ``now`` is this computer's clock, where it matters.
    """

    fact: str
    system: str
    source: str
    inputs: Mapping[str, JsonValue]
    answers: Mapping[str, Said]
    observed: Mapping[str, JsonValue] | None = None
    error: str | None = None
    now: float | None = None


@dataclass
class Recording:
    """Stands for a connection; what is not in the answers is an error of the test."""

    answers: Mapping[str, Said]
    asked: list[str] = field(default_factory=list)

    def run(self, command: str, *, deadline: float | None = None, stdin: bytes = b"") -> Output:
        """Give the recorded answer to a command."""
        if command not in self.answers:
            raise UnknownCommandError(f"no answer is recorded for: {command}\nknown: {list(self.answers)}")
        self.asked.append(command)
        said = self.answers[command]
        return Output(
            exit_code=said.exit_code,
            stdout=said.stdout.encode(),
            stderr=said.stderr.encode(),
            seconds=RTT_SECONDS,
        )
