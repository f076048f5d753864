"""The machine's clock, where something keeps it right."""

from __future__ import annotations

from uat.probe import Probe
from uat.proposal import Found, Proposal

_SECONDS = 5


def discover(probe: Probe) -> Found:
    """Take the clock; whether it is synchronised is seen when it is looked at."""
    return Found(
        proposals=(
            Proposal(
                about="clock",
                title={"it": "L'orologio è sincronizzato e giusto", "en": "The clock is synchronised and right"},
                area="machine_system",
                kind="clock",
                inputs={},
                expect={"synchronised": True, "offset_seconds": {"at_least": -_SECONDS, "at_most": _SECONDS}},
                retry_for="5m",
            ),
        )
    )
