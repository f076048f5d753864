"""Look at a network interface: its link, its addresses, its size and speed.

Example::

    - id: NET-04
      title: {it: La scheda di rete ha il suo indirizzo, en: The network card has its address}
      severity: blocker
      interface: {name: eth0}
      expect: {up: true, addresses: {includes: 10.20.30.40/24}, mac: {unchanged: true}, mtu: 1500}
"""

from __future__ import annotations

import re
from shlex import quote

from uat.checks._inputs import Name
from uat.checks._shell import ADMIN_PATH, ask
from uat.errors import ObservationError
from uat.model import Field, Record
from uat.probe import Probe

_QUESTION = (
    ADMIN_PATH + "if [ -d {folder} ]; then "
    'for fact in carrier address mtu speed; do echo "$fact=$(cat {folder}/$fact 2>/dev/null)"; done; '
    "ip -o addr show dev {name}; else echo absent; fi"
)
"""The kernel refuses to tell carrier and speed of an interface that is switched off (net/core/net-sysfs.c)."""

_ADDRESS = re.compile(
    r"^\d+: .*?\binet6? (?P<address>[^\s/]+)(?: peer [^\s/]+)?(?:/(?P<prefix>\d+))?\s", re.MULTILINE
)
"""ip-address(8); ``inet 10.8.0.1 peer 10.8.0.2/32``: the prefix is the other end's."""

_NO_SPEED = {"", "0", "65535", "4294967295"}
"""What drivers say that know no speed, besides -1: 16 and 32 bits of ones before Linux 3.x (ethtool.h)."""


class Inputs(Record):
    """Which interface."""

    name: Name = Field(description="as ip link shows it; an alias (eth0:1) is none, its address stands with eth0's")


class Observed(Record):
    """How the interface is; what nobody knows is None."""

    exists: bool
    up: bool = Field(default=False, description="switched on, and with a link")
    addresses: tuple[str, ...] = Field(default=(), description="each with its prefix, 10.20.30.40/24; sorted")
    mac: str = Field(default="", description="in lower case; empty where there is none")
    mtu: int | None = None
    speed_mbit: int | None = Field(default=None, description="None: not known, as of most virtual cards")


def observe(inputs: Inputs, probe: Probe) -> Observed:
    """Read what the kernel tells of the interface, and list its addresses."""
    folder = quote(f"/sys/class/net/{inputs.name}")
    output = ask(probe, _QUESTION.format(folder=folder, name=quote(inputs.name)))
    if output.text == "absent\n":
        return Observed(exists=False)
    facts = dict(re.findall(r"^(carrier|address|mtu|speed)=(.*)$", output.text, re.MULTILINE))
    if not facts.get("mtu", "").isdecimal():
        raise ObservationError(f"the kernel told no MTU of {inputs.name}: {output.text[:200]!r}")
    return Observed(
        exists=True,
        up=facts.get("carrier") == "1",
        addresses=tuple(sorted(map(_address, _ADDRESS.finditer(output.text)))),
        mac=facts.get("address", "").lower(),
        mtu=int(facts["mtu"]),
        speed_mbit=_speed(facts.get("speed", "")),
    )


def _address(found: re.Match[str]) -> str:
    whole = "128" if ":" in found["address"] else "32"
    return f"{found['address']}/{found['prefix'] or whole}"


def _speed(text: str) -> int | None:
    return int(text) if text.isdecimal() and text not in _NO_SPEED else None
