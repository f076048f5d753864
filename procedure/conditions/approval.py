"""Somebody has approved the change; that it is who also does it is allowed, and shown."""

from __future__ import annotations

from procedure.conditions import YES_OR_NO, Area, Finding, Ground, asked

AREA = Area.AGREEMENT
QUESTION = YES_OR_NO


def look(ground: Ground) -> Finding:
    """Ask who approved; the note is the place for the number of the approval."""
    finding = asked(ground, "approval", QUESTION)
    operator = ground.session.header.operator.partition(" (")[0]  # else "Luca Bianchi (lbianchi@LAPTOP7)"
    own = str(finding.facts["answered_by"]).casefold() == operator.casefold()
    return finding.model_copy(update={"facts": {**finding.facts, "self_approved": own}})
