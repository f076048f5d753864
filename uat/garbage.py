"""How often Python looks for garbage: rarely while a session runs, whose records stay to its end."""

from __future__ import annotations

import atexit
import gc
from collections.abc import Callable

_THRESHOLDS = (50_000, 20, 100)
"""Python begins with 700 or 2,000 new objects; looking all records through so often took a third of a session."""


def collect_rarely() -> Callable[[], None]:
    """Look for garbage rarely from now on, and not at all when the process ends; give what puts that back.

    Nothing is kept longer for it than the cycles that are garbage; whatever else is done with is given back at once.
    """
    usual = gc.get_threshold()
    gc.set_threshold(*_THRESHOLDS)
    atexit.register(gc.freeze)

    def as_usual() -> None:
        gc.set_threshold(*usual)
        gc.unfreeze()

    return as_usual


def spare_what_is_left() -> None:
    """Look through nothing that is there now any more: the process is about to give all of it back."""
    gc.freeze()
