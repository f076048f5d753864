"""The person at the terminal: asked until the answer is one, and never assumed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from procedure.person import Person
from uat.answers import Channel
from uat.errors import ProcedureError

PHRASES = {
    "vm_power": "{vm} on or off? ",
    "confirm_host": "Name? ",
    "choice_on": "on",
    "choice_off": "off",
    "invalid": "Not a valid answer.",
}


class Keyboard:
    """Types what was prepared, then hangs up."""

    def __init__(self, *lines: str) -> None:
        self._lines: Iterator[str] = iter(lines)
        self.shown: list[str] = []

    def read(self, prompt: str) -> str:
        self.shown.append(prompt)
        for line in self._lines:
            return line
        raise EOFError

    def person(self, *, is_there: bool = True) -> Person:
        channel = Channel(phrases=PHRASES, read=self.read, write=self.shown.append)
        return Person(channel, is_there=is_there)


def test_asked_until_it_is_an_answer() -> None:
    """What is no answer is asked again; capitals and blanks do not matter."""
    keyboard = Keyboard("yes", " OFF ")
    assert keyboard.person()("vm_power", ("on", "off"), vm="TVOX1", where="") == "off"
    assert keyboard.shown == ["TVOX1 on or off? ", "Not a valid answer.", "TVOX1 on or off? "]


def test_free_text_is_taken_as_it_is() -> None:
    """Without choices whatever is typed is the answer."""
    assert Keyboard("pbx-lab").person()("confirm_host") == "pbx-lab"


def test_no_terminal_is_no_answer() -> None:
    """Where nobody can type nothing is assumed: not confirmed, exit code 12, and nothing was asked."""
    keyboard = Keyboard("pbx-lab")
    with pytest.raises(ProcedureError) as stop:
        keyboard.person(is_there=False)("confirm_host")
    assert (stop.value.stop, stop.value.exit_code, keyboard.shown) == ("not_confirmed", 12, [])


def test_a_terminal_that_goes_away() -> None:
    """A terminal that is closed while it is asked confirms nothing."""
    with pytest.raises(ProcedureError) as stop:
        Keyboard().person()("confirm_host")
    assert stop.value.stop == "not_confirmed"


@pytest.mark.parametrize("language", ["it", "en"])
def test_every_question_has_its_words(language: str) -> None:
    """Both languages have the words of every question that the procedure asks, with their places."""
    from reports.words import speak

    phrases = speak(language).section("ask")
    places = {"vm": "TVOX1", "where": "vCenter", "name": "tvox-uat-1", "description": "ACME"}
    for key in ("confirm_host", "vm_power", "vm_start", "snapshot_take", "snapshot_time", "snapshot_off",
                "snapshot_without_memory", "snapshot_who", "snapshot_seen"):  # fmt: skip
        assert phrases[key].format(**places)
    assert {f"choice_{word}" for word in ("yes", "no", "on", "off", "done")} | {"invalid"} <= set(phrases)
