"""The real wrapper runs on the real machine, outlives a cut link, and its end is understood."""

from __future__ import annotations

from procedure.conditions import Area, Finding, Ground, found, not_applicable
from procedure.rehearsal import rehearse
from uat.errors import ProcedureError
from uat.model import Outcome

AREA = Area.REHEARSAL
_BEFORE = ("identity", "role", "tools", "activity")
_LOST = "link_lost"


def look(ground: Ground) -> Finding:
    """Rehearse, unless it is not certain that this is the machine, that it is free and that it has the tools."""
    results = {name: ground.result(name) for name in _BEFORE}
    if missing := [name for name, one in results.items() if one is None or one.outcome is not Outcome.PASSED]:
        return not_applicable("not_rehearsed", conditions=missing).model_copy(update={"outcome": Outcome.BLOCKED})
    try:
        seen = rehearse(ground.session, run_id=ground.session.header.id, limits=ground.checklist.limits)
    except ProcedureError as error:
        if error.stop == _LOST:
            raise
        return found(False, **error.facts)
    return found(seen.holds, **seen.facts)
