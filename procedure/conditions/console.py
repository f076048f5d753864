"""Somebody can look at the virtual machine's console tonight, and has tried it: after the patch SSH may be dead."""

from __future__ import annotations

from procedure.conditions import YES_OR_NO, Area, Finding, Ground, asked

AREA = Area.AGREEMENT
QUESTION = YES_OR_NO


def look(ground: Ground) -> Finding:
    """Ask a person."""
    return asked(ground, "console", QUESTION)
