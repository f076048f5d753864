"""What a run comes to, in one code word: may the upgrade start, may the system be handed back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from uat.model import Outcome, Phase, Run, Severity

WRONG = (Outcome.FAILED, Outcome.ERROR, Outcome.UNANSWERED, Outcome.BLOCKED, Outcome.NOT_RUN)
"""What counts against the system: what is wrong, and what could not be or was not looked at."""

_ONLY_LOOKED = ("gate", "identify", "authorise", "recognise", "decide")
"""The steps before anything is changed."""
_INTERRUPTED = "interrupted"
_OUT_OF_REACH = ("unreachable", "link_lost", "not_back", "host_key_changed")


class Tone(StrEnum):
    """How a verdict looks; its words say the same."""

    GOOD = "good"
    CAUTION = "caution"
    BAD = "bad"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The answer to the page's question: `code` is a key of the languages' `verdict` table.

    `blockers`, `majors` and `minors` are the ids of what is wrong, `waived` of the accepted exceptions.
    """

    code: str
    tone: Tone
    blockers: tuple[str, ...] = ()
    majors: tuple[str, ...] = ()
    minors: tuple[str, ...] = ()
    waived: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Wrong:
    blockers: tuple[str, ...]
    majors: tuple[str, ...]
    minors: tuple[str, ...]


def outcomes(run: Run, phase: Phase) -> dict[str, Outcome]:
    """Give the one outcome of each check of a phase; planned and never looked at is `not_run`."""
    found = {check_id: result.outcome for check_id, result in run.of(phase).items()}
    planned = run.header.planned.get(phase, ())
    return dict.fromkeys(planned, Outcome.NOT_RUN) | found


def stop_of(run: Run) -> str | None:
    """Give the code of the reason why the procedure stopped; None when it did not."""
    codes = [step.stop for step in run.steps if step.stop]
    if run.ending and run.ending.stop:
        codes.append(run.ending.stop)
    return codes[0] if codes else None


def was_changed(run: Run) -> bool:
    """Tell whether the procedure came to a step that changes the machine."""
    return any(step.name not in _ONLY_LOOKED and step.was_begun for step in run.steps)


def judge(run: Run, phase: Phase) -> Verdict:
    """Say what a phase came to: the gate before the upgrade, the handing back after it, or the whole night."""
    wrong = {
        Phase.PRE: _of_phase(run, Phase.PRE),
        Phase.POST: _of_phase(run, Phase.POST),
    }
    if phase is Phase.PREFLIGHT:
        return _preflight(run)
    if phase is Phase.PRE:
        return _gate(run, wrong[Phase.PRE])
    if phase is Phase.POST:
        return _handing_back(run, wrong[Phase.POST], prefix="post")
    if phase is Phase.ROLLBACK:
        return _rollback(run, wrong[Phase.POST])
    if phase is Phase.CLOSE:
        return _close(run, wrong[Phase.POST])
    return _night(run, wrong)


def _of_phase(run: Run, phase: Phase) -> _Wrong:
    severities = {check.id: check.severity for check in run.header.checklist.checks}
    found = [check_id for check_id, outcome in outcomes(run, phase).items() if outcome in WRONG]

    def of(severity: Severity) -> tuple[str, ...]:
        return tuple(check_id for check_id in found if severities.get(check_id, Severity.MAJOR) is severity)

    return _Wrong(blockers=of(Severity.BLOCKER), majors=of(Severity.MAJOR), minors=of(Severity.MINOR))


def _preflight(run: Run) -> Verdict:
    """Say whether anything stands in the way; the page itself names what."""
    nothing = _Wrong(blockers=(), majors=(), minors=())
    if _was_out_of_reach(run, Phase.PREFLIGHT):
        return _verdict("unreachable", Tone.BAD, run, nothing, Phase.PREFLIGHT)
    found = set(outcomes(run, Phase.PREFLIGHT).values())
    if not found or found & set(WRONG):
        return _verdict("preflight_closed", Tone.BAD, run, nothing, Phase.PREFLIGHT)
    return _verdict("preflight_open", Tone.GOOD, run, nothing, Phase.PREFLIGHT)


def _gate(run: Run, wrong: _Wrong) -> Verdict:
    if _was_out_of_reach(run, Phase.PRE):
        return _verdict("unreachable", Tone.BAD, run, wrong, Phase.PRE)
    if wrong.blockers or wrong.majors:
        return _verdict("pre_closed", Tone.BAD, run, wrong, Phase.PRE)
    if wrong.minors:
        return _verdict("pre_noted", Tone.GOOD, run, wrong, Phase.PRE)
    return _verdict("pre_open", Tone.GOOD, run, wrong, Phase.PRE)


def _handing_back(run: Run, wrong: _Wrong, *, prefix: str) -> Verdict:
    if _was_out_of_reach(run, Phase.POST):
        return _verdict("unreachable", Tone.BAD, run, wrong, Phase.POST)
    if not _was_looked_at(run, Phase.POST):
        return _verdict(f"{prefix}_not_done", Tone.BAD, run, wrong, Phase.POST)
    if wrong.blockers:
        return _verdict(f"{prefix}_refused", Tone.BAD, run, wrong, Phase.POST)
    if wrong.majors:
        return _verdict(f"{prefix}_reservations", Tone.CAUTION, run, wrong, Phase.POST)
    if wrong.minors:
        return _verdict(f"{prefix}_noted", Tone.GOOD, run, wrong, Phase.POST)
    return _verdict(f"{prefix}_accepted", Tone.GOOD, run, wrong, Phase.POST)


def _night(run: Run, wrong: dict[Phase, _Wrong]) -> Verdict:
    stop = stop_of(run)
    if stop and not was_changed(run):
        return _verdict("upgrade_not_started", Tone.BAD, run, wrong[Phase.PRE], Phase.PRE)
    if stop in _OUT_OF_REACH:
        return _verdict("unreachable", Tone.BAD, run, wrong[Phase.POST], Phase.POST)
    if stop == _INTERRUPTED:
        return _verdict("interrupted", Tone.BAD, run, wrong[Phase.POST], Phase.POST)
    if stop:
        return _verdict("upgrade_stopped", Tone.BAD, run, wrong[Phase.POST], Phase.POST)
    if run.ending is None or any(not step.was_begun for step in run.steps):
        return _verdict("interrupted", Tone.BAD, run, wrong[Phase.POST], Phase.POST)
    return _handing_back(run, wrong[Phase.POST], prefix="upgrade")


def _rollback(run: Run, wrong: _Wrong) -> Verdict:
    """Say whether the customer has the old system back."""
    if stop_of(run):
        code = "rollback_stopped" if was_changed(run) else "rollback_not_started"
        return _verdict(code, Tone.BAD, run, wrong, Phase.POST)
    if run.ending is None:
        return _verdict("interrupted", Tone.BAD, run, wrong, Phase.POST)
    return _handing_back(run, wrong, prefix="rollback")


def _close(run: Run, wrong: _Wrong) -> Verdict:
    """Say whether the snapshot is gone and nothing is left over."""
    if stop_of(run):
        code = "close_stopped" if was_changed(run) else "close_not_started"
        return _verdict(code, Tone.BAD, run, wrong, Phase.POST)
    if run.ending is None:
        return _verdict("interrupted", Tone.BAD, run, wrong, Phase.POST)
    was_gone = any(step.observation.get("already_gone") for step in run.steps)
    return _verdict("close_gone" if was_gone else "close_done", Tone.GOOD, run, wrong, Phase.POST)


def _was_out_of_reach(run: Run, phase: Phase) -> bool:
    """Tell whether the machine stopped answering before this phase was whole."""
    return stop_of(run) in _OUT_OF_REACH and not _was_looked_at(run, phase)


def _was_looked_at(run: Run, phase: Phase) -> bool:
    """Tell whether the phase came to its end: nothing blocked, nothing left over."""
    found = set(outcomes(run, phase).values())
    return bool(found) and not found & {Outcome.BLOCKED, Outcome.NOT_RUN}


def _verdict(code: str, tone: Tone, run: Run, wrong: _Wrong, phase: Phase) -> Verdict:
    waived = tuple(id for id, outcome in outcomes(run, phase).items() if outcome is Outcome.WAIVED)
    return Verdict(
        code=code,
        tone=tone,
        blockers=wrong.blockers,
        majors=wrong.majors,
        minors=wrong.minors,
        waived=waived,
    )
