"""How the machine resolves names: its DNS servers, and whether it finds its own name."""

from __future__ import annotations

import re

from uat.checks._shell import ask
from uat.probe import Probe
from uat.proposal import Found, Proposal

_FILE = "/etc/resolv.conf"
_QUESTION = f"hostname -f 2>/dev/null || hostname; sed -n 's/^nameserver *//p' {_FILE}"


def discover(probe: Probe) -> Found:
    """Read the machine's full name and its servers."""
    own, *servers = ask(probe, _QUESTION, understood=None).text.split() or [""]
    found = [_servers(servers)] if servers else []
    if re.fullmatch(r"[\w-]+(\.[\w-]+)+", own):
        found.append(_name(own))
    return Found(proposals=tuple(found))


def _servers(servers: list[str]) -> Proposal:
    listed = ", ".join(servers)
    return Proposal(
        about="servers",
        title={"it": f"I server DNS sono gli stessi ({listed})", "en": f"The DNS servers are the same ({listed})"},
        area="machine_network",
        kind="file",
        inputs={"path": _FILE},
        expect={"exists": True, "content": {"unchanged": True, "mask": [r"(?m)^[#;].*\n?"]}},
    )


def _name(own: str) -> Proposal:
    return Proposal(
        about=own,
        title={
            "it": f"La macchina risolve il proprio nome, {own}",
            "en": f"The machine resolves its own name, {own}",
        },
        area="machine_network",
        kind="dns",
        inputs={"name": own},
        expect={"exists": True, "answers": {"unchanged": True}},
    )
