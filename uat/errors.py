"""The four errors of the project, by whose fault they are, and the exit codes they lead to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from uat.model import JsonValue, Source


class ExitCode(IntEnum):
    """What the session says besides pytest's own 0 to 6."""

    STOPPED = 10
    UNREACHABLE = 11
    GATE_CLOSED = 12
    UNANSWERED = 13


class TvoxError(Exception):
    """Something the engineer must read: what, where, what to do next."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing wrong in a checklist, and where; prints as ``acme.yaml:27:9: message``."""

    source: Source
    message: str

    def __str__(self) -> str:
        return f"{self.source}: {self.message}"


class ChecklistError(TvoxError):
    """The author's: the checklist cannot be used as it is written. Holds every problem found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class UnreachableError(TvoxError):
    """The way to the machine's: network, login or host key."""


class LoginError(UnreachableError):
    """The machine answers, but does not let us in: whatever was typed may have been a typing mistake."""


class ChangedKeyError(UnreachableError):
    """The machine shows another host key than the trusted one: another machine, or one that made itself new keys.

    ``facts`` are the address, the key that was shown, those that are known, and the file they stand in.
    """

    def __init__(self, message: str, *, facts: Mapping[str, JsonValue]) -> None:
        super().__init__(message)
        self.facts = dict(facts)


class ObservationError(TvoxError):
    """The machine was asked and its answer made no sense, or did not come within the deadline."""


class ProcedureError(TvoxError):
    """A step of the procedure failed; the machine may have changed. Nothing further may be done to it.

    ``stop`` is the reason's code, a key of the languages' ``stop`` table (``no_marker``, ``gate_closed`` ...);
    ``facts`` are what is known, as plain values; ``exit_code`` is what the session ends with.
    """

    def __init__(
        self,
        stop: str,
        *,
        facts: Mapping[str, JsonValue] | None = None,
        exit_code: ExitCode = ExitCode.STOPPED,
    ) -> None:
        super().__init__(f"{stop}: {dict(facts or {})}")
        self.stop = stop
        self.facts = dict(facts or {})
        self.exit_code = exit_code


def words(error: Exception) -> str:
    """Give an error's own words: of a stop, what was said where it happened."""
    return str(error.facts.get("error", error)) if isinstance(error, ProcedureError) else str(error)
