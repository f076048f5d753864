"""A long way to a machine, as a process of its own: every byte arrives so much later, and none is held up by another.

``python -m tests.bench.wan PORT RTT_MS``: forwards a port of its own to PORT on loopback, says which one on its first
line, and then, when a connection is over, one JSON line: when its first byte went and its last answer came (seconds,
monotonic clock), and how many bytes.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable


class _End(asyncio.Protocol):
    """One end of a connection: what it hears is said at the other end half a round trip later."""

    def __init__(self, delay: float, heard: Callable[[bytes], None], over: Callable[[], None]) -> None:
        self.delay = delay
        self._heard = heard
        self._over = over
        self.other: asyncio.Transport | None = None
        self.transport: asyncio.Transport | None = None
        self._early: list[bytes] = []
        self._free_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to speak."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def join(self, other: asyncio.Transport) -> None:
        """Say what was heard before the other end was there."""
        self.other = other
        for data in self._early:
            self._later(other.write, data)

    def data_received(self, data: bytes) -> None:
        """Pass it on, later."""
        self._heard(data)
        if self.other is None:
            self._early.append(data)
        else:
            self._later(self.other.write, data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Close the other end behind the last byte."""
        self._over()
        if self.other is not None:
            self._later(self.other.close)

    def _later(self, act: Callable[..., None], *args: bytes) -> None:
        """Do it half a round trip from now, and in order."""
        loop = asyncio.get_running_loop()
        self._free_at = max(loop.time() + self.delay, self._free_at)
        if self.delay:
            loop.call_at(self._free_at, act, *args)
        else:
            act(*args)


async def _serve(target: int, delay: float) -> None:
    """Forward until the standard input is closed."""
    loop = asyncio.get_running_loop()
    joining: set[asyncio.Task[None]] = set()

    def made() -> _End:
        seen: dict[str, float] = {"began": time.monotonic(), "ended": 0.0, "up": 0, "down": 0}
        open_ends = [1, 1]

        def up(data: bytes) -> None:
            seen["up"] += len(data)

        def down(data: bytes) -> None:
            seen["down"] += len(data)
            seen["ended"] = time.monotonic() + delay

        def over() -> None:
            open_ends.pop()
            if not open_ends:
                print(json.dumps(seen), flush=True)

        near = _End(delay, up, over)

        async def join() -> None:
            there, far = await loop.create_connection(lambda: _End(delay, down, over), "127.0.0.1", target)
            assert near.transport is not None
            far.join(near.transport)
            near.join(there)

        task = loop.create_task(join())
        joining.add(task)
        task.add_done_callback(joining.discard)
        return near

    server = await loop.create_server(made, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), float(sys.argv[2]) / 2000))
