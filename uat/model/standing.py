"""Where a change stands just now: what the evidence here says, and what machine and hypervisor show."""

from __future__ import annotations

from datetime import datetime

from uat.model.record import Record
from uat.model.run import Run


class PatchStanding(Record):
    """One patch on the machine: its state, its log's size and last line, and for how long that has said nothing."""

    release: str
    state: str
    exit_code: int | None = None
    log_bytes: int = 0
    last_line: str = ""
    silent_seconds: float = 0.0
    screen: str = ""


class SnapshotStanding(Record):
    """One snapshot in the hypervisor's list; what it does not tell is None."""

    name: str
    taken_at: datetime | None = None
    size_bytes: int | None = None
    is_ours: bool


class Standing(Record):
    """Where a change stands.

    ``unreachable`` and ``unanswered`` say why machine and hypervisor could not be asked; ``power`` is on, off or
    paused, ``full`` the disks of a paused one for which there was no room. ``is_left`` says that a rollback or a
    close ended it; ``held_...`` who holds the machine. ``active`` says which process of this computer works on it.
    ``next`` is a word of the languages' ``next`` table, ``command`` what is to be typed for it.
    """

    at: datetime
    run: Run | None = None
    folder: str = ""
    active: str = ""
    damage: str = ""
    unreachable: str = ""
    hostname: str = ""
    release: str = ""
    is_left: bool = False
    held_by: str = ""
    held_on: str = ""
    held_run: str = ""
    held_since: datetime | None = None
    is_held_by_run: bool = False
    patches: tuple[PatchStanding, ...] = ()
    unanswered: str = ""
    power: str = ""
    full: tuple[str, ...] = ()
    snapshots: tuple[SnapshotStanding, ...] = ()
    free_bytes: int | None = None
    next: str = ""
    command: str = ""
