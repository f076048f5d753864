"""What is checked, and what came of it."""

from __future__ import annotations

from datetime import date, datetime
from fnmatch import fnmatchcase

from uat.model.record import ConfigDict, Duration, Field, JsonValue, Record, Source, Words, model_validator, spoken
from uat.model.word import Lack, Outcome, Phase, Severity, Viewpoint


class Expectation(Record):
    """What one property of an observation must be: ``running`` ``equals`` ``true``.

    ``property`` is a field of the kind's ``Observed``, with dots into mappings (``json.user.name``). What the
    regular expressions of ``mask`` find is taken out before anything is compared.
    """

    property: str
    operator: str
    operand: JsonValue = None
    mask: tuple[str, ...] = ()


class Absence(Record):
    """Why a check does not apply to this customer: there is no licence, variable or row of that name."""

    lack: Lack
    name: str


class Check(Record):
    """One acceptance test as the checklist states it, all variables filled in, secrets still references.

    A check that is ``disabled`` or ``absent`` is not looked at. What a variable without a value stands in is left as
    it is written.
    """

    id: str
    title: Words
    kind: str
    inputs: dict[str, JsonValue]
    expect: dict[Phase, tuple[Expectation, ...]] = {}
    area: str = ""
    tags: tuple[str, ...] = ()
    severity: Severity = Severity.MAJOR
    retry_for: Duration = 0.0
    locks: tuple[str, ...] = ()
    why: Words = {}
    remedy: Words = {}
    reference: Words = Field(default={}, description="where it is documented what is looked at")
    licence: str | None = None
    moves: tuple[str, ...] = Field(default=(), description="properties that change by themselves")
    disabled: Words = Field(default={}, description="why it is not looked at until a file says 'enabled: true'")
    absent: Absence | None = None
    source: Source

    def words(self, language: str) -> str:
        """Give the title in a language, else in whichever there is, else the id."""
        return spoken(self.title, language) or self.id


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


class AboutChecks(Record):
    """Something said of the checks that an id names; ``*`` and ``?`` in it stand for any (fnmatch)."""

    id: str
    reason: str
    source: Source

    def covers(self, check_id: str) -> bool:
        """Tell whether this is said of a check."""
        return fnmatchcase(check_id, self.id)


class Waiver(AboutChecks):
    """Why a failure is accepted, by whom, until when (inclusive, in the checklist's time zone)."""

    approved_by: str
    until: date
    ticket: str = ""

    def holds_on(self, day: date) -> bool:
        """Tell whether it still holds on a day; its last one counts."""
        return day <= self.until


class Skip(AboutChecks):
    """A check that the customer's file leaves out, with the reason."""


class ExpectedChange(AboutChecks):
    """What the upgrade is meant to change: a property from one value to another, or to any other (``changed``)."""

    property: str = Field(description="a property of what the check's kind observes, with dots into mappings")
    before: JsonValue = Field(default=None, alias="from", description="what it is before the upgrade")
    after: JsonValue = Field(default=None, alias="to", description="what it is to be after it")
    changed: bool = Field(default=False, description="whatever it is before, it is to be something else after")

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)

    @model_validator(mode="after")
    def _says_something(self) -> ExpectedChange:
        if (self.before is None and self.after is None) is not self.changed:
            raise ValueError("write what it changes 'from' and 'to', or 'changed: true'")
        return self


class Result(Record):
    """What one check came to in one phase; ``seconds`` is the look with its retries, not the wait for its turn."""

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
