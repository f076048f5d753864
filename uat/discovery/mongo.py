"""MongoDB on the machine: whether it answers, and the members of its set.

The set's name is not compared: it may carry the product's release.
"""

from __future__ import annotations

from uat.checks._shell import ask
from uat.probe import Probe
from uat.proposal import Found, Proposal

VARIABLES = ("chat_host",)
"""What it gives the standard list."""

_HERE = "127.0.0.1"
_QUESTION = "ps -A -o comm= | grep -cx mongod; command -v mongosh mongo; true"


def discover(probe: Probe) -> Found:
    """Take the server, where one runs and a client is there to ask it."""
    count, *clients = ask(probe, _QUESTION).text.split()
    if count == "0":
        return Found()
    if not clients:
        return Found(notes=("mongod: no client (mongosh, mongo)",))
    return Found(
        texts={"chat_host": _HERE},
        proposals=(
            Proposal(
                about="server",
                title={"it": "MongoDB risponde con gli stessi membri", "en": "MongoDB answers with the same members"},
                area="machine_data",
                kind="mongo",
                inputs={"host": _HERE},
                expect={
                    "answers": True,
                    "version": {"not_below_before": True},
                    "primaries": {"unchanged": True},
                    "healthy": {"not_below_before": True},
                },
                retry_for="3m",
                covered_by="chat_host",
            ),
        ),
    )
