"""The machine over SSH: one connection, many commands side by side; the one file that knows asyncssh."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import asyncssh

from uat.errors import LoginError, ObservationError, UnreachableError
from uat.model import Limits
from uat.ssh import guard
from uat.ssh.address import Address, parse_address
from uat.ssh.background import BackgroundLoop
from uat.ssh.inspection import Host, testinfra_host
from uat.ssh.known_hosts import HostKey, KnownKey, algorithms, fingerprint, host_key, known_keys, refusal
from uat.ssh.network import allow_old_key_exchange, network_words
from uat.ssh.output import Collector, Framed, Output, output_of

__all__ = [
    "Address",
    "Connection",
    "Host",
    "HostKey",
    "Output",
    "connect",
    "host_key_of",
    "parse_address",
    "testinfra_host",
]

Ask = Callable[[str], str]
"""Asks a person for a secret: takes the prompt, gives the answer; an empty one means none."""

Stdin = bytes | Iterable[bytes]

_GRACE = 5.0
"""How much longer than the machine's own deadline we wait for the answer."""
_PIECE_BYTES = 65536
_REFUSED_PAUSE = 0.1
_DEFAULT_KEYS = ("id_ed25519", "id_ecdsa", "id_rsa", "id_dsa")


@dataclass(frozen=True, kw_only=True)
class _Login:
    """One try to log in: key pairs, or a password, or both; the agent only at the first try."""

    keys: tuple[asyncssh.SSHKey, ...] = ()
    password: str | None = field(default=None, repr=False)
    use_agent: bool = False


class _Gate(asyncssh.SSHClient):
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


class _Opener:
    """Opens the way to a machine, jump hosts first, each with its own host key checked and its own login."""

    def __init__(self, *, loop: BackgroundLoop, limits: Limits, known_hosts: Path, ask: Ask | None) -> None:
        self._loop = loop
        self._limits = limits
        self._known_hosts = known_hosts
        self._ask = ask
        self.links: list[asyncssh.SSHClientConnection] = []

    def open(self, address: Address, password: str | None = None) -> _Gate:
        """Log in at an address, through its jump hosts; the connections are then in ``links``."""
        if address.jump:
            self.open(address.jump)
        denied: Exception | None = None
        for login in self._logins(address, password):
            gate = _Gate()
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
        gate = _Gate()
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
        self, address: Address, login: _Login, gate: _Gate, *, trusted: tuple[KnownKey, ...] | None = None
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
            return refusal(self._known_hosts, address, _host_key(address, seen))
        if isinstance(error, asyncssh.HostKeyNotVerifiable):
            return UnreachableError(f"{address}: {error}. See {self._known_hosts}")
        if isinstance(error, OSError):  # TimeoutError is one
            return UnreachableError(f"{address}: {network_words(error, limit=self._limits.connect)}")
        return UnreachableError(f"{address}: {error}")


class Connection:
    """One SSH connection to one machine; every method may be called from any thread."""

    def __init__(
        self, address: Address, *, limits: Limits, loop: BackgroundLoop, opener: _Opener, gate: _Gate
    ) -> None:
        self.address = address
        self._limits = limits
        self._loop = loop
        self._links = opener.links
        self._gate = gate
        self._slots = asyncio.Semaphore(limits.commands_at_once)
        key = self._links[-1].get_server_host_key()
        self.host_key = fingerprint(key.public_data) if key else ""
        self.host_key_replaced = opener.replaced(address, self.host_key)

    def __enter__(self) -> Connection:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()

    @property
    def is_lost(self) -> bool:
        """Tell whether the link is gone; it does not come back, open another one."""
        return self._gate.is_lost

    def run(
        self, command: str, *, deadline: float | None = None, stdin: Stdin = b"", changes: bool = False
    ) -> Output:
        """Run a command in a shell of its own and wait for its answer.

        :param deadline: seconds, rounded up to whole ones; ``limits.command`` when left out. What is over it is
            ended on the machine too, with everything it started in its process group.
        :param stdin: its input; pieces are taken one by one, as fast as the link takes them.
        :param changes: the command changes the machine: it runs with the machine's own locale and priority, and
            what it leaves in the background is not ended. Otherwise LC_ALL=C, nice 10, nothing left behind.
        :raises ObservationError: no answer before the deadline.
        :raises UnreachableError: the link is gone.
        """
        seconds = guard.whole(self._limits.command if deadline is None else deadline)
        line = (guard.changing if changes else guard.looking)(command, seconds)
        pieces = (stdin,) if isinstance(stdin, bytes) else stdin
        return self._loop.call(self._run(command, line, seconds, pieces))

    def close(self) -> None:
        """Close the connection; commands that still run get UnreachableError."""
        self._loop.stop(_close(self._links))

    async def _run(self, command: str, line: str, seconds: int, stdin: Iterable[bytes]) -> Output:
        async with self._slots:
            began = time.monotonic()
            try:
                frame = secrets.token_hex(8)
                process = await self._start(f"echo {frame}; {line}", began + seconds)
                output = await self._answer(process, stdin, frame=frame, began=began, seconds=seconds)
            except TimeoutError:
                raise ObservationError(f"{self.address}: no answer within {seconds} s: {command}") from None
            except (OSError, asyncssh.Error) as error:
                raise UnreachableError(
                    f"{self.address}: the connection is lost ({error}) during: {command}"
                ) from None
        if output.exit_code == 128 + 9 and output.seconds >= seconds:
            raise ObservationError(f"{self.address}: ended after {seconds} s, its deadline: {command}")
        return output

    async def _start(self, line: str, until: float) -> asyncssh.SSHClientProcess[bytes]:
        """Open a channel; a refused one (sshd_config(5), MaxSessions) is normal and asked for again."""
        while True:
            if self.is_lost:
                raise asyncssh.ConnectionLost("no link")
            try:
                return await self._links[-1].create_process(line, encoding=None)
            except asyncssh.ChannelOpenError:
                if time.monotonic() > until:
                    raise TimeoutError from None
                await asyncio.sleep(_REFUSED_PAUSE)

    async def _answer(
        self,
        process: asyncssh.SSHClientProcess[bytes],
        stdin: Iterable[bytes],
        *,
        frame: str,
        began: float,
        seconds: int,
    ) -> Output:
        stdout, stderr = Framed(frame), Collector()
        try:
            async with asyncio.timeout(seconds + _GRACE):
                await asyncio.gather(
                    _feed(process.stdin, stdin), _drain(process.stdout, stdout), _drain(process.stderr, stderr)
                )
                await process.wait_closed()
        finally:
            process.close()
        if process.returncode is None:
            raise asyncssh.ConnectionLost("no exit code came")
        return output_of(process.returncode, stdout.answer, stderr, seconds=time.monotonic() - began)


def connect(
    address: Address, *, limits: Limits, known_hosts: Path, password: str | None = None, ask: Ask | None = None
) -> Connection:
    """Log in at a machine whose host key is trusted, through its jump hosts if it has any.

    :param known_hosts: the file of trusted host keys, OpenSSH's format.
    :param password: for the machine itself, tried together with key files and the agent.
    :param ask: asks for the passphrase of a key, then for a password, when nothing else let us in.
    :raises UnreachableError: network, login or host key; the message says which and what to do.
    """
    allow_old_key_exchange()
    loop = BackgroundLoop()
    opener = _Opener(loop=loop, limits=limits, known_hosts=known_hosts, ask=ask)
    try:
        gate = opener.open(address, password)
    except BaseException:
        loop.stop(_close(opener.links))
        raise
    return Connection(address, limits=limits, loop=loop, opener=opener, gate=gate)


def host_key_of(address: Address, *, limits: Limits, known_hosts: Path, ask: Ask | None = None) -> HostKey:
    """Get the key that a machine shows, for a person to compare; its jump hosts must be trusted already.

    :raises UnreachableError: no SSH server answers there.
    """
    allow_old_key_exchange()
    loop = BackgroundLoop()
    opener = _Opener(loop=loop, limits=limits, known_hosts=known_hosts, ask=ask)
    try:
        return _host_key(address, opener.look_at_key(address))
    finally:
        loop.stop(_close(opener.links))


def _host_key(address: Address, key: asyncssh.SSHKey) -> HostKey:
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


async def _feed(stdin: asyncssh.SSHWriter[bytes], pieces: Iterable[bytes]) -> None:
    """Write a command's input; one that does not read it to its end is no error."""
    with contextlib.suppress(BrokenPipeError):
        for piece in pieces:
            stdin.write(piece)
            await stdin.drain()
            await asyncio.sleep(0)  # drain() alone lets nobody hear that the link is gone
        stdin.write_eof()


async def _drain(stream: asyncssh.SSHReader[bytes], collector: Collector | Framed) -> None:
    while piece := await stream.read(_PIECE_BYTES):
        collector.add(piece)


async def _close(links: list[asyncssh.SSHClientConnection]) -> None:
    for link in reversed(links):
        link.close()
        await link.wait_closed()
