"""Tells how far a long copy has come: a line now and then, with its speed and the time that is left."""

from __future__ import annotations

import time
from collections.abc import Callable

_UNITS = (("GB", 1e9), ("MB", 1e6), ("kB", 1e3))


class Meter:
    """Writes a line when ``every`` seconds have passed since the last one, and one at the end."""

    def __init__(
        self, say: Callable[[str], None], *, every: float, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._say = say
        self._every = every
        self._now = now
        self._size = 0
        self._last = 0
        self._told = 0
        self._told_at = 0.0

    def tell(self, done: int, size: int) -> None:
        """Take notice of how many bytes are done; another size, or fewer bytes than before, is a new start."""
        now = self._now()
        if size != self._size or done < self._last:
            self._size, self._told, self._told_at = size, done, now
        elif now - self._told_at >= self._every or (done == size and done > self._told):
            speed = (done - self._told) / max(now - self._told_at, 1e-3)
            self._say(_line(done, size, speed))
            self._told, self._told_at = done, now
        self._last = done


def size_of(number: float) -> str:
    """Say a number of bytes as people do, in powers of ten: ``3.2 GB``."""
    for unit, size in _UNITS:
        if number >= size:
            return f"{number / size:.1f} {unit}"
    return f"{number:.0f} bytes"


def _line(done: int, size: int, speed: float) -> str:
    left = (size - done) / speed if speed else 0.0
    percent = 100 * done // size
    words = f"{size_of(done):>10} of {size_of(size)}  {percent:3} %  {size_of(speed):>10}/s"
    return f"  {words}  {_duration(left)} left" if speed and done < size else f"  {words}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
