"""The command line ``tvox-uat``, on a real sshd."""

from __future__ import annotations

import builtins
from pathlib import Path

import pytest

import tvox_uat
from tests.sshd import Sshd, free_port, make_key

KEPT = ".tvox-uat/known_hosts/ACME S.p.A"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, empty."""
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    return tmp_path / "home"


def trust(server: Sshd, *more: str) -> int:
    """Run ``tvox-uat trust`` for a server."""
    whose = () if "--known-hosts" in more or "--checklist" in more else ("--customer", "ACME S.p.A.")
    return tvox_uat.main(["trust", str(server.address), *whose, *more])


def type_in(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Be the person at the keyboard."""
    monkeypatch.setattr(builtins, "input", lambda _: text)


def test_right_fingerprint(sshd: Sshd, home: Path) -> None:
    """A key whose fingerprint was given is stored, in the customer's own file."""
    assert trust(sshd, "--fingerprint", sshd.fingerprint) == 0
    assert (home / KEPT).read_text() == sshd.known_hosts.read_text()


def test_wrong_fingerprint(sshd: Sshd, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A key with another fingerprint is shown and not stored."""
    assert trust(sshd, "--fingerprint", "SHA256:abc") == 1
    assert sshd.fingerprint in capsys.readouterr().out
    assert not (home / ".tvox-uat").exists()


def test_typed(sshd: Sshd, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without --fingerprint a person types it, with or without the word SHA256."""
    type_in(monkeypatch, f" {sshd.fingerprint.removeprefix('SHA256:')} ")
    assert trust(sshd) == 0
    assert (home / KEPT).exists()


@pytest.mark.parametrize("answer", ["", "yes", "y", "SHA256:"])
def test_yes_is_no_answer(sshd: Sshd, home: Path, monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    """Nothing but the fingerprint makes a key trusted."""
    type_in(monkeypatch, answer)
    assert trust(sshd) == 1
    assert not (home / ".tvox-uat").exists()


def test_twice(sshd: Sshd, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A key that is trusted already is not stored again."""
    trust(sshd, "--fingerprint", sshd.fingerprint)
    assert trust(sshd) == 0
    assert "trusted already" in capsys.readouterr().out
    assert len((home / KEPT).read_text().splitlines()) == 1


def test_changed(sshd: Sshd, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A changed key is refused even with its right fingerprint; both keys are shown and the way forward."""
    public = " ".join(make_key(tmp_path / "other").with_suffix(".pub").read_text().split()[:2])
    sshd.known_hosts.write_text(f"[127.0.0.1]:{sshd.port} {public}\n")
    assert trust(sshd, "--fingerprint", sshd.fingerprint, "--known-hosts", str(sshd.known_hosts)) == 11
    said = capsys.readouterr().err
    assert "(line 1)" in said
    assert "--replace" in said
    assert sshd.fingerprint not in sshd.known_hosts.read_text()


def test_nobody_there(capsys: pytest.CaptureFixture[str]) -> None:
    """A machine that does not answer ends with 11."""
    assert tvox_uat.main(["trust", f"root@127.0.0.1:{free_port()}", "--customer", "ACME"]) == 11
    assert "refused" in capsys.readouterr().err.lower()


def test_no_address(capsys: pytest.CaptureFixture[str]) -> None:
    """What is no address ends with 2."""
    assert tvox_uat.main(["trust", "-oProxyCommand=x@y"[1:] + " z"]) == 2
    assert "is not an address" in capsys.readouterr().err


def test_of_a_checklist(sshd: Sshd, home: Path) -> None:
    """A checklist names the customer whose file the key goes into."""
    (home / "acme.yaml").write_text("customer: ACME S.p.A.\nchecks: []\n")
    assert trust(sshd, "--fingerprint", sshd.fingerprint, "--checklist", str(home / "acme.yaml")) == 0
    assert (home / KEPT).exists()


def test_the_only_checklist_here(sshd: Sshd, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a customer's repository nobody has to say whose machine it is."""
    (home / "checklists").mkdir()
    (home / "checklists" / "acme.yaml").write_text("customer: ACME S.p.A.\nchecks: []\n")
    monkeypatch.chdir(home)
    assert tvox_uat.main(["trust", str(sshd.address), "--fingerprint", sshd.fingerprint]) == 0
    assert (home / KEPT).exists()


def test_whose_is_it(
    sshd: Sshd, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where no customer is named and none can be chosen, nothing is stored."""
    monkeypatch.chdir(home)
    assert tvox_uat.main(["trust", str(sshd.address), "--fingerprint", sshd.fingerprint]) == 2
    assert "--customer" in capsys.readouterr().err
    assert not (home / ".tvox-uat").exists()


@pytest.fixture
def old_key(sshd: Sshd, home: Path, tmp_path: Path) -> str:
    """A customer's file that knows another key of the server; gives that line."""
    public = " ".join(make_key(tmp_path / "old").with_suffix(".pub").read_text().split()[:2])
    (home / KEPT).parent.mkdir(parents=True)
    (home / KEPT).write_text(f"other ssh-ed25519 AAAA\n[127.0.0.1]:{sshd.port} {public}\n")
    return f"[127.0.0.1]:{sshd.port} {public}"


def test_replaced(sshd: Sshd, home: Path, old_key: str) -> None:
    """A key that a person compared takes the place of the old one, which stays as a comment with who and why."""
    again = ("--fingerprint", sshd.fingerprint, "--replace", "--reason", "patch 22.0.17\nnew keys")
    assert trust(sshd, *again) == 0
    first, old, note, new = (home / KEPT).read_text().splitlines()
    assert (first, old, new + "\n") == ("other ssh-ed25519 AAAA", f"# {old_key}", sshd.known_hosts.read_text())
    assert note.endswith("patch 22.0.17 new keys")
    assert (home / KEPT).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("more", [("--fingerprint", "SHA256:abc", "--reason", "patch"), ("--reason", "")])
def test_not_replaced(
    sshd: Sshd, home: Path, old_key: str, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]
) -> None:
    """Without the right fingerprint, or without a reason, the old key stays the trusted one."""
    type_in(monkeypatch, sshd.fingerprint)
    before = (home / KEPT).read_bytes()
    assert trust(sshd, "--replace", *more) == 1
    assert (home / KEPT).read_bytes() == before


def test_a_shared_line_is_not_replaced(sshd: Sshd, home: Path, old_key: str) -> None:
    """A line that means other hosts too is left to a person."""
    (home / KEPT).write_text(f"gate,{old_key}\n")
    assert trust(sshd, "--fingerprint", sshd.fingerprint, "--replace", "--reason", "patch") == 2
    assert (home / KEPT).read_text() == f"gate,{old_key}\n"
