"""The acceptance tests: each check of the checklist, in each phase of the session."""

from __future__ import annotations

import pytest

from uat.model import Check, Outcome, Result

_SKIPPED = (Outcome.SKIPPED, Outcome.NOT_APPLICABLE, Outcome.BLOCKED, Outcome.NOT_RUN)


def test_check(check: Check, result: Result) -> None:
    """The system does what the checklist says."""
    if result.outcome in _SKIPPED:
        pytest.skip(result.reason or result.outcome)
    if result.outcome is Outcome.WAIVED and result.waiver:
        pytest.xfail(f"{result.waiver.reason} ({result.waiver.approved_by})")
    if result.outcome is not Outcome.PASSED:
        pytest.fail(_because(check, result), pytrace=False)


def _because(check: Check, result: Result) -> str:
    """Say in technical words what is wrong; the reports say it in the engineer's."""
    facts = [f"{one.property} {one.operator} {one.expected!r}: {one.observed!r}" for one in result.mismatches]
    return "\n".join([f"{check.source}: {check.id} {result.outcome}", *facts, *filter(None, [result.error])])
