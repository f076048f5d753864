"""The person at the terminal, asked in the checklist's language what no machine can tell."""

from __future__ import annotations

from collections.abc import Mapping

from uat.answers import Channel
from uat.errors import ExitCode, ProcedureError


class Person:
    """Asks at the terminal; where there is none, nothing is assumed and the procedure stops."""

    def __init__(self, channel: Channel | None, *, is_there: bool) -> None:
        """:param is_there: whether somebody can type here."""
        self._channel = channel
        self._is_there = is_there

    def __call__(self, key: str, /, choices: tuple[str, ...] = (), **places: str) -> str:
        """Ask, and ask again until one of the choices was typed; see `procedure.hypervisors.Ask`.

        :raises ProcedureError: ``not_confirmed``: there is no terminal, or it went away.
        """
        if self._channel is None or not self._is_there:
            raise ProcedureError("not_confirmed", facts={"asked": key}, exit_code=ExitCode.GATE_CLOSED)
        try:
            return self._ask(self._channel, self._channel.phrases[key].format(**places), choices)
        except EOFError:
            raise ProcedureError("not_confirmed", facts={"asked": key}) from None

    def show(self, key: str, /, **places: str) -> None:
        """Show a text of the languages' ``ask`` table, whether somebody can answer or not."""
        if self._channel is not None:
            self._channel.write(self._channel.phrases[key].format(**places))

    def _ask(self, channel: Channel, text: str, choices: tuple[str, ...]) -> str:
        words = {word: choice for choice in choices for word in spoken(choice, channel.phrases)}
        while True:
            typed = channel.read(text)
            if not choices:
                return typed
            if (choice := words.get(typed.strip().lower())) is not None:
                return choice
            channel.write(channel.phrases["invalid"])


def spoken(choice: str, phrases: Mapping[str, str]) -> tuple[str, ...]:
    """List the words in which a choice may be typed; a language separates them with ``/``."""
    return tuple(word.strip().lower() for word in phrases.get(f"choice_{choice}", choice).split("/"))
