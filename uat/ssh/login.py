"""Logging in: jump hosts first, each with its own host key checked; keys, then their passphrases, then a password."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh

from uat.errors import LoginError, UnreachableError
from uat.model import Limits
from uat.ssh.address import Address
from uat.ssh.background import BackgroundLoop
from uat.ssh.known_hosts import HostKey, KnownKey, algorithms, host_key, known_keys, refusal
from uat.ssh.network import network_words

Ask = Callable[[str], str]
"""Asks a person for a secret: takes the prompt, gives the answer; an empty one means none."""

_DEFAULT_KEYS = ("id_ed25519", "id_ecdsa", "id_rsa", "id_dsa")


@dataclass(frozen=True, kw_only=True)
class _Login:
    """One try to log in: key pairs, or a password, or both; the agent only at the first try."""

    keys: tuple[asyncssh.SSHKey, ...] = ()
    password: str | None = field(default=None, repr=False)
    use_agent: bool = False


class Gate(asyncssh.SSHClient):
    """Lets no unknown key in, and remembers which one was shown and whether the link is gone."""

    def __init__(self) -> None:
        self.seen: asyncssh.SSHKey | None = None
        self.is_lost = False

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        """Refuse: this is called for keys that are not in the file of trusted ones."""
        self.seen = key
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Remember that the link is gone, for whatever reason."""
        self.is_lost = True


class Opener:
    """Opens the way to a machine, jump hosts first, each with its own host key checked and its own login."""

    def __init__(self, *, loop: BackgroundLoop, limits: Limits, known_hosts: Path, ask: Ask | None) -> None:
        self._loop = loop
        self._limits = limits
        self._known_hosts = known_hosts
        self._ask = ask
        self.links: list[asyncssh.SSHClientConnection] = []

    def open(self, address: Address, password: str | None = None) -> Gate:
        """Log in at an address, through its jump hosts; the connections are then in ``links``."""
        if address.jump:
            self.open(address.jump)
        denied: Exception | None = None
        for login in self._logins(address, password):
            gate = Gate()
            try:
                self.links.append(self._loop.call(self._connect(address, login, gate)))
            except asyncssh.PermissionDenied as error:
                denied = error
            except (OSError, TimeoutError, asyncssh.Error, ValueError) as error:
                raise self._why(address, error, gate.seen) from None
            else:
                return gate
        raise LoginError(
            f"{address}: login refused ({denied}). Check the user, and give a key (IdentityFile, agent) or a password"
        )

    def look_at_key(self, address: Address) -> asyncssh.SSHKey:
        """Get the key that a machine shows, without trusting it; its jump hosts must be trusted already."""
        if address.jump:
            self.open(address.jump)
        gate = Gate()
        try:
            self._loop.call(self._connect(address, _Login(), gate, trusted=()))
        except (OSError, TimeoutError, asyncssh.Error, ValueError) as error:
            if gate.seen is None:
                raise self._why(address, error, None) from None
        assert gate.seen is not None  # nothing was trusted, so the gate has seen the key
        return gate.seen

    def replaced(self, address: Address, host_key: str) -> str:
        """Tell when, by whom and why a machine's key took the place of another; empty when it did not."""
        known = known_keys(self._known_hosts, address.host, address.port)
        return next((key.replaced for key in known if key.fingerprint == host_key and not key.is_revoked), "")

    async def _connect(
        self, address: Address, login: _Login, gate: Gate, *, trusted: tuple[KnownKey, ...] | None = None
    ) -> asyncssh.SSHClientConnection:
        known = known_keys(self._known_hosts, address.host, address.port)
        good = [key for key in known if not key.is_revoked] if trusted is None else []
        options = asyncssh.SSHClientConnectionOptions(
            config=None,
            known_hosts=(_public_keys(good), [], _public_keys(key for key in known if key.is_revoked)),
            server_host_key_algs=algorithms(key.kind for key in known),
            client_factory=lambda: gate,
            username=address.user,
            password=login.password,
            client_keys=list(login.keys),
            public_key_auth=bool(login.keys or login.use_agent),
            host_based_auth=False,
            gss_kex=False,
            gss_auth=False,
            **({} if login.use_agent else {"agent_path": None, "agent_identities": None}),
            connect_timeout=self._limits.connect,
            login_timeout=self._limits.connect,
            keepalive_interval=self._limits.keepalive,
            keepalive_count_max=self._limits.keepalive_missed,
        )
        tunnel = self.links[-1] if self.links else ()
        # config=None a second time: asyncssh.connect would read ~/.ssh/config, which may run programs (Match exec,
        # ProxyCommand), into options that were made without one.
        connecting = asyncssh.connect(address.host, address.port, config=None, tunnel=tunnel, options=options)
        return await asyncio.wait_for(connecting, self._limits.connect)

    def _logins(self, address: Address, password: str | None) -> Iterator[_Login]:
        """Yield the tries in turn: what needs no question, then locked keys, then a password."""
        keys, locked = _private_keys(address)
        yield _Login(keys=keys, password=password, use_agent=True)
        if self._ask is None:
            return
        for path in locked:
            if key := _unlock(path, self._ask(f"Passphrase of {path}: ")):
                yield _Login(keys=(key,))
        if password is None and (answer := self._ask(f"Password of {address}: ")):
            yield _Login(password=answer)

    def _why(self, address: Address, error: Exception, seen: asyncssh.SSHKey | None) -> UnreachableError:
        if isinstance(error, asyncssh.HostKeyNotVerifiable) and seen is not None:
            return refusal(self._known_hosts, address, described_key(address, seen))
        if isinstance(error, asyncssh.HostKeyNotVerifiable):
            return UnreachableError(f"{address}: {error}. See {self._known_hosts}")
        if isinstance(error, OSError):  # TimeoutError is one
            return UnreachableError(f"{address}: {network_words(error, limit=self._limits.connect)}")
        return UnreachableError(f"{address}: {error}")


def described_key(address: Address, key: asyncssh.SSHKey) -> HostKey:
    return host_key(address, kind=key.get_algorithm(), key=key.public_data)


def _public_keys(keys: Iterable[KnownKey]) -> list[asyncssh.SSHKey]:
    found = []
    for key in keys:
        with contextlib.suppress(asyncssh.KeyImportError):  # a kind of key that is not supported here
            found.append(asyncssh.import_public_key(f"{key.kind} {key.text}"))
    return found


def _private_keys(address: Address) -> tuple[tuple[asyncssh.SSHKey, ...], tuple[Path, ...]]:
    """Read the key files of an address, else those in ~/.ssh: what opens without a question, and what is locked."""
    files = [Path(name) for name in address.identity_files]
    keys, locked = [], []
    for path in files or [Path.home() / ".ssh" / name for name in _DEFAULT_KEYS]:
        try:
            keys.append(asyncssh.read_private_key(path))
        except OSError:
            continue
        except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError):
            locked.append(path)
    return tuple(keys), tuple(locked)


def _unlock(path: Path, passphrase: str) -> asyncssh.SSHKey | None:
    try:
        return asyncssh.read_private_key(path, passphrase) if passphrase else None
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError):
        return None


async def close(links: list[asyncssh.SSHClientConnection]) -> None:
    """Close connections, the innermost first, and wait until they are."""
    for link in reversed(links):
        link.close()
        await link.wait_closed()
