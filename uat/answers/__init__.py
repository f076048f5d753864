"""The socket of ways to ask a person: a file here is a value of ``--manual``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from uat.checks.manual import Observed as Answer
from uat.model import Check, Phase, Record, Result

__all__ = ["Answer", "Channel", "Question", "Way"]


class Question(Record):
    """One manual check to be asked: which, of how many, of whom and about which machine."""

    check: Check
    phase: Phase
    number: int
    count: int
    customer: str
    host: str
    language: str
    earlier: Result | None = None


class Channel(Record):
    """How a way of asking reaches the person: words, keyboard, screen, or a file of answers."""

    phrases: Mapping[str, str]
    read: Callable[[str], str]
    write: Callable[[str], None]
    file: Path | None = None


class Way(Protocol):
    """What each file of this socket offers."""

    def ask(self, questions: tuple[Question, ...], channel: Channel) -> dict[str, Answer]:
        """Give the answers by check id; a question that nobody answered has none."""
