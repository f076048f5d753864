"""Asks the manual checks at the terminal, all in one sitting, in the checklist's language."""

from __future__ import annotations

from uat.answers import Answer, Channel, Question
from uat.checks.manual import Answer as Word
from uat.model import spoken

_CHOICES = ("passed", "failed", "not_applicable", "later")


def ask(questions: tuple[Question, ...], channel: Channel) -> dict[str, Answer]:
    """Ask one question after the other; who answers is asked once and offered again.

    End of input (the terminal is gone) leaves the rest unanswered.
    """
    answers: dict[str, Answer] = {}
    person = ""
    for question in questions:
        try:
            answer = _ask_one(question, person, channel)
        except EOFError:
            break
        if answer is not None:
            answers[question.check.id] = answer
            person = answer.answered_by
    return answers


def _ask_one(question: Question, person: str, channel: Channel) -> Answer | None:
    _show(question, channel)
    choice = _choice(channel)
    if choice == "later":
        return None
    note = channel.read(channel.phrases["note"]).strip()
    return Answer(answer=Word(choice), note=note, answered_by=_who(person, channel))


def _who(person: str, channel: Channel) -> str:
    """Ask who answers until somebody does; whoever answered before is offered."""
    question = channel.phrases["who_again"].format(default=person) if person else channel.phrases["who"]
    while not (who := channel.read(question).strip() or person):
        pass
    return who


def _show(question: Question, channel: Channel) -> None:
    """Put the question on the screen: whose machine, which check, what to do, what should be seen."""
    phrases, check = channel.phrases, question.check
    place = {"customer": question.customer, "host": question.host}
    channel.write("")
    channel.write(phrases["title"].format(number=question.number, count=question.count, **place))
    channel.write(f"{check.id}  {check.words(question.language)}")
    for number, step in enumerate(spoken(check.inputs["do"], question.language), 1):
        channel.write(f"  {number}. {step}")
    channel.write(f"  {phrases['expected']} {spoken(check.inputs['see'], question.language)}")
    earlier = (question.earlier.observed or {}).get("answer") if question.earlier else None
    if earlier:
        channel.write(f"  {phrases['earlier']} {phrases[str(earlier)]}")


def _choice(channel: Channel) -> str:
    """Read until one of the offered letters was typed."""
    letters = {channel.phrases[f"letter_{choice}"]: choice for choice in _CHOICES}
    while True:
        typed = channel.read(channel.phrases["choose"]).strip().lower()
        if typed in letters:
            return letters[typed]
        channel.write(channel.phrases["invalid"])
