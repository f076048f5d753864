"""What a command said: kept up to a cap, measured and hashed whole."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

KEPT_BYTES = 8 * 1024 * 1024
"""Kept of each stream in memory: a runaway command must not take the laptop's memory."""


@dataclass(frozen=True, kw_only=True)
class Output:
    """What a command on the machine answered; ``seconds`` as seen from here.

    ``stdout`` and ``stderr`` hold the first 8 MiB of each; ``size_bytes`` and ``sha256`` are of the whole
    stdout. ``exit_code`` is 128 + n for a command that signal n ended.
    """

    exit_code: int
    stdout: bytes
    stderr: bytes
    seconds: float
    size_bytes: int = 0
    sha256: str = ""
    is_truncated: bool = False

    @property
    def text(self) -> str:
        """The output as text; what is no UTF-8 becomes U+FFFD."""
        return self.stdout.decode("utf-8", errors="replace")

    @property
    def errors(self) -> str:
        """The error output as text; what is no UTF-8 becomes U+FFFD."""
        return self.stderr.decode("utf-8", errors="replace")


class Collector:
    """Takes a stream piece by piece and keeps its beginning."""

    def __init__(self, cap: int = KEPT_BYTES) -> None:
        self._cap = cap
        self._kept = bytearray()
        self._hash = hashlib.sha256()
        self.size_bytes = 0

    def add(self, piece: bytes) -> None:
        """Take the next piece."""
        self._kept += piece[: self._cap - len(self._kept)]
        self._hash.update(piece)
        self.size_bytes += len(piece)

    @property
    def kept(self) -> bytes:
        """The beginning of the stream."""
        return bytes(self._kept)

    @property
    def sha256(self) -> str:
        """The hash of the whole stream, in hexadecimal."""
        return self._hash.hexdigest()

    @property
    def is_truncated(self) -> bool:
        """Tell whether more came than was kept."""
        return self.size_bytes > len(self._kept)


class Framed:
    """Takes a stream that begins with a word of ours, and tells the answer behind it from what stands before.

    A login script may print what it likes, even what the answer would be; sshd runs it before every command.
    """

    def __init__(self, frame: str) -> None:
        self._frame = f"{frame}\n".encode()
        self._before = Collector()
        self._behind: Collector | None = None
        self._end = b""

    def add(self, piece: bytes) -> None:
        """Take the next piece."""
        if self._behind is not None:
            self._behind.add(piece)
            return
        self._before.add(piece)
        _, found, rest = (self._end + piece).partition(self._frame)
        if found:
            self._behind = Collector()
            self._behind.add(rest)
        self._end = (self._end + piece)[1 - len(self._frame) :]

    @property
    def answer(self) -> Collector:
        """What came behind the frame; everything when there was none, since then no command of ours ran."""
        return self._before if self._behind is None else self._behind


def output_of(returncode: int, stdout: Collector, stderr: Collector, *, seconds: float) -> Output:
    """Make a record of what a command said; ``returncode`` is minus n for a command that signal n ended."""
    return Output(
        exit_code=returncode if returncode >= 0 else 128 - returncode,
        stdout=stdout.kept,
        stderr=stderr.kept,
        seconds=seconds,
        size_bytes=stdout.size_bytes,
        sha256=stdout.sha256,
        is_truncated=stdout.is_truncated or stderr.is_truncated,
    )
