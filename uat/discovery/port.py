"""Ports that the machine listens on, with whoever listens.

Left out are the ports that programs are given at random, and UDP from 10000 on, where calls have their sound.
"""

from __future__ import annotations

import re

from uat.checks._shell import ADMIN_PATH, ask
from uat.checks.port import sockets
from uat.errors import ObservationError
from uat.probe import Probe
from uat.proposal import Found, Proposal

VARIABLES = ("ports",)
"""What it gives the standard list."""

_QUESTION = (
    ADMIN_PATH + 'cat /proc/sys/net/ipv4/ip_local_port_range; for letter in t u; do echo "-- $letter"; '
    "if command -v ss >/dev/null 2>&1; then ss -ln${letter}p; else netstat -ln${letter}p; fi; done"
)
_SOUND_FROM = 10_000
_ALSO_CLIENTS = {68, 546}
"""What a DHCP client listens on while it asks."""


def discover(probe: Probe) -> Found:
    """List the sockets that listen, by protocol and number."""
    text = ask(probe, _QUESTION).text
    limits = re.match(r"(\d+)\s+\d+\n", text)
    parts = dict(re.findall(r"^-- (\w)\n(.*?)(?=^-- |\Z)", text, re.MULTILINE | re.DOTALL))
    if not limits or set(parts) != {"t", "u"}:
        raise ObservationError(f"neither ss nor netstat listed what listens: {text[:80]!r}")
    tcp = {one.number: one.owners for one in sockets(parts["t"]) if one.number < int(limits[1])}
    udp = {one.number: one.owners for one in sockets(parts["u"]) if one.number < _SOUND_FROM}
    found = [("tcp", number, tcp[number]) for number in sorted(tcp)]
    found += [("udp", number, udp[number]) for number in sorted(udp) if number not in _ALSO_CLIENTS]
    return Found(
        proposals=tuple(_proposal(protocol, number, owners) for protocol, number, owners in found),
        rows={
            "ports": tuple(
                {"id": f"{protocol}-{number}", "number": str(number), "protocol": protocol}
                for protocol, number, _ in found
            )
        },
    )


def _proposal(protocol: str, number: int, owners: tuple[str, ...]) -> Proposal:
    port = f"{number}/{protocol}"
    who = owners[0] if owners else ""
    return Proposal(
        about=f"{protocol}-{number}",
        title={
            "it": f"La porta {port} è in ascolto" + (f" ({who})" if who else ""),
            "en": f"The port {port} listens" + (f" ({who})" if who else ""),
        },
        area="machine_network",
        kind="port",
        inputs={"number": number, "protocol": protocol},
        expect={
            "listening": True,
            "addresses": {"nothing_lost": True},
            **({"process": {"unchanged": True}} if who else {}),
        },
        retry_for="3m",
        covered_by="ports",
    )
