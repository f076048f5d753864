"""What a check looks at and what it expects, in words that a customer understands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from reports.formats import Formats
from reports.visible import on_one_line
from uat.model import Check, Expectation, JsonValue, Phase, Words, spoken

RELATIVE = ("unchanged", "changed", "not_below_before", "not_above_before", "drift", "nothing_lost", "nothing_new")
"""The operators that compare with before; in pre they only record."""

_UNSAID: Mapping[str, JsonValue] = {
    "depth": 1,
    "follow": True,
    "from": "machine",
    "kernel": False,
    "method": "GET",
    "scope": "sub",
    "starttls": False,
    "test": True,
    "tls": "verify",
}
"""Inputs that go without saying while they are this."""

_HIDDEN = ("password", "headers", "body")
"""Inputs that a customer has nothing from: where a secret is kept, and how a request is built."""

_NAMELESS = ("folder", "host", "matches", "name", "number", "path", "run", "server", "to", "url", "chain", "method")
"""Inputs that need no name of their own right after the kind's: `Network port: 5060`."""

_PHRASES = ("login", "matches", "reviewed_by", "since")
"""Inputs whose text says what they are."""

_LIMIT = 300
_PATTERN = re.compile(r"(?:\(\?([im]+)\))?(\^?)((?:\\.|[^\\])*?)(\$?)", re.DOTALL)
_SPECIAL = re.compile(r"[.*+?{}\[\]()|^$]")
_ANCHORS = {("", ""): "contains", ("^", ""): "starts", ("", "$"): "ends", ("^", "$"): "is"}


def looked_at(check: Check, formats: Formats) -> str:
    """Say what is looked at: the kind, then the inputs that tell a customer something."""
    kind = formats.language.name("kind", check.kind)
    parts = [] if check.kind == "manual" else list(_inputs(check, formats))
    if not parts:
        return kind
    first, *rest = parts
    beginning = [f"{kind}: {first[1]}"] if first[0] in _NAMELESS else [kind, _named(first, formats)]
    return " · ".join([*beginning, *(_named(part, formats) for part in rest)])


def expectations(check: Check, formats: Formats) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Say what must hold: before and after, before only, after only; a line each."""
    before = dict(_lines(check, Phase.PRE, formats))
    after = dict(_lines(check, Phase.POST, formats))
    both = tuple(line for line in before if line in after)
    return both, tuple(line for line in before if line not in both), tuple(line for line in after if line not in both)


def property_name(check: Check, path: str, formats: Formats) -> str:
    """Name a property; what follows a dot is the machine's own word: `HTTP header «location»`."""
    name, _, part = path.partition(".")
    own = formats.language.phrases.get(f"property_of.{check.kind}.{name}")
    said = own or formats.language.name("property", name)
    return formats.language.say("sheet.part", name=said, part=on_one_line(part)) if part else said


def area_title(check: Check, areas: Mapping[str, Words], formats: Formats) -> str:
    """Give the title of a check's chapter; one that nobody declared is its own title."""
    title = spoken(areas.get(check.area, {}), formats.language.code) or check.area
    return on_one_line(str(title)) or formats.language.say("label.other_area")


def masked(one: Expectation, text: str, formats: Formats) -> str:
    """Say beside what is expected what does not count when the value is compared."""
    if not one.mask:
        return text
    return formats.language.say("operator.masked", text=text, mask=on_one_line(", ".join(one.mask)))


def _inputs(check: Check, formats: Formats) -> Iterator[tuple[str, str]]:
    for name, value in check.inputs.items():
        if name in _HIDDEN or value in (None, "", [], {}) or value == _UNSAID.get(name):
            continue
        yield name, _input(name, value, formats)


def _named(part: tuple[str, str], formats: Formats) -> str:
    """Give an input with its name, or alone where it is a phrase of its own."""
    name, text = part
    if not text:
        return formats.language.name("input", name)
    if name in _PHRASES:
        return text
    return formats.language.say("sheet.property", name=formats.language.name("input", name), text=text)


def _input(name: str, value: JsonValue, formats: Formats) -> str:
    """Write an input; empty where its name says all."""
    say = formats.language.say
    match name, value:
        case _, True:
            return ""
        case "login", dict():
            return say("sheet.with_user", name=on_one_line(str(value.get("user", ""))))
        case "reviewed_by", str():
            return say("sheet.reviewed_by", name=on_one_line(value))
        case "from", str():
            return formats.language.name("viewpoint", value)
        case "since", str():
            return formats.language.name("since", value)
        case "matches", str():
            return _pattern(value, formats)
        case "deadline", int() | float():
            return formats.duration(value)
    return formats.value(name, value, limit=_LIMIT)


def _lines(check: Check, phase: Phase, formats: Formats) -> Iterator[tuple[str, None]]:
    """Give a line for each property, and one more for what only the value before decides."""
    expected = check.expect.get(phase, ())
    for is_relative in (False, True):
        if is_relative and phase is Phase.PRE:
            continue
        chosen = [one for one in expected if (one.operator in RELATIVE) is is_relative]
        for path in dict.fromkeys(one.property for one in chosen):
            texts = [_expected(one, formats) for one in chosen if one.property == path]
            name = property_name(check, path, formats)
            yield formats.language.say("sheet.property", name=name, text=", ".join(texts)), None


def _expected(one: Expectation, formats: Formats) -> str:
    return masked(one, _operator(one.property, one.operator, one.operand, formats), formats)


def _operator(name: str, operator: str, operand: JsonValue, formats: Formats) -> str:
    say = formats.language.say
    if operator == "matches":
        return _patterns(operand, formats)
    if operator == "not" and isinstance(operand, Mapping):
        inner = (_operator(name, word, value, formats) for word, value in operand.items())
        return say("operator.none_of", value="; ".join(inner))
    if operator == "equals" and operand is None:
        return say("units.none")
    return say(f"operator.{operator}", value=formats.value(name, operand, limit=_LIMIT))


def _patterns(operand: JsonValue, formats: Formats) -> str:
    several: Sequence[JsonValue] = operand if isinstance(operand, list | tuple) else [operand]
    return ", ".join(_pattern(str(one), formats) for one in several)


def _pattern(expression: str, formats: Formats) -> str:
    """Say what a regular expression searches, where it is only a text at a place."""
    say = formats.language.say
    flags, start, body, end = _parts(expression)
    literal = _literal(body)
    if not literal:
        return say("pattern.expression", text=on_one_line(expression, limit=_LIMIT))
    place = _ANCHORS[start, end]
    word = f"line_{place}" if "m" in flags and (start or end) else place
    text = say(f"pattern.{word}", text=on_one_line(literal, limit=_LIMIT))
    return say("pattern.any_case", text=text) if "i" in flags else text


def _parts(expression: str) -> tuple[str, str, str, str]:
    found = _PATTERN.fullmatch(expression)
    flags, start, body, end = found.groups() if found else ("", "", expression, "")
    return flags or "", start, body, end


def _literal(body: str) -> str:
    """Give the text that an expression stands for; empty when it stands for several."""
    plain = re.sub(r"\\[^A-Za-z0-9]", "", body)
    if _SPECIAL.search(plain) or "\\" in plain:
        return ""
    return re.sub(r"\\(.)", r"\1", body)
