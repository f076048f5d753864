"""The words that records and YAML have in common."""

from __future__ import annotations

from enum import StrEnum


class Phase(StrEnum):
    """A part of the session; also the value of ``--phase``."""

    PREFLIGHT = "preflight"
    PRE = "pre"
    UPGRADE = "upgrade"
    ROLLBACK = "rollback"
    POST = "post"
    CLOSE = "close"


class Severity(StrEnum):
    """What a failure means after the upgrade: do not hand back, accept by name, note."""

    BLOCKER = "blocker"
    MAJOR = "major"
    MINOR = "minor"


class Outcome(StrEnum):
    """What became of a planned check or step; exactly one per phase (design, 2.3)."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    WAIVED = "waived"
    NOT_APPLICABLE = "not_applicable"
    SKIPPED = "skipped"
    UNANSWERED = "unanswered"
    BLOCKED = "blocked"
    NOT_RUN = "not_run"
    RUNNING = "running"


class Lack(StrEnum):
    """What a check needs and this customer does not have."""

    LICENCE = "licence"
    VARIABLE = "variable"
    ROWS = "rows"


class Availability(StrEnum):
    """Whether a service answers, looked at from outside."""

    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"


class NoticeKind(StrEnum):
    """What whoever looks from outside has to say."""

    SERVICE = "service"
    OUTAGE = "outage"
    WINDOW = "window"
    WAY_BACK = "way_back"
    PAUSE = "pause"


class Viewpoint(StrEnum):
    """From where something was looked at."""

    MACHINE = "machine"
    HERE = "here"
    HYPERVISOR = "hypervisor"
    PERSON = "person"


class NewsKind(StrEnum):
    """What can be told while a step runs."""

    BEGAN = "began"
    OUTPUT = "output"
    SILENCE = "silence"
    PROMPT = "prompt"
    LINK_LOST = "link_lost"
    LINK_BACK = "link_back"
    SLEPT = "slept"
    OMITTED = "omitted"
    WAITING = "waiting"
    RECALLED = "recalled"
    ENDED = "ended"


VENDOR_FIRST = (
    "no_marker",
    "half_marker",
    "text_after_marker",
    "failure_text",
    "exit_code_contradicts",
    "exit_code",
    "patch_lost",
    "patch_orphaned",
    "cannot_tell",
    "wrong_release",
    "boot_id_same",
    "not_settled",
    "snapshot_gone",
    "off_after_patch",
    "restart_broke_it",
    "patch_not_started",
    "boot_id_unknown",
)
"""The stops after which Telenia comes first: to go on by oneself would stop at the same place, or do harm."""
