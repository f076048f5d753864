"""Texts that are read by people: one, or one by language: ``{it: ..., en: ...}``."""

from __future__ import annotations

import re

from uat.errors import Problem
from uat.language.fitting import problem
from uat.language.yaml_marks import Entry, Table, Text


def by_language(entry: Entry, language: str, problems: list[Problem]) -> Entry:
    """Give a text its language, where it does not say its own."""
    if isinstance(entry.value, Text):
        return Entry(entry.key, Table(entries={language: entry}, source=entry.value.source))
    if isinstance(entry.value, Table):
        for key, said in entry.value.entries.items():
            if not re.fullmatch("[a-z]{2}", key):
                problems.append(problem(said.key, f"'{key}' is no language; two letters are due, such as it or en"))
    return entry
