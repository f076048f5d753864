"""Watches how long a running patch has said nothing, and whether it waits for somebody to type."""

from __future__ import annotations

from enum import StrEnum

from procedure.account import Account
from procedure.output import is_question
from uat.errors import ProcedureError
from uat.model import Limits, NewsKind


class Waits(StrEnum):
    """What the patch's processes do on their terminal, as the kernel tells (/proc/PID/syscall, proc(5))."""

    READ = "read"
    POLL = "poll"
    NO = "no"
    UNKNOWN = "unknown"


class Watch:
    """Holds the time of the last output; nothing is ever answered, nothing is ever ended."""

    def __init__(self, *, limits: Limits, account: Account) -> None:
        self._limits = limits
        self._account = account
        self._last_output = account.elapsed
        self._next_silence = limits.silence
        self._asked_since: float | None = None
        self.question = ""
        self.longest = 0.0

    @property
    def silent_for(self) -> float:
        """Seconds since the last output."""
        return self._account.elapsed - self._last_output

    @property
    def is_quiet(self) -> bool:
        """Tell whether it is worth looking if the patch waits for somebody."""
        return self.silent_for >= self._limits.quiet

    def heard(self) -> None:
        """Take notice of output: whatever was waited for is over."""
        self.longest = max(self.longest, self.silent_for)
        self._last_output = self._account.elapsed
        self._next_silence = self._limits.silence
        self._asked_since = None

    def slept(self, seconds: float) -> None:
        """Take notice that this computer slept: what nobody could hear is no silence, and no unanswered question."""
        self._last_output += seconds
        if self._asked_since is not None:
            self._asked_since += seconds

    def nothing(self, unfinished: str, *, last: str, waits: Waits) -> None:
        """Take notice that nothing more was printed.

        :param unfinished: the line that has no end yet; empty when there is none.
        :param last: the last line that has one.
        :raises ProcedureError: ``prompt_unanswered``: nobody answered for ``limits.prompt``.
        """
        self.longest = max(self.longest, self.silent_for)
        if self.silent_for >= self._next_silence:
            self._account.tell(NewsKind.SILENCE, unfinished or last)
            self._next_silence *= 2
        if self.is_quiet and is_waiting(unfinished, waits):
            self._wait_for_answer(unfinished or last)

    def _wait_for_answer(self, line: str) -> None:
        now = self._account.elapsed
        if self._asked_since is None:
            self._asked_since, self.question = now, line
            self._account.tell(NewsKind.PROMPT, line)
        waited = now - self._asked_since
        if waited > self._limits.prompt:
            facts = {"question": line, "waited_seconds": round(waited)}
            raise ProcedureError("prompt_unanswered", facts=facts)


def is_waiting(unfinished: str, waits: Waits) -> bool:
    """Tell whether somebody is waited for: the kernel's word counts more than how the line looks."""
    return waits is Waits.READ or (waits in (Waits.POLL, Waits.UNKNOWN) and is_question(unfinished))
