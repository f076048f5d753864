"""Two runs side by side: what stayed, what changed as planned, what broke and what was mended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from uat import expect
from uat.model import Check, Expectation, ExpectedChange, JsonValue, Outcome, Phase, Record, Result
from uat.operators import is_same

_FAILING = (Outcome.FAILED, Outcome.WAIVED)
_LOOKED_AT = (Outcome.PASSED, *_FAILING)


class Verdict(StrEnum):
    """What became of one check between the two runs."""

    SAME = "same"
    EXPECTED_CHANGE = "expected_change"
    UNEXPECTED_CHANGE = "unexpected_change"
    MISSING_CHANGE = "missing_change"
    REGRESSION = "regression"
    FIXED = "fixed"
    STILL_FAILING = "still_failing"
    NOT_COMPARABLE = "not_comparable"


class Change(Record):
    """One property that is not what it was, or that was to be something else and is not.

    ``planned`` is what the checklist says of it, if it says that under ``expected_changes``.
    """

    property: str
    before: JsonValue = None
    after: JsonValue = None
    expected: bool
    planned: ExpectedChange | None = None
    is_missing: bool = False


class Row(Record):
    """One check before and after."""

    check_id: str
    verdict: Verdict
    before: Result | None = None
    after: Result | None = None
    changes: tuple[Change, ...] = ()


def compare(
    checks: Sequence[Check],
    before: Mapping[str, Result],
    after: Mapping[str, Result],
    expected: Sequence[ExpectedChange] = (),
) -> tuple[Row, ...]:
    """Compare the results of two runs, check by check, in the checklist's order.

    :param expected: what was meant to change between them.
    """
    return tuple(_row(check, before.get(check.id), after.get(check.id), expected) for check in checks)


def _row(check: Check, before: Result | None, after: Result | None, expected: Sequence[ExpectedChange]) -> Row:
    planned = tuple(_planned(before, after, [one for one in expected if one.covers(check.id)]))
    named = [one.property for one in planned]
    others = tuple(one for one in _changes(check, before, after, named) if one.property not in named)
    changes = (*planned, *others)
    verdict = _verdict(before, after, changes)
    return Row(check_id=check.id, verdict=verdict, before=before, after=after, changes=changes)


def _planned(before: Result | None, after: Result | None, expected: Sequence[ExpectedChange]) -> Iterator[Change]:
    """Tell of each expected change whether it happened."""
    if before is None or after is None or before.observed is None or after.observed is None:
        return
    for one in expected:
        then, now = (expect.value_of(side.observed or {}, one.property) for side in (before, after))
        old, new = (None if value is expect.MISSING else value for value in (then, now))
        has_come = not is_same(old, new) and all(
            due is None or is_same(due, value) for due, value in ((one.before, old), (one.after, new))
        )
        yield Change(
            property=one.property, before=old, after=new, expected=has_come, planned=one, is_missing=not has_come
        )


def _verdict(before: Result | None, after: Result | None, changes: Sequence[Change]) -> Verdict:
    if before is None or after is None:
        return Verdict.NOT_COMPARABLE
    if before.outcome not in _LOOKED_AT or after.outcome not in _LOOKED_AT:
        left_out = (Outcome.SKIPPED, Outcome.NOT_APPLICABLE)
        alike = before.outcome == after.outcome and after.outcome in left_out
        return Verdict.SAME if alike else Verdict.NOT_COMPARABLE
    if before.outcome in _FAILING:
        return Verdict.STILL_FAILING if after.outcome in _FAILING else Verdict.FIXED
    missing = {change.property for change in changes if change.is_missing}
    if missing and missing.issuperset(one.property for one in after.mismatches):
        return Verdict.MISSING_CHANGE
    if after.outcome in _FAILING:
        return Verdict.REGRESSION
    if not changes:
        return Verdict.SAME
    planned = all(change.expected for change in changes)
    return Verdict.EXPECTED_CHANGE if planned else Verdict.UNEXPECTED_CHANGE


def _changes(check: Check, before: Result | None, after: Result | None, named: Sequence[str]) -> tuple[Change, ...]:
    """List the properties whose value differs, without those that may differ.

    A property may differ when it moves by itself, or when the same expectation holds for both values
    (``seconds: {at_most: 2}``, ``files: {drift: 5%}``). It differs *as expected* when the expectations of the two
    phases differ, or say ``changed``. What an expected change names inside of it (``named``) is told apart.
    """
    if before is None or after is None or before.observed is None or after.observed is None:
        return ()
    sides = [
        {name: _bare(name, value, named) for name, value in side.items()}
        for side in (before.observed, after.observed)
    ]
    return tuple(
        Change(property=name, before=old, after=sides[1].get(name), expected=expected)
        for name, old in sides[0].items()
        if old != sides[1].get(name) and (expected := _is_planned(check, name)) is not None
    )


def _bare(name: str, value: JsonValue, named: Sequence[str]) -> JsonValue:
    """Leave out of a mapping what is told apart."""
    if not isinstance(value, Mapping):
        return value
    return {key: inner for key, inner in value.items() if f"{name}.{key}" not in named}


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
