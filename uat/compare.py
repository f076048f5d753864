"""Two runs side by side: what stayed, what changed as planned, what broke and what was mended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from uat.model import Check, Expectation, JsonValue, Outcome, Phase, Record, Result

_FAILING = (Outcome.FAILED, Outcome.WAIVED)
_LOOKED_AT = (Outcome.PASSED, *_FAILING)


class Verdict(StrEnum):
    """What became of one check between the two runs."""

    SAME = "same"
    EXPECTED_CHANGE = "expected_change"
    UNEXPECTED_CHANGE = "unexpected_change"
    REGRESSION = "regression"
    FIXED = "fixed"
    STILL_FAILING = "still_failing"
    NOT_COMPARABLE = "not_comparable"


class Change(Record):
    """One property that is not what it was."""

    property: str
    before: JsonValue = None
    after: JsonValue = None
    expected: bool


class Row(Record):
    """One check before and after."""

    check_id: str
    verdict: Verdict
    before: Result | None = None
    after: Result | None = None
    changes: tuple[Change, ...] = ()


def compare(checks: Sequence[Check], before: Mapping[str, Result], after: Mapping[str, Result]) -> tuple[Row, ...]:
    """Compare the results of two runs, check by check, in the checklist's order."""
    return tuple(_row(check, before.get(check.id), after.get(check.id)) for check in checks)


def _row(check: Check, before: Result | None, after: Result | None) -> Row:
    changes = _changes(check, before, after)
    verdict = _verdict(before, after, changes)
    return Row(check_id=check.id, verdict=verdict, before=before, after=after, changes=changes)


def _verdict(before: Result | None, after: Result | None, changes: Sequence[Change]) -> Verdict:
    if before is None or after is None:
        return Verdict.NOT_COMPARABLE
    if before.outcome not in _LOOKED_AT or after.outcome not in _LOOKED_AT:
        left_out = (Outcome.SKIPPED, Outcome.NOT_APPLICABLE)
        alike = before.outcome == after.outcome and after.outcome in left_out
        return Verdict.SAME if alike else Verdict.NOT_COMPARABLE
    if after.outcome in _FAILING:
        return Verdict.STILL_FAILING if before.outcome in _FAILING else Verdict.REGRESSION
    if before.outcome in _FAILING:
        return Verdict.FIXED
    if not changes:
        return Verdict.SAME
    planned = all(change.expected for change in changes)
    return Verdict.EXPECTED_CHANGE if planned else Verdict.UNEXPECTED_CHANGE


def _changes(check: Check, before: Result | None, after: Result | None) -> tuple[Change, ...]:
    """List the properties whose value differs, without those that may differ.

    A property may differ when it moves by itself, or when the same expectation holds for both values
    (``seconds: {at_most: 2}``, ``files: {drift: 5%}``). It differs *as expected* when the expectations of the two
    phases differ, or say ``changed``.
    """
    if before is None or after is None or before.observed is None or after.observed is None:
        return ()
    return tuple(
        Change(property=name, before=old, after=after.observed.get(name), expected=expected)
        for name, old in before.observed.items()
        if old != after.observed.get(name) and (expected := _is_planned(check, name)) is not None
    )


def _is_planned(check: Check, name: str) -> bool | None:
    """Tell whether a change of a property was planned; None when it is of no interest."""
    pre, post = (_about(check.expect.get(phase, ()), name) for phase in (Phase.PRE, Phase.POST))
    if pre != post or any(one.operator == "changed" for one in post):
        return True
    if post or name in check.moves:
        return None
    return False


def _about(expectations: Sequence[Expectation], name: str) -> list[Expectation]:
    return [one for one in expectations if one.property.split(".")[0] == name]
