"""Compare the machine's clock with this computer's, and see whether something keeps it right.

Example::

    - id: SYS-02
      title: {it: L'orologio è giusto e sincronizzato, en: The clock is right and synchronised}
      clock: {}
      expect: {offset_seconds: {at_least: -2, at_most: 2}, synchronised: true}
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from uat.checks._shell import ADMIN_PATH, ask
from uat.errors import ObservationError
from uat.model import Field, Record
from uat.probe import Probe

MOVES = ("offset_seconds", "source")
"""What changes by itself between two looks."""


class Inputs(Record):
    """Nothing: a machine has one clock."""


class Observed(Record):
    """How right the clock is; the half of the question's round trip is the uncertainty."""

    offset_seconds: float = Field(description="the machine's clock less this computer's: positive is ahead")
    synchronised: bool = Field(description="with a source outside the machine")
    source: str = Field(description="the address of what it follows; empty: none, or not told")


Synchronisation = tuple[bool, str]
"""Whether it is synchronised, and with what."""


def observe(inputs: Inputs, probe: Probe) -> Observed:
    """Read the clock, then ask the time service that the machine has."""
    offset_seconds = _offset(probe)
    for question, read in _SERVICES.items():
        found = read(ask(probe, ADMIN_PATH + question, understood=None).text)
        if found:
            return Observed(offset_seconds=offset_seconds, synchronised=found[0], source=found[1])
    raise ObservationError("neither chronyc, ntpq nor timedatectl tells whether the clock is synchronised")


def _offset(probe: Probe) -> float:
    """Compare with the middle of the question's round trip, as NTP does (RFC 5905, 8)."""
    output = ask(probe, "date +%s.%N")
    middle = time.time() - output.seconds / 2
    if not re.fullmatch(r"\d+\.\d+\s*", output.text):
        raise ObservationError(f"date told no time: {output.text!r}")
    return round(float(output.text) - middle, 3)


def _chrony(text: str) -> Synchronisation | None:
    """Read ``chronyc tracking`` (chronyc(1)); 7F7F0101 is the machine's own clock."""
    reference = re.search(r"^Reference ID\s*: (?P<id>\S+) \((?P<source>.*)\)", text, re.MULTILINE)
    leap = re.search(r"^Leap status\s*: (.+?)\s*$", text, re.MULTILINE)
    if not reference or not leap:
        return None
    is_outside = leap[1] != "Not synchronised" and reference["id"] not in ("7F7F0101", "127.127.1.1")
    return is_outside, reference["source"] if is_outside else ""


def _ntp(text: str) -> Synchronisation | None:
    """Read ``ntpq -pn`` (ntpq(1)): * and o mark the source followed; 127.127.1.x is the machine's own clock."""
    if "refid" not in text:
        return None
    followed = re.search(r"^[*o](?!127\.127\.1\.)(\S+)", text, re.MULTILINE)
    return (True, followed[1]) if followed else (False, "")


def _systemd(text: str) -> Synchronisation | None:
    """Read ``timedatectl``: "NTP synchronized" (CentOS 7), "System clock synchronized" (later)."""
    said = re.search(r"^\s*(?:NTP|System clock) synchronized: (yes|no)", text, re.MULTILINE)
    return (said[1] == "yes", "") if said else None


_SERVICES: dict[str, Callable[[str], Synchronisation | None]] = {
    "chronyc -n tracking": _chrony,
    "ntpq -pn": _ntp,
    "timedatectl": _systemd,
}
