"""Takes the answers of the manual checks from a YAML file, written before or by another way of asking.

Example::

    answered_by: M. Rossi
    answers:
      ACME-06: passed
      ACME-07: {answer: failed, note: nessun audio dal lato chiamato}
    post:
      ACME-07: passed

What stands under ``pre:`` or ``post:`` wins over ``answers:`` in that phase.
"""

from __future__ import annotations

from pathlib import Path

from uat import yaml_marks
from uat.answers import Answer, Channel, Question
from uat.errors import ChecklistError, Problem
from uat.model import JsonValue, Phase, Record, Source


class Answers(Record):
    """A file of answers."""

    answered_by: str = ""
    answers: dict[str, JsonValue] = {}
    pre: dict[str, JsonValue] = {}
    post: dict[str, JsonValue] = {}

    def of(self, phase: Phase) -> dict[str, JsonValue]:
        """Give the answers that count in a phase."""
        return {**self.answers, **(self.pre if phase is Phase.PRE else self.post)}


def ask(questions: tuple[Question, ...], channel: Channel) -> dict[str, Answer]:
    """Give the file's answers to these questions.

    :raises ChecklistError: the file cannot be read or understood.
    """
    if channel.file is None or not questions:
        return {}
    answers = read(channel.file)
    given = answers.of(questions[0].phase)
    asked = [question.check.id for question in questions if question.check.id in given]
    return {id: _answer(given[id], answers.answered_by, channel.file) for id in asked}


def read(path: Path) -> Answers:
    """Read a file of answers.

    :raises ChecklistError: not YAML, or not of this shape.
    """
    page = yaml_marks.read(path, name=str(path))
    if page.problems:
        raise ChecklistError(page.problems)
    try:
        return Answers.model_validate(yaml_marks.plain(page.table))
    except ValueError as error:
        raise ChecklistError([Problem(source=page.table.source, message=str(error))]) from error


def _answer(given: JsonValue, person: str, path: Path) -> Answer:
    """Make one answer from its short form (a word) or its long one."""
    whole = given if isinstance(given, dict) else {"answer": given}
    try:
        return Answer.model_validate({"answered_by": person, **whole})
    except ValueError as error:
        raise ChecklistError([Problem(source=Source(file=str(path)), message=f"{given}: {error}")]) from error
