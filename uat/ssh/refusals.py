"""Counts the logins that a machine refused: who tries on and on locks the account."""

from __future__ import annotations

import time

from uat.errors import LoginError

_MOST = 2


class Refusals:
    """At most two tries with a password that is refused; with keys as many as one likes, but not at once.

    A machine that has just started may refuse for a moment: hence the pause, in seconds.
    """

    def __init__(self, *, pause: float) -> None:
        self._pause = pause
        self._last: LoginError | None = None
        self._number = 0
        self._at = 0.0

    def require_another(self, *, with_password: bool) -> None:
        """See that one may try again.

        :raises LoginError: the last refusal, when it is too soon or was the second with a password.
        """
        if self._last is None:
            return
        if (with_password and self._number >= _MOST) or time.monotonic() - self._at < self._pause:
            raise self._last

    def add(self, error: LoginError) -> None:
        """Take note of a refusal."""
        self._last, self._number, self._at = error, self._number + 1, time.monotonic()

    def forget(self) -> None:
        """Begin anew: the machine let us in."""
        self._last, self._number = None, 0
