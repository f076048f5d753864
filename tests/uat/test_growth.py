"""What a session costs beside the looking grows with its checks, and not with their square."""

from __future__ import annotations

import os

import pytest

from tests.uat.test_plugin import Desk, desk

__all__ = ["desk"]

KIND = '''"""Look at nothing."""

from uat.model import Record


class Inputs(Record):
    """Nothing."""


class Observed(Record):
    """Always the same."""

    number: int = 7
    text: str = "as ever"


def observe(inputs, probe):
    """Give what is always the same."""
    return Observed()
'''
MOST = 6
"""Four times the checks cost four times as much, give or take; with a square among it more than seven."""


def cpu_seconds(desk: Desk, checks: int) -> float:
    """Run a session in which one of ten checks fails, and give what it cost."""
    desk.write(
        "".join(f"  - {{id: C-{n}, nothing: {{}}, expect: {{number: {7 + (n % 10 == 9)}}}}}\n" for n in range(checks))
    )
    before = os.times()
    ended = desk.run()
    after = os.times()
    assert len(desk.outcomes()) == checks, ended.stdout + ended.stderr
    return after.children_user + after.children_system - before.children_user - before.children_system


@pytest.mark.timeout(180)
def test_four_times_the_checks_cost_four_times_as_much(desk: Desk) -> None:
    """Start apart, 3,000 checks cost about four times what 750 do: nothing goes through all of them for each."""
    place = desk.folder / "checklists" / "checks"
    place.mkdir(parents=True)
    (place / "nothing.py").write_text(KIND)
    start, some, many = (cpu_seconds(desk, checks) for checks in (1, 750, 3_000))
    assert many - start < MOST * (some - start), (start, some, many)
