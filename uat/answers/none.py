"""Asks nobody: every manual check stays unanswered (a CI job without a file of answers)."""

from __future__ import annotations

from uat.answers import Answer, Channel, Question


def ask(questions: tuple[Question, ...], channel: Channel) -> dict[str, Answer]:
    """Give no answer."""
    return {}
