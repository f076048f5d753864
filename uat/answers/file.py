"""Takes the answers of the manual checks from a YAML file, written before or by another way of asking.

Example::

    answered_by: M. Rossi
    answers:
      ACME-06: passed
      ACME-07: {answer: failed, note: nessun audio dal lato chiamato}
    post:
      ACME-07: passed

What stands under ``pre:`` or ``post:`` wins over ``answers:`` in that phase. What stands under ``preflight:`` is
about the conditions of an upgrade; the procedure reads it (``procedure/written.py``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from uat.answers import Answer, Channel, Question
from uat.errors import ChecklistError, Problem
from uat.language.fitting import as_table, fit, problem
from uat.language.wording import unknown_word
from uat.language.yaml_marks import Page, Table, Text, plain, read
from uat.model import Phase

_SECTIONS = ("answers", "pre", "post")
_WORDS = ("answered_by", "preflight", *_SECTIONS)


def ask(questions: tuple[Question, ...], channel: Channel) -> dict[str, Answer]:
    """Give the file's answers to these questions.

    :raises ChecklistError: the file cannot be read or understood.
    """
    if channel.file is None or not questions:
        return {}
    ids = [question.check.id for question in questions]
    given = read_answers(channel.file, questions[0].phase)
    return {id: given[id] for id in ids if id in given}


def read_answers(path: Path, phase: Phase, known: Collection[str] | None = None) -> dict[str, Answer]:
    """Read the answers that count in a phase, by check id.

    :param known: the ids that may stand there; any when left out.
    :raises ChecklistError: with everything that is wrong in the file.
    """
    page = read(path, name=str(path))
    problems = [*page.problems, *_strangers(page, known)]
    given = {id: answer for section in ("answers", phase.value) for id, answer in _answers(page, section, problems)}
    if problems:
        raise ChecklistError(problems)
    return given


def _strangers(page: Page, known: Collection[str] | None) -> Iterator[Problem]:
    """Name the words and the ids that mean nothing."""
    for key, entry in page.table.entries.items():
        if key not in _WORDS:
            yield problem(entry.key, unknown_word("field", key, _WORDS))
        elif key in _SECTIONS and known is not None and isinstance(entry.value, Table):
            for id, one in entry.value.entries.items():
                if id not in known:
                    yield problem(one.key, unknown_word("manual check", id, known))


def _answers(page: Page, section: str, problems: list[Problem]) -> Iterator[tuple[str, Answer]]:
    """Read one section; an answer is a word, or a mapping with note and name."""
    person = page.table.get("answered_by")
    node = page.table.get(section)
    for id, entry in (
        as_table(node, problems) if node else Table(entries={}, source=page.table.source)
    ).entries.items():
        said = entry.value
        whole = (
            Table(entries={"answer": entry}, source=said.source)
            if isinstance(said, Text)
            else as_table(said, problems)
        )
        own = {"answered_by": plain(person)} if person and "answered_by" not in whole.entries else {}
        if answer := fit(Answer, whole, problems=problems, known=own):
            yield id, answer
