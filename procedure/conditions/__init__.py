"""The socket of conditions: a file here is one thing that must hold before anything is touched.

A file offers ``AREA``, where it belongs, and ``look(ground)``, which gives a `Finding`; it changes nothing that
stays. One that a person answers offers ``QUESTION`` as well: what may be answered. What a condition is called and
what to do when it does not hold stand in the languages under the file's name, and so does its question.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from procedure import hypervisors
from procedure.hypervisors import Hypervisor
from procedure.interview import Interview, Question, Said
from uat.model import Checklist, Evidence, JsonValue, Outcome, Phase, Record, Result, Viewpoint
from uat.probe import Probe
from uat.session import Session

YES_OR_NO = Question(words={"yes": Outcome.PASSED, "no": Outcome.FAILED})


class Area(StrEnum):
    """What a condition is about; they are looked at in this order."""

    IDENTITY = "identity"
    MACHINE = "machine"
    HYPERVISOR = "hypervisor"
    AGREEMENT = "agreement"
    HERE = "here"
    REHEARSAL = "rehearsal"


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What a condition may use: the machine through session and probe, its hypervisor, and what persons say."""

    session: Session
    hypervisor: Hypervisor
    interview: Interview
    probe: Probe

    @property
    def checklist(self) -> Checklist:
        """The customer's list, with limits and plan."""
        return self.session.checklist

    @property
    def folder(self) -> Path:
        """What the paths of the patches are relative to."""
        return Path(self.checklist.path).parent

    @property
    def is_attested(self) -> bool:
        """Tell whether only a person sees the hypervisor."""
        return hypervisors.choose(self.checklist.system.hypervisor).is_attested

    def result(self, condition: str) -> Result | None:
        """Give what a condition that was looked at before came to."""
        return self.session.results.get((Phase.PREFLIGHT, condition))


class Finding(Record):
    """What a look at a condition came to, and the plain facts."""

    outcome: Outcome
    facts: dict[str, JsonValue] = {}
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()


def found(holds: bool, /, **facts: JsonValue) -> Finding:
    """Make the finding of a condition that holds or does not."""
    return Finding(outcome=Outcome.PASSED if holds else Outcome.FAILED, facts=facts)


def not_applicable(reason: str, /, **facts: JsonValue) -> Finding:
    """Make the finding of a condition that means nothing here."""
    return Finding(outcome=Outcome.NOT_APPLICABLE, facts=facts, reason=reason)


def asked(ground: Ground, condition: str, question: Question, **facts: JsonValue) -> Finding:
    """Make the finding of a condition of which a person's word decides."""
    said = ground.interview.about(condition, question)
    return attested(said, question.words.get(said.answer, Outcome.FAILED), **facts)


def attested(said: Said, outcome: Outcome, /, **facts: JsonValue) -> Finding:
    """Make a finding of what a person said, by name."""
    evidence = Evidence(
        kind="answer",
        label=said.answered_by,
        status=said.answer,
        body=said.note,
        taken_at=datetime.now(UTC),
        seconds=0.0,
        viewpoint=Viewpoint.PERSON,
    )
    told = {name: value for name, value in said.model_dump().items() if value}
    return Finding(outcome=outcome, facts=facts | told, evidence=(evidence,))
