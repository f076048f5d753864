"""Makes Python look as if it had no Unix-only modules, as on Windows; import it first in a process of its own."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

BLOCKED = frozenset({"fcntl", "termios", "pty", "pwd", "grp", "resource", "tty"})


class Blocker(MetaPathFinder):
    """Finds none of the blocked modules."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Refuse the blocked ones, leave the rest to the others."""
        if fullname in BLOCKED:
            raise ImportError(f"{fullname} is blocked")
        return None


def block() -> None:
    """Block the modules for everybody.

    asyncssh (2.24.1: misc.py, tuntap.py) imports fcntl and termios wherever ``sys.platform`` is not ``win32``, and
    does not touch them on Windows. It gets empty ones to import, so that any use of them fails.
    """
    for name in BLOCKED:
        sys.modules.pop(name, None)
    sys.modules.update(fcntl=ModuleType("fcntl"), termios=ModuleType("termios"))
    import asyncssh  # noqa: F401

    for name in BLOCKED:
        sys.modules.pop(name, None)
    sys.meta_path.insert(0, Blocker())


block()
