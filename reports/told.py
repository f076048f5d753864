"""What a running session was told so far: results and steps, from which pytest's own reports get their words."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from reports.terminal import Line
from uat.model import Check, Header, Outcome, Phase, Result, Step

_NOT_LOOKED_AT = (Outcome.BLOCKED, Outcome.NOT_RUN)


@dataclass(kw_only=True)
class Told:
    """Collects what the hooks say, in their order.

    `folders` are those that were missing when the session began, the deepest first; `before` is what this run itself
    saw before the upgrade; `begun` are the phases in which something was looked at; `progress_at` is how many
    seconds of the looking were over when its progress was last said, `is_passing` that this stands on the terminal
    and is to be wiped; `closing` is what is said last.
    """

    header: Header
    folder: Path
    folders: tuple[Path, ...] = ()
    checks: dict[str, Check] = field(default_factory=dict)
    results: dict[tuple[Phase, str], Result] = field(default_factory=dict)
    before: dict[str, Result] = field(default_factory=dict)
    begun: set[Phase] = field(default_factory=set)
    progress_at: float = 0.0
    is_passing: bool = False
    last_step: Step | None = None
    closing: tuple[Line, ...] = ()

    def take(self, check: Check, result: Result) -> bool:
        """Keep a result; tell whether it is the first that was looked at in its phase."""
        self.checks[check.id] = check
        self.results[result.phase, check.id] = result
        if result.phase is Phase.PRE:
            self.before[check.id] = result
        if result.outcome in _NOT_LOOKED_AT or result.phase in self.begun:
            return False
        self.begun.add(result.phase)
        self.progress_at = 0.0
        return True

    def latest(self, check_id: str) -> Result | None:
        """Give the last result of a check: items report in the order of the phases."""
        found = (self.results.get((phase, check_id)) for phase in (Phase.POST, Phase.PRE))
        return next(filter(None, found), None)
