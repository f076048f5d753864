"""It is the agreed time: during an upgrade now, days before it only not over yet."""

from __future__ import annotations

from datetime import UTC, datetime

from procedure.conditions import Area, Finding, Ground, found
from uat.model import Phase

AREA = Area.AGREEMENT


def look(ground: Ground) -> Finding:
    """Compare ``upgrade.window`` with this computer's clock."""
    window, now = ground.checklist.upgrade.window, datetime.now(UTC)
    if window is None:
        return found(False, opens_at=None, closes_at=None)
    is_time = window.start <= now or ground.session.header.phase is Phase.PREFLIGHT
    return found(
        is_time and now < window.end,
        opens_at=window.start.isoformat(),
        closes_at=window.end.isoformat(),
        now_at=now.isoformat(timespec="seconds"),
    )
