"""The file of trusted host keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from uat.ssh.known_hosts import known_keys, store

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDexHXllUDTlg2zMbJDlfNXwAy28D/5caaXfEO3/+hX0"


@pytest.mark.parametrize(
    ("patterns", "host", "port", "is_known"),
    [
        ("pbx", "pbx", 22, True),
        ("pbx", "PBX", 22, True),
        ("pbx", "pbx", 2222, False),
        ("[pbx]:2222", "pbx", 2222, True),
        ("[pbx]:2222", "pbx", 22, False),
        ("gate,pbx", "pbx", 22, True),
        ("pbx*", "pbx.acme.it", 22, True),
        ("*,!pbx", "pbx", 22, False),
        ("[*]:2222", "pbx", 2222, True),
        ("[pb]x", "px", 22, False),
        ("|1|broken", "pbx", 22, False),
    ],
)
def test_lookup(tmp_path: Path, patterns: str, host: str, port: int, is_known: bool) -> None:
    """A line means the hosts that its patterns name, with their port."""
    file = tmp_path / "known_hosts"
    file.write_text(f"# comment\n\nbroken line\npbx ssh-rsa not-base64\n{patterns} {KEY} a comment\n")
    assert [key.line for key in known_keys(file, host, port)] == ([5] if is_known else [])


def test_authorities_do_not_count(tmp_path: Path) -> None:
    """A certificate authority's line trusts no host key."""
    (tmp_path / "known_hosts").write_text(f"@cert-authority * {KEY}\n")
    assert known_keys(tmp_path / "known_hosts", "pbx", 22) == ()


def test_stored(tmp_path: Path) -> None:
    """What is stored is found again; the file and its folder are made for their owner only."""
    file = tmp_path / "new" / "known_hosts"
    store(file, f"pbx {KEY}")
    assert known_keys(file, "pbx", 22)[0].line == 1
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_added(tmp_path: Path) -> None:
    """A line is added behind what is there, also when the last line has no end; nothing is rewritten."""
    file = tmp_path / "known_hosts"
    file.write_text("# mine, without an end")
    inode = file.stat().st_ino
    store(file, f"one {KEY}")
    store(file, f"two {KEY}\n")
    assert file.read_text() == f"# mine, without an end\none {KEY}\ntwo {KEY}\n"
    assert file.stat().st_ino == inode
