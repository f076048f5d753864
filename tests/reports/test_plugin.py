"""pytest's skin over speaking: the real command on a real sshd, and what then lies in the folder."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.sshd import Sshd, is_available, running_sshd

ROOT = Path(__file__).parents[2]
PLUGINS = ("-p", "uat.plugin", "-p", "procedure.plugin", "-p", "reports.plugin")
CHECKLIST = """\
customer: ACME S.p.A.
change: CHG1
language: it
system: {{ssh: '{user}@127.0.0.1:{port}'}}
contacts: {{telenia: {{phone: "045 2224660"}}}}
checks:
  - {{id: A-1, title: {{it: Risponde}}, command: {{run: echo hello, reviewed_by: MR}}, expect: {{output: hello}}}}
  - {{id: A-2, title: {{it: Saluta}}, command: {{run: echo hello, reviewed_by: MR}}, expect: {{output: <b>ciao}}}}
  - {{id: A-3, title: {{it: Una chiamata}}, manual: {{do: [Chiamare il 600], see: Si sente un'eco}}}}
"""


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A session that is over: its folder, what was on the screen, its exit code."""

    desk: Path
    screen: str
    code: int

    @property
    def folder(self) -> Path:
        """The one evidence folder."""
        (folder,) = self.desk.glob("evidence/*/*/*")
        return folder

    @property
    def rows(self) -> list[str]:
        """The rows of pytest-html's table, which stand in an attribute as JSON."""
        page = (self.folder / "session.html").read_text(encoding="utf-8")
        (blob,) = re.findall(r'data-jsonblob="([^"]*)"', page)
        tests = json.loads(html.unescape(blob))["tests"].values()
        return ["".join(one["resultsTableRow"]) for several in tests for one in several]


def run(desk: Path, server: Sshd, *arguments: str, checklist: str = CHECKLIST, port: int | None = None) -> Ended:
    """Run a session as the engineer would."""
    (desk / "checklists").mkdir(parents=True)
    text = checklist.format(user=server.user, port=port or server.port)
    (desk / "checklists" / "acme.yaml").write_text(text, encoding="utf-8")
    login = (f"--identity={server.key}", f"--known-hosts={server.known_hosts}")
    command = (sys.executable, "-m", "pytest", *PLUGINS, "--phase=pre", *login, *arguments)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": "", "NO_COLOR": "1", "COLUMNS": "80"}
    done = subprocess.run(
        command,
        cwd=desk,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        timeout=120,
    )
    return Ended(desk=desk, screen=done.stdout + done.stderr, code=done.returncode)


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ended]:
    """A session with a passed, a failed and an unanswered check."""
    if not is_available():
        pytest.skip("no /usr/sbin/sshd or ssh-keygen here (Debian: openssh-server, openssh-client)")
    folder = tmp_path_factory.mktemp("session")
    with running_sshd(folder / "sshd") as server:
        yield run(folder / "desk", server)


def test_the_folder_holds_journal_pages_junit_and_appendix(ended: Ended) -> None:
    """pytest-html writes beside our pages, and the journal was there first."""
    names = {path.name for path in ended.folder.iterdir()}
    assert names == {"journal.jsonl", "pre.html", "junit.xml", "session.html"}, ended.screen


def test_the_screen_tells_the_whole_session(ended: Ended) -> None:
    """Who and what at the beginning, what is wrong as it is seen, the verdict last."""
    told = [
        "CHECK UAT - ACME S.p.A. CHG1",
        "Verifiche prima dell'aggiornamento",
        "  NON SUPERATA  A-2  Saluta",
        "  SENZA RISPOSTA  A-3  Una chiamata",
        "L'aggiornamento non può iniziare",
        "Rapporti:",
    ]
    places = [ended.screen.find(words) for words in told]
    assert places == sorted(places) and -1 not in places, ended.screen


def test_pytest_s_own_summary_comes_before_the_verdict(ended: Ended) -> None:
    """The last thing on the screen is in the customer's language."""
    assert ended.screen.rstrip().endswith("session.html")
    assert ended.screen.index("2 failed, 1 passed") < ended.screen.index("L'aggiornamento non può iniziare")


def test_a_failure_is_told_in_words(ended: Ended) -> None:
    """No traceback, no line of Python."""
    failures = ended.screen.partition("FAILURES")[2]
    assert "A-2  Saluta: Non superata (importante)" in failures
    assert "A-3  Una chiamata: Senza risposta (importante)" in failures
    assert "test_checklist.py" not in failures.partition("short test summary")[0]


@pytest.mark.parametrize("cell", ["pre", "A-2", "major", "output &lt;b&gt;ciao", "output hello"])
def test_the_appendix_has_phase_id_severity_expected_and_observed(ended: Ended, cell: str) -> None:
    """Five columns more than pytest-html's own, escaped."""
    (row,) = [row for row in ended.rows if "A-2" in row]
    assert f">{cell}</td>" in row


def test_the_appendix_is_one_file(ended: Ended) -> None:
    """pytest-html's style and script are inside it."""
    page = (ended.folder / "session.html").read_text(encoding="utf-8")
    assert not re.search(r'(?:src|href)="(?!data:|https?:)[^"#]', page)


def test_the_machine_out_of_reach_leaves_its_pages(sshd: Sshd, tmp_path: Path) -> None:
    """Nothing answers: blocked rows, what to do, and the evidence of it."""
    ended = run(tmp_path / "desk", sshd, port=1)
    assert ended.code == 11, ended.screen
    assert "Il sistema non è raggiungibile" in (ended.folder / "pre.html").read_text(encoding="utf-8")
    assert "Che cosa NON fare:" in ended.screen


def test_collecting_only_leaves_nothing_behind(sshd: Sshd, tmp_path: Path) -> None:
    """A plan is no evidence."""
    ended = run(tmp_path / "desk", sshd, "--collect-only")
    assert ended.code == 0, ended.screen
    assert not (ended.desk / "evidence").exists()


def test_a_session_that_selects_nothing_leaves_nothing_behind(sshd: Sshd, tmp_path: Path) -> None:
    """Where nothing was looked at there is nothing to show."""
    ended = run(tmp_path / "desk", sshd, "-k", "nothing")
    assert ended.code != 0
    assert not (ended.desk / "evidence").exists(), ended.screen


def test_a_page_elsewhere_is_refused(sshd: Sshd, tmp_path: Path) -> None:
    """--html would take the appendix out of the evidence."""
    ended = run(tmp_path / "desk", sshd, "--html=elsewhere.html")
    assert (ended.code, "leave --html out" in ended.screen) == (4, True), ended.screen


def test_without_pytest_html_everything_else_is_there(sshd: Sshd, tmp_path: Path) -> None:
    """The appendix is only an appendix."""
    ended = run(tmp_path / "desk", sshd, "-p", "no:html")
    assert {path.name for path in ended.folder.iterdir()} == {"journal.jsonl", "pre.html", "junit.xml"}, ended.screen


def test_the_pages_are_made_again_from_the_journal(ended: Ended, tmp_path: Path) -> None:
    """Years later, in the other language, by one command."""
    command = (
        sys.executable,
        "-m",
        "reports",
        str(ended.folder),
        "--language",
        "en",
        "--to",
        str(tmp_path / "again"),
    )
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    assert "The upgrade may not start" in (tmp_path / "again" / "pre.html").read_text(encoding="utf-8")


def test_made_again_a_page_is_the_same(ended: Ended, tmp_path: Path) -> None:
    """To the byte."""
    subprocess.run(
        (sys.executable, "-m", "reports", str(ended.folder), "--to", str(tmp_path)),
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    assert (tmp_path / "pre.html").read_bytes() == (ended.folder / "pre.html").read_bytes()


def test_something_else_than_a_journal_is_refused(tmp_path: Path) -> None:
    """With the reason, not with a traceback."""
    command = (sys.executable, "-m", "reports", str(tmp_path))
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, "journal" in done.stderr, "Traceback" in done.stderr) == (2, True, False)


def test_our_own_tests_are_not_told(tmp_path: Path) -> None:
    """Without --phase the plugin is silent."""
    (tmp_path / "test_one.py").write_text("def test_one():\n    pass\n")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""}
    command = (sys.executable, "-m", "pytest", *PLUGINS, "test_one.py")
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, "CHECK UAT" in done.stdout) == (0, False)


PARTNER = """\
from datetime import UTC, datetime

from uat.model import News, NewsKind, Outcome, Step


def test_dial(tvox, request):
    '''The partner own call <b>works</b>.'''
    step = Step(number=1, name="patch", release="22.0.17", outcome=Outcome.RUNNING, started_at=datetime.now(UTC))
    news = News(kind=NewsKind.OUTPUT, text="Stopping Services", elapsed=61)
    request.config.hook.pytest_tvox_step(config=request.config, step=step, news=news)
    assert tvox.run("echo engaged").text == "free"
"""


@pytest.fixture(scope="module")
def partner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ended]:
    """A session with a partner's own test, which fails."""
    if not is_available():
        pytest.skip("no /usr/sbin/sshd or ssh-keygen here (Debian: openssh-server, openssh-client)")
    folder = tmp_path_factory.mktemp("partner")
    (folder / "test_partner.py").write_text(PARTNER, encoding="utf-8")
    with running_sshd(folder / "sshd") as server:
        yield run(folder / "desk", server, str(folder / "test_partner.py"), "checklists/acme.yaml")


def test_what_a_step_tells_is_seen_while_pytest_captures(partner: Ended) -> None:
    """The patch's words reach the screen in the middle of a test."""
    assert "     1:01 | Stopping Services\n" in partner.screen


def test_a_partner_s_own_test_keeps_its_traceback(partner: Ended) -> None:
    """Who wrote Python wants to see Python."""
    assert "AssertionError" in partner.screen.partition("FAILURES")[2]


def test_a_partner_s_own_test_has_its_row(partner: Ended) -> None:
    """Its docstring is its title, its failed assertion the reason, its questions the proof."""
    page = (partner.folder / "pre.html").read_text(encoding="utf-8")
    assert "The partner own call &lt;b&gt;works&lt;/b&gt;." in page
    assert "echo engaged" in page


def test_a_file_that_cannot_be_collected_leaves_nothing_behind(sshd: Sshd, tmp_path: Path) -> None:
    """pytest says what is wrong with it; there is no evidence of anything."""
    (tmp_path / "test_broken.py").write_text("import nothing_of_this_name\n", encoding="utf-8")
    ended = run(tmp_path / "desk", sshd, str(tmp_path / "test_broken.py"), "checklists/acme.yaml")
    assert (ended.code, "INTERNALERROR" in ended.screen) == (2, False), ended.screen
    assert not (ended.desk / "evidence").exists()
