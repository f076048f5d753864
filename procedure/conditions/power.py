"""The hypervisor lets us in, and shows the machine on."""

from __future__ import annotations

from procedure.conditions import Area, Finding, Ground, asked, found
from procedure.hypervisors import Power
from procedure.interview import Question
from uat.model import Outcome

AREA = Area.HYPERVISOR
QUESTION = Question(words={"on": Outcome.PASSED, "off": Outcome.FAILED})


def look(ground: Ground) -> Finding:
    """Ask for the power state; where only a person sees the hypervisor, ask them."""
    if ground.is_attested:
        return asked(ground, "power", QUESTION)
    state = ground.hypervisor.power()
    return found(state.power is Power.ON, power=state.power.value, reason=state.reason or None)
