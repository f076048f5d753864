"""Observes a phase's checks side by side, looks again where a check allows it, and judges what was seen."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from queue import Empty, SimpleQueue
from zoneinfo import ZoneInfo

from uat import expect
from uat.errors import ObservationError, UnreachableError
from uat.model import Check, Checklist, JsonValue, Mismatch, Outcome, Phase, Progress, Result, Waiver, spoken
from uat.probe import Probe
from uat.vocabulary import Vocabulary

MANUAL = "manual"

_SWITCH_SECONDS = 0.0005
"""Python lets a thread run for 5 ms before another may; the one that hears the machine must not wait that long."""
_TOGETHER = 0.05
"""Seconds in which further results may join one that is ready: they are written down with one flush of the disk."""


def is_automatic(check: Check) -> bool:
    """Tell whether the machine answers this check, not a person."""
    return check.kind != MANUAL


def observe(
    checks: Sequence[Check],
    phase: Phase,
    *,
    checklist: Checklist,
    before: Mapping[str, Result],
    open_probe: Callable[[], Probe],
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> Iterator[list[tuple[Check, Result]]]:
    """Look at all checks side by side and yield the results as they come, those together that are there together.

    Checks that hold the same named lock are looked at one after the other. Whatever goes wrong while looking
    at one check becomes that check's ``error``; it never holds up the others.

    :param on_progress: told once a ``limits.progress`` how far it is, and at the end.
    """
    locks = {name: threading.Lock() for check in checks for name in check.locks}
    running: dict[str, float] = {}
    ended = threading.Event()

    def look(check: Check) -> Result:
        with ExitStack() as held:
            for name in sorted(check.locks):
                held.enter_context(locks[name])
            running[check.id] = time.monotonic()
            try:
                return observe_one(check, phase, checklist=checklist, before=before, probe=open_probe(), ended=ended)
            finally:
                del running[check.id]

    done, began, every = 0, time.monotonic(), checklist.limits.progress
    told_at = began
    pool = ThreadPoolExecutor(checklist.limits.checks_at_once, thread_name_prefix="look")
    try:
        with _quick_turns():
            futures = {pool.submit(look, check): check for check in checks}
            for batch in _batches(futures, seconds=every):
                done += len(batch)
                if batch:
                    yield [(futures[future], future.result()) for future in batch]
                if (now := time.monotonic()) - told_at >= every or done == len(checks):
                    told_at = now
                    on_progress(_progress(phase, done, len(checks), running, now - began))
    finally:
        ended.set()
        pool.shutdown(wait=False, cancel_futures=True)


@contextmanager
def _quick_turns() -> Iterator[None]:
    """Let threads take turns quickly for a while."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)


def _batches(futures: Collection[Future[Result]], *, seconds: float) -> Iterator[list[Future[Result]]]:
    """Give what is ready, together what is there together, until all is given; an empty batch after some seconds."""
    ready: SimpleQueue[Future[Result]] = SimpleQueue()
    for future in futures:
        future.add_done_callback(ready.put)
    left = len(futures)
    while left:
        batch = list(_joined(ready, seconds))
        left -= len(batch)
        yield batch


def _joined(ready: SimpleQueue[Future[Result]], seconds: float) -> Iterator[Future[Result]]:
    """Wait for the first that is ready, not for ever, and give those that join it."""
    with suppress(Empty):
        yield ready.get(timeout=seconds)
        until = time.monotonic() + _TOGETHER
        while (left := until - time.monotonic()) > 0:
            yield ready.get(timeout=left)


def _progress(phase: Phase, done: int, total: int, running: Mapping[str, float], elapsed: float) -> Progress:
    """Say how far it is, and what has been looked at for longest."""
    now, begun = time.monotonic(), dict(running)
    slowest = min(begun, key=lambda id: begun[id], default="")
    return Progress(
        phase=phase,
        done=done,
        total=total,
        running=len(begun),
        slowest=slowest,
        slowest_seconds=now - begun[slowest] if slowest else 0.0,
        elapsed=elapsed,
    )


def observe_one(
    check: Check,
    phase: Phase,
    *,
    checklist: Checklist,
    before: Mapping[str, Result],
    probe: Probe,
    ended: threading.Event,
) -> Result:
    """Look at one check until its expectations hold or its ``retry_for`` is over, and judge the last look.

    :param ended: set when nobody waits for the result any more.
    """
    began = time.monotonic()
    earlier = before.get(check.id)
    probe.phase, probe.before = phase, earlier.observed if earlier else None
    attempts, until = 0, 0.0
    while True:
        attempts += 1
        observed, error = _look(check, checklist, probe)
        mismatches = () if error else _mismatches(check, phase, observed or {}, before.get(check.id))
        until = until or time.monotonic() + check.retry_for  # the first look may have waited for its turn
        if time.monotonic() + checklist.limits.retry_pause > until or not (error or mismatches):
            break
        time.sleep(checklist.limits.retry_pause)
        if ended.is_set():
            break
        probe.take_evidence()  # the last look is the one that counts
    waiver = waiver_of(check, checklist) if mismatches else None
    evidence, elapsed = probe.take_evidence(), time.monotonic() - began
    if attempts == 1 and evidence:  # many are begun at once; what counts is what was asked, not the wait for a turn
        elapsed = min(elapsed, sum(one.seconds for one in evidence))
    return Result(
        check_id=check.id,
        phase=phase,
        outcome=_outcome(error, mismatches, waiver, checklist),
        observed=observed,
        mismatches=mismatches,
        evidence=evidence,
        error=error,
        waiver=waiver,
        attempts=attempts,
        started_at=datetime.now(UTC) - timedelta(seconds=elapsed),
        seconds=round(elapsed, 3),
    )


def _look(check: Check, checklist: Checklist, probe: Probe) -> tuple[dict[str, JsonValue] | None, str | None]:
    """Ask the machine once: what was seen, or why nothing could be seen."""
    kind = Vocabulary(own=checklist.own_kinds).load(check.kind)
    try:
        observed = kind.observe(kind.Inputs.model_validate(check.inputs), probe)
    except (ObservationError, UnreachableError) as error:
        return None, probe.redactor.clean(str(error))
    except Exception as error:  # noqa: BLE001  the edge: a partner's kind may raise anything; it is recorded
        return None, probe.redactor.clean(f"{check.kind}: {type(error).__name__}: {error}")
    return probe.redactor.clean_value(observed.model_dump(mode="json")), None


def _mismatches(
    check: Check, phase: Phase, observed: Mapping[str, JsonValue], before: Result | None
) -> tuple[Mismatch, ...]:
    baseline = before.observed if before else None
    return expect.judge(observed, check.expect.get(phase, ()), baseline, phase=phase)


def _outcome(
    error: str | None, mismatches: Sequence[Mismatch], waiver: Waiver | None, checklist: Checklist
) -> Outcome:
    if error:
        return Outcome.ERROR
    if not mismatches:
        return Outcome.PASSED
    return Outcome.WAIVED if waiver and is_valid(waiver, checklist) else Outcome.FAILED


def waiver_of(check: Check, checklist: Checklist) -> Waiver | None:
    """Find the waiver of a check: one that holds before one that is over, its own before one of several checks."""
    found = [waiver for waiver in checklist.waivers if waiver.covers(check.id)]
    return min(found, key=lambda one: (not is_valid(one, checklist), one.id != check.id), default=None)


def is_valid(waiver: Waiver, checklist: Checklist) -> bool:
    """Tell whether a waiver still holds today, in the checklist's time zone."""
    return waiver.holds_on(datetime.now(ZoneInfo(checklist.timezone)).date())


def left_out(check: Check, checklist: Checklist) -> tuple[Outcome, str] | None:
    """Tell why a check is not looked at: skipped by the customer's file, disabled, or not there; None when it is."""
    skip = next((skip for skip in checklist.skips if skip.covers(check.id)), None)
    if skip:
        return Outcome.SKIPPED, skip.reason
    if check.disabled:
        return Outcome.SKIPPED, spoken(check.disabled, checklist.language)
    if check.absent:
        return Outcome.NOT_APPLICABLE, f"{check.absent.lack}: {check.absent.name}"
    return None
