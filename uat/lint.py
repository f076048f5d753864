"""Says everything that is wrong with a checklist at once, each with its line and a mark under it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from uat.checklist import load_whole
from uat.errors import ChecklistError, Problem
from uat.language.yaml_marks import MAX_BYTES

_WIDTH = 100
_UNSEEN = re.compile("[^\\x20-\\x7e\u00a0-\u1fff\u2010-\u2027\u2030-\u205e\u2070-\ud7ff]")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one file is: how many checks it has, or what is wrong with it."""

    path: Path
    count: int = 0
    is_base: bool = False
    problems: tuple[Problem, ...] = ()


def lint(path: Path, variables: Mapping[str, str] | None = None) -> Finding:
    """Read a checklist, also a base that names no customer; nothing is looked at (own kinds are imported)."""
    try:
        made = load_whole(path, variables=variables, may_be_base=True).checklist
    except ChecklistError as error:
        return Finding(path=path, problems=error.problems)
    return Finding(path=path, count=len(made.checks), is_base=not made.customer)


def lines(finding: Finding) -> Iterator[str]:
    """Write a finding: each problem as FILE:LINE:COLUMN: message, then the line with a mark under the place."""
    for problem in finding.problems:
        yield str(problem)
        yield from _quoted(problem)
    if finding.problems:
        yield f"{finding.path}: {len(finding.problems)} to mend"
    else:
        base = " (a base: it names no customer)" if finding.is_base else ""
        yield f"{finding.path}: {finding.count} checks, nothing wrong{base}"


def _quoted(problem: Problem) -> Iterator[str]:
    text = _lines(problem.source.file)
    if problem.source.line > len(text):
        return
    line, column = text[problem.source.line - 1], problem.source.column - 1
    start = max(0, column - _WIDTH // 2) if len(line) > _WIDTH else 0
    shown = _UNSEEN.sub("\u00b7", line[start : start + _WIDTH])
    number = str(problem.source.line)
    yield f"  {number} | {shown}"
    yield f"  {' ' * len(number)} | {' ' * (column - start)}^"


@cache
def _lines(file: str) -> tuple[str, ...]:
    """Give a file's lines; none when it cannot be read."""
    try:
        with Path(file).open("rb") as opened:
            text = opened.read(MAX_BYTES).decode("utf-8-sig", "replace")
    except OSError:
        return ()
    return tuple(re.split(r"\r\n|\r|\n", text))
