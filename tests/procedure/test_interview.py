"""A person is asked what nobody wrote down before."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from procedure.conditions import YES_OR_NO, customisations, mcs
from procedure.interview import Interview, Said
from procedure.person import Person
from reports.words import speak
from uat.answers import Channel
from uat.errors import ProcedureError

PHRASES = speak("it").section("ask")


def interview(*lines: str, is_there: bool = True, **written: Said) -> tuple[Interview, list[str]]:
    """Somebody who types these lines and goes away; and what they were asked."""
    typed: Iterator[str] = iter(lines)
    shown: list[str] = []

    def read(prompt: str) -> str:
        shown.append(prompt)
        for line in typed:
            return line
        raise EOFError

    person = Person(Channel(phrases=PHRASES, read=read, write=lambda line: None), is_there=is_there)
    return Interview(written, ask=person, phrases=PHRASES), shown


@pytest.mark.parametrize("typed", ["s", "sì", " SI "])
def test_a_word_of_the_language(typed: str) -> None:
    """Each way of saying yes is understood."""
    asked, _ = interview(typed, "", "M. Rossi")
    assert asked.about("console", YES_OR_NO) == Said(answer="yes", answered_by="M. Rossi")


def test_what_is_written_is_not_asked() -> None:
    """An answer from before the night stands."""
    said = Said(answer="no", answered_by="G. Verdi")
    asked, shown = interview(console=said)
    assert (asked.about("console", YES_OR_NO), shown) == (said, [])


def test_who_answered_last_is_offered_again() -> None:
    """Enter repeats the name."""
    asked, shown = interview("s", "", "M. Rossi", "n", "", "")
    asked.about("console", YES_OR_NO)
    assert asked.about("licence", YES_OR_NO).answered_by == "M. Rossi"
    assert "[M. Rossi]" in shown[-1]


def test_a_release_is_asked_for_until_it_is_one() -> None:
    """Neither a word nor a release is asked again."""
    asked, shown = interview("boh", "22.1.0", "", "M. Rossi")
    assert asked.about("mcs", mcs.QUESTION).answer == "22.1.0"
    assert len(shown) == 4


def test_a_note_that_is_due_is_asked_for_until_it_is_there() -> None:
    """What counts only with a note is not taken without."""
    asked, _ = interview("concordate", "", "caso 4711", "M. Rossi")
    assert asked.about("customisations", customisations.QUESTION).note == "caso 4711"


def test_nobody_there() -> None:
    """Where nobody can be asked nothing is answered."""
    asked, shown = interview(is_there=False)
    with pytest.raises(ProcedureError) as stop:
        asked.about("console", YES_OR_NO)
    assert (stop.value.stop, shown) == ("not_confirmed", [])
