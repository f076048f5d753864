"""What the customer's file says: the machine, the change, the limits, the list."""

from __future__ import annotations

import re
from datetime import datetime

from uat.model.check import Check, ExpectedChange, Skip, Waiver
from uat.model.record import (
    ConfigDict,
    Duration,
    Field,
    JsonValue,
    Record,
    Source,
    Words,
    field_validator,
    model_validator,
)


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


class Role(Record):
    """How the machine tells that it stands alone: a command that only looks, and what its answer then matches."""

    run: str
    stand_alone: str = Field(description="a regular expression, searched in the command's output")
    reviewed_by: str

    @field_validator("stand_alone")
    @classmethod
    def _is_expression(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"'{value}' is no regular expression: {error}") from None
        return value


class KeepSnapshot(Record):
    """How long the snapshot is kept after the upgrade, and who owns the risk of its growth.

    The vendor says a week, the hypervisor's maker at most 72 hours (Broadcom KB 318825): a person chooses.
    """

    seconds: Duration = Field(alias="for")
    owner: str

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)


class Upgrade(Record):
    """What is planned for the night.

    ``keep_snapshot`` wins over the limit of that name; ``logs`` are the vendor's own logs on the machine, paths in
    which ``*`` and ``?`` stand for what they do in a shell.
    """

    window: Window | None = None
    release: Releases | None = None
    role: Role | None = None
    patches: tuple[Patch, ...] = ()
    keep_snapshot: KeepSnapshot | None = None
    logs: tuple[str, ...] = ()


class Watch(Record):
    """What is looked at from outside while the machine is changed.

    ``pages`` are addresses of web pages; none: ``https://<system.web>/occ``. ``sip`` is ``[udp:|tcp:]host[:port]``,
    or ``none``; empty: the host of ``system.ssh``, UDP port 5060.
    """

    pages: tuple[str, ...] = ()
    sip: str = ""

    @field_validator("pages")
    @classmethod
    def _are_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for page in value:
            if not re.match(r"https?://[^/\s]", page):
                raise ValueError(f"a page's address begins with https:// or http://, and '{page}' does not")
        return value

    @field_validator("sip")
    @classmethod
    def _is_target(cls, value: str) -> str:
        if value and not re.fullmatch(r"none|(udp:|tcp:)?(\[[0-9A-Fa-f:.]+\]|[\w.-]+)(:\d{1,5})?", value):
            raise ValueError(f"'{value}': write [udp:|tcp:]host[:port], or none")
        return value


class System(Record):
    """The machine: how it is reached and what it runs on.

    ``ssh`` is ``[user@]host[:port]``; ``password`` a secret reference; ``web`` the host name (and port) of the
    web pages; ``tls`` is ``verify`` or ``sha256:<fingerprint>`` of the certificate; ``hypervisor`` maps one
    adapter's word to its inputs; ``watch`` what is looked at from outside while the machine is changed.
    """

    ssh: str = ""
    password: str | None = None
    jump: str | None = None
    web: str = ""
    tls: str = "verify"
    hypervisor: dict[str, dict[str, JsonValue]] = {}
    watch: Watch = Watch()


class Limits(Record):
    """Every limit and timeout, with its default; set under ``limits:`` in the checklist."""

    connect: Duration = Field(default=15.0, description="opening the SSH connection and logging in")
    login_pause: Duration = Field(default=30.0, description="after a refused login, before the next try")
    keepalive: Duration = Field(default=5.0, description="between two signs of life of the SSH connection")
    keepalive_missed: int = Field(default=3, ge=1, description="signs of life missed before the link is lost")
    command: Duration = Field(default=30.0, description="one command on the machine; ended there when over")
    backup: Duration = Field(default=300.0, description="reading one backup through on the machine")
    web: Duration = Field(default=15.0, description="one answer of a web page")
    answer: Duration = Field(default=5.0, gt=0, description="one answer over UDP, with every new try")
    greeting: Duration = Field(default=3.0, gt=0, description="what a TCP service says by itself, once connected")
    commands_at_once: int = Field(default=4, ge=1, le=8, description="commands running on the machine")
    nice: int = Field(default=10, ge=0, le=19, description="priority of what looks on the machine; 19 is the lowest")
    checks_at_once: int = Field(default=256, ge=1, le=1024, description="checks observed side by side")
    exchanges_at_once: int = Field(default=8, ge=1, le=64, description="questions over the network from here")
    progress: Duration = Field(default=1.0, gt=0, description="between two words on how far the looking is")
    progress_lines: Duration = Field(
        default=15.0, description="the same where each word is a line of its own: no terminal"
    )
    evidence_bytes: int = Field(default=65536, ge=1024, description="output kept per question; hash of all")
    retry_pause: Duration = Field(default=2.0, description="between two looks of a check with retry_for")
    poll: Duration = Field(default=2.0, description="between two looks at a running step")
    shutdown: Duration = Field(default=300.0, description="the machine powering off cleanly")
    snapshot: Duration = Field(default=600.0, description="taking and verifying the snapshot")
    boot: Duration = Field(default=900.0, description="from power-on or reboot until login works")
    settle: Duration = Field(default=900.0, description="from login until blockers hold and the release is seen")
    stable: Duration = Field(default=60.0, gt=0, description="login works and the boot id stays, before it counts")
    upload: Duration = Field(default=3600.0, description="copying one patch to the machine")
    hash: Duration = Field(default=900.0, description="hashing one file on the machine")
    patch: Duration = Field(default=43200.0, description="one patch, from its start to its end")
    patch_start: Duration = Field(default=30.0, description="the patch's wrapper saying that it began")
    silence: Duration = Field(default=60.0, description="no output before the terminal says so")
    quiet: Duration = Field(default=10.0, description="no output before an open question counts as one")
    prompt: Duration = Field(default=1800.0, description="a question of the patch that nobody answers")
    unreachable: Duration = Field(default=14400.0, description="a lost link during the patch")
    outage_every: Duration = Field(default=1.0, description="between two looks from outside at one service")
    outage_look: Duration = Field(default=3.0, description="one look from outside")
    outage_paused: Duration = Field(
        default=15.0, description="between two questions to the hypervisor whether it holds a silent machine"
    )
    outage_told: Duration = Field(default=300.0, description="between two lines on the running outage")
    window_near: Duration = Field(default=900.0, description="before the window's end, when that is said")
    keep_snapshot: Duration = Field(default=604800.0, description="how long the snapshot is to be kept")
    space_free_percent: float = Field(default=50.0, ge=0, description="free on the machine's disks (vendor: > 50 %)")
    space_patches: float = Field(default=3.0, ge=0, description="free on the machine's disk, times the patches' size")
    datastore_free_percent: float = Field(default=20.0, ge=0, description="free where the snapshot grows")
    datastore_growth: float = Field(default=1.2, ge=0, description="free there, times what the VM's disks may become")
    datastore_patches: float = Field(default=5.0, ge=0, description="free there, times the patches' size")
    clock_warn: Duration = Field(default=2.0, description="the machine's clock off by more is pointed out")
    clock_stop: Duration = Field(default=60.0, description="the machine's clock off by more: no upgrade")
    evidence_room_bytes: int = Field(default=200_000_000, ge=0, description="free on this computer, for the evidence")
    rehearsal: Duration = Field(default=120.0, description="the rehearsal in screen coming to its end")
    rollback_clock: Duration = Field(default=5.0, description="the clock's offset after going back to the snapshot")
    log_bytes: int = Field(default=4194304, ge=4096, le=8388608, description="kept of each log in a bundle: its end")
    log_files: int = Field(default=200, ge=1, description="files of the machine in a bundle of logs")

    @model_validator(mode="after")
    def _settles_in_time(self) -> Limits:
        if self.settle < self.stable:
            raise ValueError(f"settle ({self.settle:g} s) must not be shorter than stable ({self.stable:g} s)")
        return self


class OwnKind(Record):
    """A kind of checks from a partner's own file: its word, where it was read, and the digest of what was read."""

    word: str
    path: str
    sha256: str


class Checklist(Record):
    """A customer's whole file, resolved; ``sha256`` is of the files it was read from, in order.

    ``areas`` are the chapters' titles, by the word that a check's ``area`` says.
    ``own_kinds`` are those of a partner's own kinds by which a check looks.
    """

    customer: str
    change: str = ""
    language: str = "it"
    timezone: str = "Europe/Rome"
    system: System = System()
    upgrade: Upgrade = Upgrade()
    contacts: dict[str, Contact] = {}
    areas: dict[str, Words] = {}
    limits: Limits = Limits()
    checks: tuple[Check, ...] = ()
    skips: tuple[Skip, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    expected_changes: tuple[ExpectedChange, ...] = ()
    own_kinds: tuple[OwnKind, ...] = ()
    path: str = ""
    sha256: str = ""
