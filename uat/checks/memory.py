"""Look how much memory the machine has left, and how far it lives on its swap.

Example::

    - id: SYS-05
      title: {it: C'è memoria libera, en: There is free memory}
      memory: {}
      expect: {available_percent: {at_least: 10}, swap_used_percent: {at_most: 50}, total_bytes: {drift: 5%}}
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from uat.checks._shell import ask
from uat.errors import ObservationError
from uat.model import Field, Record
from uat.probe import Probe

MOVES = ("available_bytes", "available_percent", "swap_used_percent")
"""What changes by itself between two looks."""

_QUESTION = "cat /proc/meminfo; grep -q ^MemAvailable: /proc/meminfo || cat /proc/sys/vm/min_free_kbytes"

_NEEDED = {"MemTotal", "MemFree", "Active(file)", "Inactive(file)", "SReclaimable", "SwapTotal", "SwapFree"}
_LEAST = "least"
"""Our word for the number without a name: what the kernel keeps free."""


class Inputs(Record):
    """Nothing: a machine has one memory."""


class Observed(Record):
    """The memory as the kernel counts it."""

    total_bytes: int = Field(description="without what firmware and kernel keep; a new kernel may keep more")
    available_bytes: int = Field(
        description="for programs, without swapping; estimated where the kernel does not (before 3.14: CentOS 6)"
    )
    available_percent: float
    swap_total_bytes: int
    swap_used_percent: float = Field(description="0 where there is no swap")


def observe(inputs: Inputs, probe: Probe) -> Observed:
    """Read the kernel's own account, in KiB."""
    output = ask(probe, _QUESTION)
    pairs = re.findall(r"^(?:([\w()]+):\s+)?(\d+)(?: kB)?$", output.text, re.MULTILINE)
    account = {name or _LEAST: int(number) for name, number in pairs}
    if not account.keys() >= _NEEDED or not account.keys() & {"MemAvailable", _LEAST}:
        raise ObservationError(f"/proc/meminfo says something else than expected: {output.text[:80]!r}")
    total, swap = account["MemTotal"], account["SwapTotal"]
    available = account["MemAvailable"] if "MemAvailable" in account else _estimate(account)
    return Observed(
        total_bytes=total * 1024,
        available_bytes=available * 1024,
        available_percent=_percent(available, total),
        swap_total_bytes=swap * 1024,
        swap_used_percent=_percent(swap - account["SwapFree"], swap),
    )


def _estimate(account: Mapping[str, int]) -> int:
    """Estimate as the kernel does since 3.14 (commit 34e431b0ae39), and ``free`` before it (procps-ng, sysinfo.c).

    Half of the cache and of what the kernel can give back stays, but no more than the low watermark; that one is
    5/4 of what the kernel keeps free (mm/page_alloc.c).
    """
    low = account[_LEAST] * 5 // 4
    cache, slab = account["Active(file)"] + account["Inactive(file)"], account["SReclaimable"]
    return max(0, account["MemFree"] - low + cache - min(cache // 2, low) + slab - min(slab // 2, low))


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 1) if whole else 0.0
