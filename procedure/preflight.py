"""What must hold before anything is touched: each condition is looked at once, and is an inhibitor when it fails."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from types import ModuleType

from procedure import hypervisors
from procedure.conditions import Area, Finding, Ground
from procedure.hypervisors import Ask
from procedure.interview import Interview, Question, Said
from uat import registry
from uat.errors import ObservationError, ProcedureError, UnreachableError
from uat.model import Check, Outcome, Phase, Result, Source
from uat.session import Session

_SOCKET = "procedure.conditions"
_NOBODY = "not_confirmed"
KIND = "condition"
"""What a condition is called where the records ask for the kind of a check."""


def conditions() -> tuple[str, ...]:
    """List the conditions, in the order in which they are looked at."""
    areas = list(Area)
    return tuple(sorted(registry.names(_SOCKET), key=lambda word: (areas.index(_load(word).AREA), word)))


def questions() -> dict[str, Question]:
    """Give what a person can be asked, by condition."""
    asked = {word: getattr(_load(word), "QUESTION", None) for word in conditions()}
    return {word: question for word, question in asked.items() if question is not None}


def _load(word: str) -> ModuleType:
    return registry.load(_SOCKET, word)


class Preflight:
    """Looks at conditions and keeps what they came to; nothing of the machine is changed."""

    def __init__(self, session: Session, *, ask: Ask, written: Mapping[str, Said]) -> None:
        """:param written: what persons answered before, by condition."""
        self._session = session
        self._ask = ask
        self._written = written
        self._ground: Ground | None = None

    def look(self, condition: str) -> Result:
        """Look at a condition and write down what it came to; what cannot be looked at is an error, not a pass.

        A machine that cannot be reached stops the session, as it does before the checks.
        """
        seen = self._session.results.get((Phase.PREFLIGHT, condition))
        if seen or self._session.earlier:  # once the machine was changed, it is too late to look whether it may be
            return seen or self._session.unlooked(condition, Phase.PREFLIGHT, Outcome.NOT_RUN, "")
        began, started_at = time.monotonic(), datetime.now(UTC)
        finding, error = self._find(condition)
        evidence = finding.evidence + (self._ground.probe.take_evidence() if self._ground else ())
        result = Result(
            check_id=condition,
            phase=Phase.PREFLIGHT,
            outcome=finding.outcome,
            observed=finding.facts or None,
            evidence=evidence,
            error=error,
            reason=finding.reason or None,
            started_at=started_at,
            seconds=round(time.monotonic() - began, 3),
        )
        self._session.keep(as_check(condition), result)
        return result

    def close(self) -> None:
        """Write down the conditions that were not come to; none is left out."""
        for condition in conditions():
            if (Phase.PREFLIGHT, condition) not in self._session.results:
                check = as_check(condition)
                self._session.keep(check, self._session.unlooked(check, Phase.PREFLIGHT, Outcome.NOT_RUN, ""))

    def _find(self, condition: str) -> tuple[Finding, str | None]:
        """Look, and turn what goes wrong into an outcome with its reason."""
        if self._session.stop is not None:
            return Finding(outcome=Outcome.BLOCKED), str(self._session.stop)
        try:
            return _load(condition).look(self._open()), None
        except UnreachableError as error:
            self._session.stop = error
            return Finding(outcome=Outcome.ERROR), str(error)
        except ProcedureError as error:
            if error.stop == _NOBODY:
                return Finding(outcome=Outcome.UNANSWERED), None
            return Finding(outcome=Outcome.ERROR, facts=error.facts), str(error.facts.get("error", error.stop))
        except (ObservationError, OSError) as error:
            return Finding(outcome=Outcome.ERROR), str(error)

    def _open(self) -> Ground:
        if self._ground is None:
            session = self._session
            chosen = hypervisors.choose(session.checklist.system.hypervisor)
            phrases = session.channel.phrases if session.channel else {}
            self._ground = Ground(
                session=session,
                hypervisor=chosen.open(limits=session.checklist.limits, ask=self._ask, secret=session.secrets.get),
                interview=Interview(self._written, ask=self._ask, phrases=phrases),
                probe=session.probe(),
            )
        return self._ground


def as_check(condition: str) -> Check:
    """Describe a condition where a check is due; its words stand in the languages."""
    return Check(id=condition, title={}, kind=KIND, inputs={}, source=Source(file=f"{_SOCKET}.{condition}"))
