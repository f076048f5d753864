"""Tells what can be checked: each kind's fields, what it observes, its units and its example, from its own file."""

from __future__ import annotations

import textwrap
import types
from collections.abc import Iterator
from enum import StrEnum
from types import ModuleType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from uat.language.operands import shape_of
from uat.language.wording import unknown_word
from uat.model import DURATION, Record
from uat.operators import Shape
from uat.vocabulary import Vocabulary

_UNITS = {"bytes": "bytes", "percent": "%", "seconds": "seconds", "ms": "milliseconds", "days": "days"}
_LONG = {Shape.ANY: "anything", Shape.NUMBER: "number", Shape.TEXT: "text", Shape.TRUTH: "true or false"}


def every_kind(vocabulary: Vocabulary) -> Iterator[str]:
    """Write one line a kind."""
    words = vocabulary.words
    width = max(map(len, words))
    for word in words:
        yield f"{word:<{width}}  {summary(vocabulary.load(word))}"


def one_kind(word: str, vocabulary: Vocabulary) -> Iterator[str]:
    """Write all about a kind.

    :raises ValueError: there is none of that name; with the nearest one.
    """
    if word not in vocabulary.words:
        raise ValueError(unknown_word("kind", word, vocabulary.words))
    kind = vocabulary.load(word)
    about, _, example = (kind.__doc__ or "").partition("Example::")
    yield f"{word}: {about.strip()}"
    yield ""
    yield "takes"
    yield from _table(kind.Inputs, is_input=True)
    yield ""
    yield "observes"
    yield from _table(kind.Observed, moving=tuple(getattr(kind, "MOVES", ())))
    if not example:
        return
    yield ""
    yield "example"
    yield textwrap.indent(textwrap.dedent(example).strip("\n"), "  ").rstrip()


def summary(kind: ModuleType) -> str:
    """Give the first sentence of a kind's docstring on one line."""
    first = (kind.__doc__ or "").strip().split("\n\n")[0]
    return " ".join(first.split())


def type_words(annotation: Any) -> str:
    """Say in words what a field takes or is."""
    kept = _inner(annotation)
    if get_origin(kept) is Literal:
        return ", ".join(map(str, get_args(kept)))
    if isinstance(kept, type) and issubclass(kept, StrEnum):
        return ", ".join(map(str, kept))
    if isinstance(kept, type) and issubclass(kept, Record):
        return "mapping of " + ", ".join(kept.model_fields)
    if get_origin(kept) in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(type_words(one) for one in get_args(kept) if one is not type(None)))
    shape = shape_of(annotation)
    if shape is Shape.LIST:
        item = next((one for one in get_args(kept) if one is not Ellipsis), Any)
        return f"list of {type_words(item)}"
    return _LONG.get(shape, shape.removeprefix("a "))


def unit_of(name: str) -> str:
    """Give the unit that a property's name carries."""
    parts = name.split("_")
    return _UNITS.get(parts[-1]) or (_UNITS.get(parts[0], "") if parts[0] == "days" else "")


def _inner(annotation: Any) -> Any:
    if get_origin(annotation) is Annotated:
        return _inner(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        kept = [one for one in get_args(annotation) if one is not type(None)]
        return _inner(kept[0]) if len(kept) == 1 else annotation
    return annotation


def _table(record: type[Record], *, is_input: bool = False, moving: tuple[str, ...] = ()) -> Iterator[str]:
    rows = list(_rows(record, is_input=is_input, moving=moving))
    names, kinds = (max((len(row[column]) for row in rows), default=0) for column in (0, 1))
    if not rows:
        yield "  nothing"
    yield from (f"  {name:<{names}}  {kind:<{kinds}}  {said}".rstrip() for name, kind, said in rows)


def _rows(record: type[Record], *, is_input: bool, moving: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    written = record.model_json_schema()["properties"] if record.model_fields else {}
    for name, field in record.model_fields.items():
        word = field.alias or name
        is_duration = any(one.get("pattern") == DURATION for one in (written[word], *written[word].get("anyOf", ())))
        unit = ", such as 30s" if is_duration else unit_of(word) and f", {unit_of(word)}"
        notes = [field.description or ""]
        if is_input:
            notes.append(
                "required" if field.is_required() else _default(field.get_default(call_default_factory=True))
            )
        elif word in moving:
            notes.append("changes by itself")
        kind = "duration" if is_duration else type_words(field.annotation)
        yield word, f"{kind}{unit}", "; ".join(filter(None, notes))


def _default(value: Any) -> str:
    if value is None or value == "" or value == () or value == {}:
        return ""
    return f"default: {str(value).lower() if isinstance(value, bool) else value}"
