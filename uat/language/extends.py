"""Reads a checklist with the files that it extends, bases first, each file once.

A word is a checklist in a folder (``standard``: ``standard.yaml`` among the project's own); anything with a
slash or ``.yaml`` is a path, relative to the file that names it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from uat.errors import ChecklistError, Problem
from uat.language.wording import unknown_word
from uat.language.yaml_marks import Page, Rows, Table, Text, read

OWN = Path(__file__).parents[2] / "checklists"
"""Where the project's own checklists are, in a checkout and in a wheel."""


def read_all(path: Path, search: Sequence[Path] = ()) -> tuple[Page, ...]:
    """Read a checklist and everything that it extends.

    :param search: where a word is looked for first; then beside the file, then among the project's own.
    :raises ChecklistError: files cannot be read; with what is wrong in each.
    """
    reading = _Reading(tuple(search))
    reading.visit(path, str(path), ())
    if reading.problems:
        raise ChecklistError(reading.problems)
    return tuple(reading.pages)


@dataclass
class _Reading:
    search: tuple[Path, ...]
    pages: list[Page] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    seen: set[Path] = field(default_factory=set)

    def visit(self, path: Path, name: str, trail: tuple[Path, ...]) -> None:
        if path.resolve() in self.seen:
            return
        self.seen.add(path.resolve())
        try:
            page = read(path, name=name)
        except ChecklistError as error:
            self.problems.extend(error.problems)
            return
        for reference in self._references(page.table):
            self._follow(reference, path, (*trail, path.resolve()))
        self.pages.append(page)

    def _references(self, table: Table) -> Iterator[Text]:
        extends = table.get("extends")
        for item in extends.items if isinstance(extends, Rows) else (extends,):
            if isinstance(item, Table | Rows):
                message = "the name of a checklist is due here, such as standard or ../common.yaml"
                self.problems.append(Problem(source=item.source, message=message))
            elif item and not item.is_blank:
                yield item

    def _follow(self, reference: Text, origin: Path, trail: tuple[Path, ...]) -> None:
        found = self._found(reference.value, origin)
        if isinstance(found, str):
            self.problems.append(Problem(source=reference.source, message=found))
        elif found.resolve() in trail:
            self.problems.append(Problem(source=reference.source, message="this file extends itself"))
        else:
            self.visit(found, shown(found), trail)

    def _found(self, word: str, origin: Path) -> Path | str:
        """Find the file that is meant, or say why there is none."""
        if re.search(r"[/\\]|\.ya?ml$", word):
            path = origin.parent / word
            return path if path.is_file() else f"there is no file {shown(path)}"
        folders = (*self.search, origin.parent, OWN)
        files = [file for folder in folders for file in sorted(folder.glob("*.y*ml"))]
        others = [file for file in files if file.resolve() != origin.resolve()]
        named = (file for file in others if file.stem == word)
        return next(named, None) or unknown_word("checklist", word, dict.fromkeys(one.stem for one in others))


def shown(path: Path) -> str:
    """Name a file as briefly as it can be found from here."""
    plain = Path(os.path.normpath(path))
    return str(plain.relative_to(Path.cwd())) if plain.is_relative_to(Path.cwd()) else str(plain)
