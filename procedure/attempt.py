"""One attempt at a patch: where it lives on the machine, and what became of it."""

from __future__ import annotations

import re
from enum import StrEnum

from uat.model import Record

ROOT = "/var/lib/tvox-uat"
"""Where everything we put on the machine lives; on a persistent disk, so that it survives a reboot."""


class State(StrEnum):
    """What the machine tells of an attempt."""

    NEVER_STARTED = "never_started"
    UNCERTAIN = "uncertain"
    RUNNING = "running"
    ENDED = "ended"
    ORPHANED = "orphaned"
    LOST = "lost"


class Attempt(Record):
    """One look at an attempt.

    ``exit_code`` is the patch's own, there only when it ended; ``boot_id`` the life of the machine in which
    it was started; ``log_bytes`` the size of its log at that moment. ``strays`` counts the processes of the
    attempt (its screen, its wrapper, the patch, what the patch started) that live although its directory is not
    there: whoever finds some must not start it.
    """

    directory: str
    state: State
    exit_code: int | None = None
    boot_id: str = ""
    log_bytes: int = 0
    strays: int = 0


def directory_of(run_id: str, release: str) -> str:
    """Name the directory of an attempt: making it is the token that lets a patch start once only."""
    return f"{ROOT}/{plain_name(f'{run_id}-{release}')}"


def screen_of(release: str) -> str:
    """Name the screen session, so that a person can attach to it: ``screen -r tvox-uat-22.0.17``."""
    return plain_name(f"tvox-uat-{release}")


def staged_path(name: str, sha256: str) -> str:
    """Name the place of a patch on the machine: by its hash, so that every run finds it, whoever brought it."""
    return f"{ROOT}/patches/{sha256.lower()}/{plain_name(name)}"


def plain_name(text: str) -> str:
    """Keep only what needs no quoting in a shell and no thought in a path."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", text)
