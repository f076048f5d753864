"""Which parts a session has: `--phase=upgrade` looks, changes, and looks again."""

from __future__ import annotations

from uat.model import Phase

PARTS: dict[Phase, tuple[Phase, ...]] = {
    Phase.PREFLIGHT: (Phase.PREFLIGHT,),
    Phase.PRE: (Phase.PRE,),
    Phase.UPGRADE: (Phase.PREFLIGHT, Phase.PRE, Phase.UPGRADE, Phase.POST),
    Phase.ROLLBACK: (Phase.ROLLBACK, Phase.POST),
    Phase.POST: (Phase.POST,),
    Phase.CLOSE: (Phase.CLOSE,),
}
"""The parts of a session by the value of ``--phase``, in their order."""

CHANGING = (Phase.UPGRADE, Phase.ROLLBACK, Phase.CLOSE)
"""The only ones that change the machine or its snapshots."""

PROCEDURE = (Phase.PREFLIGHT, *CHANGING)
"""The ones that need the procedure's plugin."""

LOOKING = (Phase.PRE, Phase.POST)
"""The parts in which the checklist's checks are looked at."""


def looked_at(phase: Phase) -> tuple[Phase, ...]:
    """List the parts of a session in which the checklist's checks are looked at."""
    return tuple(part for part in PARTS[phase] if part in LOOKING)
