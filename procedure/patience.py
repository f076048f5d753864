"""Time spent waiting, without the hours in which this computer slept, which are noticed and told."""

from __future__ import annotations

import time

from procedure.account import Account
from uat.model import NewsKind

SLEPT_SECONDS = 30.0
"""What is missing below this is a busy computer or a corrected clock, not sleep."""


class Vigil:
    """Waits between two looks, and notices when this computer slept meanwhile, or when its clock was set.

    Linux and macOS stop the monotonic clock while they sleep, so that the wall clock runs ahead of it; Windows does
    not, and there, as for a process that was stopped (SIGSTOP), a pause takes far longer than it should.
    """

    def __init__(self, account: Account) -> None:
        self._account = account
        self._monotonic = time.monotonic()
        self._wall = time.time()

    def pause(self, seconds: float, *, longest_look: float | None = None) -> float:
        """Wait, and give the seconds that passed unseen since the last pause ended: 0, or more than 30.

        :param longest_look: what the look before this pause can honestly have taken, when that is known.
        """
        began = time.monotonic()
        time.sleep(seconds)
        monotonic, wall = time.monotonic(), time.time()
        unseen = [
            abs(wall - self._wall - (monotonic - self._monotonic)),
            monotonic - began - seconds,
            0.0 if longest_look is None else monotonic - self._monotonic - seconds - longest_look,
        ]
        self._monotonic, self._wall = monotonic, wall
        if (slept := max(unseen)) <= SLEPT_SECONDS:
            return 0.0
        self._account.tell(NewsKind.SLEPT, str(round(slept)))
        return slept


class Patience:
    """A limit that only passes while we are awake and look; after sleep there is always one more look.

    :param limit: seconds.
    :param longest: the longest that one look can honestly take; what a look took beyond it, we slept.
    """

    def __init__(self, limit: float, *, longest: float, account: Account) -> None:
        self._limit = limit
        self._longest = longest
        self._vigil = Vigil(account)
        self._last = time.monotonic()
        self._just_woke = False
        self.spent = 0.0

    @property
    def is_over(self) -> bool:
        """Tell whether the limit has passed; never before a look that was made awake."""
        return self.spent > self._limit and not self._just_woke

    def pause(self, seconds: float) -> None:
        """Wait before the next look, and count the time since the one before, unless we slept."""
        slept = self._vigil.pause(seconds, longest_look=self._longest)
        now = time.monotonic()
        self._just_woke = slept > 0
        self.spent += seconds if slept else min(now - self._last, self._longest + seconds)
        self._last = now
