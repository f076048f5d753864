"""A link that can be cut: a TCP proxy in front of a machine, for tests."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress

_RESET = struct.pack("ii", 1, 0)


class Proxy:
    """Forwards a port until it is cut; while it is cut, every connection is reset."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._server = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.is_cut = False
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        """Where it listens, on 127.0.0.1."""
        return int(self._server.getsockname()[1])

    def cut(self) -> None:
        """Reset every connection, and every one that comes."""
        self.is_cut = True
        for link in self._open:
            _reset(link)
        self._open.clear()

    def mend(self) -> None:
        """Forward again."""
        self.is_cut = False

    def close(self) -> None:
        """Take no connections any more."""
        self.cut()
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

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
        for one, other in ((link, there), (there, link)):
            threading.Thread(target=_pump, args=(one, other), daemon=True).start()


def _pump(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while piece := one.recv(65536):
            other.sendall(piece)
    for link in (one, other):
        with suppress(OSError):
            link.shutdown(socket.SHUT_RDWR)


def _reset(link: socket.socket) -> None:
    with suppress(OSError):
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        link.shutdown(socket.SHUT_RDWR)
    link.close()
