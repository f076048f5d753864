"""Names in the machine's hosts file; those of the machine for itself are left out."""

from __future__ import annotations

import re

from uat.checks.hosts_entry import entries
from uat.probe import Probe
from uat.proposal import Found, Proposal

_OWN = re.compile(r"localhost.*|ip6-.*|.*\.localdomain\d*|broadcasthost")
_NAME = re.compile(r"\w[\w@:.+-]*")


def discover(probe: Probe) -> Found:
    """List the names."""
    names = {name for _, found in entries(probe) for name in found}
    kept = sorted(name for name in names if _NAME.fullmatch(name) and not _OWN.fullmatch(name))
    return Found(proposals=tuple(map(_proposal, kept)))


def _proposal(name: str) -> Proposal:
    return Proposal(
        about=name,
        title={
            "it": f"Il nome {name} è ancora nel file hosts",
            "en": f"The name {name} is still in the hosts file",
        },
        area="machine_network",
        kind="hosts_entry",
        inputs={"name": name},
        expect={"exists": True, "addresses": {"unchanged": True}},
    )
