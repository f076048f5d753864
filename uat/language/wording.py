"""What is wrong with a word or a value, said so that whoever wrote it can mend it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from types import MappingProxyType

from uat.model import JsonValue

_DUE: Mapping[str, str] = MappingProxyType(
    {
        "bool_parsing": "true or false is due here",
        "bool_type": "true or false is due here",
        "date_from_datetime_parsing": "a date is due here, such as 2027-01-31",
        "date_parsing": "a date is due here, such as 2027-01-31",
        "dict_type": "a mapping is due here",
        "float_parsing": "a number is due here",
        "float_type": "a number is due here",
        "int_from_float": "a whole number is due here",
        "int_parsing": "a whole number is due here",
        "int_type": "a whole number is due here",
        "list_type": "a list is due here, such as [A, B]",
        "model_attributes_type": "a mapping is due here",
        "model_type": "a mapping is due here",
        "string_type": "a text is due here",
        "tuple_type": "a list is due here, such as [A, B]",
    }
)
"""What was due, by pydantic's word for the fault (pydantic 2: "Validation Errors")."""


_LISTED = 40
"""How many right words are told where none is near."""


def unknown_word(noun: str, word: str, known: Iterable[str]) -> str:
    """Say that a word is not known, and which one was probably meant."""
    right = tuple(known)
    near = get_close_matches(word, right, n=1)
    if near:
        return f"unknown {noun} '{word}'; did you mean '{near[0]}'?"
    if not right:
        return f"unknown {noun} '{word}'"
    more = f" and {len(right) - _LISTED} more" if len(right) > _LISTED else ""
    return f"unknown {noun} '{word}'; one of: {', '.join(right[:_LISTED])}{more}"


def wrong_value(kind: str, said: str, value: JsonValue) -> str:
    """Say what should stand where something else does.

    :param kind: pydantic's word for the fault.
    :param said: pydantic's sentence, used where there is no better one.
    """
    if kind in _DUE:
        return _DUE[kind] + _instead(kind, value)
    sentence = said.removeprefix("Value error, ").removeprefix("Assertion failed, ")
    sentence = sentence.replace("Input should be", "this should be")
    return sentence[:1].lower() + sentence[1:]


def _instead(kind: str, value: JsonValue) -> str:
    if kind == "string_type" and isinstance(value, Mapping):
        return ', not a mapping; if it is a variable, quote it: "{name}"'
    if isinstance(value, Mapping):
        return ", not a mapping"
    if isinstance(value, list):
        return ", not a list"
    return f", not '{value}'"
