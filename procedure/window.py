"""The agreed window, and the time that a way back would take: from what this very run measured."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from uat.model import Outcome, Phase, Result, Step

_REVERT_SECONDS = 60.0
"""The least that putting a snapshot back is taken for; taking it is about as fast, and was measured."""


def way_back(steps: Iterable[Step], results: Iterable[Result]) -> dict[str, float] | None:
    """Estimate the seconds of a rollback, by part: shutdown, revert, boot, settle, checks.

    Each part is what this run took for it before the first patch: the shutdown, the snapshot (for the revert),
    the start, the settling, and the CHECK UAT before the upgrade.

    :returns: None while one of the parts was not measured yet; nothing was patched then.
    """
    took = {step.name: step.seconds for step in steps if step.outcome is Outcome.PASSED and step.release is None}
    if not {"shutdown", "snapshot", "start", "settle"} <= took.keys():
        return None
    return {
        "shutdown": took["shutdown"],
        "revert": max(took["snapshot"], _REVERT_SECONDS),
        "boot": took["start"],
        "settle": took["settle"],
        "checks": _lasted(results),
    }


def _lasted(results: Iterable[Result]) -> float:
    """Give how long the looks before the upgrade took, from the first to the end of the last."""
    looked = [one for one in results if one.phase is Phase.PRE and one.attempts]
    if not looked:
        return 0.0
    ends = (one.started_at + timedelta(seconds=one.seconds) for one in looked)
    return (max(ends) - min(one.started_at for one in looked)).total_seconds()


def left(end: datetime, now: datetime) -> float:
    """Give the seconds until the window's end; negative after it."""
    return (end - now).total_seconds()
