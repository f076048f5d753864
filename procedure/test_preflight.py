"""What must hold before an upgrade starts: one test a condition."""

from __future__ import annotations

import pytest

from procedure.preflight import Preflight
from uat.model import Outcome


def test_condition(condition: str, preflight: Preflight) -> None:
    """The condition holds; the reports say what to do when it does not."""
    result = preflight.look(condition)
    if result.outcome in (Outcome.NOT_APPLICABLE, Outcome.NOT_RUN):
        pytest.skip(result.reason or "")
    if result.outcome not in (Outcome.PASSED, Outcome.WAIVED):
        pytest.fail(f"{condition}: {result.outcome}", pytrace=False)
