"""The machine's clock agrees with this computer's."""

from __future__ import annotations

import re
import time

from procedure.conditions import Area, Finding, Ground, found
from uat.checks._shell import ask
from uat.errors import ObservationError

AREA = Area.MACHINE


def look(ground: Ground) -> Finding:
    """Compare with the middle of the question's round trip (RFC 5905, 8); half of that is the uncertainty."""
    limits = ground.checklist.limits
    answer = ask(ground.probe, "date +%s.%N")
    middle = time.time() - answer.seconds / 2
    if not re.fullmatch(r"\d+\.\d+\s*", answer.text):
        raise ObservationError(f"date told no time: {answer.text!r}")
    offset = round(float(answer.text) - middle, 3)
    return found(
        abs(offset) <= limits.clock_stop,
        offset_seconds=offset,
        uncertainty_seconds=round(answer.seconds / 2, 3),
        noticeable=abs(offset) > limits.clock_warn,
        limit_seconds=limits.clock_stop,
    )
