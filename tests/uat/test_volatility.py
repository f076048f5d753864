"""What moves between several looks at the same checks, and what is proposed of it."""

from __future__ import annotations

from typing import Any

import pytest

from uat.model import Check, Expectation, Phase, Source
from uat.volatility import mask, moved


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
