"""Two runs side by side: one table, before and after to verdict."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from uat.compare import Verdict, compare
from uat.model import Check, Expectation, ExpectedChange, Mismatch, Outcome, Phase, Result, Source

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


CHANGED = ExpectedChange(id="*", property="server", after="22.0.17", reason="r", source=Source(file="a"))
ANOTHER = ExpectedChange(id="A", property="server", changed=True, reason="r", source=Source(file="a"))
INSIDE = ExpectedChange(id="A", property="json.version", after="2", reason="r", source=Source(file="a"))
FROM = ExpectedChange(id="A", property="server", before="21", after="22.0.17", reason="r", source=Source(file="a"))


@pytest.mark.parametrize(
    ("expected", "old", "now", "new", "verdict"),
    [
        (CHANGED, {"server": "21"}, "passed", {"server": "22.0.17"}, Verdict.EXPECTED_CHANGE),
        (CHANGED, {"server": "21"}, "failed", {"server": "21"}, Verdict.MISSING_CHANGE),
        (CHANGED, {"server": "21"}, "failed", {"server": "22.0.9"}, Verdict.MISSING_CHANGE),
        (CHANGED, {"server": "22.0.17"}, "passed", {"server": "22.0.17"}, Verdict.MISSING_CHANGE),
        (ANOTHER, {"server": "21"}, "passed", {"server": "x"}, Verdict.EXPECTED_CHANGE),
        (ANOTHER, {"server": "21"}, "failed", {"server": "21"}, Verdict.MISSING_CHANGE),
        (FROM, {"server": "20"}, "passed", {"server": "22.0.17"}, Verdict.MISSING_CHANGE),
        (CHANGED, {"server": "21", "api": 1}, "passed", {"server": "22.0.17", "api": 2}, Verdict.UNEXPECTED_CHANGE),
        (CHANGED, {"server": "21"}, "error", None, Verdict.NOT_COMPARABLE),
        (INSIDE, {"json": {"version": 1}}, "passed", {"json": {"version": 2}}, Verdict.EXPECTED_CHANGE),
        (
            INSIDE,
            {"json": {"version": 1, "up": True}},
            "passed",
            {"json": {"version": 2, "up": False}},
            Verdict.UNEXPECTED_CHANGE,
        ),
    ],
)
def test_expected_changes(expected: ExpectedChange, old: Any, now: str, new: Any, verdict: Verdict) -> None:
    """A change happened as expected, did not happen, or was not expected."""
    after = result(now, new)
    assert after is not None
    if now == "failed":
        wrong = Mismatch(property="server", operator="equals", expected="22.0.17", observed=new["server"])
        after = after.model_copy(update={"mismatches": (wrong,)})
    (row,) = compare([check((), ())], {"A": result("passed", old)}, {"A": after}, [expected])  # type: ignore[dict-item]
    assert row.verdict is verdict


def test_what_else_is_wrong_is_a_regression() -> None:
    """A check that fails for another reason than a missing change is a regression."""
    wrong = Mismatch(property="running", operator="equals", expected=True, observed=False)
    after = result("failed", {"server": "21", "running": False})
    assert after is not None
    after = after.model_copy(update={"mismatches": (wrong,)})
    before = result("passed", {"server": "21", "running": True})
    (row,) = compare([SAME], {"A": before}, {"A": after}, [CHANGED])  # type: ignore[dict-item]
    assert row.verdict is Verdict.REGRESSION
