"""What checks ask of the machine: equal questions once, and again over another connection when one breaks."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from uat.asked import Asked, Looks
from uat.errors import ObservationError, UnreachableError
from uat.ssh.output import Output


def said(text: str) -> Output:
    """Make an answer."""
    return Output(exit_code=0, stdout=text.encode(), stderr=b"", seconds=0.0)


@dataclass
class Link:
    """A connection that counts, answers when it is told to, and may break."""

    breaks: bool = False
    is_lost: bool = False
    answers: str = "yes"
    asked: list[str] = field(default_factory=list)
    may_answer: threading.Event = field(default_factory=threading.Event)

    def look(self, command: str, *, deadline: float | None = None, stdin: bytes = b"") -> Output:
        """Answer, or break."""
        self.asked.append(command)
        assert self.may_answer.wait(10)
        if command == "hangs":
            raise ObservationError("no answer")
        if self.breaks:
            self.is_lost = True
            raise UnreachableError("the connection is lost")
        return said(self.answers)


def asked_over(*links: Link) -> Asked:
    """Ask over one connection after the other."""
    row = iter(links)
    now = [next(row)]

    def connection() -> Link:
        if now[0].is_lost:
            now[0] = next(row)
        return now[0]

    return Asked(Looks(connection))  # type: ignore[arg-type]


def test_equal_questions_are_asked_once() -> None:
    """Twenty checks that ask the same at the same moment, and one that asks later, get one answer."""
    link = Link()
    asked = asked_over(link)
    with ThreadPoolExecutor(20) as pool:
        waiting = [pool.submit(asked.run, "uname -s") for _ in range(20)]
        link.may_answer.set()
        assert {one.result().text for one in waiting} == {"yes"}
    assert asked.run("uname -s").text == "yes"
    assert link.asked == ["uname -s"]


def test_what_differs_is_asked_apart() -> None:
    """Another command, deadline or input is another question."""
    link = Link()
    link.may_answer.set()
    asked = asked_over(link)
    asked.run("a")
    asked.run("b")
    asked.run("a", deadline=3)
    asked.run("a", stdin=b"x")
    assert link.asked == ["a", "b", "a", "a"]


def test_a_long_answer_is_not_kept() -> None:
    """An answer that would fill the memory is asked for again by who comes later."""
    link = Link(answers="x" * 100_000)
    link.may_answer.set()
    asked = asked_over(link)
    assert len(asked.run("a").text) == len(asked.run("a").text) == 100_000
    assert link.asked == ["a", "a"]


def test_an_error_is_nobody_elses() -> None:
    """Who waits for an answer that fails fails too; who comes later asks anew."""
    link = Link()
    link.may_answer.set()
    asked = asked_over(link)
    for _ in range(2):
        with pytest.raises(ObservationError, match="no answer"):
            asked.run("hangs")
    assert link.asked == ["hangs", "hangs"]


def test_a_broken_connection_loses_no_question() -> None:
    """What was under way when the connection broke is asked over the next one; a second break is an error."""
    broken, sound = Link(breaks=True), Link()
    for link in (broken, sound):
        link.may_answer.set()
    assert asked_over(broken, sound).run("a").text == "yes"
    assert (broken.asked, sound.asked) == (["a"], ["a"])
    broken.is_lost = False
    with pytest.raises(UnreachableError):
        asked_over(broken, Link(breaks=True, may_answer=sound.may_answer)).run("a")


def test_who_is_left_behind_asks_nothing() -> None:
    """After the end of the looking (Ctrl-C) nothing is asked, and no lost connection is opened again."""
    broken, other = Link(breaks=True), Link()
    asked = asked_over(broken, other)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(asked.run, "a")
        while not broken.asked:
            pass
        asked.looks.end()
        broken.may_answer.set()
        with pytest.raises(UnreachableError):
            waiting.result()
    with pytest.raises(UnreachableError, match="ended"):
        asked.run("b")
    assert other.asked == []
