"""The customer's licence gives a right to the upgrade."""

from __future__ import annotations

from procedure.conditions import YES_OR_NO, Area, Finding, Ground, asked

AREA = Area.AGREEMENT
QUESTION = YES_OR_NO


def look(ground: Ground) -> Finding:
    """Ask a person."""
    return asked(ground, "licence", QUESTION)
