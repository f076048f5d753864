"""Users of the machine who can log in: those with a shell."""

from __future__ import annotations

import re

from uat.checks._shell import ask
from uat.errors import ObservationError
from uat.model import Severity
from uat.probe import Probe
from uat.proposal import Found, Proposal

_NO_SHELL = re.compile(r".*/(nologin|false|sync|shutdown|halt)")


def discover(probe: Probe) -> Found:
    """List the users, wherever the machine has them from."""
    entries = [line.split(":") for line in ask(probe, "getent passwd").text.splitlines()]
    if any(len(fields) != 7 for fields in entries):
        raise ObservationError("getent listed something else than users")
    names = [fields[0] for fields in entries if fields[6] and not _NO_SHELL.fullmatch(fields[6])]
    return Found(proposals=tuple(map(_proposal, sorted(names))))


def _proposal(name: str) -> Proposal:
    return Proposal(
        about=name,
        title={"it": f"L'utente di sistema {name} è rimasto uguale", "en": f"The system user {name} is the same"},
        area="machine_system",
        severity=Severity.MINOR,
        kind="user",
        inputs={"name": name},
        expect={
            "exists": True,
            "uid": {"unchanged": True},
            "shell": {"unchanged": True},
            "groups": {"nothing_lost": True},
        },
    )
