"""Addresses, and what is taken from an ssh_config."""

from __future__ import annotations

from pathlib import Path

import pytest

from uat.ssh.address import Address, parse_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("root@10.0.0.5:22", Address(user="root", host="10.0.0.5")),
        ("10.0.0.5", Address(user="root", host="10.0.0.5")),
        ("admin@pbx.acme.it:2222", Address(user="admin", host="pbx.acme.it", port=2222)),
        ("u@[fe80::1%eth0]:2022", Address(user="u", host="fe80::1%eth0", port=2022)),
        ("a@b.it@gate", Address(user="a@b.it", host="gate")),
    ],
)
def test_address(text: str, address: Address) -> None:
    """An address is user, host and port; who it is and where may be left to the defaults."""
    assert parse_address(text) == address


@pytest.mark.parametrize(
    "text", ["", "-oProxyCommand=x", "root@-x", "a b", "host:0", "host:65536", "h:x", "::1", "u@", "a\nb"]
)
def test_no_address(text: str) -> None:
    """What is no address is refused, options and control characters included."""
    with pytest.raises(ValueError, match="is not an address"):
        parse_address(text)


@pytest.mark.parametrize("text", ["root@10.0.0.5", "u@[fe80::1]:2022", "admin@pbx:2222"])
def test_printed(text: str) -> None:
    """A printed address can be read again."""
    assert str(parse_address(text)) == text


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """An ssh_config as people have them."""
    (tmp_path / "more").write_text("Host pbx\n  IdentityFile %d/keys/%h-%r\nHost other\n  User nobody\n")
    file = tmp_path / "config"
    file.write_text(
        "# mine\nInclude more\n\nHost gate\n\tHostName=gate.acme.it\n\tUser jumper\n"
        "Host pbx pbx-? !pbx-9\n  HostName 10.1.1.1\n  Port 2222\n  User first\n  User second\n"
        '  IdentityFile "~/second key"\n'
        "  ProxyJump gate:2200\nHost *\n  ServerAliveInterval 9\n  User last\n"
    )
    return file


def test_config(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """HostName, Port, User, every IdentityFile and ProxyJump are taken; the first value of a word counts."""
    monkeypatch.setenv("HOME", "/home/me")
    address = parse_address("pbx", config=config)
    assert (str(address), str(address.jump)) == ("first@10.1.1.1:2222", "jumper@gate.acme.it:2200")
    assert address.identity_files == ("/home/me/keys/10.1.1.1-first", "/home/me/second key")
    assert address.ignored == ("serveraliveinterval",)


def test_said_wins(config: Path) -> None:
    """What the address says itself is stronger than the file."""
    address = parse_address("me@pbx:22", config=config, jump="you@there")
    assert (str(address), str(address.jump)) == ("me@10.1.1.1", "you@there")


@pytest.mark.parametrize(("name", "host"), [("pbx-1", "10.1.1.1"), ("pbx-9", "pbx-9"), ("pbx-10", "pbx-10")])
def test_patterns(config: Path, name: str, host: str) -> None:
    """Host lines take patterns, and a negated one ends it."""
    assert parse_address(name, config=config).host == host


def test_included_hosts_end(config: Path) -> None:
    """A Host line of an included file ends with that file."""
    assert parse_address("other", config=config).user == "nobody"
    assert parse_address("third", config=config).user == "last"


def test_no_config(tmp_path: Path) -> None:
    """A file that is not there is no error."""
    assert parse_address("pbx", config=tmp_path / "none").host == "pbx"


def test_jump_list() -> None:
    """Of a list of jump hosts the last is next to the machine."""
    address = parse_address("root@pbx", jump="a@one,b@two:23")
    assert address.jump is not None
    assert (str(address.jump), str(address.jump.jump)) == ("b@two:23", "a@one")


def test_jump_circle(tmp_path: Path) -> None:
    """Jump hosts that name each other are an error, not an endless loop."""
    (tmp_path / "config").write_text("Host a\n ProxyJump b\nHost b\n ProxyJump a\n")
    with pytest.raises(ValueError, match="jump hosts"):
        parse_address("a", config=tmp_path / "config")
