"""What a run is, what its steps saw, and how it ended."""

from __future__ import annotations

from datetime import datetime

from uat.model.check import Evidence, Result
from uat.model.plan import Checklist
from uat.model.record import JsonValue, Record
from uat.model.word import Availability, NewsKind, NoticeKind, Outcome, Phase

HELD_FROM = "lock"
"""The step from which on a run holds the machine."""


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

    @property
    def was_begun(self) -> bool:
        """Tell whether anything of it may have been done."""
        return self.outcome not in (Outcome.BLOCKED, Outcome.NOT_RUN)


class News(Record):
    """Something worth telling about a running step; ``text`` is the machine's words, never ours.

    ``elapsed`` is seconds since the step began; for ``slept`` ``text`` is the seconds, for ``omitted`` the
    number of lines, for ``waiting`` a key of the languages' ``waiting`` table.
    """

    kind: NewsKind
    text: str = ""
    elapsed: float = 0.0


class Progress(Record):
    """How far the looking of a phase is: checks done, running and in all, seconds since it began.

    ``slowest`` is the id of the check that has been looked at for longest, ``slowest_seconds`` for how long.
    """

    phase: Phase
    done: int
    total: int
    running: int
    slowest: str
    slowest_seconds: float
    elapsed: float


class Identity(Record):
    """Which machine this was, and which of its lives: the proof against the wrong machine.

    ``host_key_replaced`` says when, by whom and why its key was put in the place of another one.
    """

    phase: Phase
    address: str
    hostname: str = ""
    host_key: str = ""
    host_key_replaced: str = ""
    machine_id: str = ""
    product_uuid: str = ""
    boot_id: str = ""
    system: str = ""
    release: str = ""
    clock_offset: float | None = None
    taken_at: datetime


class Header(Record):
    """What a run is, written before anything is looked at.

    ``phase`` is the value of ``--phase``; ``planned`` the ids in order, per phase; ``partial`` says that a
    filter left checks out, so that this run is no baseline; ``baseline`` the run that post compares with;
    ``ssh_ignored`` the words of ~/.ssh/config that had no effect (``stricthostkeychecking`` ...); ``of_run`` the id
    of the upgrade that a rollback or a close belongs to; ``command`` what was typed.
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
    of_run: str | None = None
    command: str = ""
    ssh_ignored: tuple[str, ...] = ()


class Resumption(Record):
    """That somebody went on with an interrupted run.

    ``torn_bytes`` is what was cut off the journal's end: a record that was not written in full. ``adopted`` says
    that this is another computer's run, taken over for ``reason``, whose own evidence is not here; ``concluded`` that
    nobody goes on any more: a person declares the run over, with Telenia's ``case`` if there is one. ``unfinished``
    names the step that was begun and not ended.
    """

    at: datetime
    operator: str
    tool: str
    computer: str = ""
    torn_bytes: int = 0
    adopted: bool = False
    concluded: bool = False
    case: str = ""
    reason: str = ""
    unfinished: str = ""


class Transition(Record):
    """That a service, looked at from outside, went or came back.

    ``service`` is machine, web, webapi or sip; ``target`` what was asked (``https://pbx.acme.it/occ``); ``state``
    is *unknown* while our own link is down, so that nobody can tell. ``said`` is the answer in its own words. A later
    one may have the same ``at``: then it takes the earlier one back, since that link was down before anybody knew.
    """

    service: str
    target: str
    state: Availability
    at: datetime
    said: str = ""


class Pause(Record):
    """That the hypervisor held the machine, which stood still meanwhile; written when it began and when it ended.

    ``reason`` is the hypervisor's own word; ``full`` names the disks for which their datastore had no room left.
    """

    began: datetime
    ended: datetime | None = None
    reason: str = ""
    full: tuple[str, ...] = ()


class Notice(Record):
    """What whoever looks from outside says while the machine is changed.

    ``transition`` is what happened to a service, ``is_first`` that it is the first sight of it; ``pause`` that the
    hypervisor held the machine; ``since`` is when the system went out of service; ``window_end`` the end of the
    agreed window; ``needed`` the seconds that a rollback would take, by part (shutdown, revert, boot, settle,
    checks).
    """

    kind: NoticeKind
    at: datetime
    transition: Transition | None = None
    pause: Pause | None = None
    is_first: bool = False
    since: datetime | None = None
    window_end: datetime | None = None
    needed: dict[str, float] = {}


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

    ``before`` holds the baseline's results when they come from another run; ``head`` is the hash of the journal's
    last whole line; ``torn_bytes`` what follows it. A run that was resumed has the ending of its last part.
    """

    header: Header
    identities: dict[Phase, Identity] = {}
    results: tuple[Result, ...] = ()
    steps: tuple[Step, ...] = ()
    transitions: tuple[Transition, ...] = ()
    pauses: tuple[Pause, ...] = ()
    resumptions: tuple[Resumption, ...] = ()
    ending: Ending | None = None
    before: tuple[Result, ...] = ()
    head: str = ""
    torn_bytes: int = 0

    @property
    def is_open(self) -> bool:
        """Tell whether the procedure took hold of the machine and did not come to its end."""
        if any(one.concluded for one in self.resumptions):
            return False
        if not any(
            step.name == HELD_FROM and step.outcome in (Outcome.RUNNING, Outcome.PASSED) for step in self.steps
        ):
            return False
        is_done = all(step.outcome is Outcome.PASSED for step in self.steps)
        left = any(result.outcome is Outcome.NOT_RUN for result in self.of(Phase.POST).values())
        return not (is_done and self.ending and not self.ending.stop and not left)

    def of(self, phase: Phase) -> dict[str, Result]:
        """Give the results of a phase by check id; the last one written counts."""
        return {result.check_id: result for result in self.results if result.phase == phase}
