"""Reads what was answered before the night: the section ``preflight:`` of the file of answers.

Example::

    answered_by: M. Rossi
    preflight:
      role: stand_alone
      customisations: none
      console: {answer: yes, answered_by: G. Verdi}
      keep: {answer: 24h, note: poco spazio sul datastore}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from procedure.interview import Question, Said
from procedure.person import spoken
from uat.errors import ChecklistError, Problem
from uat.language.fitting import as_table, fit, problem
from uat.language.wording import unknown_word
from uat.language.yaml_marks import Entry, Page, Table, Text, plain, read
from uat.model import Phase, Source


def read_written(path: Path, questions: Mapping[str, Question], phrases: Mapping[str, str]) -> dict[str, Said]:
    """Read what was answered, by condition.

    :param questions: by condition: only what a person can answer.
    :param phrases: the words of the checklist's language; the English ones count as well.
    :raises ChecklistError: with everything that is wrong there.
    """
    page = read(path, name=str(path))
    problems = list(page.problems)
    given = dict(_answers(page, questions, phrases, problems))
    if problems:
        raise ChecklistError(problems)
    return given


def _answers(
    page: Page, questions: Mapping[str, Question], phrases: Mapping[str, str], problems: list[Problem]
) -> Iterator[tuple[str, Said]]:
    node, person = page.table.get(Phase.PREFLIGHT), page.table.get("answered_by")
    for condition, entry in (as_table(node, problems).entries if node else {}).items():
        if condition not in questions:
            problems.append(problem(entry.key, unknown_word("question of the preflight", condition, questions)))
            continue
        whole = _whole(entry, problems)
        own = {"answered_by": plain(person)} if person and "answered_by" not in whole.entries else {}
        if (said := fit(Said, whole, problems=problems, known=own)) is None:
            continue
        source = whole.entries["answer"].value.source
        if read_one := _understood(said, questions[condition], phrases, source=source, problems=problems):
            yield condition, read_one


def _whole(entry: Entry, problems: list[Problem]) -> Table:
    """Take a word alone for an answer without more."""
    if isinstance(entry.value, Text):
        return Table(entries={"answer": entry}, source=entry.value.source)
    return as_table(entry.value, problems)


def _understood(
    said: Said, question: Question, phrases: Mapping[str, str], *, source: Source, problems: list[Problem]
) -> Said | None:
    answer = question.read(said.answer, phrases)
    if answer is None:
        words = dict.fromkeys(word for choice in question.words for word in (choice, *spoken(choice, phrases)))
        problems.append(problem(source, unknown_word("answer", said.answer, words)))
        return None
    if answer in question.noted and not said.note.strip():
        problems.append(problem(source, f"'{said.answer}' counts only with a note: write {{answer: ..., note: ...}}"))
        return None
    return said.model_copy(update={"answer": answer})
