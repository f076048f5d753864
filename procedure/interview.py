"""What persons say about an upgrade's conditions: taken from the file of answers, else asked at the terminal."""

from __future__ import annotations

import re
from collections.abc import Mapping

from procedure.hypervisors import Ask
from procedure.person import spoken
from uat.model import Outcome, Record


class Said(Record):
    """What a person said: one of the question's words or what its pattern allows, a note, and the name."""

    answer: str
    note: str = ""
    answered_by: str


class Question(Record):
    """What may be answered, and what each word means for the condition.

    ``noted`` are the words that count only with a note. ``pattern`` is what else may be answered, such as a release
    or a duration; the condition judges that itself.
    """

    words: dict[str, Outcome]
    noted: tuple[str, ...] = ()
    pattern: str = ""

    def read(self, typed: str, phrases: Mapping[str, str]) -> str | None:
        """Give the word that was meant, in English or in the person's language; None when there is none."""
        text = typed.strip().lower()
        for word in self.words:
            if text == word or text in spoken(word, phrases):
                return word
        return text if self.pattern and re.fullmatch(self.pattern, text) else None


class Interview:
    """Holds what was written before the night, and asks the rest; whoever answered last is offered again."""

    def __init__(self, written: Mapping[str, Said], *, ask: Ask, phrases: Mapping[str, str]) -> None:
        self._written = written
        self._ask = ask
        self._phrases = phrases
        self._person = ""

    def about(self, condition: str, question: Question) -> Said:
        """Give the answer about a condition; its question stands in the languages under the condition's name.

        :raises ProcedureError: ``not_confirmed``: nothing is written, and nobody can be asked.
        """
        if condition in self._written:
            return self._written[condition]
        answer = self._answer(condition, question)
        note = self._ask("note").strip()
        while answer in question.noted and not note:
            note = self._ask("note").strip()
        self._person = self._who()
        return Said(answer=answer, note=note, answered_by=self._person)

    def _answer(self, condition: str, question: Question) -> str:
        if not question.pattern:
            return self._ask(condition, choices=tuple(question.words))
        while (answer := question.read(self._ask(condition), self._phrases)) is None:
            pass
        return answer

    def _who(self) -> str:
        if self._person:
            return self._ask("who_again", default=self._person).strip() or self._person
        while not (who := self._ask("who").strip()):
            pass
        return who
