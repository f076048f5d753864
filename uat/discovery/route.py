"""The default route, and routes through other gateways: to other sites, to the carrier."""

from __future__ import annotations

import re
from ipaddress import IPv4Network, ip_network

from uat.checks._shell import ADMIN_PATH, ask
from uat.probe import Probe
from uat.proposal import Found, Proposal

_QUESTION = ADMIN_PATH + "ip -4 route show"
_BY_GATEWAY = re.compile(r"^(default|[\d./]+) via ", re.MULTILINE)


def discover(probe: Probe) -> Found:
    """List the routes that lead through a gateway."""
    found = dict.fromkeys(_BY_GATEWAY.findall(ask(probe, _QUESTION).text))
    return Found(proposals=tuple(map(_proposal, found)))


def _proposal(to: str) -> Proposal:
    is_default = to == "default"
    return Proposal(
        about=to,
        title={
            "it": "Il gateway predefinito è lo stesso" if is_default else f"La rotta verso {to} è la stessa",
            "en": "The default gateway is the same" if is_default else f"The route to {to} is the same",
        },
        area="machine_network",
        kind="route",
        inputs={"to": to if is_default else _one_of(to)},
        expect={"exists": True, "gateway": {"unchanged": True}, "interface": {"unchanged": True}},
        retry_for="1m",
    )


def _one_of(network: str) -> str:
    """Give an address of a network: the kernel is asked for the way to one."""
    whole = ip_network(network, strict=False)
    assert isinstance(whole, IPv4Network)
    return str(whole.network_address if whole.prefixlen >= 31 else whole.network_address + 1)
