"""Conducts the night: each step once, in order, its intent written down before and what was seen after."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Protocol, TypeAlias

from procedure.account import Account
from procedure.plan import Planned
from uat.errors import ExitCode, ObservationError, ProcedureError, UnreachableError
from uat.journal import Journal, JournalError
from uat.model import JsonValue, News, NewsKind, Outcome, Step

_Key: TypeAlias = tuple[str, str | None]

_NOTHING_DONE = ("hypervisor_silent",)
"""What stops a procedure at its first look: it ends like one whose gate is closed."""


class Stage(Protocol):
    """What a conductor needs of the session."""

    stop: ProcedureError | UnreachableError | None

    @property
    def journal(self) -> Journal:
        """Where steps are written."""


class Work(Protocol):
    """What there is to do in a step."""

    def intent(self, planned: Planned) -> Mapping[str, JsonValue]:
        """Tell what is about to be done, before anything is."""

    def holds(self, planned: Planned, earlier: Step, account: Account) -> bool:
        """Look whether a step that an earlier session ended still holds; False when it must be done again."""

    def do(self, planned: Planned, account: Account, earlier: Step | None) -> None:
        """Do it, and see that it holds.

        :param earlier: what an earlier session wrote of this step, which it began and did not end well.
        """

    def leave(self, account: Account) -> None:
        """Leave the machine as the customer must have it when the night ends early."""


class Conductor:
    """Does the plan's steps, each at most once however often it is asked for; the first failure is the last step.

    What an earlier session wrote is believed only as far as the machine bears it out; what it began is never
    written over by "blocked" or "not run", since that would forget that it was begun.
    """

    def __init__(
        self,
        plan: tuple[Planned, ...],
        stage: Stage,
        work: Work,
        *,
        on_step: Callable[[Step, News], None],
        earlier: Iterable[Step] = (),
    ) -> None:
        """:param earlier: the steps of the session that this one goes on with."""
        self._plan = plan
        self._stage = stage
        self._work = work
        self._on_step = on_step
        self._done: dict[_Key, Step] = {}
        self._earlier: dict[_Key, Step] = {(step.name, step.release): step for step in earlier if step.was_begun}

    def step(self, name: str, release: str | None = None) -> Step:
        """Give the record of a step; it is done now, after all that come before it, if it was not done yet.

        :raises KeyError: the plan has no such step.
        """
        wanted = next((one for one in self._plan if (one.name, one.release) == (name, release)), None)
        if wanted is None:
            raise KeyError(f"no step {name} {release or ''} in the plan")
        for planned in self._plan[: wanted.number]:
            self._reach(planned)
        return self._done[name, release]

    def close(self) -> None:
        """Leave the machine as it must be, and write down every step that the night did not come to."""
        left = [planned for planned in self._plan if _key(planned) not in self._done]
        outcome = Outcome.BLOCKED if self._stage.stop else Outcome.NOT_RUN
        account = Account(lambda news: None)
        if left or self._stage.stop:
            self._work.leave(account)
        for planned in left:
            self._leave(planned, outcome, facts=account.facts if planned is left[0] else {})
        if not left and account.facts:
            self._add(account.facts)

    def _add(self, facts: Mapping[str, JsonValue]) -> None:
        """Add how the machine was left to the step that stopped the night: the first; others failed before it."""
        failed = [step for step in self._done.values() if step.outcome is Outcome.FAILED]
        for step in failed[:1]:
            self._stage.journal.write("step", step.model_copy(update={"observation": step.observation | dict(facts)}))

    def _reach(self, planned: Planned) -> None:
        if _key(planned) in self._done:
            return
        earlier = self._earlier.get(_key(planned))
        if self._stage.stop is not None:
            self._leave(planned, Outcome.BLOCKED)
        elif earlier and earlier.outcome is Outcome.PASSED:
            self._recall(planned, earlier)
        else:
            self._perform(planned, earlier)

    def _leave(self, planned: Planned, outcome: Outcome, *, facts: Mapping[str, JsonValue] | None = None) -> None:
        if earlier := self._earlier.get(_key(planned)):
            self._done[_key(planned)] = earlier
            return
        step = _begun(planned).model_copy(update={"outcome": outcome, "observation": dict(facts or {})})
        self._tell(step, News(kind=NewsKind.ENDED))

    def _recall(self, planned: Planned, earlier: Step) -> None:
        """Look whether what was done still holds: then it is not done again, and its record stays as it is."""
        step = earlier.model_copy(update={"outcome": Outcome.RUNNING})
        account = self._account(step)
        account.saw(**earlier.observation)
        holds = False

        def look() -> None:
            nonlocal holds
            holds = self._work.holds(planned, earlier, account)

        self._try(planned, step, account, look)
        if self._stage.stop is not None:
            self._end(step, account)
        elif holds:
            self._done[_key(planned)] = earlier
            self._on_step(earlier, News(kind=NewsKind.RECALLED))
        else:
            self._perform(planned, None)

    def _perform(self, planned: Planned, earlier: Step | None) -> None:
        step = _begun(planned).model_copy(update={"intent": dict(self._work.intent(planned))})
        if earlier:
            step = step.model_copy(
                update={"intent": step.intent | earlier.intent, "observation": earlier.observation}
            )
        self._write(step)
        account = self._account(step)

        def act() -> None:
            self._on_step(step, News(kind=NewsKind.BEGAN))
            self._work.do(planned, account, earlier)

        self._try(planned, step, account, act)
        if account.continues and earlier:
            began = earlier.started_at
            step = step.model_copy(update={"started_at": began})
            account.saw(**(earlier.observation | account.facts))
        self._end(step, account)

    def _account(self, step: Step) -> Account:
        def mark() -> None:
            seen = step.observation | account.facts
            self._stage.journal.write("step", step.model_copy(update={"observation": seen}))

        account = Account(lambda news: self._on_step(step, news), on_mark=mark)  # mark() speaks of this account
        return account

    def _try(self, planned: Planned, step: Step, account: Account, act: Callable[[], None]) -> None:
        """Do something, and keep whatever stops it as the session's stop."""
        try:
            act()
        except ProcedureError as error:
            self._stage.stop = error
        except UnreachableError as error:
            self._stage.stop = ProcedureError(
                "link_lost", facts={"error": str(error)}, exit_code=ExitCode.UNREACHABLE
            )
        except ObservationError as error:
            code = ExitCode.GATE_CLOSED if planned.unable in _NOTHING_DONE else ExitCode.STOPPED
            self._stage.stop = ProcedureError(planned.unable, facts={"error": str(error)}, exit_code=code)
        except BaseException as error:
            self._stage.stop = ProcedureError("interrupted", facts={"error": f"{type(error).__name__}: {error}"})
            self._end(step, account)
            raise

    def _end(self, step: Step, account: Account) -> None:
        stop = self._stage.stop
        facts = account.facts | (stop.facts if isinstance(stop, ProcedureError) else {})
        seconds = account.elapsed
        if account.continues:  # the wall clock may have been set meanwhile
            seconds = max(seconds, (datetime.now(UTC) - step.started_at).total_seconds())
        ended = step.model_copy(
            update={
                "outcome": Outcome.FAILED if stop else Outcome.PASSED,
                "observation": facts,
                "stop": stop.stop if isinstance(stop, ProcedureError) else None,
                "evidence": tuple(account.evidence),
                "seconds": round(seconds, 3),
            }
        )
        self._tell(ended, News(kind=NewsKind.ENDED, elapsed=round(account.elapsed, 1)))

    def _tell(self, step: Step, news: News) -> None:
        """Write a step down, then say so; in this order, so that what was said is always written."""
        self._done[step.name, step.release] = step
        self._write(step)
        self._on_step(step, news)

    def _write(self, step: Step) -> None:
        try:
            self._stage.journal.write("step", step)
        except JournalError as error:  # what cannot be written down is not gone on with
            self._stage.stop = self._stage.stop or ProcedureError("interrupted", facts={"error": str(error)})
            raise


def _key(planned: Planned) -> _Key:
    return planned.name, planned.release


def _begun(planned: Planned) -> Step:
    return Step(
        number=planned.number,
        name=planned.name,
        release=planned.release,
        outcome=Outcome.RUNNING,
        started_at=datetime.now(UTC),
    )
