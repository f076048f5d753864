"""The socket of conditions: a file here is one thing that must hold before anything is touched.

A file offers ``look(ground)``, which gives a `Finding`; it changes nothing that stays. What to do about a condition
that does not hold stands in the languages, under the file's name.
"""

from __future__ import annotations

from dataclasses import dataclass

from procedure.hypervisors import Ask, Hypervisor
from uat.model import Checklist, Evidence, JsonValue, Outcome, Record
from uat.session import Session


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What a condition may use: the machine through the session, its hypervisor, and the person."""

    session: Session
    hypervisor: Hypervisor
    ask: Ask

    @property
    def checklist(self) -> Checklist:
        """The customer's list, with limits and plan."""
        return self.session.checklist


class Finding(Record):
    """What a look at a condition came to: passed, failed, unanswered or not applicable, and the plain facts."""

    outcome: Outcome
    facts: dict[str, JsonValue] = {}
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()


def found(holds: bool, **facts: JsonValue) -> Finding:
    """Make the finding of a condition that holds or does not."""
    return Finding(outcome=Outcome.PASSED if holds else Outcome.FAILED, facts=facts)
