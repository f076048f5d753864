"""Network interfaces that are up; those of containers and virtual machines, which come and go, are left out."""

from __future__ import annotations

import re

from uat.checks._shell import ask
from uat.probe import Probe
from uat.proposal import Found, Proposal, slug

VARIABLES = ("interfaces",)
"""What it gives the standard list."""

_QUESTION = (
    'for f in /sys/class/net/*; do if [ "$(cat "$f/carrier" 2>/dev/null)" = 1 ]; then echo "${f##*/}"; fi; done; true'
)
_PASSING = re.compile(r"lo|veth.*|docker.*|br-.*|virbr.*|vnet.*|cni.*|cali.*|flannel.*")


def discover(probe: Probe) -> Found:
    """List the interfaces that have a link."""
    names = ask(probe, _QUESTION).text.split()
    kept = [name for name in names if not _PASSING.fullmatch(name)]
    rows = tuple({"id": slug(name), "interface": name} for name in kept)
    return Found(proposals=tuple(map(_proposal, kept)), rows={"interfaces": rows})


def _proposal(name: str) -> Proposal:
    return Proposal(
        about=name,
        title={"it": f"La scheda di rete {name} è come prima", "en": f"The network card {name} is as before"},
        area="machine_network",
        kind="interface",
        inputs={"name": name},
        expect={
            "up": True,
            "addresses": {"nothing_lost": True},
            "mac": {"unchanged": True},
            "mtu": {"unchanged": True},
        },
        retry_for="1m",
        covered_by="interfaces",
    )
