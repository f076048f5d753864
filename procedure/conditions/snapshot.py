"""The virtual machine has no snapshot of anybody else, and no old one: the way back must be ours alone."""

from __future__ import annotations

from datetime import UTC, datetime

from procedure.conditions import Area, Finding, Ground, asked, found
from procedure.hypervisors import Listed
from procedure.interview import Question
from uat.model import Outcome

AREA = Area.HYPERVISOR
QUESTION = Question(words={"none": Outcome.PASSED, "present": Outcome.FAILED})


def look(ground: Ground) -> Finding:
    """List the snapshots with their age; those of this run do not count."""
    if ground.is_attested:
        return asked(ground, "snapshot", QUESTION)
    mine = ground.session.header.id
    others = [one for one in ground.hypervisor.snapshots() if mine not in one.name]
    now = datetime.now(UTC)
    return found(not others, others=[_told(one, now) for one in others])


def _told(one: Listed, now: datetime) -> str:
    """Name a snapshot, with the time it was taken and its age in days."""
    if one.taken_at is None:
        return one.name
    return f"{one.name} ({one.taken_at:%Y-%m-%d %H:%M} UTC, {(now - one.taken_at).days} d)"
