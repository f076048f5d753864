"""A person is asked: every way of typing, and a real terminal."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sshd import Sshd
from uat import journal
from uat.answers import Answer, Channel, Question, file, none, terminal
from uat.errors import ChecklistError
from uat.model import Check, Phase, Source

ROOT = Path(__file__).parents[2]
PHRASES = {
    "title": "{customer} {host} {number}/{count}",
    "expected": "expected:",
    "earlier": "before:",
    "choose": "? ",
    "invalid": "no such letter",
    "note": "note: ",
    "who": "who: ",
    "who_again": "who [{default}]: ",
    "letter_passed": "p",
    "letter_failed": "f",
    "letter_not_applicable": "n",
    "letter_later": "l",
}


def questions(count: int = 1) -> tuple[Question, ...]:
    """Manual checks A-1, A-2 ..."""
    return tuple(
        Question(
            check=Check(
                id=f"A-{number}",
                title={"it": "Chiamata"},
                kind="manual",
                inputs={"do": ["Chiamare 600"], "see": "Eco"},
                source=Source(file="a.yaml"),
            ),
            phase=Phase.PRE,
            number=number,
            count=count,
            customer="ACME",
            host="pbx1",
            language="it",
        )
        for number in range(1, count + 1)
    )


def typing(*lines: str) -> tuple[Channel, list[str]]:
    """A person who types these lines and then goes away; and what the screen showed."""
    typed: Iterator[str] = iter(lines)
    shown: list[str] = []

    def read(prompt: str) -> str:
        try:
            return next(typed)
        except StopIteration:
            raise EOFError from None

    return Channel(phrases=PHRASES, read=read, write=shown.append), shown


def test_steps_in_the_person_s_language() -> None:
    """What is said in several languages is shown in that of the session."""
    (question,) = questions()
    by_language = {"do": {"it": ["Chiamare"], "en": ["Call 600"]}, "see": {"it": "Eco", "en": "Echo"}}
    check = question.check.model_copy(update={"inputs": by_language})
    channel, shown = typing("l")
    terminal.ask((question.model_copy(update={"check": check, "language": "en"}),), channel)
    assert [line.strip() for line in shown[3:5]] == ["1. Call 600", "expected: Echo"]


@pytest.mark.parametrize(
    ("lines", "word", "note"),
    [
        (("p", "", "Anna"), "passed", ""),
        (("F ", "nessun eco", "Anna"), "failed", "nessun eco"),
        (("x", "", "n", "nessuna linea", "Anna"), "not_applicable", "nessuna linea"),
        (("p", "", "", "", "Anna"), "passed", ""),
    ],
)
def test_an_answer_is_typed(lines: tuple[str, ...], word: str, note: str) -> None:
    """A letter, a note, and a name that cannot be left empty; a wrong letter is asked again."""
    channel, _ = typing(*lines)
    assert terminal.ask(questions(), channel) == {"A-1": Answer(answer=word, note=note, answered_by="Anna")}


def test_the_screen_says_whose_machine_it_is() -> None:
    """Customer, host, number of, steps and what should be seen stand before the question."""
    channel, shown = typing("p", "", "Anna")
    terminal.ask(questions(), channel)
    assert shown[1:] == ["ACME pbx1 1/1", "A-1  Chiamata", "  1. Chiamare 600", "  expected: Eco"]


def test_the_name_is_offered_again() -> None:
    """Who answered the first question need not type the name for the second."""
    channel, _ = typing("p", "", "Anna", "p", "", "")
    assert {answer.answered_by for answer in terminal.ask(questions(2), channel).values()} == {"Anna"}


@pytest.mark.parametrize("lines", [(), ("p", "", "Anna", "l"), ("p", "", "Anna", "f")])
def test_what_is_left_has_no_answer(lines: tuple[str, ...]) -> None:
    """Later, or a terminal that is gone, is no answer; what was answered before stays."""
    channel, _ = typing(*lines)
    assert set(terminal.ask(questions(2), channel)) == ({"A-1"} if lines else set())


def test_nobody_is_asked() -> None:
    """The way `none` gives no answer."""
    assert none.ask(questions(), typing("p")[0]) == {}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("answers:\n  A-1: perhaps\n", "perhaps"),
        ("answer:\n  A-1: passed\n", "answer"),
        ("answers: [A-1]\n", "a mapping is due"),
        (
            "answers: {A-1: {answer: passed, nota: x}}\n",
            "answers.yaml:2:33: unknown field 'nota'; did you mean 'note'",
        ),
        ("answers: {A-1: passed\n", "answers.yaml:"),
    ],
)
def test_a_wrong_file_of_answers_is_named(tmp_path: Path, text: str, problem: str) -> None:
    """A typo in a file of answers never becomes an answer."""
    path = tmp_path / "answers.yaml"
    path.write_text(f"answered_by: Anna\n{text}", "utf-8")
    channel, _ = typing()
    with pytest.raises(ChecklistError, match=problem):
        file.ask(questions(), channel.model_copy(update={"file": path}))


def test_a_phase_has_its_own_answers(tmp_path: Path) -> None:
    """What stands under the phase wins over `answers`."""
    path = tmp_path / "answers.yaml"
    path.write_text("answered_by: Anna\nanswers: {A-1: failed}\npre: {A-1: passed}\n", "utf-8")
    channel, _ = typing()
    (answer,) = file.ask(questions(), channel.model_copy(update={"file": path})).values()
    assert answer.answer == "passed"


CHECKLIST = """\
customer: ACME
language: it
checks:
  - id: A-1
    title: Chiamata entrante
    manual: {do: [Chiamare 600], see: Si sente l'eco}
"""


def test_asked_at_a_real_terminal(sshd: Sshd, tmp_path: Path) -> None:
    """pytest's capture does not swallow the question, nor the answer that is typed."""
    (tmp_path / "acme.yaml").write_text(CHECKLIST, "utf-8")
    screen = play(sshd, tmp_path, [("esito [", "s"), ("nota (", "eco chiaro"), ("chi risponde", "Anna")])
    run = journal.read(next(tmp_path.glob("evidence/*/*/*/journal.jsonl")))
    result = run.of(Phase.PRE)["A-1"]
    assert (result.outcome, result.reason) == ("passed", "eco chiaro"), screen
    assert "Si sente l'eco" in screen


def play(server: Sshd, folder: Path, dialogue: list[tuple[str, str]], seconds: float = 60) -> str:
    """Run a pre at a terminal; after each piece of text that is shown, type a line."""
    ours, theirs = pty.openpty()
    plugins = [word for room in ("uat", "procedure", "reports") for word in ("-p", f"{room}.plugin")]
    host = f"--tvox-host={server.user}@127.0.0.1:{server.port}"
    login = (f"--identity={server.key}", f"--known-hosts={server.known_hosts}")
    command = [sys.executable, "-m", "pytest", *plugins, "--phase=pre", host, *login, "acme.yaml"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "TERM": "dumb"}
    process = subprocess.Popen(command, cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    screen, seen, until = "", 0, time.monotonic() + seconds
    try:
        while time.monotonic() < until:
            if not select.select([ours], [], [], 0.2)[0]:
                continue
            try:
                screen += os.read(ours, 65536).decode(errors="replace")
            except OSError:  # the other side is closed: the session is over
                break
            if dialogue and dialogue[0][0] in screen[seen:].lower():
                seen = len(screen)
                os.write(ours, dialogue.pop(0)[1].encode() + b"\n")
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    return screen
