"""What a program that we start here gets of our environment: the way to its files, and none of our secrets."""

from __future__ import annotations

import os

_PASSED_ON = ("PATH", "SYSTEMROOT", "WINDIR", "TMPDIR", "TEMP", "TMP")


def environment() -> dict[str, str]:
    """Give what a child process needs; a password that stands in our own environment (``env:NAME``) is not in it."""
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ} | {"LC_ALL": "C"}
