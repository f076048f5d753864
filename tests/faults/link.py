"""The link between laptop and PBX, which can be cut, fall silent, or break after so many bytes."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time

_RESET = struct.pack("ii", 1, 0)


class Link:
    """Forwards a port; ``cut`` resets everything, ``hole`` swallows everything, ``arm`` cuts after n bytes."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.is_cut = False
        self.is_hole = False
        self.cuts = 0
        self.sent = 0
        self._left: int | None = None
        self._mend_after = 0.0
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._lock = threading.Lock()
        self._server = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        """Where it listens, on 127.0.0.1."""
        return int(self._server.getsockname()[1])

    def cut(self, seconds: float | None = None) -> None:
        """Reset every connection, and every one that comes; mend by itself after some seconds if told so."""
        self.is_cut, self.cuts = True, self.cuts + 1
        self._reset_all()
        if seconds is not None:
            self._later(seconds)

    def hole(self, seconds: float | None = None) -> None:
        """Let nothing through any more, in either way, and tell nobody."""
        self.is_hole, self.cuts = True, self.cuts + 1
        if seconds is not None:
            self._later(seconds)

    def mend(self) -> None:
        """Forward again; connections that were in a black hole are gone by then."""
        if self.is_hole:
            self._reset_all()
        self.is_cut = self.is_hole = False

    def arm(self, size: int, *, mend_after: float = 0.5) -> None:
        """Cut when exactly so many more bytes have gone from the laptop to the machine."""
        with self._lock:
            self._left, self._mend_after = size, mend_after

    def close(self) -> None:
        """Take no connections any more."""
        self.is_hole = False
        self.cut()
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def _later(self, seconds: float) -> None:
        timer = threading.Timer(seconds, self.mend)
        timer.daemon = True
        timer.start()

    def _reset_all(self) -> None:
        pairs, self._pairs = self._pairs, []
        for pair in pairs:
            for end in pair:
                _reset(end)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                self._forward(self._server.accept()[0])

    def _forward(self, here: socket.socket) -> None:
        if self.is_cut:
            _reset(here)
            return
        try:
            there = socket.create_connection(("127.0.0.1", self.target), timeout=5)
        except OSError:
            _reset(here)
            return
        there.settimeout(None)
        self._pairs.append((here, there))
        threading.Thread(target=self._pump, args=(here, there, True), daemon=True).start()
        threading.Thread(target=self._pump, args=(there, here, False), daemon=True).start()

    def _pump(self, one: socket.socket, other: socket.socket, is_ours: bool) -> None:
        with contextlib.suppress(OSError):
            while piece := one.recv(65536):
                while self.is_hole:
                    time.sleep(0.02)
                self._send(other, piece, is_ours)
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _send(self, other: socket.socket, piece: bytes, is_ours: bool) -> None:
        if not is_ours:
            other.sendall(piece)
            return
        with self._lock:
            passing = piece if self._left is None else piece[: self._left]
            is_last = self._left is not None and len(passing) == self._left
            if self._left is not None:
                self._left -= len(passing)
            self.sent += len(passing)
            if is_last:
                self._left = None
        other.sendall(passing)
        if is_last:
            self.cut(self._mend_after)


def _reset(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        end.shutdown(socket.SHUT_RDWR)
    end.close()
