"""What is checked, and what came of it."""

from __future__ import annotations

from datetime import date, datetime

from uat.model.record import Duration, Field, JsonValue, Record, Source, Words
from uat.model.word import Outcome, Phase, Severity, Viewpoint


class Expectation(Record):
    """What one property of an observation must be: ``running`` ``equals`` ``true``.

    ``property`` is a field of the kind's ``Observed``, with dots into mappings (``json.user.name``).
    """

    property: str
    operator: str
    operand: JsonValue = None


class Check(Record):
    """One acceptance test as the checklist states it, all variables filled in, secrets still references."""

    id: str
    title: Words
    kind: str
    inputs: dict[str, JsonValue]
    expect: dict[Phase, tuple[Expectation, ...]] = {}
    area: str = ""
    severity: Severity = Severity.MAJOR
    retry_for: Duration = 0.0
    locks: tuple[str, ...] = ()
    why: Words = {}
    remedy: Words = {}
    licence: str | None = None
    moves: tuple[str, ...] = Field(default=(), description="properties that change by themselves")
    source: Source

    def words(self, language: str) -> str:
        """Give the title in a language, else in whichever there is, else the id."""
        return self.title.get(language) or next(iter(self.title.values()), self.id)


class Evidence(Record):
    """What was really asked and answered.

    ``kind`` is command, http, tls, tcp, dns, file or answer; ``label`` the command or address; ``status`` the
    exit code, HTTP status or the like as text; ``body`` readable text, capped; ``sha256`` is of the whole, uncapped,
    redacted body; ``redacted`` counts the secrets that were taken out.
    """

    kind: str
    label: str
    status: str = ""
    body: str = ""
    errors: str = ""
    sha256: str = ""
    size_bytes: int = 0
    truncated: bool = False
    redacted: int = 0
    taken_at: datetime
    seconds: float
    viewpoint: Viewpoint


class Mismatch(Record):
    """One expectation that does not hold; never a sentence."""

    property: str
    operator: str
    expected: JsonValue = None
    observed: JsonValue = None


class Waiver(Record):
    """Why a failure is accepted, by whom, until when (inclusive, in the checklist's time zone)."""

    id: str
    reason: str
    approved_by: str
    until: date
    ticket: str = ""
    source: Source


class Skip(Record):
    """A check that the customer's file leaves out, with the reason."""

    id: str
    reason: str
    source: Source


class Result(Record):
    """What one check came to in one phase; ``seconds`` is the whole look with its retries."""

    check_id: str
    phase: Phase
    outcome: Outcome
    observed: dict[str, JsonValue] | None = None
    mismatches: tuple[Mismatch, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    error: str | None = None
    reason: str | None = None
    waiver: Waiver | None = None
    attempts: int = 1
    started_at: datetime
    seconds: float = 0.0
