"""Makes a machine's host key trusted, once a person has compared it with the machine's own console."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from uat.host import Address, HostKey, host_key_of
from uat.journal import login_name
from uat.model import Limits
from uat.ssh.known_hosts import KnownKey, known_keys, refusal, replace, store

_CONSOLE = """\
Read it on the machine's own console:
  for f in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf $f; done
CentOS 6 prints MD5 there; this prints the part behind "SHA256:", with a "=" at its end:
  awk '{print $2}' /etc/ssh/ssh_host_rsa_key.pub | base64 -d | openssl dgst -sha256 -binary | base64"""

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Request:
    """Whose key is to be trusted, in which file.

    ``fingerprint`` is what the key must have, None: a person types it; ``may_replace`` lets it take the place of
    another key, for ``reason``, None: a person is asked.
    """

    address: Address
    path: Path
    fingerprint: str | None = None
    may_replace: bool = False
    reason: str | None = None


def trust(
    request: Request, *, ask: Callable[[str], str], read: Callable[[str], str], say: Say, complain: Say
) -> bool:
    """Show a key and store it once it was compared; tell whether it is trusted now.

    :param ask: asks for a secret on the way there; ``read`` for anything else, and gives nothing where nobody sits.
    :raises ChangedKeyError: another key is known, and nobody said that it may be replaced.
    """
    address, path = request.address, request.path
    seen = host_key_of(address, limits=Limits(), known_hosts=path, ask=ask)
    known = known_keys(path, address.host, address.port)
    if any(key.fingerprint == seen.fingerprint and not key.is_revoked for key in known):
        say(f"{address}: {seen.kind} {seen.fingerprint} is trusted already")
        return True
    if known and not request.may_replace:
        raise refusal(path, address, seen)
    _show(request, seen, known, say)
    if not _is_confirmed(seen, request.fingerprint, read, say):
        complain("That is not the fingerprint shown. Nothing was stored.")
        return False
    if known:
        return _replace(request, seen, read=read, say=say, complain=complain)
    store(path, seen.line)
    say(f"Trusted from now on; stored in {path}")
    return True


def _show(request: Request, seen: HostKey, known: Sequence[KnownKey], say: Say) -> None:
    for key in known:
        say(f"{request.address} showed until now  {key.kind} {key.fingerprint} (line {key.line})")
    say(f"{request.address} shows the host key {seen.kind} {seen.fingerprint}")


def _replace(request: Request, seen: HostKey, *, read: Callable[[str], str], say: Say, complain: Say) -> bool:
    """Put a compared key in the place of the one that was known, with who did it and why."""
    reason = request.reason if request.reason is not None else read("Why did it change, and who announced it? ")
    if not reason.strip():
        complain("Without a reason nothing is replaced: --reason 'the patch made new host keys'")
        return False
    replace(request.path, request.address, seen, by=login_name() or "unknown", reason=reason)
    say(f"Trusted from now on in place of the old one; stored in {request.path}. The next run writes this down.")
    return True


def _is_confirmed(seen: HostKey, fingerprint: str | None, read: Callable[[str], str], say: Say) -> bool:
    """Compare the key with the fingerprint that was given, or that a person reads on the machine's console."""
    if fingerprint is None:
        say(_CONSOLE)
        fingerprint = read("Type the fingerprint that the console shows: ")
    return fingerprint.strip().removeprefix("SHA256:").rstrip("=") == seen.fingerprint.removeprefix("SHA256:")
