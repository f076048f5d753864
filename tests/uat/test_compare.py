"""Two runs side by side: one table, before and after to verdict."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from uat.compare import Verdict, compare
from uat.model import Check, Expectation, Outcome, Phase, Result, Source

NOW = datetime(2026, 11, 28, 21, 3, 10, tzinfo=UTC)
RUNNING = Expectation(property="running", operator="equals", operand=True)
OLD, NEW = (Expectation(property="server", operator="equals", operand=text) for text in ("21.0.26", "22.0.17"))


def check(pre: tuple[Expectation, ...], post: tuple[Expectation, ...], moves: tuple[str, ...] = ()) -> Check:
    """A check with these expectations."""
    expect = {Phase.PRE: pre, Phase.POST: post}
    return Check(id="A", title={}, kind="x", inputs={}, expect=expect, moves=moves, source=Source(file="a"))


def result(outcome: str, observed: dict[str, Any] | None) -> Result | None:
    """A result of it; no result when it was never looked at."""
    return Result(check_id="A", phase=Phase.PRE, outcome=Outcome(outcome), observed=observed, started_at=NOW)


SAME, PLANNED = check((RUNNING,), (RUNNING,)), check((OLD,), (NEW,))
ROWS: list[tuple[Check, str, dict[str, Any] | None, str, dict[str, Any] | None, Verdict]] = [
    (SAME, "passed", {"running": True}, "passed", {"running": True}, Verdict.SAME),
    (SAME, "passed", {"running": True}, "failed", {"running": False}, Verdict.REGRESSION),
    (SAME, "failed", {"running": False}, "passed", {"running": True}, Verdict.FIXED),
    (SAME, "failed", {"running": False}, "failed", {"running": False}, Verdict.STILL_FAILING),
    (SAME, "waived", {"running": False}, "waived", {"running": False}, Verdict.STILL_FAILING),
    (SAME, "passed", {"running": True}, "waived", {"running": False}, Verdict.REGRESSION),
    (SAME, "passed", {"running": True}, "error", None, Verdict.NOT_COMPARABLE),
    (SAME, "unanswered", None, "passed", {"running": True}, Verdict.NOT_COMPARABLE),
    (SAME, "passed", {"running": True}, "blocked", None, Verdict.NOT_COMPARABLE),
    (SAME, "skipped", None, "skipped", None, Verdict.SAME),
    (SAME, "not_applicable", None, "passed", {"running": True}, Verdict.NOT_COMPARABLE),
    (PLANNED, "passed", {"server": "21.0.26"}, "passed", {"server": "22.0.17"}, Verdict.EXPECTED_CHANGE),
    (
        SAME,
        "passed",
        {"running": True, "enabled": True},
        "passed",
        {"running": True, "enabled": False},
        Verdict.UNEXPECTED_CHANGE,
    ),
    (
        check((RUNNING,), (RUNNING,), moves=("seconds",)),
        "passed",
        {"running": True, "seconds": 1},
        "passed",
        {"running": True, "seconds": 2},
        Verdict.SAME,
    ),
]


@pytest.mark.parametrize(("check", "was", "old", "now", "new", "verdict"), ROWS)
def test_verdict(check: Check, was: str, old: Any, now: str, new: Any, verdict: Verdict) -> None:
    """Each pair of results has one verdict."""
    (row,) = compare([check], {"A": result(was, old)}, {"A": result(now, new)})  # type: ignore[dict-item]
    assert row.verdict is verdict


def test_a_check_on_one_side_only_is_not_comparable() -> None:
    """What was never looked at before cannot be the same after."""
    after = result("passed", {"running": True})
    (row,) = compare([SAME], {}, {"A": after})  # type: ignore[dict-item]
    assert row.verdict is Verdict.NOT_COMPARABLE


def test_a_value_within_its_tolerance_is_the_same() -> None:
    """An expectation that holds for both values makes them alike."""
    fast = check(*[(Expectation(property="seconds", operator="at_most", operand=2),)] * 2)
    before, after = result("passed", {"seconds": 0.1}), result("passed", {"seconds": 1.9})
    (row,) = compare([fast], {"A": before}, {"A": after})  # type: ignore[dict-item]
    assert row.verdict is Verdict.SAME
