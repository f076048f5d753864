"""What is written after an operator, checked against what the property can be, before anything is looked at."""

from __future__ import annotations

import re
import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from uat.language.wording import unknown_word
from uat.model import JsonValue
from uat.operators import OPERATORS, Operand, Shape, is_version, number_of


@dataclass(frozen=True)
class Fault:
    """One thing wrong under ``expect:``: where, and what; ``is_key`` when it is the key at that place."""

    path: tuple[str | int, ...]
    message: str
    is_key: bool = False

    def under(self, path: Iterable[str | int]) -> Fault:
        """Give the same fault, seen from further out."""
        return replace(self, path=(*path, *self.path))


class ExpectationProblem(Exception):  # noqa: N818  the contract's name
    """Expectations that cannot be used as they are written; holds every fault."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{'.'.join(map(str, one.path))}: {one.message}" for one in self.faults))


def shape_of(annotation: Any) -> Shape:
    """Tell what a property can be from its annotation; None in a union does not count."""
    kept = _without_none(annotation)
    if get_origin(kept) in (tuple, list, set, frozenset):
        return Shape.LIST
    if get_origin(kept) in (dict, Mapping) or kept is dict:
        return Shape.MAPPING
    if get_origin(kept) is Literal:
        return Shape.TEXT
    if not isinstance(kept, type):
        return Shape.ANY
    by_type = {bool: Shape.TRUTH, int: Shape.NUMBER, float: Shape.NUMBER, str: Shape.TEXT}
    return next((by_type[base] for base in kept.__mro__ if base in by_type), Shape.ANY)


def as_written(word: str, raw: JsonValue, annotation: Any) -> JsonValue:
    """Turn the text after an operator into its operand.

    :raises ExpectationProblem: no such operator, or none for this property, or the operand is of a wrong type.
    """
    if word not in OPERATORS:
        raise ExpectationProblem([Fault((), unknown_word("operator", word, (*OPERATORS, "mask")), is_key=True)])
    operator, shape = OPERATORS[word], shape_of(annotation)
    if shape not in operator.shapes:
        fitting = ", ".join(name for name, one in OPERATORS.items() if shape in one.shapes)
        raise _wrong(f"'{word}' cannot be asked of {shape.value}; there are: {fitting}", is_key=True)
    match operator.operand:
        case Operand.TRUE:
            return _true(word, raw)
        case Operand.NESTED:
            return _nested(raw, annotation)
        case Operand.DRIFT:
            return _drift(raw)
        case Operand.PATTERN:
            return _pattern(raw)
        case Operand.TEXTS:
            return _texts(raw)
        case Operand.LEVEL:
            return _level(raw, annotation)
        case Operand.VALUES:
            return _values(raw, annotation)
        case Operand.VALUE:
            return _value(raw, annotation)


def as_mask(raw: JsonValue, annotation: Any) -> tuple[str, ...]:
    """Read the regular expressions whose matches are taken out before anything is compared.

    :raises ExpectationProblem: what stands there is none, or the property has no text in it.
    """
    if shape_of(annotation) in (Shape.TRUTH, Shape.NUMBER):
        raise _wrong(f"there is nothing to take out of {shape_of(annotation).value}", is_key=True)
    return tuple(_pattern(one) for one in (raw if isinstance(raw, list) else [raw]))


def _wrong(message: str, *, is_key: bool = False) -> ExpectationProblem:
    return ExpectationProblem([Fault((), message, is_key=is_key)])


def _without_none(annotation: Any) -> Any:
    if get_origin(annotation) is Annotated:
        return _without_none(get_args(annotation)[0])
    if get_origin(annotation) not in (Union, types.UnionType):
        return annotation
    kept = [one for one in get_args(annotation) if one is not type(None)]
    if all(one in (int, float) for one in kept):
        return float
    return _without_none(kept[0]) if len(kept) == 1 else Any


def _is_optional(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, types.UnionType) and type(None) in get_args(annotation)


def _true(word: str, raw: JsonValue) -> JsonValue:
    if raw != "true" and raw is not True:
        raise _wrong(f"write '{word}: true', or leave it out")
    return True


def _nested(raw: JsonValue, annotation: Any) -> JsonValue:
    if not isinstance(raw, Mapping):
        return _value(raw, annotation)
    operands: dict[str, JsonValue] = {}
    for word, value in raw.items():
        try:
            operands[word] = as_written(word, value, annotation)
        except ExpectationProblem as problem:
            raise ExpectationProblem(fault.under((word,)) for fault in problem.faults) from None
        if OPERATORS[word].is_relative or word == "not":
            raise ExpectationProblem([Fault((word,), f"'{word}' cannot stand under 'not'", is_key=True)])
    if not operands:
        raise _wrong("nothing is written here")
    return operands


def _drift(raw: JsonValue) -> JsonValue:
    number = number_of(str(raw).removesuffix("%")) if isinstance(raw, str | int | float) else None
    if number is None or number < 0:
        raise _wrong("a number or a share is due here, such as 3 or 5%")
    return str(raw)


def _pattern(raw: JsonValue) -> JsonValue:
    if not isinstance(raw, str):
        raise _wrong("a regular expression is due here")
    try:
        re.compile(raw)
    except re.error as error:
        raise _wrong(f"not a regular expression: {error}") from None
    if re.fullmatch(raw, "") and re.fullmatch(raw, "\x01anything\x01"):
        raise _wrong("this matches everything; it asserts nothing")
    return raw


def _texts(raw: JsonValue) -> JsonValue:
    items = raw if isinstance(raw, list) else [raw]
    for index, item in enumerate(items):
        if isinstance(item, list | Mapping) or item == "":
            raise ExpectationProblem([Fault((index,), "a text is due here")])
    if not items:
        raise _wrong("the list is empty; it asserts nothing")
    return raw


def _level(raw: JsonValue, annotation: Any) -> JsonValue:
    if shape_of(annotation) is Shape.NUMBER:
        return _number(raw, annotation)
    if isinstance(raw, list | Mapping) or (number_of(raw) is None and not is_version(raw)):
        raise _wrong("a number or a version is due here, such as 3 or 22.0.17")
    return raw


def _values(raw: JsonValue, annotation: Any) -> JsonValue:
    if not isinstance(raw, list) or not raw:
        raise _wrong("a list is due here, such as [A, B]")
    return [_value(item, annotation) for item in raw]


def _value(raw: JsonValue, annotation: Any) -> JsonValue:
    if isinstance(raw, Mapping):
        raise _wrong('a value is due here, not a mapping; if it is a variable, quote it: "{name}"')
    if raw == "null" and _is_optional(annotation):
        return None
    match shape_of(annotation):
        case Shape.TRUTH:
            return _truth(raw)
        case Shape.NUMBER:
            return _number(raw, annotation)
        case Shape.LIST:
            return _list(raw, annotation)
        case Shape.TEXT:
            return _text(raw, annotation)
        case _:
            return raw


def _truth(raw: JsonValue) -> bool:
    if str(raw).lower() not in ("true", "false"):
        raise _wrong(f"true or false is due here, not '{raw}'")
    return str(raw).lower() == "true"


def _number(raw: JsonValue, annotation: Any) -> int | float:
    number = None if isinstance(raw, list | Mapping) else number_of(raw)
    if number is None:
        raise _wrong(f"a number is due here, not '{raw}'")
    if number.denominator == 1:
        return int(number)
    if issubclass(_without_none(annotation), int):
        raise _wrong(f"a whole number is due here, not '{raw}'")
    return float(number)


def _list(raw: JsonValue, annotation: Any) -> JsonValue:
    if not isinstance(raw, list):
        raise _wrong("a list is due here, such as [A, B]; for one of its items write 'includes'")
    item = next((one for one in get_args(_without_none(annotation)) if one is not Ellipsis), Any)
    return [_value(one, item) for one in raw]


def _text(raw: JsonValue, annotation: Any) -> JsonValue:
    if isinstance(raw, list):
        raise _wrong("a text is due here, not a list; for one of several write 'one_of'")
    words = _words(_without_none(annotation))
    if words and raw not in words:
        raise _wrong(unknown_word("word", str(raw), words))
    return raw


def _words(annotation: Any) -> tuple[str, ...]:
    """Give the words that a closed property knows."""
    if get_origin(annotation) is Literal:
        return tuple(str(word) for word in get_args(annotation))
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return tuple(str(word) for word in annotation)
    return ()
