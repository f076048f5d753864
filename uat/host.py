"""The machine over SSH: one connection, many commands side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from types import TracebackType

from uat.errors import ObservationError, UnreachableError
from uat.model import Limits
from uat.ssh import guard
from uat.ssh.address import Address, parse_address
from uat.ssh.background import BackgroundLoop
from uat.ssh.channel import open_shell, run_alone
from uat.ssh.inspection import Host, testinfra_host
from uat.ssh.known_hosts import HostKey, fingerprint
from uat.ssh.login import Ask, Gate, Opener, close, described_key
from uat.ssh.network import allow_old_key_exchange
from uat.ssh.output import Output
from uat.ssh.pipe import FellError, LostError, OverError, SilentError
from uat.ssh.shell import is_plain
from uat.ssh.shells import Shells

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

Stdin = bytes | Iterable[bytes]


class Connection:
    """One SSH connection to one machine; every method may be called from any thread."""

    def __init__(self, address: Address, *, limits: Limits, loop: BackgroundLoop, opener: Opener, gate: Gate) -> None:
        self.address = address
        self._limits = limits
        self._loop = loop
        self._links = opener.links
        self._gate = gate
        self._slots = asyncio.Semaphore(limits.commands_at_once)
        self._shells = Shells(
            partial(open_shell, self._links[-1], gate),
            is_lost=lambda: gate.is_lost,
            most=limits.commands_at_once,
            nice=limits.nice,
        )
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

    def look(self, command: str, *, deadline: float | None = None, stdin: bytes = b"") -> Output:
        """Run a command that only looks in one of a few shells that stay, among many others, and wait for its answer.

        It may be run a second time when its shell ends under it. LC_ALL=C, low priority; what it leaves behind is
        ended with it, what puts itself into a session of its own is left alone.

        :param deadline: seconds from when it runs, rounded up; ``limits.command`` when left out.
        :raises ObservationError: no answer before the deadline.
        :raises UnreachableError: the link is gone.
        """
        seconds = self._seconds(deadline)
        if not is_plain(stdin):
            return self.run(command, deadline=seconds, stdin=stdin)
        return self._loop.call(self._look(command, seconds, stdin))

    def run(
        self, command: str, *, deadline: float | None = None, stdin: Stdin = b"", changes: bool = False
    ) -> Output:
        """Run a command in a channel and a shell of its own and wait for its answer.

        :param deadline: seconds, rounded up to whole ones; ``limits.command`` when left out. What is over it is
            ended on the machine too, with everything it started in its process group.
        :param stdin: its input; pieces are taken one by one, as fast as the link takes them.
        :param changes: the command changes the machine: it runs with the machine's own locale and priority, and
            what it leaves in the background is not ended. Otherwise LC_ALL=C, low priority, nothing left behind.
        :raises ObservationError: no answer before the deadline.
        :raises UnreachableError: the link is gone.
        """
        return self._loop.call(self._run(command, self._seconds(deadline), stdin, changes=changes))

    def close(self) -> None:
        """Close the connection; commands that still run get UnreachableError."""
        self._loop.stop(close(self._links))

    def _seconds(self, deadline: float | None) -> int:
        return guard.whole(self._limits.command if deadline is None else deadline)

    async def _look(self, command: str, seconds: int, stdin: bytes) -> Output:
        try:
            return await self._shells.ask(command, seconds=seconds, stdin=stdin)
        except FellError:
            return await self._run(command, seconds, stdin, changes=False)
        except OverError:
            raise self._over(command, seconds) from None
        except SilentError:
            raise self._silent(command, seconds) from None
        except LostError as error:
            raise self._gone(command, error) from None

    async def _run(self, command: str, seconds: int, stdin: Stdin, *, changes: bool) -> Output:
        line = guard.changing(command, seconds) if changes else guard.looking(command, seconds, self._limits.nice)
        pieces = (stdin,) if isinstance(stdin, bytes) else stdin
        async with self._slots:
            try:
                output = await run_alone(
                    self._links[-1], self._gate, line, pieces, seconds=seconds, room=self._shells.room
                )
            except TimeoutError:
                raise self._silent(command, seconds) from None
            except LostError as error:
                raise self._gone(command, error) from None
        if output.exit_code == 128 + 9 and output.seconds >= seconds:
            raise self._over(command, seconds)
        return output

    def _over(self, command: str, seconds: int) -> ObservationError:
        return ObservationError(f"{self.address}: ended after {seconds} s, its deadline: {command}")

    def _silent(self, command: str, seconds: int) -> ObservationError:
        return ObservationError(f"{self.address}: no answer within {seconds} s: {command}")

    def _gone(self, command: str, error: LostError) -> UnreachableError:
        return UnreachableError(f"{self.address}: the connection is lost ({error}) during: {command}")


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
    opener = Opener(loop=loop, limits=limits, known_hosts=known_hosts, ask=ask)
    try:
        gate = opener.open(address, password)
    except BaseException:
        loop.stop(close(opener.links))
        raise
    return Connection(address, limits=limits, loop=loop, opener=opener, gate=gate)


def host_key_of(address: Address, *, limits: Limits, known_hosts: Path, ask: Ask | None = None) -> HostKey:
    """Get the key that a machine shows, for a person to compare; its jump hosts must be trusted already.

    :raises UnreachableError: no SSH server answers there.
    """
    allow_old_key_exchange()
    loop = BackgroundLoop()
    opener = Opener(loop=loop, limits=limits, known_hosts=known_hosts, ask=ask)
    try:
        return described_key(address, opener.look_at_key(address))
    finally:
        loop.stop(close(opener.links))
