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

    `folders` are those that were missing when the session began, the deepest first; `closing` is what is
    said last.
    """

    header: Header
    folder: Path
    folders: tuple[Path, ...] = ()
    checks: dict[str, Check] = field(default_factory=dict)
    results: dict[tuple[Phase, str], Result] = field(default_factory=dict)
    last_step: Step | None = None
    closing: tuple[Line, ...] = ()

    def take(self, check: Check, result: Result) -> bool:
        """Keep a result; tell whether it is the first that was looked at in its phase."""
        looked = {one.phase for one in self.results.values() if one.outcome not in _NOT_LOOKED_AT}
        self.checks[check.id] = check
        self.results[result.phase, check.id] = result
        return result.phase not in looked and result.outcome not in _NOT_LOOKED_AT

    def latest(self, check_id: str) -> Result | None:
        """Give the last result of a check: items report in the order of the phases."""
        found = (self.results.get((phase, check_id)) for phase in (Phase.POST, Phase.PRE))
        return next(filter(None, found), None)

    def before(self) -> dict[str, Result]:
        """Give what this run itself saw before the upgrade."""
        return {id: result for (phase, id), result in self.results.items() if phase is Phase.PRE}
