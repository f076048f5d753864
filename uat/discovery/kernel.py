"""The kernel that runs, the machine's name, and the parameters that somebody has set on purpose.

A patch does not change the operating system; what stands in sysctl.conf was put there for the telephone system
(buffers, forwarding for a VPN, shared memory of a database) and is easily lost. All others are the kernel's affair.
"""

from __future__ import annotations

import re

from uat.checks._shell import ask
from uat.model import Severity
from uat.probe import Probe
from uat.proposal import Found, Proposal

_QUESTION = 'for f in /etc/sysctl.conf /etc/sysctl.d/*.conf; do if [ -r "$f" ]; then cat "$f"; echo; fi; done; true'
_SET = re.compile(r"^\s*-?\s*([\w./-]+)\s*=", re.MULTILINE)
_NAME = re.compile(r"\w[\w@:+-]*([./][\w@:+-]+)+")
_ALWAYS = {
    "kernel.osrelease": {"it": "Il kernel è lo stesso", "en": "The kernel is the same"},
    "kernel.hostname": {"it": "Il nome della macchina è lo stesso", "en": "The machine's name is the same"},
    "net.ipv4.ip_forward": {
        "it": "L'inoltro dei pacchetti (VPN) è come prima",
        "en": "Forwarding of packets (VPN) is as before",
    },
}


def discover(probe: Probe) -> Found:
    """Read the names that are set at boot, in the machine's own files, not in those that the system brings along."""
    names = [name.replace("/", ".") for name in _SET.findall(ask(probe, _QUESTION).text) if _NAME.fullmatch(name)]
    found = dict.fromkeys([*_ALWAYS, *sorted(names)])
    return Found(proposals=tuple(map(_proposal, found)))


def _proposal(name: str) -> Proposal:
    said = {"it": f"Il parametro del kernel {name} è come prima", "en": f"The kernel parameter {name} is as before"}
    return Proposal(
        about=name,
        title=_ALWAYS.get(name, said),
        area="machine_system",
        severity=Severity.MINOR,
        kind="kernel_parameter",
        inputs={"name": name},
        expect={"exists": True, "value": {"unchanged": True}},
    )
