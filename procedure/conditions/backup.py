"""No backup job takes a snapshot of the machine while it is upgraded."""

from __future__ import annotations

from procedure.conditions import Area, Finding, Ground, asked
from procedure.interview import Question
from uat.model import Outcome

AREA = Area.AGREEMENT
QUESTION = Question(words={"none": Outcome.PASSED, "suspended": Outcome.PASSED, "due": Outcome.FAILED})


def look(ground: Ground) -> Finding:
    """Ask a person."""
    return asked(ground, "backup", QUESTION)
