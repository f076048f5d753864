"""The file of trusted host keys: looked up strictly, added to, never rewritten."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from uat.model import Record
from uat.ssh.address import Address

_KINDS = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa", "ssh-dss")
_SIGNATURES = {"ssh-rsa": ("rsa-sha2-256", "rsa-sha2-512", "ssh-rsa")}
"""An RSA key signs in three ways (RFC 8332); OpenSSH 5.3 of CentOS 6 knows the last only."""


class KnownKey(Record):
    """One line of the file: the key's type (``ssh-ed25519``), its base64 text, and where it stands (from 1)."""

    kind: str
    text: str
    line: int
    is_revoked: bool = False

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


def refusal(path: Path, address: Address, seen: HostKey) -> str:
    """Say why a host key was refused and what the way forward is."""
    known = known_keys(path, address.host, address.port)
    trust = f"tvox-uat trust {address}" + (f" --jump {address.jump}" if address.jump else "")
    if not known:
        return (
            f"{address}: its host key is not known: {seen.kind} {seen.fingerprint}. "
            f"Compare it with the one on the machine's own console, then: {trust}"
        )
    old = ", ".join(f"{key.kind} {key.fingerprint} (line {key.line})" for key in known)
    return (
        f"{address}: its host key has CHANGED: it shows {seen.kind} {seen.fingerprint}, known in {path} is {old}. "
        f"This may be another machine. If the change is announced and verified, delete that line, then: {trust}"
    )


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
    """Add a line to the file; it is made, for its owner only, when there is none."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(size - 1, 0))
        gap = b"\n" if file.read(1) not in (b"", b"\n") else b""
        file.write(gap + line.strip().encode() + b"\n")


def _entries(path: Path) -> Iterator[tuple[str, KnownKey]]:
    if not path.exists():
        return
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        words = line.split()
        marker = words.pop(0) if words and words[0].startswith("@") else ""
        if len(words) < 3 or words[0].startswith("#") or marker not in ("", "@revoked") or not _is_key(words[2]):
            continue
        yield words[0], KnownKey(kind=words[1], text=words[2], line=number, is_revoked=bool(marker))


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
