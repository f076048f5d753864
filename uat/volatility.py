"""Tells which properties move by themselves: the same checks are observed several times, and that is compared."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from math import ceil

from uat.expect import MISSING, judge, value_of
from uat.model import Check, Checklist, JsonValue, Phase, Record
from uat.observe import is_automatic, left_out
from uat.operators import OPERATORS, is_same, number_of
from uat.session import Session

MARGIN = 2
"""A proposed drift is so many times what was seen: a few looks do not see the worst."""

WIDEST_PERCENT = 100
"""A wider drift would let pass nearly anything, and is not proposed."""

Look = Mapping[str, Mapping[str, JsonValue]]
"""What was observed at one look, by the checks' ids; a check that could not be looked at is missing."""

_PATTERNS = (
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?([.,]\d+)?(Z|[+-]\d\d:?\d\d)?",
    r"\d{1,2}:\d\d(:\d\d)?([.,]\d+)?",
    r"\d+([.,]\d+)?",
)
"""What moves in a text, the narrowest first: a date with its time, a time, a number."""


class Moved(Record):
    """A property that differed between looks, and the line that a checklist would need; empty: leave it out.

    ``is_compared``: the check's ``expect`` compares it with before, and would have failed.
    """

    name: str
    least: JsonValue
    most: JsonValue
    is_compared: bool
    line: str


def chosen(checklist: Checklist) -> tuple[Check, ...]:
    """Give the checks that are looked at: the automatic ones that nothing leaves out."""
    return tuple(one for one in checklist.checks if is_automatic(one) and not left_out(one, checklist))


def looks(session: Session, *, times: int, every: float) -> Iterator[Look]:
    """Look at all automatic checks several times; what is seen counts, not whether it holds.

    :param every: seconds from the end of one look to the beginning of the next.
    :raises UnreachableError: the machine cannot be reached.
    """
    checks = [one.model_copy(update={"retry_for": 0.0}) for one in chosen(session.checklist)]
    for number in range(times):
        if number:
            time.sleep(every)
        results = (result for _, result in session.observe(checks, Phase.PRE))
        yield {result.check_id: result.observed for result in results if result.observed is not None}


def moved(check: Check, seen: Sequence[Mapping[str, JsonValue]]) -> Iterator[Moved]:
    """Give what differed between the looks at one check, and is not known to."""
    compared = dict.fromkeys(_compared(check))
    failing = [path for path in compared if _fails(check, path, seen)]
    for path in failing:
        values = [_value(look, path) for look in seen]
        yield _moved(path, values, is_compared=True, line=_line(path, values))
    known = {*check.moves, *(path.partition(".")[0] for path in compared)}
    for name in dict.fromkeys(key for look in seen for key in look if key not in known):
        values = [look.get(name) for look in seen]
        if not all(is_same(values[0], one) for one in values):
            yield _moved(name, values, is_compared=False, line=f"moves: [{name}]")


def _compared(check: Check) -> Iterator[str]:
    """List the properties that the check compares with before, by their whole path."""
    return (one.property for one in check.expect.get(Phase.POST, ()) if OPERATORS[one.operator].is_relative)


def _fails(check: Check, path: str, seen: Sequence[Mapping[str, JsonValue]]) -> bool:
    """Tell whether what the check says of a property would not have held, had the first look been the one before."""
    said = [one for one in check.expect.get(Phase.POST, ()) if one.property == path]
    relative = [one for one in said if OPERATORS[one.operator].is_relative]
    return any(judge(look, relative, seen[0], phase=Phase.POST) for look in seen[1:])


def _value(look: Mapping[str, JsonValue], path: str) -> JsonValue:
    value = value_of(look, path)
    return None if value is MISSING else value


def _moved(name: str, values: Sequence[JsonValue], *, is_compared: bool, line: str) -> Moved:
    least, most = min(values, key=_order), max(values, key=_order)
    return Moved(name=name, least=least, most=most, is_compared=is_compared, line=line)


def _order(value: JsonValue) -> tuple[bool, float, str]:
    number = None if isinstance(value, str | bool) else number_of(value)
    return number is None, float(number or 0), str(value)


def _line(name: str, values: Sequence[JsonValue]) -> str:
    """Propose how a compared property may move; nothing where it should rather be left out."""
    if all(isinstance(one, str) for one in values):
        pattern = mask([str(one) for one in values])
        return f"{name}: {{unchanged: true, mask: ['{pattern}']}}" if pattern else ""
    numbers = [number_of(one) for one in values if not isinstance(one, bool)]
    found = [one for one in numbers if one is not None]
    if len(found) < len(values) or min(found) <= 0:
        return ""
    percent = ceil((max(found) - min(found)) / min(found) * 100) * MARGIN
    return f"{name}: {{drift: {percent}%}}" if percent <= WIDEST_PERCENT else ""


def mask(texts: Sequence[str]) -> str:
    """Give the narrowest known pattern that takes out all differences; empty when none does."""
    return next((one for one in _PATTERNS if len({re.sub(one, "", text) for text in texts}) == 1), "")
