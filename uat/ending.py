"""How a session ends: what stopped it, and the exit code that says so."""

from __future__ import annotations

from uat.errors import ExitCode, ProcedureError
from uat.model import Outcome, Phase
from uat.session import Session

_BAD = {Outcome.FAILED, Outcome.ERROR, Outcome.UNANSWERED, Outcome.NOT_RUN}
_TESTS_FAILED = 1


def stop_code(session: Session) -> str | None:
    """Name what stopped the session."""
    if session.stop is None:
        return None
    return session.stop.stop if isinstance(session.stop, ProcedureError) else "unreachable"


def exit_code(session: Session, status: int) -> int:
    """Choose the exit code: a stop's own, 13 when only answers are missing, 12 after a preflight, else pytest's."""
    if isinstance(session.stop, ProcedureError):
        return session.stop.exit_code
    if session.stop is not None:
        return ExitCode.UNREACHABLE
    bad = {result.outcome for result in session.results.values()} & _BAD
    if status == _TESTS_FAILED and bad == {Outcome.UNANSWERED}:
        return ExitCode.UNANSWERED
    if status == _TESTS_FAILED and session.header.phase is Phase.PREFLIGHT:
        return ExitCode.GATE_CLOSED
    return status
