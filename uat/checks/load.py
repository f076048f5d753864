"""Look how busy the machine is.

Example::

    - id: SYS-06
      title: {it: La macchina non è sovraccarica, en: The machine is not overloaded}
      load: {}
      expect: {per_cpu: {at_most: 1.5}, cpus: {not_below_before: true}}
"""

from __future__ import annotations

import re

from uat.checks._shell import ask
from uat.errors import ObservationError
from uat.model import Field, Record
from uat.probe import Probe

MOVES = ("fifteen_minutes", "five_minutes", "one_minute", "per_cpu")
"""What changes by itself between two looks."""

_QUESTION = "cat /proc/loadavg && grep -c '^cpu[0-9]' /proc/stat"

_ANSWER = re.compile(r"([\d.]+) ([\d.]+) ([\d.]+) \d+/\d+ \d+\n([1-9]\d*)\n")
"""proc(5), /proc/loadavg; then the CPUs that are on, one line each in /proc/stat."""


class Inputs(Record):
    """Nothing: a machine has one load."""


class Observed(Record):
    """The load averages: how many processes ran, waited for a CPU or for a disk."""

    one_minute: float = Field(description="of the last minute; our own looks count in it")
    five_minutes: float
    fifteen_minutes: float
    cpus: int = Field(description="that are switched on")
    per_cpu: float = Field(description="five_minutes by cpus: above 1 somebody waits")


def observe(inputs: Inputs, probe: Probe) -> Observed:
    """Read the averages, and count the CPUs."""
    output = ask(probe, _QUESTION)
    found = _ANSWER.fullmatch(output.text)
    if not found:
        raise ObservationError(f"/proc/loadavg and /proc/stat say something else than expected: {output.text[:80]!r}")
    one, five, fifteen = map(float, found.groups()[:3])
    cpus = int(found[4])
    return Observed(
        one_minute=one,
        five_minutes=five,
        fifteen_minutes=fifteen,
        cpus=cpus,
        per_cpu=round(five / cpus, 2),
    )
