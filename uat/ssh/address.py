"""Where a machine is and how one logs in there: addresses, and the five words taken from an ssh_config."""

from __future__ import annotations

import getpass
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from uat.model import Record

_ADDRESS = re.compile(
    r"(?:(?P<user>[A-Za-z0-9_][\w.@\\$-]*)@)?"
    r"(?:\[(?P<six>[0-9A-Fa-f:.%\w]+)\]|(?P<host>[A-Za-z0-9_][\w.-]*))"
    r"(?::(?P<port>\d{1,5}))?"
)
_TAKEN = ("hostname", "port", "user", "identityfile", "proxyjump")
_DEEPEST = 5
"""Of Include and ProxyJump; enough for people, and an end for files that name each other."""


class Address(Record):
    """One machine and the way to it.

    ``jump`` is the machine to go through; ``ignored`` are the words of the ssh_config that were said of this
    machine and had no effect (``StrictHostKeyChecking`` ...), in lower case.
    """

    user: str
    host: str
    port: int = 22
    jump: Address | None = None
    identity_files: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.user}@{host}" + (f":{self.port}" if self.port != 22 else "")


def parse_address(
    text: str, *, config: Path | None = None, jump: str | None = None, user: str = "root", _depth: int = 0
) -> Address:
    """Read ``[user@]host[:port]``; an IPv6 host stands in brackets.

    :param config: an ssh_config (``~/.ssh/config``); HostName, Port, User, IdentityFile and ProxyJump are taken
        from it where ``text`` and ``jump`` do not say otherwise, everything else is ignored.
    :param jump: the machine to go through, itself ``[user@]host[:port]``; a list is separated by commas.
    :param user: who logs in where neither says it.
    :raises ValueError: not an address.
    """
    match = _ADDRESS.fullmatch(text.strip())
    if match is None or int(match["port"] or 22) not in range(1, 65536):
        raise ValueError(f"'{text}' is not an address; write [user@]host[:port], an IPv6 host in brackets")
    name = match["six"] or match["host"]
    said = list(_applicable(config, name)) if config else []
    values = {word: value for word, value in reversed(said) if word in _TAKEN}  # the first one counts
    host = values.get("hostname", name).replace("%h", name).replace("%%", "%")
    login = match["user"] or values.get("user", user)
    way = jump or values.get("proxyjump", "none")
    return Address(
        user=login,
        host=host,
        port=int(match["port"] or values.get("port", 22)),
        jump=None if way.lower() == "none" else _parse_jump(way, config=config, depth=_depth),
        identity_files=tuple(_expand(v, user=login, host=host) for word, v in said if word == "identityfile"),
        ignored=tuple(dict.fromkeys(word for word, _ in said if word not in _TAKEN)),
    )


def _parse_jump(text: str, *, config: Path | None, depth: int) -> Address:
    """Read a ProxyJump: the last of the list is the one next to the machine."""
    if depth >= _DEEPEST:
        raise ValueError(f"'{text}': more than {_DEEPEST} jump hosts, or jump hosts that name each other")
    before, _, last = text.rpartition(",")
    last = last.strip().removeprefix("ssh://")
    return parse_address(last, config=config, jump=before or None, user=_own_name(), _depth=depth + 1)


def _own_name() -> str:
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):  # a service account without a name; Windows without USERNAME
        return "root"


def _expand(value: str, *, user: str, host: str) -> str:
    """Fill in what an IdentityFile may hold (ssh_config(5), TOKENS): ``~`` and %d %h %r %%."""
    home = str(Path.home())
    tokens = {"%d": home, "%h": host, "%r": user, "%%": "%"}
    filled = re.sub("%[dhr%]", lambda token: tokens[token[0]], value)
    return str(Path(filled).expanduser())


def _applicable(path: Path, name: str, *, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield what an ssh_config says of a host: lower-case word, value; in the file's order.

    A ``Match`` block is never taken: its ``exec`` would run a program. It is reported as the word ``match``.
    """
    active = True
    for word, value in _settings(path):
        if word == "host":
            active = _is_meant(value.split(), name)
        elif word == "match":
            active = False
            yield word, value
        elif active and word == "include":
            yield from _included(path, value, name, depth=depth)
        elif active:
            yield word, value


def _included(path: Path, value: str, name: str, *, depth: int) -> Iterator[tuple[str, str]]:
    if depth >= _DEEPEST:
        return
    for pattern in value.split():
        whole = Path(pattern.strip('"')).expanduser()
        base = Path(whole.anchor) if whole.is_absolute() else path.parent
        for file in sorted(base.glob(str(whole.relative_to(whole.anchor)))):
            yield from _applicable(file, name, depth=depth + 1)


def _settings(path: Path) -> Iterator[tuple[str, str]]:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:  # there is none, or it is not ours to read: ssh goes on without it too
        return
    for line in lines:
        match = re.fullmatch(r"\s*([A-Za-z]\w*)(?:\s*=\s*|\s+)(.*?)\s*", line)
        if match:
            yield match[1].lower(), match[2].strip('"')


def _is_meant(patterns: list[str], name: str) -> bool:
    """Tell whether a ``Host`` line means this host; one negated pattern that matches ends it."""
    if any(fnmatchcase(name.lower(), pattern[1:].lower()) for pattern in patterns if pattern.startswith("!")):
        return False
    return any(fnmatchcase(name.lower(), pattern.lower()) for pattern in patterns if not pattern.startswith("!"))
