"""A channel as the shells see it, and what may become of a question: the words between them and the connection."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol


class RefusedError(Exception):
    """The machine gives no further channel (sshd_config(5), MaxSessions)."""


class LostError(Exception):
    """The connection is gone."""


class OverError(Exception):
    """The command was over its deadline and was ended on the machine."""


class SilentError(Exception):
    """The machine did not even say that the deadline is over."""


class FellError(Exception):
    """The shell ended under the command, or there is none: it may be asked again in a channel of its own."""


class Pipe(Protocol):
    """A channel to the machine."""

    def write(self, data: bytes) -> None:
        """Send, without waiting."""

    def close(self) -> None:
        """Close it."""


class Listener(Protocol):
    """Who hears what a channel brings."""

    def heard(self, data: bytes, *, is_errors: bool) -> None:
        """Take a piece of one of its two streams."""

    def lost(self) -> None:
        """Learn that it is over."""


Open = Callable[[str, Listener], Awaitable[Pipe]]
"""Opens a channel in which the command runs; raises `RefusedError` or `LostError`."""
