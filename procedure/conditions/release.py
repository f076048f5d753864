"""The product says the release that the upgrade was planned from."""

from __future__ import annotations

from procedure.conditions import Area, Finding, Ground, found
from procedure.steps import is_same_release
from uat.errors import ObservationError
from uat.identity import release

AREA = Area.MACHINE


def look(ground: Ground) -> Finding:
    """Compare ``upgrade.release.pre`` with what ``getVersion`` of the WebAPI says."""
    planned = ground.checklist.upgrade.release
    said = release(ground.probe)
    if not said:
        raise ObservationError("system.web: the product does not tell its release")
    expected = planned.pre if planned else ""
    return found(is_same_release(said, expected), expected=expected, found=said)
