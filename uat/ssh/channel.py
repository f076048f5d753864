"""Channels of a connection: one command alone in one, or a shell that stays."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager

import asyncssh

from uat.ssh.login import Gate
from uat.ssh.output import Collector, Framed, Output, output_of
from uat.ssh.pipe import Listener, LostError, Pipe, RefusedError
from uat.ssh.shells import GRACE, REFUSED_PAUSE

_PIECE_BYTES = 65536


async def run_alone(
    link: asyncssh.SSHClientConnection,
    gate: Gate,
    line: str,
    stdin: Iterable[bytes],
    *,
    seconds: int,
    room: Callable[[], AbstractContextManager[None]],
) -> Output:
    """Run a command in a channel of its own and wait for its answer.

    :param line: with its own deadline on the machine, ``seconds``.
    :param room: has a channel given up when the machine gives no further one.
    :raises TimeoutError: no answer until well after the deadline.
    :raises LostError: the connection is gone.
    """
    began, frame = time.monotonic(), secrets.token_hex(8)
    try:
        process = await _start(link, gate, f"echo {frame}; {line}", until=began + seconds, room=room)
        return await _answer(process, stdin, frame=frame, began=began, seconds=seconds)
    except TimeoutError:
        raise
    except (OSError, asyncssh.Error) as error:
        raise LostError(str(error)) from None


async def open_shell(link: asyncssh.SSHClientConnection, gate: Gate, line: str, listener: Listener) -> Pipe:
    """Start a shell in a channel; what it says goes to the listener.

    :raises RefusedError: the machine gives no further channel.
    :raises LostError: the connection is gone.
    """
    try:
        channel, _ = await link.create_session(lambda: _Ear(listener), line, encoding=None)
    except asyncssh.ChannelOpenError as error:
        raise (LostError if gate.is_lost else RefusedError)(str(error)) from None
    except (OSError, asyncssh.Error) as error:
        raise LostError(str(error)) from None
    return channel


class _Ear(asyncssh.SSHClientSession[bytes]):
    """Hears what a shell says."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener

    def data_received(self, data: bytes, datatype: asyncssh.DataType) -> None:
        """Pass a piece on."""
        self._listener.heard(data, is_errors=datatype == asyncssh.EXTENDED_DATA_STDERR)

    def connection_lost(self, exc: Exception | None) -> None:
        """Say that it is over, a moment later: then it is known whether the whole connection is."""
        asyncio.get_running_loop().call_soon(self._listener.lost)


async def _start(
    link: asyncssh.SSHClientConnection,
    gate: Gate,
    line: str,
    *,
    until: float,
    room: Callable[[], AbstractContextManager[None]],
) -> asyncssh.SSHClientProcess[bytes]:
    """Open a channel; a refused one (sshd_config(5), MaxSessions) is normal and asked for again."""
    with contextlib.suppress(asyncssh.ChannelOpenError):
        return await link.create_process(line, encoding=None)
    with room():
        while not gate.is_lost:
            if time.monotonic() > until:
                raise TimeoutError
            with contextlib.suppress(asyncssh.ChannelOpenError):
                return await link.create_process(line, encoding=None)
            await asyncio.sleep(REFUSED_PAUSE)
    raise asyncssh.ConnectionLost("no link")


async def _answer(
    process: asyncssh.SSHClientProcess[bytes], stdin: Iterable[bytes], *, frame: str, began: float, seconds: int
) -> Output:
    stdout, stderr = Framed(frame), Collector()
    try:
        async with asyncio.timeout(seconds + GRACE):
            await asyncio.gather(
                _feed(process.stdin, stdin), _drain(process.stdout, stdout), _drain(process.stderr, stderr)
            )
            await process.wait_closed()
    finally:
        process.close()
    if process.returncode is None:
        raise asyncssh.ConnectionLost("no exit code came")
    return output_of(process.returncode, stdout.answer, stderr, seconds=time.monotonic() - began)


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
