"""It is decided how long the snapshot is kept, and whose decision that is.

The vendor says a week, the hypervisor's maker 72 hours (Broadcom KB 318825). Another time is possible with a reason,
but no longer than a week: a snapshot grows, and slows the machine down.
"""

from __future__ import annotations

import re

from procedure.conditions import Area, Finding, Ground, attested, found
from procedure.interview import Question
from uat.model import Outcome

AREA = Area.AGREEMENT
QUESTION = Question(words={"week": Outcome.PASSED}, pattern=r"\d+ ?[hdw]")
HOUR, DAY, WEEK = 3600, 86400, 604800
_UNITS = {"h": HOUR, "d": DAY, "w": WEEK}
_OFFERED = (72 * HOUR, WEEK)


def look(ground: Ground) -> Finding:
    """Read the choice in the checklist, else ask a person: ``72h``, ``week``, or another time with a note of why."""
    if chosen := ground.checklist.upgrade.keep_snapshot:
        holds = 0 < chosen.seconds <= WEEK and bool(chosen.owner.strip())
        return found(holds, keep_seconds=chosen.seconds, answered_by=chosen.owner)
    said = ground.interview.about("keep", QUESTION)
    keep_seconds = duration(said.answer)
    holds = keep_seconds in _OFFERED or (0 < keep_seconds < WEEK and bool(said.note.strip()))
    return attested(said, Outcome.PASSED if holds else Outcome.FAILED, keep_seconds=keep_seconds)


def duration(answer: str) -> int:
    """Give the seconds of ``72h``, ``3d``, ``1w`` or ``week``."""
    found = re.fullmatch(r"(\d+) ?([hdw])", answer)
    return int(found[1]) * _UNITS[found[2]] if found else WEEK
