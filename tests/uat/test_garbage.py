"""Garbage is looked for rarely while a session runs, and as usual after it."""

from __future__ import annotations

import gc

from uat import garbage


def test_rarely_and_then_as_usual() -> None:
    """A session changes how often, and leaves nothing changed behind."""
    usual = gc.get_threshold()
    as_usual = garbage.collect_rarely()
    during = gc.get_threshold()
    garbage.spare_what_is_left()
    spared = gc.get_freeze_count()
    as_usual()
    assert during > usual == gc.get_threshold()
    assert spared > gc.get_freeze_count() == 0
