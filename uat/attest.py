"""A person's answer as a result: attested by name, never observed."""

from __future__ import annotations

from datetime import UTC, datetime

from uat.answers import Answer
from uat.model import Check, Checklist, Evidence, Mismatch, Outcome, Phase, Result, Viewpoint
from uat.observe import is_valid, waiver_of


def answered(check: Check, phase: Phase, answer: Answer, *, checklist: Checklist, seconds: float) -> Result:
    """Turn a person's answer into a result, attested by name."""
    now = datetime.now(UTC)
    failed = answer.answer == "failed"
    waiver = waiver_of(check, checklist) if failed else None
    outcome = Outcome(answer.answer)
    if waiver and is_valid(waiver, checklist):
        outcome = Outcome.WAIVED
    mismatch = Mismatch(property="answer", operator="equals", expected="passed", observed=answer.answer)
    evidence = Evidence(
        kind="answer",
        label=answer.answered_by,
        status=answer.answer,
        body=answer.note,
        taken_at=now,
        seconds=round(seconds, 3),
        viewpoint=Viewpoint.PERSON,
    )
    return Result(
        check_id=check.id,
        phase=phase,
        outcome=outcome,
        observed=answer.model_dump(mode="json"),
        mismatches=(mismatch,) if failed else (),
        evidence=(evidence,),
        reason=answer.note or None,
        waiver=waiver,
        started_at=now,
        seconds=round(seconds, 3),
    )
