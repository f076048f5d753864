"""The table of docs/security.md, and the rows that a text alone keeps (4.13, 4.14)."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from reports import html
from reports.words import languages
from tests.reports import runs
from tests.security.desk import ROOT

HERE = Path(__file__).parent
TABLE = (ROOT / "docs" / "security.md").read_text("utf-8")
NODES = sorted(set(re.findall(r"`([\w/]+\.py)::(\w+)`", TABLE)))
WORDS = {"en": "can falsify every answer", "it": "può falsificare ogni risposta"}


def functions_of(path: Path) -> dict[str, str]:
    """Give the tests of a file with their docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
    return {node.name: ast.get_docstring(node) or "" for node in functions}


@pytest.mark.parametrize(("file", "name"), NODES, ids=["::".join(node) for node in NODES])
def test_every_named_test_exists(file: str, name: str) -> None:
    """The table: a test that a row names is there."""
    path = ROOT / file if "/" in file else HERE / file
    assert name in functions_of(path)


def test_every_row_has_a_state() -> None:
    """The table: a row is green with a test, or not here with a reason."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in TABLE.splitlines()
        if line[:3] in ("| 4", "| F")
    ]
    assert len(rows) > 30
    for row, _, _, tests, state in rows:
        assert (state.startswith("green") and tests) or re.match(r"not here: .{10}", state), row


def test_every_test_names_its_row() -> None:
    """The table: each test of this folder says which row it keeps, and stands in the table."""
    for path in HERE.glob("test_*.py"):
        for name, docstring in functions_of(path).items():
            assert re.match(r"(4\.\d+|F\d+|The table)", docstring), f"{path.name}::{name}"
            assert docstring.startswith("The table") or (path.name, name) in NODES, f"{path.name}::{name}"


@pytest.mark.parametrize("code", languages())
def test_the_report_names_the_threat(code: str) -> None:
    """4.13: every page says that a system in the hands of an intruder can falsify its answers."""
    assert WORDS[code] in " ".join(html.render(runs.clean_run(), "upgrade", code).split())


def test_screen_stays_for_one_user() -> None:
    """4.14: nothing switches on screen's mode for several users, or lets others in."""
    source = "\n".join(path.read_text("utf-8") for path in (ROOT / "procedure").rglob("*.py"))
    assert "screen -dmS" in source
    assert not re.search(r"multiuser|acladd|aclchg|screen\s+-x", source)
