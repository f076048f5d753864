"""The table of faults: its rows, which tests show each of them, and what the last runs of those tests say."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
RESULTS = HERE / "results"
"""Where each session of the tests leaves what came of it: one file a session, never in the repository."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One fault: what happens, what is right, the tests that show it, or why none can here."""

    id: str
    fault: str
    expected: str
    tests: tuple[str, ...] = ()
    not_here: str = ""
    first: bool = False


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of one test, in the newest session that ran it."""

    node: str
    passed: bool
    skipped: str = ""
    seen: str = ""
    kills: int = 0
    nights: int = 0


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A row with its state: green, red, or not here; and what was seen."""

    row: Row
    state: str
    seen: str


def rows() -> tuple[Row, ...]:
    """Read the table."""
    read: dict[str, dict[str, Any]] = yaml.safe_load((HERE / "rows.yaml").read_text("utf-8"))
    return tuple(
        Row(
            id=id,
            fault=fields["fault"],
            expected=fields["expected"],
            tests=tuple(fields.get("tests", ())),
            not_here=fields.get("not_here", ""),
            first=fields.get("first", False),
        )
        for id, fields in read.items()
    )


def is_named(test: str, node: str) -> bool:
    """Tell whether a node id is the test that a row names, with or without its parameters."""
    return node == test or ("[" not in test and node.startswith(f"{test}["))


def outcomes(folder: Path = RESULTS) -> dict[str, Outcome]:
    """Read what the sessions left; of each test the newest counts."""
    found: dict[str, Outcome] = {}
    for path in sorted(folder.glob("*.json")):
        for node, fields in json.loads(path.read_text("utf-8"))["tests"].items():
            found[node] = Outcome(node=node, **fields)
    return found


def judge(row: Row, found: Mapping[str, Outcome]) -> Judged:
    """Judge a row: green only when every test that it names ran and passed."""
    if row.not_here:
        return Judged(row=row, state="not here", seen=row.not_here)
    named = {test: [one for node, one in found.items() if is_named(test, node)] for test in row.tests}
    ran = [one for ones in named.values() for one in ones]
    if failed := [one for one in ran if not one.passed and not one.skipped]:
        return Judged(row=row, state="red", seen=_said(failed) or "failed")
    if missing := [test for test, ones in named.items() if not any(one.passed for one in ones)]:
        skipped = next((one.skipped for one in ran if one.skipped), "")
        return Judged(row=row, state="not here" if skipped else "red", seen=skipped or f"not run: {missing[0]}")
    return Judged(row=row, state="green", seen=_said(ran) or "as expected")


def _said(ones: Iterable[Outcome]) -> str:
    return "; ".join(dict.fromkeys(one.seen for one in ones if one.seen))
