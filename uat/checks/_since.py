"""From when on a check looks back: the last boot, the look before the upgrade, or so long ago."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated

from uat.checks._shell import ask
from uat.errors import ObservationError
from uat.model import AfterValidator, Phase, Record, parse_duration
from uat.probe import Probe

BOOT, BEFORE = "boot", "before"

_QUESTION = "date +%s; sed -n 's/^btime //p' /proc/stat"
"""The machine's clock, and when it booted by that clock (proc(5), stat)."""


def _since(value: str) -> str:
    if value in (BOOT, BEFORE):
        return value
    try:
        parse_duration(value)
    except ValueError:
        message = f"'{value}': write boot, before (since the look of pre), or a duration such as 24h"
        raise ValueError(message) from None
    return value


Since = Annotated[str, AfterValidator(_since)]
"""``boot``, ``before`` (since this check was looked at in pre), or a duration."""


class Start(Record):
    """From when on to look, when the machine booted, and the look itself: seconds since 1970, its own clock."""

    at: int
    boot: int
    now: int

    @property
    def looked_at(self) -> str:
        """When the look was; a kind that takes ``before`` observes it under this name."""
        return written(self.now)


def start_of(since: str, probe: Probe) -> Start:
    """Ask the machine for its time, and count back on its own clock.

    In pre ``before`` is the look itself: nothing is new yet.

    :raises ObservationError: ``before`` in post, and nobody looked in pre; or the clock was set back since.
    """
    answer = ask(probe, _QUESTION).text
    if not re.fullmatch(r"\d+\n\d+\n", answer):
        raise ObservationError(f"date and /proc/stat told no times: {answer!r}")
    now, boot = map(int, answer.split())
    if since == BOOT:
        return Start(at=boot, boot=boot, now=now)
    at = _before(probe, now) if since == BEFORE else now - int(parse_duration(since))
    return Start(at=max(at, 0), boot=boot, now=now)


def written(seconds: int) -> str:
    """Write a time for a person and for the next look: ``2026-11-28T22:04:05Z``."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _before(probe: Probe, now: int) -> int:
    if probe.phase is Phase.PRE:
        return now
    looked_at = (probe.before or {}).get("looked_at")
    if not looked_at:
        raise ObservationError("'since: before' begins at the look of pre, and there was none of this check")
    at = int(datetime.fromisoformat(looked_at).timestamp())
    if at > now:
        message = f"the look of pre was at {looked_at}, and the machine's clock says {written(now)}: it was set back"
        raise ObservationError(f"{message}, so that nothing can be told by its times")
    return at
