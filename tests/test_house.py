"""The house's own rules: who may import whom, and which library lives in which file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("uat", "procedure", "reports")
MAY_IMPORT = {
    "uat": {"uat"},
    "procedure": {"procedure", "uat"},
    "reports": {
        "reports", "uat.model", "uat.journal", "uat.compare", "uat.errors", "uat.registry", "uat.availability",
    },
}  # fmt: skip
SOCKETS = {"uat/checks", "uat/answers", "uat/ssh", "procedure/hypervisors", "procedure/conditions"}
STANDARD = {
    "abc", "argparse", "base64", "collections", "contextlib", "dataclasses", "datetime", "difflib", "enum",
    "functools", "getpass", "hashlib", "html", "http", "importlib", "io", "itertools", "ipaddress", "json",
    "math", "os", "pathlib", "pkgutil", "queue", "re", "secrets", "shlex", "shutil", "socket", "ssl", "stat",
    "string", "subprocess", "sys", "tempfile", "textwrap", "threading", "time", "types", "typing",
    "unicodedata", "urllib", "uuid", "xml", "zoneinfo", "asyncio", "concurrent", "codecs", "platform",
    "logging", "operator", "warnings", "smtplib", "fnmatch",
}  # fmt: skip
UNIX_ONLY = {"fcntl", "termios", "pty", "pwd", "grp", "resource", "tty"}


def files() -> list[Path]:
    """List the product's Python files."""
    return sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """List the modules that a file imports, in full; those for type checkers only do not count."""
    tree = ast.parse(path.read_text("utf-8"))
    typed = {node for top in ast.walk(tree) if _is_typing_block(top) for node in ast.walk(top)}
    for node in ast.walk(tree):
        if node in typed:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from _imported(node)


def _imported(node: ast.ImportFrom) -> Iterator[str]:
    """Give ``uat.expect`` for ``from uat import expect``, else the module itself."""
    module = node.module or ""
    modules = (f"{module}.{alias.name}" for alias in node.names)
    inside = [name for name in modules if (ROOT / name.replace(".", "/")).with_suffix(".py").exists()]
    yield from inside or [module]


def _is_typing_block(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_one_way(path: Path) -> None:
    """uat imports neither sibling, procedure only uat, reports only the facts."""
    room = path.relative_to(ROOT).parts[0]
    strangers = [
        name
        for name in imports(path)
        if name.split(".")[0] in (*ROOMS, "tests", "checklists", "tvox_uat")
        and not any(name == allowed or name.startswith(f"{allowed}.") for allowed in MAY_IMPORT[room])
    ]
    assert strangers == []


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_pytest_is_a_skin(path: Path) -> None:
    """pytest is imported by plugin.py and test_*.py alone."""
    if path.name == "plugin.py" or path.name.startswith("test_"):
        return
    assert not {"pytest", "_pytest"} & {name.split(".")[0] for name in imports(path)}


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_runs_on_windows(path: Path) -> None:
    """No module that only Unix has is imported."""
    assert not UNIX_ONLY & {name.split(".")[0] for name in imports(path)}


@pytest.mark.parametrize("room", ROOMS)
def test_one_file_a_library(room: str) -> None:
    """A third-party library is imported by one file of a room; in a socket, by its adapter."""
    users: dict[str, set[str]] = {}
    for path in (path for path in files() if path.relative_to(ROOT).parts[0] == room):
        if str(path.relative_to(ROOT).parent) in SOCKETS:
            continue
        for library in {name.split(".")[0] for name in imports(path)} - STANDARD - {*ROOMS, "__future__", "pytest"}:
            users.setdefault(library, set()).add(str(path.relative_to(ROOT)))
    assert {library: sorted(paths) for library, paths in users.items() if len(paths) > 1} == {}


def test_only_public_pytest() -> None:
    """The plugins use pytest's public names: nothing from `_pytest`, no private attribute of its objects."""
    private = re.compile(r"\b(config|item|session|metafunc|parser|request|report)\._\w+")
    found = {
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in files()
        if path.name == "plugin.py" or path.name.startswith("test_")
        for match in private.finditer(path.read_text("utf-8"))
    }
    assert found == set()
