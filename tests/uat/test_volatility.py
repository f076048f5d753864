"""What moves between several looks at the same checks, and what is proposed of it."""

from __future__ import annotations

from typing import Any

import pytest

from uat.model import Check, Checklist, Expectation, Phase, Source
from uat.volatility import looks, mask, moved


def check(*expectations: Expectation, moves: tuple[str, ...] = ()) -> Check:
    """Make a check that expects something after the upgrade."""
    expect = {Phase.POST: expectations}
    return Check(id="A", title={}, kind="sql", inputs={}, expect=expect, moves=moves, source=Source(file="a.yaml"))


def unchanged(name: str, operator: str = "unchanged", operand: Any = True) -> Expectation:
    """Expect a property to be as before."""
    return Expectation(property=name, operator=operator, operand=operand)


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ([100, 104, 102], "number: {drift: 8%}"),
        ([0, 4, 2], ""),
        ([1, 1000, 2], ""),
        (["up 3 days", "up 4 days", "up 4 days"], r"number: {unchanged: true, mask: ['\d+([.,]\d+)?']}"),
        (["yes", "no", "yes"], ""),
        ([True, False, True], ""),
    ],
)
def test_what_is_compared(values: list[Any], line: str) -> None:
    """A compared property that moved gets a tolerance that covers twice what was seen, or none where none fits."""
    (found,) = moved(check(unchanged("number")), [{"number": value} for value in values])
    assert (found.is_compared, found.line) == (True, line)


def test_a_tolerance_that_holds() -> None:
    """A property that moves within its tolerance is not spoken of."""
    tolerant = check(unchanged("number", "drift", "10%"))
    assert tuple(moved(tolerant, [{"number": 100}, {"number": 104}])) == ()


def test_a_property_within_another() -> None:
    """Of a property by its path only that is spoken of, not of all that it stands in."""
    nested = check(unchanged("json.waiting"))
    (found,) = moved(nested, [{"json": {"waiting": 10, "at": 1}}, {"json": {"waiting": 11, "at": 2}}])
    assert (found.name, found.line) == ("json.waiting", "json.waiting: {drift: 20%}")


class Desk:
    """A session that only tells what it was asked to observe."""

    def __init__(self, *checks: Check) -> None:
        self.checklist = Checklist(customer="ACME", checks=checks)
        self.asked: list[Check] = []

    def observe(self, checks: list[Check], phase: Phase) -> tuple[()]:
        """Remember what was asked."""
        self.asked += checks
        return ()


def test_nothing_is_tried_again() -> None:
    """What is seen counts, not whether it holds: a check is looked at once a look, and a person is not asked."""
    patient = check().model_copy(update={"retry_for": 600.0})
    desk: Any = Desk(patient, patient.model_copy(update={"kind": "manual"}))
    assert [*looks(desk, times=2, every=0)] == [{}, {}]
    assert [(one.kind, one.retry_for) for one in desk.asked] == [("sql", 0.0)] * 2


def test_what_is_not_compared() -> None:
    """A property that nothing compares with before moves by itself."""
    (found,) = moved(check(unchanged("number")), [{"number": 1, "rows": 3}, {"number": 1, "rows": 5}])
    assert (found.name, found.is_compared, found.line) == ("rows", False, "moves: [rows]")
    assert (found.least, found.most) == (3, 5)


def test_what_is_known_to_move() -> None:
    """What the kind or the check says to move by itself is not spoken of."""
    assert tuple(moved(check(moves=("seconds",)), [{"seconds": 1}, {"seconds": 2}])) == ()


@pytest.mark.parametrize(
    ("texts", "pattern"),
    [
        (["a 2026-11-25 09:00:01", "a 2026-11-25 09:00:21"], r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?"),
        (["since 9:00", "since 10:30"], r"\d{1,2}:\d\d"),
        (["pid 12", "pid 3"], r"\d+"),
        (["one", "two"], ""),
    ],
)
def test_mask(texts: list[str], pattern: str) -> None:
    """The narrowest pattern that takes out all differences is proposed."""
    assert mask(texts).startswith(pattern)
    assert bool(mask(texts)) is bool(pattern)
