"""The command line ``tvox-uat``, on a real sshd."""

from __future__ import annotations

import builtins
from pathlib import Path

import pytest

import tvox_uat
from tests.sshd import Sshd, free_port, make_key


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, empty."""
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    return tmp_path / "home"


def trust(server: Sshd, *more: str) -> int:
    """Run ``tvox-uat trust`` for a server."""
    return tvox_uat.main(["trust", str(server.address), *more])


def type_in(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Be the person at the keyboard."""
    monkeypatch.setattr(builtins, "input", lambda _: text)


def test_right_fingerprint(sshd: Sshd, home: Path) -> None:
    """A key whose fingerprint was given is stored, in ~/.ssh/known_hosts."""
    assert trust(sshd, "--fingerprint", sshd.fingerprint) == 0
    assert (home / ".ssh" / "known_hosts").read_text() == sshd.known_hosts.read_text()


def test_wrong_fingerprint(sshd: Sshd, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A key with another fingerprint is shown and not stored."""
    assert trust(sshd, "--fingerprint", "SHA256:abc") == 1
    assert sshd.fingerprint in capsys.readouterr().out
    assert not (home / ".ssh").exists()


def test_typed(sshd: Sshd, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without --fingerprint a person types it, with or without the word SHA256."""
    type_in(monkeypatch, f" {sshd.fingerprint.removeprefix('SHA256:')} ")
    assert trust(sshd) == 0
    assert (home / ".ssh" / "known_hosts").exists()


@pytest.mark.parametrize("answer", ["", "yes", "y", "SHA256:"])
def test_yes_is_no_answer(sshd: Sshd, home: Path, monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    """Nothing but the fingerprint makes a key trusted."""
    type_in(monkeypatch, answer)
    assert trust(sshd) == 1
    assert not (home / ".ssh").exists()


def test_twice(sshd: Sshd, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A key that is trusted already is not stored again."""
    trust(sshd, "--fingerprint", sshd.fingerprint)
    assert trust(sshd) == 0
    assert "trusted already" in capsys.readouterr().out
    assert len((home / ".ssh" / "known_hosts").read_text().splitlines()) == 1


def test_changed(sshd: Sshd, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A changed key is refused even with its right fingerprint; the way forward names the line to delete."""
    public = " ".join(make_key(tmp_path / "other").with_suffix(".pub").read_text().split()[:2])
    sshd.known_hosts.write_text(f"[127.0.0.1]:{sshd.port} {public}\n")
    assert trust(sshd, "--fingerprint", sshd.fingerprint, "--known-hosts", str(sshd.known_hosts)) == 11
    assert "(line 1)" in capsys.readouterr().err
    assert sshd.fingerprint not in sshd.known_hosts.read_text()


def test_nobody_there(capsys: pytest.CaptureFixture[str]) -> None:
    """A machine that does not answer ends with 11."""
    assert tvox_uat.main(["trust", f"root@127.0.0.1:{free_port()}"]) == 11
    assert "refused" in capsys.readouterr().err.lower()


def test_no_address(capsys: pytest.CaptureFixture[str]) -> None:
    """What is no address ends with 2."""
    assert tvox_uat.main(["trust", "-oProxyCommand=x@y"[1:] + " z"]) == 2
    assert "is not an address" in capsys.readouterr().err
