"""Rows 4.6 and 4.7: what the machine says reaches terminal and pages as text that does nothing."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from xml.etree import ElementTree

import pytest

from procedure.output import LineReader
from reports import html, summary, terminal
from reports.junit import junit
from reports.words import speak
from tests.reports import runs
from tests.security.desk import ROOT, Desk
from uat.model import News, NewsKind, Outcome, Run
from uat.redact import Redactor

CORPUS = (
    '<script>alert(1)</script> "><img src=HIT onerror=alert(1)> </pre></td></table> {{7*7}} {% raw %} %n %s\n'
    "over\rwritten \x1b[2J\x1b]0;title\x07\x1b]8;;http://x\x1b\\link\x1b]52;c;ZXZpbA==\x07 \x9b2J \x1b[8mhidden\n"
    "\u202egnp.exe \u2066a\u2069 zero\u200bwidth \ufeff bell\x07 nul\x00 del\x7f \u2028 lone\ud800\n"
    "Update completed!\nPlease REBOOT the machine!\nPASS  everything passed\n</style><style>*{display:none}</style>\n"
)
RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""What a screen would obey or hide; tab and line feed are plain."""

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


def test_a_hostile_machine(desk: Desk) -> None:
    """4.6a, 4.6h, F12, F13: the corpus from a real machine reaches terminal, pages and JUnit without a control."""
    desk.trust()
    raw = desk.server.folder / "corpus"
    raw.write_bytes(
        CORPUS.replace("HIT", "http://127.0.0.1/").encode(errors="surrogatepass") + b"\xff\xfe" + b"x" * 99999
    )
    rows = [
        f"  - {{id: A-1, title: One, command: {{run: cat {raw}, reviewed_by: M. Rossi}}, expect: {{output: no}}}}\n",
        f"  - {{id: A-2, title: Two, command: {{run: cat {raw} >&2, reviewed_by: R}}, expect: {{errors: no}}}}\n",
        f"  - {{id: A-3, title: Three, file: {{path: {raw}}}, expect: {{content: no}}}}\n",
        f"  - {{id: A-4, title: Four, directory: {{path: {raw.parent}}}, expect: {{names: {{includes: [no]}}}}}}\n",
        "  - {id: A-5, title: Five, process: {matches: sshd}, expect: {arguments: {includes: [no]}}}\n",
    ]
    desk.write("".join(rows))
    ended = desk.run("-vv")
    assert ended.returncode == 1
    assert RAW.findall(ended.stdout.replace("\r\n", "\n")) == []
    folder = desk.evidence()[-1]
    assert RAW.findall((folder / "pre.html").read_text("utf-8")) == []
    assert RAW.findall((folder / "session.html").read_text("utf-8")) == []
    page = (folder / "pre.html").read_text("utf-8")
    assert "&lt;script&gt;alert(1)" in page
    assert "<script" not in page
    assert "{{7*7}}" in page
    ElementTree.fromstring((folder / "junit.xml").read_bytes())


def test_a_hostile_patch() -> None:
    """4.6a, 4.6h: each line of a patch's log is told on the terminal without a raw control."""
    header = runs.header()
    lines = LineReader().feed(CORPUS.encode(errors="surrogatepass"))
    step = runs.steps()[0]
    for kind in NewsKind:
        if kind in (NewsKind.ENDED, NewsKind.WAITING):  # what is waited for is a word of ours
            continue
        for line in [*lines, *CORPUS.splitlines()]:
            told = terminal.told(header, step, News(kind=kind, text=line))
            assert [RAW.findall(part.text) for part in told if RAW.search(part.text)] == []


def hostile_stop() -> Run:
    """Give a night that stopped with the machine's words in every fact."""
    facts = dict.fromkeys(("error", "errors", "question", "rung", "key_known", "key_shown"), CORPUS)
    return runs.stopped_run("host_key_changed", last_lines=[CORPUS], **facts)


def test_a_hostile_stop() -> None:
    """4.6h: the texts of a STOP show the machine's words, on the terminal and on the page, as plain text."""
    run = hostile_stop()
    said = "\n".join(line.text for line in summary.summary(run, ()))
    assert "shows another SSH key" in " ".join(said.split()) or "chiave SSH diversa" in " ".join(said.split())
    assert RAW.findall(said) == []
    for page in ("pre", "upgrade"):
        made = html.render(run, page)  # type: ignore[arg-type]
        made.encode()
        assert RAW.findall(made) == []
        assert "<script" not in made


def test_junit_round_trip() -> None:
    """4.6g: the JUnit file of a hostile night is XML that a parser takes, with every outcome in it."""
    root = ElementTree.fromstring(junit(hostile_stop(), speak("it")))
    assert {str(one.get("value")) for one in root.iter("property") if one.get("name") == "outcome"} & set(Outcome)


def test_nothing_is_marked_safe() -> None:
    """4.6b: no template and no code marks text as safe, beside the page's own style."""
    marks = re.compile(r"\|\s*safe\b|Markup\(|autoescape\s+false|autoescape=False")
    found = {
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in [*(ROOT / "reports").rglob("*.py"), *(ROOT / "reports").rglob("*.j2")]
        for match in marks.finditer(path.read_text("utf-8"))
    }
    assert found <= {"reports/html.py: Markup("}
    assert (ROOT / "reports" / "html.py").read_text().count("Markup(") <= 1


class _Hits(BaseHTTPRequestHandler):
    """Counts whoever comes."""

    seen: list[str] = []

    def do_GET(self) -> None:
        """Note it."""
        self.seen.append(self.path)
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        """Keep quiet."""


@pytest.fixture
def hits() -> Iterator[tuple[str, list[str]]]:
    """A server that a page must never ask: its address, and what was asked."""
    handler = type("Hits", (_Hits,), {"seen": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/", handler.seen
    server.shutdown()
    thread.join()
    server.server_close()


def browse(path: Path) -> str:
    """Open a page in headless Chromium; give its document and what its console said."""
    command = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--v=0"]
    profile = path.parent / "profile"
    ended = subprocess.run(
        [*command, f"--user-data-dir={profile}", "--virtual-time-budget=3000", "--dump-dom", path.as_uri()],
        capture_output=True,
        timeout=120,
        check=False,
        encoding="utf-8",
        errors="replace",
    )
    assert "</html>" in ended.stdout, ended.stderr[-2000:]
    return ended.stdout + ended.stderr


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium here (Debian: chromium)")
def test_in_a_browser(tmp_path: Path, hits: tuple[str, list[str]]) -> None:
    """4.6c, 4.6d, F11: a real browser fetches and runs nothing of a hostile page; a changed style is blocked."""
    address, seen = hits
    made = html.render(hostile_stop(), "upgrade").replace("HIT", address)
    page = tmp_path / "page.html"
    page.write_text(made, encoding="utf-8")
    said = browse(page)
    assert "Refused to" not in said
    assert seen == []
    planted = tmp_path / "planted.html"
    planted.write_text(
        made.replace("<style>", "<style> ", 1).replace(
            "</main>", f"<img src={address}><script>document.title='{address}'</script></main>"
        ),
        encoding="utf-8",
    )
    said = browse(planted)
    assert said.count("Content Security Policy") >= 3, "style, image and script are blocked"
    assert seen == []
    assert f"<title>{address}" not in said
    bare = tmp_path / "bare.html"
    bare.write_text(f"<html><body><img src={address}></body></html>", encoding="utf-8")
    browse(bare)
    assert seen != [], "without the policy the browser would have asked"


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_secret_at_a_border(cut: int) -> None:
    """4.7: a secret is taken out before the cap is applied: no half of it is ever left."""
    redactor, secret = Redactor(), "s3cr3t-c4n4ry"
    redactor.add(secret)
    body = redactor.body(b"x" * (1024 - cut) + secret.encode() + b"y" * 50, cap=1024)
    assert not any(secret[:n] in body.text for n in range(3, len(secret)))
    assert body.redacted == 1


def test_what_looks_like_it_stays() -> None:
    """4.7: what only resembles a secret stays as it is: nothing is hidden that the engineer needs."""
    redactor = Redactor()
    redactor.add("s3cr3t-c4n4ry")
    text = "s3cr3t c4n4ry, password=, Authorization: none, 0612"
    assert redactor.clean(text) == text
