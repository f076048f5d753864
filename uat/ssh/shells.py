"""The few shells of one connection, and the questions that wait for one: many in flight, none lost, none held up."""

from __future__ import annotations

import asyncio
import contextlib
import math
import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field

from uat.ssh.output import Output, output_of
from uat.ssh.pipe import FellError, LostError, Open, OverError, Pipe, RefusedError, SilentError
from uat.ssh.shell import Answered, Shell

_AHEAD = 32
"""Commands sent to a shell before the first of them has answered: a long way must not leave it idle."""
_SLOW = 1.0
"""A command that runs longer holds up those behind it; they go elsewhere."""
GRACE = 5.0
"""How much longer than the machine's own deadline we wait for the answer."""
_GLANCE = 0.25
REFUSED_PAUSE = 0.1


@dataclass(kw_only=True, eq=False)
class _Question:
    """One command that waits for its answer."""

    command: str
    seconds: int
    stdin: bytes
    answer: asyncio.Future[Output]
    asked_at: float


@dataclass(kw_only=True, eq=False)
class _Member:
    """One shell, its channel, and what was sent to it, the running one first."""

    shell: Shell
    crew: Shells
    pipe: Pipe | None = None
    sent: deque[tuple[int, _Question]] = field(default_factory=deque)
    count: int = 0
    began: float = 0.0
    is_stale: bool = False

    @property
    def is_slow(self) -> bool:
        """Tell whether what runs holds up the others."""
        return bool(self.sent) and time.monotonic() - self.began > _SLOW

    def takes_more(self, share: int) -> bool:
        """Tell whether a command sent now would soon run, and is no more than its share."""
        return not self.is_stale and len(self.sent) < min(_AHEAD, share) and not self.is_slow

    def send(self, question: _Question) -> None:
        """Send a command."""
        assert self.pipe is not None
        self.count += 1
        if not self.sent:
            self.began = time.monotonic()
        self.sent.append((self.count, question))
        self.pipe.write(self.shell.ask(self.count, question.command, seconds=question.seconds, stdin=question.stdin))

    def heard(self, data: bytes, *, is_errors: bool) -> None:
        """Take a piece of a stream."""
        for answered in self.shell.heard(data, is_errors=is_errors):
            self.crew.take(self, answered)

    def lost(self) -> None:
        """Learn that the channel is over."""
        self.crew.drop(self)


class Shells:
    """Asks questions in at most so many shells side by side; every method is called in one event loop.

    A question goes to the shell with the fewest before it. What waits behind a slow one is taken back and asked
    elsewhere; it only looks, so that the shell may run it again before it is closed.
    """

    def __init__(self, open_channel: Open, *, is_lost: Callable[[], bool], most: int, nice: int) -> None:
        """:param is_lost: tells whether the connection is gone.
        :param most: shells side by side, so commands at once.
        :param nice: their priority on the machine (nice(1)).
        """
        self._open_channel = open_channel
        self._is_lost = is_lost
        self._most = most
        self._nice = nice
        self._members: list[_Member] = []
        self._opening = 0
        self._waiting: deque[_Question] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_glancing = False
        self._has_none = False
        self._guests = 0

    async def ask(self, command: str, *, seconds: int, stdin: bytes = b"") -> Output:
        """Have a command run, and wait for what it says.

        :param seconds: its deadline, from when it runs.
        :raises LostError: the connection is gone.
        :raises OverError: it was over its deadline.
        :raises SilentError: neither it nor the machine said anything until well after its deadline.
        :raises FellError: the shell ended under it, or there is none.
        """
        if self._has_none:
            raise FellError
        answer: asyncio.Future[Output] = asyncio.get_running_loop().create_future()
        question = _Question(command=command, seconds=seconds, stdin=stdin, answer=answer, asked_at=time.monotonic())
        self._waiting.append(question)
        self._go_on()
        return await answer

    @contextlib.contextmanager
    def room(self) -> Iterator[None]:
        """Give a channel up for a while, for somebody who was refused one (MaxSessions)."""
        self._guests += 1
        idle = next((member for member in self._members if not member.sent), None)
        if idle is not None:
            self._close(idle)
        elif self._members:
            self._part(self._members[0])  # closed when what runs in it is over
        try:
            yield
        finally:
            self._guests -= 1
            self._go_on()

    def take(self, member: _Member, answered: Answered) -> None:
        """Hand an answer to whoever waits for it, and go on."""
        if member not in self._members or not member.sent:
            return  # it was closed, and what waited behind a slow command ran all the same
        number, question = member.sent.popleft()
        now = time.monotonic()
        seconds, member.began = now - member.began, now
        if answered.exit_code is None:
            _fail(question, OverError())
            self._close(member)
        elif answered.number != number:
            _fail(question, FellError())
            self._close(member)
        elif not question.answer.done():
            said = output_of(answered.exit_code, answered.stdout, answered.stderr, seconds=seconds)
            question.answer.set_result(said)
        if member.is_stale:
            self._close(member)
        self._go_on()

    def drop(self, member: _Member) -> None:
        """Take note that a shell is over: what ran in it fell with it, what waited is asked elsewhere."""
        if self._is_lost():
            self.lose()
        if member not in self._members:
            return
        self._members.remove(member)
        questions = [question for _, question in member.sent]
        if not member.shell.is_ready:
            self._has_none = True
            questions += self._waiting
            self._waiting.clear()
            for question in questions:
                _fail(question, FellError())
            return
        if questions:
            _fail(questions.pop(0), FellError())
        self._waiting.extendleft(reversed(questions))
        self._go_on()

    def lose(self) -> None:
        """Take note that the connection is gone."""
        questions = [*self._waiting, *(question for member in self._members for _, question in member.sent)]
        self._members.clear()
        self._waiting.clear()
        for question in questions:
            _fail(question, LostError("no link"))

    def _go_on(self) -> None:
        """Send what can be sent, leaving the shells that are not open yet their share; open what may be opened."""
        in_hand = sum(len(member.sent) for member in self._members)
        share = math.ceil((len(self._waiting) + in_hand) / max(1, len(self._members) + self._opening))
        while self._waiting:
            free = [member for member in self._members if member.takes_more(share)]
            if not free:
                break
            question = self._waiting.popleft()
            if not question.answer.done():
                self._send(question, min(free, key=lambda one: len(one.sent)))
        if self._waiting and not self._guests:
            for _ in range(self._most - len(self._members) - self._opening):
                self._opening += 1
                self._start(self._open())
        if not self._is_glancing and (self._waiting or any(member.sent for member in self._members)):
            self._is_glancing = True
            asyncio.get_running_loop().call_later(_GLANCE, self._glance)

    def _send(self, question: _Question, member: _Member) -> None:
        """Send a question to a shell; one that has just ended may not have been heard of yet."""
        try:
            member.send(question)
        except OSError:
            member.sent.pop()
            self._waiting.appendleft(question)
            self.drop(member)

    async def _open(self) -> None:
        """Open a further shell; where the machine gives no further one, those that are there must do."""
        shell = Shell(secrets.token_hex(8), nice=self._nice)
        member = _Member(shell=shell, crew=self)
        try:
            member.pipe = await self._open_channel(shell.opening, member)
        except RefusedError:
            self._opening -= 1
            if self._members or self._opening:
                self._most = max(1, self._most - 1)
            else:
                await asyncio.sleep(REFUSED_PAUSE)
        except LostError:
            self._opening -= 1
            self.lose()
        else:
            self._opening -= 1
            self._members.append(member)
        self._go_on()

    def _start(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _glance(self) -> None:
        """See who is slow, and who is silent."""
        self._is_glancing = False
        now = time.monotonic()
        if not self._members:
            self._give_up(now)
        for member in list(self._members):
            if not member.sent:
                continue
            _, running = member.sent[0]
            if now - member.began > running.seconds + 1 + GRACE:
                _fail(running, SilentError())
                self._close(member)
            elif member.is_slow and len(member.sent) > 1 and self._has_another(member):
                self._part(member)
        self._go_on()

    def _give_up(self, now: float) -> None:
        """Let nobody wait for ever for a shell that the machine does not give."""
        for question in [one for one in self._waiting if now - one.asked_at > one.seconds + GRACE]:
            self._waiting.remove(question)
            _fail(question, SilentError())

    def _has_another(self, member: _Member) -> bool:
        """Tell whether some other shell takes what waits behind a slow command."""
        others = (one for one in self._members if one is not member)
        return len(self._members) + self._opening < self._most or any(not one.is_slow for one in others)

    def _part(self, member: _Member) -> None:
        """Take back what waits behind the running command; the shell has it in hand, so it is closed afterwards."""
        running, *behind = member.sent
        member.sent = deque([running])
        member.is_stale = True
        self._waiting.extendleft(question for _, question in reversed(behind))

    def _close(self, member: _Member) -> None:
        """Close a shell of our own accord: nothing in it counts any more, what waited is asked elsewhere."""
        if member not in self._members:
            return
        self._members.remove(member)
        self._waiting.extendleft(question for _, question in reversed(member.sent))
        member.sent.clear()
        if member.pipe is not None:
            with contextlib.suppress(OSError):
                member.pipe.close()


def _fail(question: _Question, error: Exception) -> None:
    if not question.answer.done():
        question.answer.set_exception(error)
