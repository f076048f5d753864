"""A link that can be cut, swallowed, slowed or counted: a TCP proxy in front of a machine, for tests."""

from __future__ import annotations

import random
import socket
import struct
import threading
import time
from contextlib import suppress

_RESET = struct.pack("ii", 1, 0)


class Proxy:
    """Forwards a port until it is cut; while it is cut, every connection is reset.

    ``sent_bytes`` counts what went to the machine, over all connections, ``passed_bytes`` both ways. ``delay`` is how
    many seconds every piece takes, each way; with ``stalls`` one in ten takes four times that, as a lost packet does.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._server = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._passing = threading.Event()
        self._passing.set()
        self._lock = threading.Lock()
        self._allowance: int | None = None
        self._a_connection: int | None = None
        self.is_cut = False
        self.cuts = 0
        self.sent_bytes = 0
        self.passed_bytes = 0
        self.delay = 0.0
        self.stalls: random.Random | None = None
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        """Where it listens, on 127.0.0.1."""
        return int(self._server.getsockname()[1])

    def cut(self) -> None:
        """Reset every connection, and every one that comes."""
        self.is_cut = True
        self._reset_all()

    def swallow(self) -> None:
        """Take everything and forward nothing: a VPN's black hole, without a reset."""
        self._passing.clear()

    def mend(self) -> None:
        """Forward again."""
        self.is_cut = False
        self._passing.set()

    def cut_after(self, count: int) -> None:
        """Reset the connections once, after exactly so many more bytes, of both ways together."""
        with self._lock:
            self._allowance = count

    def cut_each_after(self, count: int) -> None:
        """Reset every connection after so many bytes to the machine."""
        self._a_connection = count

    def close(self) -> None:
        """Take no connections any more."""
        self.cut()
        self._passing.set()
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def _reset_all(self) -> None:
        self.cuts += 1
        for link in self._open:
            _reset(link)
        self._open.clear()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                self._forward(self._server.accept()[0])

    def _forward(self, link: socket.socket) -> None:
        if self.is_cut:
            _reset(link)
            return
        try:
            there = socket.create_connection(("127.0.0.1", self._target), timeout=5)
        except OSError:
            _reset(link)
            return
        there.settimeout(None)
        self._open += [link, there]
        for one, other, is_up in ((link, there, True), (there, link, False)):
            threading.Thread(target=self._pump, args=(one, other, is_up), daemon=True).start()

    def _pump(self, one: socket.socket, other: socket.socket, is_up: bool) -> None:
        left = self._a_connection if is_up else None
        with suppress(OSError):
            while piece := one.recv(65536):
                self._passing.wait()
                time.sleep(self.delay * (4 if self.stalls and self.stalls.random() < 0.1 else 1))
                sent = self._allowed(piece[:left])
                other.sendall(sent)
                self.sent_bytes += len(sent) if is_up else 0
                self.passed_bytes += len(sent)
                left = None if left is None else left - len(sent)
                if len(sent) < len(piece) or left == 0:
                    self._reset_all()
        for link in (one, other):
            with suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)

    def _allowed(self, piece: bytes) -> bytes:
        """Give as much of a piece as may pass before the cut."""
        with self._lock:
            if self._allowance is None:
                return piece
            sent, self._allowance = piece[: self._allowance], self._allowance - len(piece)
            if self._allowance < 0:
                self._allowance = None
            return sent


def _reset(link: socket.socket) -> None:
    """Close with a reset; only the reading half is shut down before, which sends nothing and wakes the reader."""
    with suppress(OSError):
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        link.shutdown(socket.SHUT_RD)
    link.close()
