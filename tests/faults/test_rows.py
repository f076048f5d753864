"""The table of faults: whole, honest, and naming tests that exist."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.faults.report import ROOT, page
from tests.faults.rows import Outcome, Row, is_named, judge, rows

ROW = Row(id="A1", fault="f", expected="e", tests=("t::one", "t::two"))


def outcome(node: str, *, passed: bool = True, skipped: str = "", seen: str = "") -> Outcome:
    """Make what came of a test."""
    return Outcome(node=node, passed=passed, skipped=skipped, seen=seen)


def test_all_rows() -> None:
    """All 128 rows are there; 68 of them are demanded of a first release; each has tests or a reason."""
    table = rows()
    assert (len(table), sum(row.first for row in table)) == (128, 68)
    assert [row.id for row in table if bool(row.tests) == bool(row.not_here)] == []


def test_every_named_test_exists() -> None:
    """Each node id of the table is a test of this repository."""
    files = sorted({test.partition("::")[0] for row in rows() for test in row.tests})
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *files]
    nodes = subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout.splitlines()
    named = {test for row in rows() for test in row.tests}
    assert [test for test in sorted(named) if not any(is_named(test, node) for node in nodes)] == []


@pytest.mark.parametrize(
    ("found", "state"),
    [
        ([outcome("t::one"), outcome("t::two[x]"), outcome("t::two[y]")], "green"),
        ([outcome("t::one"), outcome("t::two[x]"), outcome("t::two[y]", passed=False)], "red"),
        ([outcome("t::one")], "red"),
        ([outcome("t::one"), outcome("t::two", passed=False, skipped="no root")], "not here"),
        ([], "red"),
    ],
)
def test_a_row_is_green_only_when_all_its_tests_passed(found: list[Outcome], state: str) -> None:
    """A failed test makes a row red, and so does one that nobody ran; a skipped one says why it is not here."""
    assert judge(ROW, {one.node: one for one in found}).state == state


def test_the_page_has_every_row() -> None:
    """The page has a line for every row, whatever was run."""
    text = page({})
    assert [row.id for row in rows() if f"| {row.id}" not in text] == []
