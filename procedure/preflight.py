"""What must hold before anything is touched: each condition is looked at once, and is an inhibitor when it fails."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from procedure import hypervisors
from procedure.conditions import Finding, Ground
from procedure.hypervisors import Ask
from uat import registry
from uat.errors import ObservationError, ProcedureError, UnreachableError
from uat.model import Outcome, Phase, Result
from uat.session import Session

_SOCKET = "procedure.conditions"


def conditions() -> tuple[str, ...]:
    """List the conditions, in the order in which they are looked at."""
    return registry.names(_SOCKET)


class Preflight:
    """Looks at conditions and keeps what they came to; nothing of the machine is changed."""

    def __init__(self, session: Session, *, ask: Ask) -> None:
        self._session = session
        self._ask = ask
        self._ground: Ground | None = None

    def look(self, condition: str) -> Result:
        """Look at a condition and write down what it came to; what cannot be looked at is an error, not a pass."""
        seen = self._session.results.get((Phase.PREFLIGHT, condition))
        if seen or self._session.earlier:  # once the machine was changed, it is too late to look whether it may be
            return seen or self._session.unlooked(condition, Phase.PREFLIGHT, Outcome.NOT_RUN, "")
        began, started_at = time.monotonic(), datetime.now(UTC)
        error = None
        try:
            finding = registry.load(_SOCKET, condition).look(self._open())
        except (ObservationError, ProcedureError, UnreachableError, OSError) as reason:
            finding, error = Finding(outcome=Outcome.ERROR), str(reason)
        result = Result(
            check_id=condition,
            phase=Phase.PREFLIGHT,
            outcome=finding.outcome,
            observed=finding.facts or None,
            evidence=finding.evidence,
            error=error,
            reason=finding.reason or None,
            started_at=started_at,
            seconds=round(time.monotonic() - began, 3),
        )
        self._session.results[Phase.PREFLIGHT, condition] = result
        self._session.journal.write("result", result)
        return result

    def _open(self) -> Ground:
        if self._ground is None:
            checklist = self._session.checklist
            chosen = hypervisors.choose(checklist.system.hypervisor)
            opened = chosen.open(limits=checklist.limits, ask=self._ask)
            self._ground = Ground(session=self._session, hypervisor=opened, ask=self._ask)
        return self._ground
