"""What an observation must be: reads the expectations of a checklist, and judges by them.

::

    expect: {status: 200, body: {contains: OCC}, seconds: {at_most: 2}}
    expect: {json: {"user.roles.0": TVOX_SUPERVISOR}, headers: {Content-Type: {contains: json}}}
    expect:
      running: true                       # beside pre and post: holds in both
      pre: {version: {matches: '^21\\.'}}
      post: {version: 22.0.17}
    expect: {output: {unchanged: true, mask: ['pid \\d+', '\\d\\d:\\d\\d']}}   # taken out before anything is compared
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

from uat.language.operands import ExpectationProblem, Fault, as_mask, as_written, shape_of
from uat.language.wording import unknown_word
from uat.model import Expectation, JsonValue, Mismatch, Phase, Record
from uat.operators import OPERATORS, Operator, Shape, is_same, order

MASK = "mask"
"""Stands beside operators and is none: what it finds does not count."""

NO_BASELINE = "no_baseline"
"""Stands for what was expected where an operator needs the value before and there is none."""

_PHASES = (Phase.PRE, Phase.POST)
MISSING = object()
"""What a property is that is not in an observation."""


def parse_block(raw: Mapping[str, JsonValue], observed: type[Record]) -> dict[Phase, tuple[Expectation, ...]]:
    """Read everything under ``expect:`` for both phases; fields beside ``pre:`` and ``post:`` hold in both.

    :raises ExpectationProblem: with every fault, and where each is.
    """
    types = {field.alias or name: field.annotation for name, field in observed.model_fields.items()}
    beside = {name: value for name, value in raw.items() if name not in _PHASES}
    faults: list[Fault] = []
    both = _parse_fields(beside, types, (), faults)
    parsed = {phase: [*both, *_parse_phase(phase, raw, types, faults)] for phase in _PHASES}
    for phase in _PHASES:
        faults.extend(_contradictions(parsed[phase]))
    if faults:
        raise ExpectationProblem(dict.fromkeys(faults))
    return {phase: tuple(one for _, one in found) for phase, found in parsed.items() if found}


def parse(property: str, raw: JsonValue, observed_type: Any) -> tuple[Expectation, ...]:
    """Read what one property must be.

    A bare value means ``equals``; a mapping is of operators, or, where the property itself is a mapping, of
    paths (dots and list indexes). A mapping in which every key is an operator's word is of operators.

    :param observed_type: the annotation of the property in the kind's ``Observed``.
    :raises ExpectationProblem: with every fault, and where each is.
    """
    shape = shape_of(observed_type)
    if not isinstance(raw, Mapping):
        return _operate(property, {"equals": raw}, observed_type, at=None)
    if not raw:
        raise ExpectationProblem([Fault((), "nothing is written here; it asserts nothing")])
    words = [key for key in raw if key in OPERATORS or key == MASK]
    if shape not in (Shape.MAPPING, Shape.ANY) or (words and len(words) == len(raw)):
        return _operate(property, raw, observed_type, at=())
    if words:
        message = f"'{words[0]}' is an operator, and the others are not; write paths and operators apart"
        raise ExpectationProblem([Fault((words[0],), message, is_key=True)])
    return _parse_paths(property, raw)


def judge(
    observed: Mapping[str, JsonValue],
    expectations: Sequence[Expectation],
    before: Mapping[str, JsonValue] | None = None,
    *,
    phase: Phase = Phase.POST,
) -> tuple[Mismatch, ...]:
    """Tell which expectations an observation does not meet.

    In pre, what compares with the value before only records, and holds if there is a value to record. In
    post it compares with ``before``; where there is none it does not hold, and is said to have expected
    ``NO_BASELINE``. A path that is not in the observation meets nothing but ``null``.

    ``Mismatch.expected`` is the operand; for an operator that compares with before it is the value before
    (``drift``: mapping of ``before`` and ``drift``; ``nothing_lost``: what was lost). ``observed`` is the
    value (``nothing_new``: what is new).
    """
    judged = (_judge(observed, one, before, phase) for one in expectations)
    return tuple(mismatch for mismatch in judged if mismatch)


def needs_baseline(expectation: Expectation) -> bool:
    """Tell whether an expectation compares with the value before."""
    return OPERATORS[expectation.operator].is_relative


_Found = tuple[tuple[str, ...], Expectation]


def _parse_phase(
    phase: Phase, raw: Mapping[str, JsonValue], types: Mapping[str, Any], faults: list[Fault]
) -> list[_Found]:
    if phase not in raw:
        return []
    block = raw[phase]
    if not isinstance(block, Mapping):
        faults.append(Fault((phase.value,), "a mapping of properties is due here, such as {running: true}"))
        return []
    found = _parse_fields(block, types, (phase.value,), faults)
    if phase is Phase.PRE:
        message = "compares with the value of pre, so it says nothing here; write it under 'post'"
        relative = (path for path, one in found if needs_baseline(one))
        faults.extend(Fault(path, message, is_key=True) for path in relative)
    return found


def _parse_fields(
    raw: Mapping[str, JsonValue], types: Mapping[str, Any], at: tuple[str, ...], faults: list[Fault]
) -> list[_Found]:
    found: list[_Found] = []
    for name, value in raw.items():
        path = (*at, name)
        try:
            found.extend((path, one) for one in parse(name, value, _type_of(name, types)))
        except ExpectationProblem as problem:
            faults.extend(fault.under(path) for fault in problem.faults)
    return found


def _type_of(name: str, types: Mapping[str, Any]) -> Any:
    """Give the annotation of a property, or of what is inside one (``json.status``)."""
    field, dot, _ = name.partition(".")
    if field not in types:
        raise ExpectationProblem([Fault((), unknown_word("property", field, types), is_key=True)])
    if dot and shape_of(types[field]) not in (Shape.MAPPING, Shape.ANY):
        message = f"there is nothing inside '{field}'; it is {shape_of(types[field]).value}"
        raise ExpectationProblem([Fault((), message, is_key=True)])
    return Any if dot else types[field]


def _parse_paths(property: str, raw: Mapping[str, JsonValue]) -> tuple[Expectation, ...]:
    found: list[Expectation] = []
    faults: list[Fault] = []
    for path, value in raw.items():
        words, at = (value, (path,)) if isinstance(value, Mapping) else ({"equals": value}, None)
        try:
            found.extend(_operate(f"{property}.{path}", words, Any, at=at))
        except ExpectationProblem as problem:
            faults.extend(fault if at else fault.under((path,)) for fault in problem.faults)
    if faults:
        raise ExpectationProblem(faults)
    return tuple(found)


def _operate(
    property: str, raw: Mapping[str, JsonValue], observed_type: Any, *, at: tuple[str, ...] | None
) -> tuple[Expectation, ...]:
    """Read operators with their operands; ``at`` is where they stand, None for a bare value."""
    found: list[Expectation] = []
    faults: list[Fault] = []
    mask = _mask(raw, observed_type, faults)
    for word, value in raw.items():
        if word == MASK:
            continue
        try:
            operand = as_written(word, value, observed_type)
        except ExpectationProblem as problem:
            place = () if at is None else (*at, word)
            faults.extend(fault.under(place) for fault in problem.faults)
        else:
            found.append(Expectation(property=property, operator=word, operand=operand, mask=mask))
    if faults:
        raise ExpectationProblem(faults)
    return tuple(found)


def _mask(raw: Mapping[str, JsonValue], observed_type: Any, faults: list[Fault]) -> tuple[str, ...]:
    if MASK not in raw:
        return ()
    if len(raw) == 1:
        faults.append(Fault((MASK,), "a mask alone asserts nothing; write an operator beside it", is_key=True))
    try:
        return as_mask(raw[MASK], observed_type)
    except ExpectationProblem as problem:
        faults.extend(fault.under((MASK,)) for fault in problem.faults)
        return ()


def _contradictions(found: Sequence[_Found]) -> list[Fault]:
    """Find the expectations on one property that can never hold together."""
    by_property: dict[str, list[_Found]] = defaultdict(list)
    for path, one in found:
        by_property[one.property].append((path, one))
    return [
        Fault(
            path,
            f"'{second.operator}' contradicts '{first.operator}' of '{one}' above: they never both hold",
            is_key=True,
        )
        for one, group in by_property.items()
        for index, (path, second) in enumerate(group)
        for _, first in group[:index]
        if _exclude(first, second) or _exclude(second, first)
    ]


def _exclude(one: Expectation, other: Expectation) -> bool:
    match one.operator, other.operator:
        case "equals", "equals":
            return not is_same(one.operand, other.operand)
        case "equals", "not":
            return not isinstance(other.operand, Mapping) and is_same(one.operand, other.operand)
        case "at_least", "at_most":
            return order(one.operand, other.operand) == 1
        case "unchanged", "changed":
            return True
        case _:
            return False


def _judge(
    observed: Mapping[str, JsonValue],
    one: Expectation,
    before: Mapping[str, JsonValue] | None,
    phase: Phase,
) -> Mismatch | None:
    operator, value = OPERATORS[one.operator], _masked(value_of(observed, one.property), one.mask)
    if value is MISSING:
        is_right = one.operator in ("equals", "one_of") and operator.holds(None, one.operand)
        return None if is_right else _mismatch(one, one.operand, None)
    if not operator.is_relative:
        return None if operator.holds(value, one.operand) else _mismatch(one, one.operand, value)
    if phase is Phase.PRE:
        return None
    then = MISSING if before is None else _masked(value_of(before, one.property), one.mask)
    if then is MISSING:
        return _mismatch(one, NO_BASELINE, value)
    if value is None and _is_absent(observed) and _is_absent(before):
        return _mismatch(one, then, value) if one.operator == "changed" else None
    return None if operator.holds(value, one.operand, then) else _difference(one, operator, value, then)


def _is_absent(observed: Mapping[str, JsonValue] | None) -> bool:
    """Tell whether what was looked at is not there: absent before and absent now is as before."""
    return observed is not None and observed.get("exists") is False


def _difference(one: Expectation, operator: Operator, value: JsonValue, then: JsonValue) -> Mismatch:
    are_lists = isinstance(value, list | tuple) and isinstance(then, list | tuple)
    if one.operator == "drift":
        return _mismatch(one, {"before": then, "drift": one.operand}, value)
    if one.operator == "nothing_lost" and are_lists:
        return _mismatch(one, [item for item in then if not _is_among(item, value)], value)
    if one.operator == "nothing_new" and are_lists:
        return _mismatch(one, then, [item for item in value if not _is_among(item, then)])
    return _mismatch(one, then, value)


def _is_among(item: JsonValue, items: Sequence[JsonValue]) -> bool:
    return any(is_same(item, other) for other in items)


def _mismatch(one: Expectation, expected: JsonValue, observed: JsonValue) -> Mismatch:
    return Mismatch(property=one.property, operator=one.operator, expected=expected, observed=observed)


def _masked(value: JsonValue, mask: Sequence[str]) -> JsonValue:
    """Take out what the mask finds, wherever there is text."""
    if isinstance(value, str):
        return reduce(lambda text, pattern: re.sub(pattern, "", text), mask, value)
    if isinstance(value, list | tuple):
        return [_masked(item, mask) for item in value] if mask else value
    if isinstance(value, Mapping):
        return {key: _masked(item, mask) for key, item in value.items()} if mask else value
    return value


def value_of(observed: Mapping[str, JsonValue], property: str) -> JsonValue:
    """Give a property of an observation, or `MISSING`.

    It is a path of keys and indexes; a key that has dots itself is tried whole.
    """
    name, _, path = property.partition(".")
    value: JsonValue = observed.get(name, MISSING)
    fold = name == "headers"  # names of HTTP headers have no case: RFC 9110, 5.1
    while path and value is not MISSING:
        whole = _step(value, path, fold=fold)
        if whole is not MISSING:
            return whole
        step, _, path = path.partition(".")
        value = _step(value, step, fold=fold)
    return value


def _step(value: JsonValue, step: str, *, fold: bool) -> JsonValue:
    if isinstance(value, list | tuple):
        return value[int(step)] if step.isdecimal() and int(step) < len(value) else MISSING
    if not isinstance(value, Mapping):
        return MISSING
    if fold:
        value, step = {key.lower(): item for key, item in value.items()}, step.lower()
    return value.get(step, MISSING)
