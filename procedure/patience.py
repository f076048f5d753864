"""Time spent waiting, without the hours in which this computer slept."""

from __future__ import annotations

import time


class Patience:
    """A limit that only passes while we are awake and look.

    :param limit: seconds.
    :param longest: the longest that one look can honestly take; what a look took beyond it, we slept.
    """

    def __init__(self, limit: float, *, longest: float) -> None:
        self._limit = limit
        self._longest = longest
        self._last = time.monotonic()
        self.spent = 0.0

    @property
    def is_over(self) -> bool:
        """Tell whether the limit has passed."""
        return self.spent > self._limit

    def pause(self, seconds: float) -> None:
        """Wait before the next look, and count the time since the one before."""
        time.sleep(seconds)
        now = time.monotonic()
        self.spent += min(now - self._last, self._longest + seconds)
        self._last = now
