"""Every record of the project: frozen, keyword-only, no unknown fields, JSON both ways."""

from __future__ import annotations

import re
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator as AfterValidator
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic import Field as Field
from pydantic import field_validator as field_validator
from pydantic import model_validator as model_validator

JsonValue: TypeAlias = Any
"""Whatever JSON can hold: null, truth, number, text, list, mapping of text."""

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def parse_duration(value: object) -> float:
    """Turn ``3m``, ``500ms``, ``1h30m`` into seconds; a number (from JSON) is seconds already.

    :raises ValueError: text that is not a row of numbers with units.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)", str(value))
    if not parts or "".join(number + unit for number, unit in parts) != str(value).replace(" ", ""):
        raise ValueError(f"'{value}' is not a duration; write a number with its unit: 500ms, 30s, 3m, 2h, 7d")
    return sum(float(number) * _UNITS[unit] for number, unit in parts)


Duration = Annotated[float, BeforeValidator(parse_duration)]
"""Seconds; written with a unit in YAML."""

InvalidRecord = ValidationError
"""What making a record raises when the values do not fit."""

Words: TypeAlias = dict[str, str]
"""A text by language code: ``{"it": ..., "en": ...}``."""


class Record(BaseModel):
    """What all records share."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Phase(StrEnum):
    """A part of the session; also the value of ``--phase``."""

    PRE = "pre"
    UPGRADE = "upgrade"
    POST = "post"


class Severity(StrEnum):
    """What a failure means after the upgrade: do not hand back, accept by name, note."""

    BLOCKER = "blocker"
    MAJOR = "major"
    MINOR = "minor"


class Outcome(StrEnum):
    """What became of a planned check or step; exactly one per phase (design, 2.3)."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    WAIVED = "waived"
    NOT_APPLICABLE = "not_applicable"
    SKIPPED = "skipped"
    UNANSWERED = "unanswered"
    BLOCKED = "blocked"
    NOT_RUN = "not_run"
    RUNNING = "running"


class Viewpoint(StrEnum):
    """From where something was looked at."""

    MACHINE = "machine"
    HERE = "here"
    HYPERVISOR = "hypervisor"
    PERSON = "person"


class Source(Record):
    """A place in a file; line and column count from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


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

    ``kind`` is command, http, tls, tcp, file or answer; ``label`` the command or address; ``status`` the exit
    code or HTTP status as text; ``body`` readable text, capped; ``sha256`` is of the whole, uncapped,
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


class Step(Record):
    """One step of the procedure: what was meant to be done, and what was then seen.

    ``name`` is a word of the languages' ``step`` table (gate, identify, shutdown, snapshot, start, settle,
    deliver, patch, reboot, release ...); ``release`` the patch it belongs to. ``intent`` and ``observation``
    are plain facts. ``stop`` is the code of the reason when the procedure must not go on.
    """

    number: int
    name: str
    release: str | None = None
    outcome: Outcome
    intent: dict[str, JsonValue] = {}
    observation: dict[str, JsonValue] = {}
    stop: str | None = None
    evidence: tuple[Evidence, ...] = ()
    started_at: datetime
    seconds: float = 0.0


class NewsKind(StrEnum):
    """What can be told while a step runs."""

    BEGAN = "began"
    OUTPUT = "output"
    SILENCE = "silence"
    PROMPT = "prompt"
    LINK_LOST = "link_lost"
    LINK_BACK = "link_back"
    WAITING = "waiting"
    ENDED = "ended"


class News(Record):
    """Something worth telling about a running step; ``text`` is the machine's words, never ours.

    ``elapsed`` is seconds since the step began; for ``waiting`` ``text`` is a key of the languages'
    ``waiting`` table.
    """

    kind: NewsKind
    text: str = ""
    elapsed: float = 0.0


class Identity(Record):
    """Which machine this was, and which of its lives: the proof against the wrong machine."""

    phase: Phase
    address: str
    hostname: str = ""
    host_key: str = ""
    machine_id: str = ""
    product_uuid: str = ""
    boot_id: str = ""
    system: str = ""
    release: str = ""
    clock_offset: float | None = None
    taken_at: datetime


class Contact(Record):
    """Somebody to call."""

    name: str = ""
    phone: str = ""
    email: str = ""
    hours: str = ""


class Window(Record):
    """The agreed time of the change, as written, in the checklist's time zone."""

    start: datetime = Field(alias="from")
    end: datetime = Field(alias="to")

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)


class Patch(Record):
    """One patch of the vendor: here (``file``) or already on the machine (``on_target``).

    ``run`` is the command; ``{patch}`` in it is the path on the machine, already quoted for the shell.
    """

    release: str
    file: str | None = None
    on_target: str | None = None
    sha256: str
    run: str = "sh {patch}"
    source: Source


class Releases(Record):
    """The product's release before and after, as ``getVersion`` says it."""

    pre: str
    post: str


class Upgrade(Record):
    """What is planned for the night."""

    window: Window | None = None
    release: Releases | None = None
    patches: tuple[Patch, ...] = ()


class System(Record):
    """The machine: how it is reached and what it runs on.

    ``ssh`` is ``[user@]host[:port]``; ``password`` a secret reference; ``web`` the host name (and port) of the
    web pages; ``tls`` is ``verify`` or ``sha256:<fingerprint>`` of the certificate; ``hypervisor`` maps one
    adapter's word to its inputs.
    """

    ssh: str = ""
    password: str | None = None
    jump: str | None = None
    web: str = ""
    tls: str = "verify"
    hypervisor: dict[str, dict[str, JsonValue]] = {}


class Limits(Record):
    """Every limit and timeout, with its default; set under ``limits:`` in the checklist."""

    connect: Duration = Field(default=15.0, description="opening the SSH connection and logging in")
    keepalive: Duration = Field(default=5.0, description="between two signs of life of the SSH connection")
    keepalive_missed: int = Field(default=3, ge=1, description="signs of life missed before the link is lost")
    command: Duration = Field(default=30.0, description="one command on the machine; ended there when over")
    web: Duration = Field(default=15.0, description="one answer of a web page")
    commands_at_once: int = Field(default=4, ge=1, le=8, description="commands running on the machine")
    checks_at_once: int = Field(default=8, ge=1, le=64, description="checks observed side by side")
    evidence_bytes: int = Field(default=65536, ge=1024, description="output kept per question; hash of all")
    retry_pause: Duration = Field(default=2.0, description="between two looks of a check with retry_for")
    poll: Duration = Field(default=2.0, description="between two looks at a running step")
    shutdown: Duration = Field(default=300.0, description="the machine powering off cleanly")
    snapshot: Duration = Field(default=600.0, description="taking and verifying the snapshot")
    boot: Duration = Field(default=900.0, description="from power-on or reboot until login works")
    settle: Duration = Field(default=900.0, description="from login until blockers hold and the release is seen")
    upload: Duration = Field(default=3600.0, description="copying one patch to the machine")
    patch: Duration = Field(default=43200.0, description="one patch, from its start to its end")
    patch_start: Duration = Field(default=30.0, description="the patch's wrapper saying that it began")
    silence: Duration = Field(default=60.0, description="no output before the terminal says so")
    quiet: Duration = Field(default=10.0, description="no output before an open question counts as one")
    prompt: Duration = Field(default=1800.0, description="a question of the patch that nobody answers")
    unreachable: Duration = Field(default=14400.0, description="a lost link during the patch")
    keep_snapshot: Duration = Field(default=604800.0, description="how long the snapshot is to be kept")


class Checklist(Record):
    """A customer's whole file, resolved; ``sha256`` is of the files it was read from, in order."""

    customer: str
    change: str = ""
    language: str = "it"
    timezone: str = "Europe/Rome"
    system: System = System()
    upgrade: Upgrade = Upgrade()
    contacts: dict[str, Contact] = {}
    limits: Limits = Limits()
    checks: tuple[Check, ...] = ()
    skips: tuple[Skip, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    path: str = ""
    sha256: str = ""


class Header(Record):
    """What a run is, written before anything is looked at.

    ``phase`` is the value of ``--phase``; ``planned`` the ids in order, per phase; ``partial`` says that a
    filter left checks out, so that this run is no baseline; ``baseline`` the run that post compares with;
    ``ssh_ignored`` the words of ~/.ssh/config that had no effect (``stricthostkeychecking`` ...).
    """

    id: str
    phase: Phase
    started_at: datetime
    operator: str
    tool: str
    checklist: Checklist
    planned: dict[Phase, tuple[str, ...]]
    partial: bool = False
    baseline: str | None = None
    ssh_ignored: tuple[str, ...] = ()


class Ending(Record):
    """How a run ended; a run without one was interrupted.

    ``stop`` is the code of a stopped procedure, or ``unreachable``; ``message`` what was known then.
    """

    exit_code: int
    stop: str | None = None
    message: str = ""
    ended_at: datetime


class Run(Record):
    """A whole run as its journal tells it; steps and results in the order they were written.

    ``before`` holds the baseline's results when they come from another run.
    """

    header: Header
    identities: dict[Phase, Identity] = {}
    results: tuple[Result, ...] = ()
    steps: tuple[Step, ...] = ()
    ending: Ending | None = None
    before: tuple[Result, ...] = ()

    def of(self, phase: Phase) -> dict[str, Result]:
        """Give the results of a phase by check id; the last one written counts."""
        return {result.check_id: result for result in self.results if result.phase == phase}
