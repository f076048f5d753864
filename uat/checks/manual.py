"""Ask a person to try something and say what came of it.

Example::

    - id: CALL-01
      title: {it: Chiamata entrante dal PSTN al centralino, en: Incoming call from the PSTN}
      severity: blocker
      manual:
        do: [Chiamare il numero principale da un cellulare, Ascoltare fino alla fine del messaggio]
        see: L'IVR risponde entro tre squilli
    - id: CALL-02
      title: {it: Eco sul numero di prova, en: Echo on the test number}
      manual:
        do: {it: [Chiamare il 600, Parlare], en: [Call 600, Speak]}
        see: {it: Ci si risente, en: You hear yourself}
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from uat.checks._inputs import ByLanguage, Said
from uat.model import BeforeValidator, Field, Record

MOVES = ("answered_by", "files", "note")
"""What changes by itself between two looks."""


def _as_steps(value: object) -> object:
    if value in ((), []):
        raise ValueError("at least one step must be written here")
    return (value,) if isinstance(value, str) else value


Steps = Annotated[tuple[Said, ...], BeforeValidator(_as_steps)]
"""What is to be done, in order."""


class Answer(StrEnum):
    """What a person may say."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not_applicable"


class Inputs(Record):
    """What is to be tried; a person reads it as it stands."""

    do: Steps | ByLanguage[Steps] = Field(description="the steps in order, also by language; one may stand alone")
    see: Said | ByLanguage[Said] = Field(description="what then shows that it works; also by language")


class Observed(Record):
    """What the person said."""

    answer: Answer
    note: str = ""
    answered_by: Said = Field(description="the person's name")
    files: tuple[str, ...] = Field(default=(), description="names of files handed in, such as a photograph")
