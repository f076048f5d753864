"""The person at the terminal: spoken with while pytest's capture stands aside."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol


class Capture(Protocol):
    """What we need of pytest's capture manager (plugin ``capturemanager``)."""

    def suspend_global_capture(self, in_: bool = False) -> None:
        """Give the real terminal back."""

    def global_and_fixture_disabled(self) -> AbstractContextManager[None]:
        """Give it back for a while; what was captured before is captured again after."""


class Terminal:
    """The engineer's terminal; without one, nothing is asked and nothing waits."""

    def __init__(self, capture: Capture | None) -> None:
        """:param capture: None when pytest captures nothing."""
        self._capture = capture

    @property
    def is_there(self) -> bool:
        """Tell whether somebody can type here."""
        with self._aside():
            return sys.stdin is not None and sys.stdin.isatty()

    def read(self, prompt: str) -> str:
        """Ask for a line; the question stands on a line of its own, since readline scrolls a long prompt away.

        :raises EOFError: the terminal is gone.
        """
        self.write(prompt.rstrip())
        with self._aside():
            return input("> ")

    def read_hidden(self, prompt: str) -> str:
        """Ask for a secret, without echo."""
        with self._aside():
            return getpass.getpass(prompt)

    def write(self, line: str) -> None:
        """Show a line."""
        with self._aside():
            sys.stdout.write(line + "\n")
            sys.stdout.flush()

    @contextmanager
    def _aside(self) -> Iterator[None]:
        if self._capture is None:
            yield
            return
        with self._capture.global_and_fixture_disabled():
            self._capture.suspend_global_capture(in_=True)  # the keyboard too
            yield
