"""What an expectation's word means: one function an operator, and what each may be asked of."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import zip_longest
from types import MappingProxyType

from uat.model import JsonValue


class Shape(StrEnum):
    """What kind of value a property has; ``ANY`` is known only when it is seen."""

    TRUTH = "true or false"
    NUMBER = "a number"
    TEXT = "a text"
    LIST = "a list"
    MAPPING = "a mapping"
    ANY = "anything"


class Operand(StrEnum):
    """What is written after an operator."""

    VALUE = "value"
    VALUES = "values"
    LEVEL = "level"
    PATTERN = "pattern"
    TEXTS = "texts"
    TRUE = "true"
    DRIFT = "drift"
    NESTED = "nested"


@dataclass(frozen=True, kw_only=True)
class Operator:
    """One word: ``holds(observed, operand)``, or ``holds(observed, operand, before)`` when ``is_relative``."""

    holds: Callable[..., bool]
    operand: Operand
    shapes: frozenset[Shape]
    is_relative: bool = False


def text_of(value: JsonValue) -> str:
    """Write a value as the YAML would: ``true``, ``null``, ``3``."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def number_of(value: JsonValue) -> Fraction | None:
    """Read a number, or a text that is one, exactly; anything else is none."""
    if isinstance(value, bool):
        return None
    written = str(value).strip()
    is_number = re.fullmatch(r"[+-]?\d{1,100}(\.\d{1,100})?([eE][+-]?\d{1,3})?", written)
    return Fraction(written) if is_number else None


def is_same(one: JsonValue, other: JsonValue) -> bool:
    """Tell whether two values are the same, whatever type each was read as: ``3`` is ``"3"``.

    Two texts are compared as texts: ``0612`` is not ``612``.
    """
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(is_same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(is_same, one, other))
    if _is_number(one) or _is_number(other):
        number = number_of(one)
        return number is not None and number == number_of(other)
    return text_of(one) == text_of(other)


def order(one: JsonValue, other: JsonValue) -> int | None:
    """Compare: -1, 0, 1, or nothing when the two cannot be compared.

    Numbers compare as numbers, two texts as versions part by part: 22.0.9 is before 22.0.17, 22.0 is 22.0.0.
    """
    if _is_number(one) or _is_number(other):
        left, right = number_of(one), number_of(other)
        return None if left is None or right is None else (left > right) - (left < right)
    if not is_version(one) or not is_version(other):
        return None
    for pair in zip_longest(_parts(one), _parts(other), fillvalue=(1, 0, "")):
        if pair[0] != pair[1]:
            return 1 if pair[0] > pair[1] else -1
    return 0


def is_version(value: JsonValue) -> bool:
    """Tell whether a text begins like a version: a digit, or a ``v`` and a digit."""
    return isinstance(value, str) and re.match(r"\s*[vV]?\d", value) is not None


def _parts(version: str) -> list[tuple[int, int, str]]:
    """Cut a version into parts; a word sorts before a number, so 22.0-rc1 is before 22.0 (as rpm does)."""
    without_epoch = re.sub(r"^\s*(\d+:|[vV](?=\d))", "", version)
    found = re.findall(r"(\d+)|([A-Za-z]+)", without_epoch)
    return [(1, int(number), "") if number else (0, 0, word) for number, word in found]


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _as_list(value: JsonValue) -> list[JsonValue]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _lacking(wanted: JsonValue, present: JsonValue) -> list[JsonValue]:
    if isinstance(present, list | tuple):
        return [item for item in _as_list(wanted) if not any(is_same(item, other) for other in present)]
    return _as_list(wanted)


def equals(observed: JsonValue, operand: JsonValue) -> bool:
    """Be the same."""
    return is_same(observed, operand)


def negate(observed: JsonValue, operand: JsonValue) -> bool:
    """Be something else; with a mapping of operators: none of them holds."""
    if isinstance(operand, Mapping):
        return not any(OPERATORS[word].holds(observed, value) for word, value in operand.items())
    return not is_same(observed, operand)


def at_least(observed: JsonValue, operand: JsonValue) -> bool:
    """Be a number or a version, and not below."""
    return order(observed, operand) in (0, 1)


def at_most(observed: JsonValue, operand: JsonValue) -> bool:
    """Be a number or a version, and not above."""
    return order(observed, operand) in (0, -1)


def contains(observed: JsonValue, operand: JsonValue) -> bool:
    """Have the text in it; of several, all."""
    return observed is not None and all(part in text_of(observed) for part in _as_list(operand))


def matches(observed: JsonValue, operand: JsonValue) -> bool:
    """Have something in it that the regular expression finds."""
    return observed is not None and re.search(operand, text_of(observed)) is not None


def one_of(observed: JsonValue, operand: JsonValue) -> bool:
    """Be one of these."""
    return any(is_same(observed, value) for value in operand)


def includes(observed: JsonValue, operand: JsonValue) -> bool:
    """Be a list that has this, or all of these, among its items."""
    return not _lacking(operand, observed)


def unchanged(observed: JsonValue, operand: JsonValue, before: JsonValue) -> bool:
    """Be as before."""
    return is_same(observed, before)


def changed(observed: JsonValue, operand: JsonValue, before: JsonValue) -> bool:
    """Be other than before."""
    return not is_same(observed, before)


def not_below_before(observed: JsonValue, operand: JsonValue, before: JsonValue) -> bool:
    """Be at least what it was."""
    return at_least(observed, before)


def not_above_before(observed: JsonValue, operand: JsonValue, before: JsonValue) -> bool:
    """Be at most what it was."""
    return at_most(observed, before)


def drift(observed: JsonValue, operand: JsonValue, before: JsonValue) -> bool:
    """Be a number as far from before as allowed, up or down: ``3``, or ``5%`` of what it was; inclusive."""
    if not _is_number(observed) or not _is_number(before):
        return False
    now, then = number_of(observed), number_of(before)
    allowed = number_of(str(operand).removesuffix("%"))
    if now is None or then is None or allowed is None:
        return False
    if str(operand).endswith("%"):
        allowed = abs(then) * allowed / 100
    return abs(now - then) <= allowed


def nothing_lost(observed: JsonValue, operand: JsonValue, before: JsonValue) -> bool:
    """Be a list that still has all that was in it before."""
    return isinstance(before, list | tuple) and not _lacking(before, observed)


def nothing_new(observed: JsonValue, operand: JsonValue, before: JsonValue) -> bool:
    """Be a list in which all was there before."""
    return isinstance(observed, list | tuple) and not _lacking(observed, before)


_SINGLE = frozenset({Shape.TRUTH, Shape.NUMBER, Shape.TEXT, Shape.LIST, Shape.ANY})
_ORDERED = frozenset({Shape.NUMBER, Shape.TEXT, Shape.ANY})
_WORDED = frozenset({Shape.TEXT, Shape.ANY})
_COUNTED = frozenset({Shape.NUMBER, Shape.ANY})
_LISTED = frozenset({Shape.LIST, Shape.ANY})
_ALL = frozenset(Shape)


def _relative(holds: Callable[..., bool], shapes: frozenset[Shape], operand: Operand = Operand.TRUE) -> Operator:
    return Operator(holds=holds, operand=operand, shapes=shapes, is_relative=True)


OPERATORS: Mapping[str, Operator] = MappingProxyType(
    {
        "equals": Operator(holds=equals, operand=Operand.VALUE, shapes=_SINGLE),
        "not": Operator(holds=negate, operand=Operand.NESTED, shapes=_SINGLE),
        "at_least": Operator(holds=at_least, operand=Operand.LEVEL, shapes=_ORDERED),
        "at_most": Operator(holds=at_most, operand=Operand.LEVEL, shapes=_ORDERED),
        "contains": Operator(holds=contains, operand=Operand.TEXTS, shapes=_WORDED),
        "matches": Operator(holds=matches, operand=Operand.PATTERN, shapes=_WORDED),
        "one_of": Operator(holds=one_of, operand=Operand.VALUES, shapes=_ORDERED),
        "includes": Operator(holds=includes, operand=Operand.TEXTS, shapes=_LISTED),
        "unchanged": _relative(unchanged, _ALL),
        "changed": _relative(changed, _ALL),
        "not_below_before": _relative(not_below_before, _ORDERED),
        "not_above_before": _relative(not_above_before, _ORDERED),
        "drift": _relative(drift, _COUNTED, Operand.DRIFT),
        "nothing_lost": _relative(nothing_lost, _LISTED),
        "nothing_new": _relative(nothing_new, _LISTED),
    }
)
"""Every operator by its word."""
