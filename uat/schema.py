"""The language of a checklist as a JSON Schema, made from the records: an editor completes and explains by it.

It says less than `tvox-uat lint`: it knows neither what a base brings nor what a variable holds. It is draft 7, which
the YAML language server reads (github.com/redhat-developer/yaml-language-server).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import ModuleType

from uat.kinds import summary, type_words
from uat.language.check_entry import WORDED
from uat.language.operands import shape_of
from uat.model import (
    DURATION,
    Check,
    Contact,
    ExpectedChange,
    JsonValue,
    Limits,
    Record,
    Skip,
    System,
    Upgrade,
    Waiver,
)
from uat.operators import OPERATORS, Operand, Shape
from uat.vocabulary import Vocabulary

Schema = dict[str, JsonValue]

SCALAR: Schema = {"type": ["string", "number", "boolean"]}
"""A text: what YAML takes for a number or a truth is text here, as it is written."""

_VARIABLE: Schema = {"description": "a variable", "type": "string", "pattern": r"\{[a-z][a-z0-9_]*\}"}
_NULL: Schema = {"description": "nothing", "type": "null"}
"""Alternatives say what they are: of those that look alike the language server shows nothing at all."""

_WORDS: Schema = {
    "description": "a text, or one by language: {it: ..., en: ...}",
    "anyOf": [SCALAR, {"type": "object", "patternProperties": {"^[a-z]{2}$": SCALAR}, "additionalProperties": False}],
}
_TRUTH: Schema = {"anyOf": [{"type": "boolean"}, _VARIABLE]}
_ROWS: Schema = {
    "type": "array",
    "items": {"anyOf": [SCALAR, {"type": "object", "required": ["id"], "additionalProperties": SCALAR}]},
}
_OWN = ("id", "area", "tags", "severity", "retry_for", "locks", "licence", "moves")
_SAID = {
    "id": "stable from year to year: letters, digits, '.', '_', '-'",
    "title": "what the system does, in one sentence",
    "why": "why it matters",
    "remedy": "what to do when it fails",
    "reference": "where it is documented what is looked at: a page of the vendor, an RFC, a contract",
    "disabled": "why it is not looked at until a customer's file says 'enabled: true'",
    "enabled": "true: a check that a base disables is looked at",
    "area": "the chapter of the report it belongs to",
    "tags": "words to choose it by: --tag",
    "severity": "blocker: not handed back; major: accepted with reservations; minor: noted",
    "retry_for": "keep looking until it holds, at most so long: 3m",
    "locks": "names; two checks with the same one never run side by side",
    "licence": "the licence or module it needs",
    "moves": "properties that change by themselves, beside those that the kind knows of",
    "each": "rows: the check is made once for each; or the variable that holds them",
    "expect": "what must hold; under pre and post what must hold in that phase only",
}


def text(vocabulary: Vocabulary) -> str:
    """Write the schema as it stands in ``checklists/schema.json``."""
    return json.dumps(schema(vocabulary), indent=1, ensure_ascii=False) + "\n"


def schema(vocabulary: Vocabulary) -> Schema:
    """Make the schema of a whole checklist."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "CHECK UAT",
        "type": "object",
        "properties": _sections(vocabulary),
        "additionalProperties": False,
        "definitions": {
            "words": _WORDS,
            **{f"expect.{shape.name.lower()}": _expected(shape) for shape in Shape},
        },
    }


def _sections(vocabulary: Vocabulary) -> Schema:
    lists: dict[str, type[Record]] = {"skip": Skip, "waivers": Waiver, "expected_changes": ExpectedChange}
    records: dict[str, type[Record]] = {"system": System, "upgrade": Upgrade, "limits": Limits}
    others = {"description": "other checklists that come first: words or paths", "anyOf": [SCALAR, _list(SCALAR)]}
    return {
        "extends": others,
        "customer": {**SCALAR, "description": "whose system it is; a file without one is a base for others"},
        "change": {**SCALAR, "description": "the customer's number of the change; it names the evidence folder"},
        "language": {"enum": ["it", "en"], "description": "of the terminal and the reports"},
        "timezone": {**SCALAR, "description": "of all times in this file: Europe/Rome"},
        **{name: _optional(_record(record)) for name, record in records.items()},
        "contacts": _optional(_by_name(_record(Contact), "who is called, by role: telenia, customer")),
        "areas": _optional(_by_name({"$ref": "#/definitions/words"}, "the chapters' titles, by the word of 'area'")),
        "variables": _optional(_by_name(_variable(), "what {name} in a text stands for")),
        "licences": _optional(_by_name({"type": "boolean"}, "what this customer has, and has not")),
        **{name: _optional(_several(record)) for name, record in lists.items()},
        "checks": _optional({**_list(_check(vocabulary)), "description": "what the system must do"}),
    }


def _optional(one: Schema) -> Schema:
    """Allow that nothing is written there."""
    return {"anyOf": [one, {"type": "null"}], "description": one.get("description", "")}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _several(record: type[Record]) -> Schema:
    items = _record(record)
    return {**_list(items), "description": items["description"]}


def _by_name(value: Schema, description: str) -> Schema:
    return {"type": "object", "description": description, "additionalProperties": value}


def _refer(name: str, description: str) -> Schema:
    """Point to a definition; what stands beside a reference would be ignored (draft 7, 8.3)."""
    return {"description": description, "allOf": [{"$ref": f"#/definitions/{name}"}]}


def _variable() -> Schema:
    described = {
        "type": "object",
        "properties": {"description": {"$ref": "#/definitions/words"}, "default": {"anyOf": [SCALAR, _ROWS]}},
        "additionalProperties": False,
    }
    return {"anyOf": [SCALAR, _ROWS, described, {"type": "null"}]}


def _check(vocabulary: Vocabulary) -> Schema:
    """Describe a check: one of its keys is its kind, and what may be expected depends on that."""
    kinds = {word: vocabulary.load(word) for word in vocabulary.words}
    whole = Check.model_json_schema()
    own = {name: _field({**whole["properties"][name], "$defs": whole["$defs"]}) for name in _OWN}
    properties: Schema = {
        **{name: {**value, "description": _SAID[name]} for name, value in own.items()},
        **{name: _refer("words", _SAID[name]) for name in WORDED},
        "enabled": {**_TRUTH, "description": _SAID["enabled"]},
        "each": {"anyOf": [SCALAR, _ROWS, {"type": "null"}], "description": _SAID["each"]},
        "expect": {"type": "object", "description": _SAID["expect"]},
        **{word: _kind(kind) for word, kind in kinds.items()},
    }
    by_kind = [
        {"if": {"required": [word]}, "then": {"properties": {"expect": _expect(kind)}}}
        for word, kind in kinds.items()
    ]
    made: Schema = {"type": "object", "required": ["id"], "properties": properties, "allOf": by_kind}
    return {**made, "additionalProperties": False}


def _kind(kind: ModuleType) -> Schema:
    made = _record(kind.Inputs)
    return {**(made if made.get("required") else _optional(made)), "description": summary(kind)}


def _expect(kind: ModuleType) -> Schema:
    fields = {field.alias or name: field for name, field in kind.Observed.model_fields.items()}
    shapes = {name: shape_of(field.annotation) for name, field in fields.items()}
    properties = {
        name: _refer(f"expect.{shapes[name].name.lower()}", field.description or type_words(field.annotation))
        for name, field in fields.items()
    }
    inside: Schema = {f"^{name}\\.": {} for name, shape in shapes.items() if shape in (Shape.MAPPING, Shape.ANY)}
    one: Schema = {"type": "object", "patternProperties": inside, "additionalProperties": False}
    phases = {
        name: {**one, "properties": properties, "description": f"what must hold in {name} only"}
        for name in ("pre", "post")
    }
    return {**one, "properties": {**properties, **phases}, "description": _SAID["expect"]}


def _expected(shape: Shape) -> Schema:
    """Describe what may be written of a property: the value itself, or operators that may be asked of it."""
    if shape in (Shape.MAPPING, Shape.ANY):
        return {}
    operators: Schema = {
        word: {**_operand(word), "description": (one.holds.__doc__ or "").strip()}
        for word, one in OPERATORS.items()
        if shape in one.shapes
    }
    if shape not in (Shape.NUMBER, Shape.TRUTH):
        description = "regular expressions whose matches are taken out before anything is compared"
        operators["mask"] = {"description": description, "anyOf": [SCALAR, _list(SCALAR)]}
    several = {"type": "object", "minProperties": 1, "properties": operators, "additionalProperties": False}
    return {"anyOf": [_list(SCALAR) if shape is Shape.LIST else SCALAR, several, {"type": "null"}]}


def _operand(word: str) -> Schema:
    match OPERATORS[word].operand:
        case Operand.TRUE:
            return {"enum": [True, "true"]}
        case Operand.NESTED:
            return {"anyOf": [SCALAR, {"type": "object"}]}
        case Operand.TEXTS | Operand.VALUE:
            return {"anyOf": [SCALAR, _list(SCALAR)]}
        case Operand.VALUES:
            return _list(SCALAR)
        case _:
            return dict(SCALAR)


def _record(record: type[Record]) -> Schema:
    """Describe a record as it is written in YAML."""
    made = _field(_without_source(record.model_json_schema()))
    return {**made, "description": (record.__doc__ or "").strip().split("\n\n")[0].replace("\n", " ")}


def _without_source(whole: Schema) -> Schema:
    """Take away where a record stood, at any depth: nobody writes that."""
    for one in (whole, *whole.get("$defs", {}).values()):
        one.get("properties", {}).pop("source", None)
        one["required"] = [name for name in one.get("required", ()) if name != "source"]
    return whole


def _field(one: Schema, definitions: Mapping[str, Schema] | None = None) -> Schema:
    """Turn pydantic's description of a value into that of the YAML it is read from."""
    known = one.get("$defs") or definitions or {}
    said = {"description": one["description"]} if "description" in one else {}
    if "$ref" in one:
        return {**_field(known[one["$ref"].rpartition("/")[2]], known), **said}
    if "anyOf" in one:
        return {"anyOf": [_field(part, known) for part in one["anyOf"]], **said}
    if "enum" in one:
        return {"anyOf": [{"enum": one["enum"]}, _VARIABLE], **said}
    match one.get("type"):
        case "string" if one.get("pattern") == DURATION:
            return {"anyOf": [{"type": "string", "pattern": DURATION}, _VARIABLE], **said}
        case "string":
            return {**SCALAR, **said}
        case "integer" | "number":
            limits = {key: one[key] for key in ("minimum", "maximum", "exclusiveMinimum") if key in one}
            return {"anyOf": [{"type": one["type"], **limits}, _VARIABLE], **said}
        case "boolean":
            return {**_TRUTH, **said}
        case "array":
            items = _field(one.get("items", {}), known)
            return {"anyOf": [_list(items), SCALAR] if items == SCALAR else [_list(items)], **said}
        case "object":
            return {**_object(one, known), **said}
        case "null":
            return _NULL
        case _:
            return said


def _object(one: Schema, known: Mapping[str, Schema]) -> Schema:
    if "properties" not in one:
        inner = one.get("additionalProperties", {})
        return {"type": "object", "additionalProperties": _field(inner, known) if isinstance(inner, dict) else {}}
    properties = {name: _field(part, known) for name, part in one["properties"].items()}
    made: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**made, "required": one["required"]} if one.get("required") else made
