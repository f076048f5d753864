"""The machine stands alone: a redundant pair, a branch and a disaster recovery machine have procedures of their own.

No page of the vendor says how a shell tells the role (inferred: the physical node is ``tam01`` in /etc/hosts, so a
second one would be ``tam02``). So a customer's file may say how, under ``upgrade.role``; else a person says it.
"""

from __future__ import annotations

import re

from procedure.conditions import Area, Finding, Ground, asked, found
from procedure.interview import Question
from uat.checks._shell import ask
from uat.model import Outcome, Role

AREA = Area.MACHINE
QUESTION = Question(
    words={
        "stand_alone": Outcome.PASSED,
        "redundant": Outcome.FAILED,
        "branch": Outcome.FAILED,
        "disaster_recovery": Outcome.FAILED,
    }
)
_SIGNS = "grep -Ew 'tam0?2' /etc/hosts"


def look(ground: Ground) -> Finding:
    """Ask the machine as the checklist says, else look for a second node, and then ask a person."""
    if (role := ground.checklist.upgrade.role) is not None:
        return _told(ground, role)
    if signs := ask(ground.probe, _SIGNS, understood=(0, 1)).text.split("\n")[0]:
        return found(False, second_node=signs)
    return asked(ground, "role", QUESTION)


def _told(ground: Ground, role: Role) -> Finding:
    said = ask(ground.probe, role.run, understood=None).text.strip()
    return found(re.search(role.stand_alone, said) is not None, expected=role.stand_alone, found=said)
