"""Rows 4.1: a secret is found nowhere; a wrong one is tried at most twice."""

from __future__ import annotations

import ast
import base64
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from html import escape
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from procedure.child import environment
from tests.https import HttpsServer, running_https
from tests.security.desk import ROOT, Desk
from tests.sshd import descendants, running_sshd
from uat.errors import LoginError
from uat.ssh.refusals import Refusals

CANARY = "k4n4r13 p&ss/w<rd'+ü"


def encodings(secret: str) -> dict[str, bytes]:
    """Write a secret in twelve ways."""
    raw = secret.encode()
    texts = {
        "plain": secret,
        "url": quote(secret, safe=""),
        "url path": quote(secret),
        "form": quote_plus(secret),
        "url lower case": quote(secret, safe="").lower(),
        "json": json.dumps(secret)[1:-1],
        "html": escape(secret),
        "repr": repr(secret)[1:-1],
        "base64": base64.b64encode(raw).decode().rstrip("="),
        "base64 url": base64.urlsafe_b64encode(raw).decode().rstrip("="),
        "basic": base64.b64encode(b"tvox:" + raw).decode().rstrip("="),
        "hex": raw.hex(),
    }
    return {name: text.encode() for name, text in texts.items()}


def found(data: bytes) -> list[str]:
    """List the ways in which the canary stands in some bytes."""
    return [name for name, form in encodings(CANARY).items() if form in data]


class Echo(BaseHTTPRequestHandler):
    """A hostile page: it says back everything it was sent, in every encoding."""

    def do_GET(self) -> None:
        """Answer."""
        body = b"\n".join((str(self.headers).encode(), *encodings(CANARY).values()))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        """Answer a login with what it said."""
        length = int(self.headers.get("Content-Length", "0"))
        self.rfile.read(length)
        self.do_GET()

    def log_message(self, format: str, *arguments: object) -> None:
        """Keep quiet."""


@pytest.fixture
def page(tmp_path: Path) -> Iterator[HttpsServer]:
    """The hostile page."""
    with running_https(tmp_path, Echo) as server:
        yield server


CHECKS = """\
  - {{id: A-1, title: One, http: {{url: "{url}/", login: {{user: tvox, password: "{reference}"}}}},
     expect: {{status: 404, body: {{contains: nothing like it}}}}}}
  - {{id: A-2, title: Two, webapi: {{method: getVersion, login: {{user: tvox, password: "{reference}"}}}},
     expect: {{server: "22.0.17"}}}}
  - {{id: A-3, title: Three, command: {{run: "sleep 2; env", reviewed_by: M. Rossi}}, expect: {{exit_code: 1}}}}
"""

FAILING = """\
def test_mine(tvox):
    "A partner's own test that fails while it holds the secret."
    password = tvox.secret({reference!r})
    tvox.host.run("true")
    raise AssertionError("nothing of it is here")
"""


@pytest.fixture(params=["env", "file"])
def reference(request: pytest.FixtureRequest, desk: Desk) -> str:
    """The ways in which a checklist names a secret."""
    secret = desk.folder.parent / "secret"
    secret.write_text(CANARY + "\n", encoding="utf-8")
    secret.chmod(0o600)
    return "env:TVOX_CANARY" if request.param == "env" else f"file:{secret}"


class Watch:
    """Looks at every process under a session, and at those on the machine, as long as it runs."""

    def __init__(self) -> None:
        self.seen: dict[str, list[str]] = {}
        self.looks = 0
        self._thread: threading.Thread | None = None

    def begin(self, process: subprocess.Popen[str]) -> None:
        """Watch a session until its end."""
        self._thread = threading.Thread(target=self._until_end, args=(process,))
        self._thread.start()

    def end(self) -> None:
        """Wait until the last look is done."""
        assert self._thread is not None
        self._thread.join()

    def _until_end(self, process: subprocess.Popen[str]) -> None:
        while process.poll() is None:
            self._look(process.pid)
            time.sleep(0.01)

    def _look(self, session: int) -> None:
        self.looks += 1
        self._read(session, "cmdline")
        for pid in {int(path.name) for path in Path("/proc").glob("[0-9]*")} - {os.getpid(), session}:
            self._read(pid, "cmdline")
        own = self._bytes(session, "cmdline")
        for pid in descendants(session):
            if (line := self._bytes(pid, "cmdline")) != own and not _finds_libraries(line):
                self._read(pid, "environ")

    @staticmethod
    def _bytes(pid: int, name: str) -> bytes:
        try:
            return Path(f"/proc/{pid}/{name}").read_bytes()
        except OSError:
            return b""

    def _read(self, pid: int, name: str) -> None:
        if ways := found(self._bytes(pid, name)):
            self.seen[f"{pid}/{name}"] = [*ways, repr(self._bytes(pid, "cmdline"))]


def _finds_libraries(line: bytes) -> bool:
    """Tell what asyncssh's import runs to look for liboqs, before a checklist is read (ctypes.util.find_library)."""
    program = line.split(b"\0")[0].rpartition(b"/")[2]
    return program in (b"gcc", b"cc", b"ld", b"collect2", b"ldconfig", b"objdump", b"x86_64-linux-gnu-gcc", b"")


@pytest.mark.parametrize("words", [("-vv", "--tb=long", "--showlocals"), ()], ids=["loud", "plain"])
def test_canary(desk: Desk, page: HttpsServer, reference: str, words: tuple[str, ...]) -> None:
    """4.1a, 4.1e: the passwords of SSH, web and WebAPI stand in no process, no evidence, no page and no traceback."""
    desk.trust()
    web = page.url.removeprefix("https://")
    system = f", password: '{reference}', web: '{web}', tls: 'sha256:{page.fingerprint}'"
    desk.write(CHECKS.format(url=page.url, reference=reference), system=system)
    (desk.folder / "test_mine.py").write_text(FAILING.format(reference=reference))
    junit = desk.folder / "own.xml"
    log = desk.folder / "own.log"
    watch = Watch()
    files = (f"--junitxml={junit}", f"--log-file={log}", "--log-file-level=DEBUG", "--log-level=DEBUG")
    ended = desk.run(*words, *files, "test_mine.py", during=watch.begin, TVOX_CANARY=CANARY)
    watch.end()
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert watch.looks > 20
    assert watch.seen == {}
    assert found(ended.stdout.encode(errors="surrogateescape")) == []
    assert found(ended.stderr.encode(errors="surrogateescape")) == []
    kept = [path for path in (*desk.evidence()[-1].rglob("*"), junit, log) if path.is_file()]
    assert {"journal.jsonl", "pre.html", "session.html", "junit.xml"} <= {path.name for path in kept}
    assert {str(path): found(path.read_bytes()) for path in kept if found(path.read_bytes())} == {}
    assert "[redacted]" in (desk.evidence()[-1] / "journal.jsonl").read_text("utf-8")


def test_the_canary_can_be_found() -> None:
    """4.1a: the search sees each of the twelve encodings."""
    assert [found(form) != [] for form in encodings(CANARY).values()] == [True] * 12


def test_a_child_inherits_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """4.1a: a program that is started here gets the way to its files, and no variable of ours beside."""
    monkeypatch.setenv("TVOX_CANARY", CANARY)
    shown = subprocess.run(["env"], env=environment(), capture_output=True, check=True).stdout
    assert b"PATH=" in shown
    assert found(shown) == []


def test_every_child_is_started_so() -> None:
    """4.1a: wherever the product starts a program it passes the cleaned environment."""
    bare = []
    for path in (one for room in ("uat", "procedure", "reports") for one in (ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if _starts(node) and not any(word.arg == "env" for word in node.keywords):  # type: ignore[attr-defined]
                bare.append(f"{path}:{node.lineno}")  # type: ignore[attr-defined]
    assert bare == []


def _starts(node: ast.AST) -> bool:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    owner = node.func.value
    word = node.func.attr
    if isinstance(owner, ast.Name) and owner.id == "os":
        return word in ("system", "popen") or word.startswith(("spawn", "exec"))
    return word in ("create_subprocess_exec", "create_subprocess_shell") or (
        isinstance(owner, ast.Name) and owner.id == "subprocess" and word in ("run", "Popen", "call", "check_output")
    )


def test_wrong_password_in_a_session(desk: Desk, tmp_path: Path) -> None:
    """4.1c: a session with a wrong password knocks at most twice, then stops with 11."""
    with running_sshd(tmp_path / "strict", settings="PasswordAuthentication yes\nPubkeyAuthentication no") as server:
        strict = Desk(folder=desk.folder, server=server)
        strict.trust()
        strict.write(system=", password: 'env:TVOX_CANARY'")
        ended = strict.run(TVOX_CANARY=CANARY)
        assert ended.returncode == 11
        assert "login refused" in " ".join(ended.stdout.split())
        assert 1 <= server.log.count("Failed password") <= 2
        assert found(ended.stdout.encode()) == []


def test_no_third_try() -> None:
    """4.1c: whoever waits for a machine and asks again and again is refused here, without another knock."""
    refusals = Refusals(pause=0.0)
    for _ in range(2):
        refusals.require_another(with_password=True)
        refusals.add(LoginError("refused"))
    with pytest.raises(LoginError):
        refusals.require_another(with_password=True)
    refusals.require_another(with_password=False)
    refusals.forget()
    refusals.require_another(with_password=True)


def test_not_at_once() -> None:
    """4.1c: the second try is not made in the moment of the first."""
    refusals = Refusals(pause=60.0)
    refusals.add(LoginError("refused"))
    with pytest.raises(LoginError):
        refusals.require_another(with_password=False)


def test_no_secret_in_the_checklist(desk: Desk) -> None:
    """4.1a: a password that is written into the checklist itself is refused, and not repeated in the message."""
    desk.trust()
    desk.write(system=f", password: {json.dumps(CANARY)}")
    ended = desk.run()
    assert ended.returncode == 4
    assert found((ended.stdout + ended.stderr).encode()) == []


def test_python_itself() -> None:
    """4.1a: the search reads what a process really has: its own variable is seen in a child that inherits it."""
    command = [sys.executable, "-c", "print(open('/proc/self/environ', 'rb').read())"]
    shown = subprocess.run(command, env={**os.environ, "TVOX_CANARY": "abc-canary"}, capture_output=True, check=True)
    assert b"abc-canary" in shown.stdout
