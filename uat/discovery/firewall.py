"""The firewall: that it is on, and what the chains let in that open ports.

Bans and other rules that come and go stand in chains and sets of their own, which are left out.
"""

from __future__ import annotations

import re

from uat.checks.firewall import rules
from uat.probe import Probe
from uat.proposal import Found, Proposal

_OPENS = re.compile(r"dport.*\b(accept|ACCEPT)\b")
_BANS = re.compile(r"f2b.*|fail2ban.*|.*sshguard.*|.*ban.*|.*block.*", re.IGNORECASE)
_NAME = re.compile(r"\w[\w@:.+-]*")


def discover(probe: Probe) -> Found:
    """List the chains with a rule that opens a port; without any rule there is nothing to keep."""
    listed = rules(probe)
    chains = {chain for chain, rule in listed if _OPENS.search(rule)}
    kept = sorted(chain for chain in chains if _NAME.fullmatch(chain) and not _BANS.fullmatch(chain))
    return Found(proposals=(*([_whole()] if listed else []), *map(_chain, kept)))


def _whole() -> Proposal:
    return Proposal(
        about="active",
        title={"it": "Il firewall è attivo", "en": "The firewall is on"},
        area="machine_network",
        kind="firewall",
        inputs={},
        expect={"active": True},
        retry_for="1m",
    )


def _chain(name: str) -> Proposal:
    return Proposal(
        about=name,
        title={
            "it": f"Il firewall apre ancora le stesse porte (catena {name})",
            "en": f"The firewall still opens the same ports (chain {name})",
        },
        area="machine_network",
        kind="firewall",
        inputs={"chain": name},
        expect={"active": True, "rules": {"nothing_lost": True}},
        retry_for="1m",
    )
