"""Ask a person to try something and say what came of it.

Example::

    - id: CALL-01
      title: {it: Chiamata entrante dal PSTN al centralino, en: Incoming call from the PSTN}
      severity: blocker
      manual:
        do: [Chiamare il numero principale da un cellulare, Ascoltare fino alla fine del messaggio]
        see: L'IVR risponde entro tre squilli
"""

from __future__ import annotations

from enum import StrEnum

from uat.checks._inputs import Said
from uat.model import Field, Record, field_validator

MOVES = ("answered_by", "files", "note")
"""What changes by itself between two looks."""


class Answer(StrEnum):
    """What a person may say."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not_applicable"


class Inputs(Record):
    """What is to be tried; a person reads it as it stands."""

    do: tuple[Said, ...] = Field(description="the steps in order; one step may stand alone")
    see: Said = Field(description="what then shows that it works")

    @field_validator("do", mode="before")
    @classmethod
    def _as_steps(cls, value: object) -> object:
        if value in ((), []):
            raise ValueError("at least one step must be written here")
        return (value,) if isinstance(value, str) else value


class Observed(Record):
    """What the person said."""

    answer: Answer
    note: str = ""
    answered_by: Said = Field(description="the person's name")
    files: tuple[str, ...] = Field(default=(), description="names of files handed in, such as a photograph")
