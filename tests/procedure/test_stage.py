"""``tvox-uat stage`` on a real sshd: patches brought, verified there, found by the upgrade, taken away."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import tvox_uat
from procedure import steps
from procedure.account import Account
from tests.procedure.bench import LIMITS, Link, through
from tests.procedure.proxy import Proxy
from tests.sshd import Sshd, free_port
from uat.model import Patch, Source

CONTENT = b"echo patch\n" * 100_000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Our folder on the machine, in the test's own; a home without keys."""
    monkeypatch.setattr("procedure.attempt.ROOT", str(tmp_path / "machine"))
    monkeypatch.setattr("procedure.stage.ROOT", str(tmp_path / "machine"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    return tmp_path / "machine"


@pytest.fixture
def checklist(tmp_path: Path) -> Path:
    """A customer's file with one patch that is here."""
    (tmp_path / "p.run").write_bytes(CONTENT)
    return write(tmp_path, "file: p.run")


def write(folder: Path, where: str, *, sha256: str = SHA256) -> Path:
    path = folder / "acme.yaml"
    path.write_text(
        "customer: ACME\nupgrade:\n"
        "  release: {pre: '21.0.26', post: '22.0.17'}\n"
        f"  patches:\n    - {{release: '22.0.17', {where}, sha256: '{sha256}'}}\n"
        "limits: {poll: 100ms, unreachable: 5s, connect: 5s}\n"
        "checks:\n  - {id: A, title: {it: a}, service: {name: sshd}, expect: {running: true}}\n"
    )
    return path


def stage(sshd: Sshd, checklist: Path, *more: str) -> int:
    """Run ``tvox-uat stage``."""
    return tvox_uat.main(["stage", str(checklist), *options(sshd), *more])


def options(sshd: Sshd) -> list[str]:
    return [
        f"--tvox-host={sshd.user}@127.0.0.1:{sshd.port}",
        f"--identity={sshd.key}",
        f"--known-hosts={sshd.known_hosts}",
    ]


def test_staged(sshd: Sshd, checklist: Path, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The patch lies on the machine under its hash, and the command says where; nothing is wider than 80 columns."""
    assert stage(sshd, checklist) == 0
    staged = root / "patches" / SHA256 / "p.run"
    assert staged.read_bytes() == CONTENT
    said = capsys.readouterr().out
    assert f"  {staged}\n" in said
    assert "verified on the machine" in said
    words = said.replace(str(staged), "").replace(str(checklist.parent), "")
    assert max(map(len, words.splitlines())) <= 80


def test_a_second_time(sshd: Sshd, checklist: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is there already is verified, and not sent again."""
    stage(sshd, checklist)
    assert stage(sshd, checklist) == 0
    assert "is there already" in capsys.readouterr().out


def test_the_upgrade_finds_it(sshd: Sshd, checklist: Path, root: Path) -> None:
    """The step ``deliver`` of a later run finds the staged patch and sends nothing."""
    stage(sshd, checklist)
    account, link = Account(lambda news: None), Link(sshd, LIMITS)
    patch = Patch(release="22.0.17", file="p.run", sha256=SHA256, source=Source(file="acme.yaml"))
    path = steps.deliver(link, patch, folder=checklist.parent, limits=LIMITS, account=account)
    link.drop_connection()
    assert path == str(root / "patches" / SHA256 / "p.run")
    assert account.facts["sent_bytes"] == 0


def test_the_wrong_file(
    sshd: Sshd, checklist: Path, root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that is not the checklist's is not sent: 1."""
    (tmp_path / "p.run").write_bytes(CONTENT[:-1])
    assert stage(sshd, checklist) == 1
    assert "NOT the patch of the checklist" in capsys.readouterr().out
    assert not root.exists()


def test_no_file(sshd: Sshd, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is not here is named: 1."""
    assert stage(sshd, write(tmp_path, "file: none.run")) == 1
    assert "none.run" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [(CONTENT, 0, "is right"), (b"other", 1, "NOT the patch"), (None, 1, "NOT there")],
    ids=["right", "another", "none"],
)
def test_on_target(
    sshd: Sshd, tmp_path: Path, content: bytes | None, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A patch that lies on the machine by the checklist's word is verified there, and nothing is sent."""
    there = tmp_path / "my patch.run"
    if content is not None:
        there.write_bytes(content)
    assert stage(sshd, write(tmp_path, f"on_target: '{there}'")) == code
    assert said in capsys.readouterr().out


def test_removed(sshd: Sshd, checklist: Path, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was staged is taken away again, with what had not wholly arrived; a second time there is nothing."""
    stage(sshd, checklist)
    (root / "patches" / SHA256 / "p.run.part").write_bytes(b"half")
    assert stage(sshd, checklist, "--remove") == 0
    assert list(root.iterdir()) == []
    assert stage(sshd, checklist, "--remove") == 0
    assert "nothing is staged" in capsys.readouterr().out


def test_what_was_used_is_not_removed(
    sshd: Sshd, checklist: Path, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A patch that an upgrade has run stays: it belongs to that run's evidence."""
    stage(sshd, checklist)
    staged = root / "patches" / SHA256 / "p.run"
    (root / "ab12-22.0.17").mkdir()
    (root / "ab12-22.0.17" / "command").write_text(f"sh {staged}\n")
    assert stage(sshd, checklist, "--remove") == 0
    assert "an upgrade has run it" in capsys.readouterr().out
    assert staged.exists()


def test_nobody_answers(sshd: Sshd, checklist: Path) -> None:
    """A machine that does not answer at the beginning is not waited for: 11."""
    sshd.process.terminate()
    assert stage(sshd, checklist) == 11


def test_the_link_stays_away(
    sshd: Sshd, checklist: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link that breaks and stays away is 11, with the words that go on."""
    proxy = Proxy(sshd.port)
    proxied = through(sshd, proxy)
    monkeypatch.setattr("procedure.progress.Meter.tell", lambda meter, done, size: proxy.cut())
    assert stage(proxied, checklist) == 11
    said = capsys.readouterr()
    assert "connection lost" in said.out
    assert f"To go on from there: tvox-uat stage {checklist}" in said.err


@pytest.mark.parametrize("text", ["customer: ACME\n", "customer: [\n"], ids=["no patches", "no checklist"])
def test_usage(sshd: Sshd, tmp_path: Path, text: str) -> None:
    """A checklist that cannot be read, or has no patches, is 2."""
    (tmp_path / "acme.yaml").write_text(text)
    assert stage(sshd, tmp_path / "acme.yaml") == 2


def test_ctrl_c(sshd: Sshd, checklist: Path, tmp_path: Path) -> None:
    """Ctrl-C says how to go on; what arrived stays, and the next run goes on from there."""
    (tmp_path / "p.run").write_bytes(content := CONTENT * 20)
    checklist = write(tmp_path, "file: p.run", sha256=(sha256 := hashlib.sha256(content).hexdigest()))
    proxy = Proxy(sshd.port)
    proxied = through(sshd, proxy)
    program = (
        "import signal, sys, procedure.attempt, procedure.stage, tvox_uat;"
        "signal.signal(signal.SIGINT, signal.default_int_handler);"  # a shell's background job ignores it
        f"procedure.attempt.ROOT = procedure.stage.ROOT = {str(tmp_path / 'machine')!r};"
        "sys.exit(tvox_uat.main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", program, "stage", str(checklist), *options(proxied)]
    proxy.delay = 0.02
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        part = tmp_path / "machine" / "patches" / sha256 / "p.run.part"
        arrived = threading.Event()
        while not arrived.wait(0.05) and running.poll() is None:
            if part.exists() and part.stat().st_size > 2_000_000:
                running.send_signal(signal.SIGINT)
                arrived.set()
        errors = running.communicate()[1]
    proxy.delay, sent = 0.0, proxy.sent_bytes
    assert running.returncode == 1
    assert f"To go on from there: tvox-uat stage {checklist}" in errors
    assert stage(proxied, checklist) == 0
    proxy.close()
    assert proxy.sent_bytes - sent < len(content) - 1_500_000


def test_a_port_without_a_machine(sshd: Sshd, checklist: Path) -> None:
    """A host key that is not trusted is 11 and nothing is sent."""
    assert tvox_uat.main(["stage", str(checklist), f"--tvox-host=root@127.0.0.1:{free_port()}"]) == 11
