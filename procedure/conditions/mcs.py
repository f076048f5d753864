"""A linked MCS is upgraded first: an older one does not take the new release (guide, MCS, Prodotto)."""

from __future__ import annotations

from procedure.conditions import Area, Finding, Ground, attested, not_applicable
from procedure.interview import Question
from uat.model import Outcome

AREA = Area.AGREEMENT
QUESTION = Question(words={"none": Outcome.NOT_APPLICABLE}, pattern=r"\d+(\.\d+)*")


def look(ground: Ground) -> Finding:
    """Ask a person for the MCS's release; its first number must reach that of the last patch."""
    said = ground.interview.about("mcs", QUESTION)
    if said.answer == "none":
        return not_applicable("no_mcs").model_copy(update={"evidence": attested(said, Outcome.PASSED).evidence})
    expected = _major(ground.checklist.upgrade.patches[-1].release)
    holds = int(said.answer.split(".")[0]) >= expected
    return attested(said, Outcome.PASSED if holds else Outcome.FAILED, expected=expected)


def _major(release: str) -> int:
    first = release.split(".")[0]
    return int(first) if first.isdecimal() else 0
