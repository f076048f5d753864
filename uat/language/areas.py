"""The chapters of a list and their titles: ``areas: {telephony: {it: Telefonia, en: Telephony}}``.

A check says the word (``area: telephony``) or the title in any language; an area that nobody declared is its own
title.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from uat.errors import Problem
from uat.language.fitting import as_table, problem
from uat.language.speech import by_language
from uat.language.wording import wrong_value
from uat.language.yaml_marks import Table, Text, plain
from uat.model import Check, Words


def read_areas(written: Table, *, language: str, problems: list[Problem]) -> dict[str, Words]:
    """Give the titles by language; one that does not say its own is in the file's."""
    titles: dict[str, Words] = {}
    for word, entry in written.entries.items():
        table = as_table(by_language(entry, language, problems).value, problems)
        titles[word] = {key: str(plain(one.value)) for key, one in table.entries.items()}
        for node in (one.value for one in table.entries.values() if not isinstance(one.value, Text)):
            problems.append(problem(node.source, wrong_value("string_type", "", plain(node))))
    return titles


def in_areas(checks: Sequence[Check], areas: Mapping[str, Words]) -> tuple[Check, ...]:
    """Let each check say its area by the word, so that a chapter is there once."""
    return tuple(check.model_copy(update={"area": area_word(check.area, areas)}) for check in checks)


def area_word(said: str, areas: Mapping[str, Words]) -> str:
    """Give the word of an area of which the word or a title is said."""
    if said in areas:
        return said
    return next((word for word, titles in areas.items() if said in titles.values()), said)
