"""The customer's system has no customisations, or Telenia has said what to do about them.

The vendor: with any entry under *Personalizzazioni*, Telenia first puts the original programs back (guide,
Aggiornamenti). So ``agreed`` counts only with a note of who said so.
"""

from __future__ import annotations

from procedure.conditions import Area, Finding, Ground, asked
from procedure.interview import Question
from uat.model import Outcome

AREA = Area.AGREEMENT
QUESTION = Question(
    words={"none": Outcome.PASSED, "agreed": Outcome.PASSED, "present": Outcome.FAILED}, noted=("agreed",)
)


def look(ground: Ground) -> Finding:
    """Ask a person."""
    return asked(ground, "customisations", QUESTION)
