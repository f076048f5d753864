"""Conducts the night: each step once, in order, its intent written down before and what was seen after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Protocol

from procedure.account import Account
from procedure.plan import Planned
from uat.errors import ExitCode, ObservationError, ProcedureError, UnreachableError
from uat.journal import Journal, JournalError
from uat.model import JsonValue, News, NewsKind, Outcome, Step

_UNABLE = {
    "gate": "gate_closed",
    "identify": "wrong_machine",
    "shutdown": "shutdown_failed",
    "snapshot": "snapshot_failed",
    "start": "restart_broke_it",
    "deliver": "patch_missing",
    "patch": "patch_lost",
    "reboot": "boot_id_same",
    "release": "wrong_release",
}
"""What stops the night when a step got an answer that made no sense."""


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

    def do(self, planned: Planned, account: Account) -> None:
        """Do it, and see that it holds."""

    def leave(self, account: Account) -> None:
        """Leave the machine as the customer must have it when the night ends early."""


class Conductor:
    """Does the plan's steps, each at most once however often it is asked for; the first failure is the last step."""

    def __init__(
        self, plan: tuple[Planned, ...], stage: Stage, work: Work, *, on_step: Callable[[Step, News], None]
    ) -> None:
        self._plan = plan
        self._stage = stage
        self._work = work
        self._on_step = on_step
        self._done: dict[tuple[str, str | None], Step] = {}

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
        """Write down every step that the night did not come to: blocked, or not run; nothing is left out."""
        left = [planned for planned in self._plan if (planned.name, planned.release) not in self._done]
        outcome = Outcome.BLOCKED if self._stage.stop else Outcome.NOT_RUN
        account = Account(lambda news: None)
        if left:
            self._work.leave(account)
        for planned in left:
            self._leave(planned, outcome, facts=account.facts if planned is left[0] else {})

    def _reach(self, planned: Planned) -> None:
        if (planned.name, planned.release) in self._done:
            return
        if self._stage.stop is not None:
            self._leave(planned, Outcome.BLOCKED)
        else:
            self._perform(planned)

    def _leave(self, planned: Planned, outcome: Outcome, *, facts: Mapping[str, JsonValue] | None = None) -> None:
        step = _begun(planned).model_copy(update={"outcome": outcome, "observation": dict(facts or {})})
        self._tell(step, News(kind=NewsKind.ENDED))

    def _perform(self, planned: Planned) -> None:
        step = _begun(planned).model_copy(update={"intent": dict(self._work.intent(planned))})
        self._tell(step, News(kind=NewsKind.BEGAN))
        account = Account(lambda news: self._on_step(step, news))
        try:
            self._work.do(planned, account)
        except ProcedureError as error:
            self._stage.stop = error
        except UnreachableError as error:
            self._stage.stop = ProcedureError(
                "link_lost", facts={"error": str(error)}, exit_code=ExitCode.UNREACHABLE
            )
        except ObservationError as error:
            self._stage.stop = ProcedureError(_UNABLE.get(planned.name, "not_settled"), facts={"error": str(error)})
        except BaseException as error:
            self._stage.stop = ProcedureError("interrupted", facts={"error": f"{type(error).__name__}: {error}"})
            self._end(step, account)
            raise
        self._end(step, account)

    def _end(self, step: Step, account: Account) -> None:
        stop = self._stage.stop
        facts = account.facts | (stop.facts if isinstance(stop, ProcedureError) else {})
        ended = step.model_copy(
            update={
                "outcome": Outcome.FAILED if stop else Outcome.PASSED,
                "observation": facts,
                "stop": stop.stop if isinstance(stop, ProcedureError) else None,
                "evidence": tuple(account.evidence),
                "seconds": round(account.elapsed, 3),
            }
        )
        self._tell(ended, News(kind=NewsKind.ENDED, elapsed=round(account.elapsed, 1)))

    def _tell(self, step: Step, news: News) -> None:
        """Write a step down, then say so; in this order, so that what was said is always written."""
        if step.outcome is not Outcome.RUNNING:
            self._done[step.name, step.release] = step
        try:
            self._stage.journal.write("step", step)
        except JournalError as error:  # what cannot be written down is not gone on with
            self._stage.stop = self._stage.stop or ProcedureError("interrupted", facts={"error": str(error)})
            raise
        self._on_step(step, news)


def _begun(planned: Planned) -> Step:
    return Step(
        number=planned.number,
        name=planned.name,
        release=planned.release,
        outcome=Outcome.RUNNING,
        started_at=datetime.now(UTC),
    )
