"""One session at one machine: its checklist, its connection, its journal and what was seen so far."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from uat import baseline, registry, resumption
from uat.answers import Answer, Channel, Question
from uat.asked import Asked, Looks
from uat.attest import answered
from uat.errors import ObservationError, ProcedureError, UnreachableError
from uat.host import Address, Connection, Output
from uat.identity import identify
from uat.journal import Journal
from uat.link import Link
from uat.model import (
    Check,
    Checklist,
    Header,
    Identity,
    Outcome,
    Phase,
    Progress,
    Record,
    Result,
    Run,
)
from uat.observe import MANUAL, is_automatic, left_out, observe
from uat.phases import LOOKING
from uat.probe import Probe
from uat.restored import as_before
from uat.secret import Secrets
from uat.web import Doors


class Settings(Record):
    """What the command line says of a session."""

    phase: Phase
    address: Address
    known_hosts: Path
    evidence: Path
    manual: str
    answers: Path | None = None
    baseline: str | None = None
    interactive: bool = False


class Session:
    """What the three plugins share; created before collection, it touches nothing until a phase begins.

    ``stop`` is set by whatever must not be gone on after: all that follows is then ``blocked``.
    """

    def __init__(
        self,
        settings: Settings,
        header: Header,
        *,
        on_result: Callable[[Check, Result], None],
        on_progress: Callable[[Progress], None] = lambda progress: None,
        ask: Callable[[str], str] | None = None,
        earlier: tuple[Run, Path] | None = None,
    ) -> None:
        """:param ask: asks the person at the terminal for a secret; None where nobody sits.
        :param earlier: the interrupted run that this session goes on with, and its folder.
        """
        self.settings = settings
        self.earlier: Run | None = earlier[0] if earlier else None
        self.folder = earlier[1] if earlier else baseline.run_folder(settings.evidence, header)
        self.header = self.earlier.header if self.earlier else header
        self._operator, self._tool = header.operator, header.tool
        self.phase: Phase | None = None
        self.results: dict[tuple[Phase, str], Result] = {
            (result.phase, result.check_id): result
            for result in (self.earlier.results if self.earlier else ())
            if result.phase is not Phase.POST
        }
        self.before: dict[str, Result] = {}
        self.identity: Identity | None = None
        self.stop: ProcedureError | UnreachableError | None = None
        self.channel: Channel | None = None
        self.secrets = Secrets(ask=ask or refuse)
        self._link = Link(
            settings.address,
            limits=self.checklist.limits,
            known_hosts=settings.known_hosts,
            secrets=self.secrets,
            password=self.checklist.system.password,
            ask=ask,
        )
        self._journal: Journal | None = None
        self._on_result = on_result
        self._on_progress = on_progress
        self._doors = Doors()
        self._turn = threading.BoundedSemaphore(self.checklist.limits.exchanges_at_once)

    @property
    def checklist(self) -> Checklist:
        """The customer's list, with the checks of a partner's own test files."""
        return self.header.checklist

    @property
    def journal(self) -> Journal:
        """The run's journal; its folder is made when the first line is written."""
        if self._journal is None:
            self._journal = self._go_on(self.earlier) if self.earlier else Journal.create(self.folder, self.header)
        return self._journal

    def _go_on(self, earlier: Run) -> Journal:
        """Open the journal of the interrupted run, and say in it who goes on."""
        record = resumption.resumption(earlier.header, earlier, operator=self._operator)
        opened = Journal.resume(self.folder, record.model_copy(update={"tool": self._tool}))
        resumption.set_aside(self.folder)
        return opened

    @property
    def has_journal(self) -> bool:
        """Tell whether anything was written down yet."""
        return self._journal is not None

    def connection(self) -> Connection:
        """Give the one connection, opened when there is none.

        :raises UnreachableError: the machine does not answer, or is not the one we trust.
        """
        return self._link.connection()

    def run(self, command: str, *, deadline: float | None = None, stdin: bytes = b"") -> Output:
        """Run a command over the connection of the moment; a lost one is opened again."""
        return self.connection().run(command, deadline=deadline, stdin=stdin)

    def drop_connection(self) -> None:
        """Close the connections and forget every fact that hangs on them."""
        self._link.drop()
        self._doors.close()

    def probe(self, asked: Asked | None = None) -> Probe:
        """Make a probe over the connection, with caches of its own.

        :param asked: what others have asked in the same pass, and share in the first look.
        """
        looks = asked.looks if asked else Looks(self.connection)
        return Probe(
            connection=asked or looks,
            again=looks,
            system=self.checklist.system,
            limits=self.checklist.limits,
            secrets=self.secrets,
            doors=self._doors,
            turn=self._turn,
        )

    def identify(self, phase: Phase) -> Identity:
        """Ask the machine who it is, and write it down."""
        self.identity = identify(self.connection(), phase, self.probe())
        self.journal.write("identity", self.identity)
        return self.identity

    def begin(self, phase: Phase, checks: Sequence[Check]) -> None:
        """Look at everything a phase has selected: the machine first, then the person.

        A machine that cannot be reached stops the session; nothing is raised, since every check still has to
        report its outcome.
        """
        self.phase = phase
        if self.stop is not None or phase not in LOOKING:
            return
        if phase is Phase.PRE and self.earlier:  # what was not seen before the upgrade cannot be seen any more
            self.leave(checks, phase, Outcome.NOT_RUN)
            return
        try:
            self._take_baseline(self.identify(phase))
            self.look(checks, phase)
        except UnreachableError as error:
            self.stop = error

    def block(self, checks: Sequence[Check], phase: Phase) -> None:
        """Write down that these checks could not be looked at, because the session was stopped before."""
        self.leave(checks, phase, Outcome.BLOCKED, str(self.stop))

    def leave(self, checks: Sequence[Check], phase: Phase, outcome: Outcome, reason: str = "") -> None:
        """Write down that these checks are not looked at; what was seen of one before stays."""
        left = [check for check in checks if (phase, check.id) not in self.results]
        self._keep_all([(check, self.unlooked(check, phase, outcome, reason)) for check in left])

    def end(self) -> None:
        """Leave the phase: its connection is closed."""
        self.drop_connection()
        self.phase = None

    def look(self, checks: Sequence[Check], phase: Phase) -> None:
        """Observe the selected checks of a phase and ask the manual ones; each result is kept at once."""
        reasons = {check.id: reason for check in checks if (reason := left_out(check, self.checklist))}
        left = [check for check in checks if check.id in reasons]
        self._keep_all([(check, self.unlooked(check, phase, *reasons[check.id])) for check in left])
        chosen = [check for check in checks if check.id not in reasons]
        for batch in self._observed([check for check in chosen if is_automatic(check)], phase):
            self._keep_all(batch)
        self._ask([check for check in chosen if check.kind == MANUAL], phase)

    def observe(self, checks: Sequence[Check], phase: Phase) -> Iterator[tuple[Check, Result]]:
        """Look at automatic checks without keeping the results (the procedure looks at blockers again)."""
        for batch in self._observed(checks, phase):
            yield from batch

    def _observed(self, checks: Sequence[Check], phase: Phase) -> Iterator[list[tuple[Check, Result]]]:
        asked = Asked(Looks(self.connection))
        try:
            yield from observe(
                checks,
                phase,
                checklist=self.checklist,
                before=self.before,
                open_probe=lambda: self.probe(asked),
                on_progress=self._on_progress,
            )
        finally:
            asked.looks.end()

    def keep(self, check: Check, result: Result) -> None:
        """Write a result down and tell of it."""
        self._keep_all([(check, result)])

    def _keep_all(self, batch: Sequence[tuple[Check, Result]]) -> None:
        """Write down what is there together, and then tell of each."""
        if not batch:
            return
        self.journal.write_all("result", [result for _, result in batch])
        for check, result in batch:
            self.results[result.phase, check.id] = result
            self._on_result(check, result)

    def unlooked(self, check: Check | str, phase: Phase, outcome: Outcome, reason: str) -> Result:
        """Make the result of a check, or of a condition, that was not looked at."""
        return Result(
            check_id=check if isinstance(check, str) else check.id,
            phase=phase,
            outcome=outcome,
            reason=reason,
            started_at=datetime.now(UTC),
            attempts=0,
        )

    def expect_as_before(self, run: Run) -> None:
        """Let post be judged by the expectations of pre, and compare it with that run's pre: after a rollback."""
        self.before = run.of(Phase.PRE)
        update = {"checklist": as_before(self.checklist), "baseline": run.header.id}
        self.header = self.header.model_copy(update=update)

    def _take_baseline(self, machine: Identity) -> None:
        """In post, set what ``unchanged`` and its like compare with."""
        if self.phase is not Phase.POST:
            return
        if self.header.phase is Phase.ROLLBACK:
            self.journal.write_all("before", tuple(self.before.values()))
            return
        own = {id: result for (phase, id), result in self.results.items() if phase is Phase.PRE}
        if any(result.outcome is not Outcome.NOT_RUN for result in own.values()):
            self.before = own
            return
        place = self.folder.parent
        name = self.settings.baseline
        run = baseline.named(name, place) if name else baseline.find(place, machine)
        self.before = run.of(Phase.PRE) if run else {}
        if run:
            self.header = self.header.model_copy(update={"baseline": run.header.id})
            self.journal.write("header", self.header)
        self.journal.write_all("before", tuple(self.before.values()))

    def _ask(self, checks: Sequence[Check], phase: Phase) -> None:
        """Ask a person all manual checks in one sitting; what nobody answers is unanswered, never passed."""
        if not checks:
            return
        began = time.monotonic()
        way = registry.load("uat.answers", self.settings.manual)
        answers: Mapping[str, Answer] = way.ask(self._questions(checks, phase), self.channel)
        self._keep_all(
            [(check, self._answered(check, phase, answers.get(check.id), began=began)) for check in checks]
        )

    def _answered(self, check: Check, phase: Phase, answer: Answer | None, *, began: float) -> Result:
        if answer is None:
            return self.unlooked(check, phase, Outcome.UNANSWERED, "")
        return answered(check, phase, answer, checklist=self.checklist, seconds=time.monotonic() - began)

    def _questions(self, checks: Sequence[Check], phase: Phase) -> tuple[Question, ...]:
        return tuple(
            Question(
                check=check,
                phase=phase,
                number=number,
                count=len(checks),
                customer=self.checklist.customer,
                host=self.identity.hostname if self.identity else "",
                language=self.checklist.language,
                earlier=self.before.get(check.id),
            )
            for number, check in enumerate(checks, 1)
        )


def refuse(prompt: str) -> str:
    """Refuse to ask for a secret where nobody sits."""
    raise ObservationError(f"nobody can be asked here: {prompt} Use env:NAME or file:PATH in the checklist")
