"""What all records share: frozen, keyword-only, no unknown fields, JSON both ways."""

from __future__ import annotations

import re
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator as AfterValidator
from pydantic import BaseModel, ValidationError, WithJsonSchema
from pydantic import BeforeValidator as BeforeValidator
from pydantic import ConfigDict as ConfigDict
from pydantic import Field as Field
from pydantic import field_validator as field_validator
from pydantic import model_validator as model_validator

JsonValue: TypeAlias = Any
"""Whatever JSON can hold: null, truth, number, text, list, mapping of text."""

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


DURATION = r"^( *\d+(\.\d+)?(ms|s|m|h|d))+$"
"""How a duration is written."""


def parse_duration(value: object) -> float:
    """Turn ``3m``, ``500ms``, ``1h30m`` into seconds; a number (from JSON) is seconds already.

    :raises ValueError: text that is not a row of numbers with units.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)", str(value))
    if not parts or "".join(number + unit for number, unit in parts) != str(value).replace(" ", ""):
        raise ValueError(f"'{value}' is not a duration; write a number with its unit: 500ms, 30s, 3m, 2h, 7d")
    return sum(float(number) * _UNITS[unit] for number, unit in parts)


Duration = Annotated[
    float,
    BeforeValidator(parse_duration),
    WithJsonSchema({"type": "string", "pattern": DURATION, "examples": ["500ms", "30s", "3m", "2h"]}),
]
"""Seconds; written with a unit in YAML."""

InvalidRecord = ValidationError
"""What making a record raises when the values do not fit."""

Words: TypeAlias = dict[str, str]
"""A text by language code: ``{"it": ..., "en": ...}``."""


def spoken(said: JsonValue, language: str) -> JsonValue:
    """Give what is said by language in one of them, else in whichever there is; what is not by language as it is."""
    if not isinstance(said, dict):
        return said
    return said.get(language) or next(iter(said.values()), "")


class Record(BaseModel):
    """What all records share."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(Record):
    """A place in a file; line and column count from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"
