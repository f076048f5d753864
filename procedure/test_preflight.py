"""What must hold before an upgrade starts: one test a condition."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from procedure.preflight import Preflight
from uat.model import Outcome


def test_condition(condition: str, preflight: Preflight, record_property: Callable[[str, object], None]) -> None:
    """The condition holds; the reports say what to do when it does not."""
    record_property("condition", condition)
    result = preflight.look(condition)
    if result.outcome in (Outcome.NOT_APPLICABLE, Outcome.BLOCKED, Outcome.NOT_RUN):
        pytest.skip(result.reason or str(result.outcome))
    if result.outcome not in (Outcome.PASSED, Outcome.WAIVED):
        pytest.fail(f"{condition}: {result.outcome}", pytrace=False)
