"""What a pytest item stands for: which phase, which check, and what a partner's own test came to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from uat.model import Check, Outcome, Phase, Result, Source
from uat.probe import Probe

if TYPE_CHECKING:
    import pytest


def phase_of(item: pytest.Item) -> Phase | None:
    """Tell in which phase an item runs; None for a test that does not look at the machine."""
    phase = _parameters(item).get("phase")
    return Phase(phase) if isinstance(phase, str) else None  # pytest's own mark for "no phase at all" is no text


def _parameters(item: pytest.Item) -> dict[str, Any]:
    return getattr(getattr(item, "callspec", None), "params", {})


def check_ids(items: Sequence[pytest.Item], phase: Phase) -> Iterator[str]:
    """List the ids of the checks that a phase's items stand for, in order."""
    for item in items:
        if phase_of(item) is phase and (id := check_id(item)):
            yield id


PYTHON = "python"
"""The kind of a check that a partner wrote as a test function asking for `tvox`."""


def check_id(item: pytest.Item) -> str | None:
    """Give the id of the check that an item stands for: the checklist's, or the test's own node."""
    asked = _parameters(item).get("check")
    if isinstance(asked, Check):
        return asked.id
    check = python_check(item)
    return check.id if check else None


def python_check(item: Any) -> Check | None:
    """Describe a partner's own test that asks for `tvox` as a check."""
    phase, function = phase_of(item), getattr(item, "function", None)
    if phase is None or function is None or "check" in _parameters(item) or "tvox" not in item.fixturenames:
        return None
    name = f"{item.path.name}::{item.name}".replace(f"[{phase}]", "").replace(f"[{phase}-", "[")
    title = next(iter((function.__doc__ or function.__name__).strip().splitlines()))
    source = Source(file=str(item.path), line=function.__code__.co_firstlineno)
    return Check(id=name, title={"en": title}, kind=PYTHON, inputs={}, source=source)


def python_result(item: pytest.Item, check: Check, report: pytest.TestReport) -> Result:
    """Judge a partner's own test by pytest's word, with the evidence that its probe recorded."""
    outcomes = {"passed": Outcome.PASSED, "failed": Outcome.FAILED, "skipped": Outcome.NOT_APPLICABLE}
    failed_outside = report.failed and report.when != "call"
    probe = getattr(item, "funcargs", {}).get("tvox")
    return Result(
        check_id=check.id,
        phase=phase_of(item) or Phase.PRE,
        outcome=Outcome.ERROR if failed_outside else outcomes[report.outcome],
        evidence=probe.take_evidence() if isinstance(probe, Probe) else (),
        error=report.longreprtext if report.failed else None,
        reason=report.longreprtext if report.skipped else None,
        started_at=datetime.fromtimestamp(report.start, UTC),
        seconds=round(report.duration, 3),
    )
