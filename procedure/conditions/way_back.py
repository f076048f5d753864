"""It is possible to go back to a snapshot of this machine, not only to take one."""

from __future__ import annotations

from procedure.conditions import YES_OR_NO, Area, Finding, Ground, asked, found

AREA = Area.HYPERVISOR
QUESTION = YES_OR_NO


def look(ground: Ground) -> Finding:
    """Ask the hypervisor what would stand in the way."""
    if ground.is_attested:
        return asked(ground, "way_back", QUESTION)
    hindrance = ground.hypervisor.no_way_back()
    return found(not hindrance, hindrance=[hindrance] if hindrance else [])
