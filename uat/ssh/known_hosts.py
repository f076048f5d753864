"""The file of trusted host keys, one for each customer: looked up strictly, changed only by a person's word."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
import shlex
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path

from uat.errors import ChangedKeyError, UnreachableError
from uat.model import Record
from uat.names import folder_name
from uat.ssh.address import Address

FOLDER = Path("~/.tvox-uat/known_hosts")
"""One file a customer: private addresses are the same everywhere, and one customer's key must not open another's."""

_SSH_OWN = Path("~/.ssh/known_hosts")
_REPLACED = "# replaced "
_KINDS = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa", "ssh-dss")
_SIGNATURES = {"ssh-rsa": ("rsa-sha2-256", "rsa-sha2-512", "ssh-rsa")}
"""An RSA key signs in three ways (RFC 8332); OpenSSH 5.3 of CentOS 6 knows the last only."""


class KnownKey(Record):
    """One line of the file: the key's type (``ssh-ed25519``), its base64 text, and where it stands (from 1).

    ``replaced`` says when, by whom and why it took the place of another key; empty when it did not.
    """

    kind: str
    text: str
    line: int
    is_revoked: bool = False
    replaced: str = ""

    @property
    def fingerprint(self) -> str:
        """The key's SHA256 fingerprint, as ``ssh-keygen -l`` prints it."""
        return fingerprint(base64.b64decode(self.text))


class HostKey(Record):
    """The key a machine showed: type, SHA256 fingerprint, and the line that makes it a trusted one."""

    kind: str
    fingerprint: str
    line: str


def host_key(address: Address, *, kind: str, key: bytes) -> HostKey:
    """Describe the key that the machine at an address showed; ``key`` is its wire form."""
    line = f"{host_name(address.host, address.port)} {kind} {base64.b64encode(key).decode()}"
    return HostKey(kind=kind, fingerprint=fingerprint(key), line=line)


def file_of(customer: str) -> Path:
    """Give the file of a customer's trusted keys."""
    return FOLDER.expanduser() / folder_name(customer)


def refusal(path: Path, address: Address, seen: HostKey) -> UnreachableError:
    """Say why a host key was refused and what the way forward is."""
    known = known_keys(path, address.host, address.port)
    trust = " ".join(
        ["tvox-uat trust", str(address), *([f"--jump {address.jump}"] if address.jump else []), _chosen(path)]
    )
    if not known:
        return UnreachableError(
            f"{address}: its host key is not known: {seen.kind} {seen.fingerprint}. "
            f"{_elsewhere(address, seen)}Compare it with the one on the machine's own console, then: {trust}"
        )
    old = ", ".join(f"{key.kind} {key.fingerprint} (line {key.line})" for key in known)
    return ChangedKeyError(
        f"{address}: its host key has CHANGED: it shows {seen.kind} {seen.fingerprint}, known in {path} is {old}. "
        f"This may be another machine. If the change is announced, compare the key with the one on the machine's "
        f"own console, then: {trust} --replace",
        facts={
            "address": str(address),
            "key_shown": f"{seen.kind} {seen.fingerprint}",
            "key_known": [f"{key.kind} {key.fingerprint}" for key in known],
            "known_hosts": str(path),
            "trust_command": f"{trust} --replace",
        },
    )


def _chosen(path: Path) -> str:
    """Give the option that leads `tvox-uat trust` to the same file."""
    if path.parent == FOLDER.expanduser() and folder_name(path.name) == path.name:
        return f"--customer {shlex.quote(path.name)}"
    return f"--known-hosts {shlex.quote(str(path))}"


def _elsewhere(address: Address, seen: HostKey) -> str:
    """Say that ssh's own file has the key, so that nobody wonders why that is not enough."""
    try:
        known = known_keys(_SSH_OWN.expanduser(), address.host, address.port)
    except OSError:
        return ""
    line = next((key.line for key in known if key.fingerprint == seen.fingerprint and not key.is_revoked), None)
    if line is None:
        return ""
    return f"({_SSH_OWN}, line {line}, has this key; it is not read: each customer's keys have a file of their own.) "


def fingerprint(key: bytes) -> str:
    """Give the SHA256 fingerprint of a public key in its wire form."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")


def host_name(host: str, port: int) -> str:
    """Give the name under which a host stands in the file: ``host``, or ``[host]:port``."""
    return host.lower() if port == 22 else f"[{host.lower()}]:{port}"


def known_keys(path: Path, host: str, port: int) -> tuple[KnownKey, ...]:
    """Look up the keys of a host under exactly this name and port (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT).

    Stricter than ssh: neither the address that a name leads to nor the name without its port counts, so that
    no other trusted machine can stand in for this one. Certificate authorities are not taken.

    :raises OSError: the file is there and cannot be read.
    """
    name = host_name(host, port)
    return tuple(key for patterns, key in _entries(path) if _is_meant(patterns, name))


def algorithms(known: Iterable[str]) -> list[str]:
    """Order the host key algorithms: the known kinds first, so that the machine shows the key we know."""
    kinds = dict.fromkeys([kind for kind in known if kind in _KINDS] + list(_KINDS))
    return [name for kind in kinds for name in _SIGNATURES.get(kind, (kind,))]


def store(path: Path, line: str) -> None:
    """Add a line to the file; it is made, for its owner only, when there is none.

    :raises OSError: it cannot be written; also when a symbolic link stands in its place.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = _open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT)
    with os.fdopen(descriptor, "r+b") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(size - 1, 0))
        gap = b"\n" if file.read(1) not in (b"", b"\n") else b""
        file.write(gap + line.strip().encode() + b"\n")


def replace(path: Path, address: Address, seen: HostKey, *, by: str, reason: str) -> None:
    """Put the key that a machine shows in the place of those that are known of it; they stay as comments.

    :param by: who compared the new key on the machine's console.
    :param reason: why it changed; the next run writes both down.
    :raises ValueError: a line of the old key means other hosts too; it is left as it is.
    :raises OSError: the file cannot be written.
    """
    name = host_name(address.host, address.port)
    old = {key.line: patterns for patterns, key in _entries(path) if _is_meant(patterns, name)}
    if shared := [str(line) for line, patterns in old.items() if set(patterns) & set(",*?")]:
        raise ValueError(f"{path}, line {', '.join(shared)}: means other hosts too; change it by hand")
    words = " ".join("".join(c if c.isprintable() else " " for c in f"by {by}: {reason}").split())
    lines = path.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    kept = [f"# {line}" if number in old else line for number, line in enumerate(lines, 1)]
    note = f"{_REPLACED}{datetime.now(UTC).isoformat(timespec='seconds')} {words}"
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = _open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape", newline="\n") as file:
        file.write("\n".join([*kept, note, seen.line]) + "\n")
    fresh.replace(path)


def _open(path: Path, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0), 0o600)


def _entries(path: Path) -> Iterator[tuple[str, KnownKey]]:
    if not path.exists():
        return
    before = ""
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        words = line.split()
        replaced, before = before.removeprefix(_REPLACED) if before.startswith(_REPLACED) else "", line
        marker = words.pop(0) if words and words[0].startswith("@") else ""
        if len(words) < 3 or words[0].startswith("#") or marker not in ("", "@revoked") or not _is_key(words[2]):
            continue
        yield (
            words[0],
            KnownKey(kind=words[1], text=words[2], line=number, is_revoked=bool(marker), replaced=replaced),
        )


def _is_key(text: str) -> bool:
    try:
        return bool(base64.b64decode(text, validate=True))
    except ValueError:
        return False


def _is_meant(patterns: str, name: str) -> bool:
    if patterns.startswith("|1|"):
        return _is_hash_of(patterns, name)
    words = patterns.lower().split(",")
    if any(_matches(word[1:], name) for word in words if word.startswith("!")):
        return False
    return any(_matches(word, name) for word in words)


def _matches(pattern: str, name: str) -> bool:
    """Compare with ``*`` and ``?``; brackets are plain characters here."""
    return fnmatchcase(name, pattern.replace("[", "[[]"))


def _is_hash_of(patterns: str, name: str) -> bool:
    try:
        _, _, salt, expected = patterns.split("|")
        digest = hmac.new(base64.b64decode(salt), name.encode(), hashlib.sha1).digest()
        return hmac.compare_digest(digest, base64.b64decode(expected))
    except ValueError:
        return False
