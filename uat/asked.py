"""What checks ask of the machine: equal questions once, and once more over another connection when one breaks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future

from uat.errors import UnreachableError
from uat.host import Connection, Output

_KEPT_BYTES = 65536
"""A longer answer is given to whoever waits for it, and not kept for those who come later."""

_Question = tuple[str, float | None, bytes]


class Looks:
    """Asks over the connection of the moment; what it asks only looks, and may be asked twice."""

    def __init__(self, connection: Callable[[], Connection]) -> None:
        """:param connection: gives the connection, and opens another one when it is gone."""
        self._connection = connection
        self._is_ended = False

    def end(self) -> None:
        """Ask nothing any more: who still looks has been left behind."""
        self._is_ended = True

    def run(self, command: str, *, deadline: float | None = None, stdin: bytes = b"") -> Output:
        """Run a command and wait for its answer.

        :raises ObservationError: no answer before the deadline.
        :raises UnreachableError: the link is gone, and there is no other.
        """
        if self._is_ended:
            raise UnreachableError("the looking was ended")
        link = self._connection()
        try:
            return link.look(command, deadline=deadline, stdin=stdin)
        except UnreachableError:
            if self._is_ended or not link.is_lost:
                raise
        return self._connection().look(command, deadline=deadline, stdin=stdin)


class Asked:
    """Asks equal questions once: all who ask get the first one's answer, also while it is still awaited."""

    def __init__(self, looks: Looks) -> None:
        self.looks = looks
        self._answers: dict[_Question, Future[Output]] = {}
        self._asking = threading.Lock()

    def run(self, command: str, *, deadline: float | None = None, stdin: bytes = b"") -> Output:
        """Run a command, or take the answer that is there; errors as `Looks.run`."""
        question = (command, deadline, stdin)
        with self._asking:
            is_first = question not in self._answers
            answer = self._answers.setdefault(question, Future())
        if is_first:
            self._ask(question, answer)
        return answer.result()

    def _ask(self, question: _Question, answer: Future[Output]) -> None:
        command, deadline, stdin = question
        try:
            output = self.looks.run(command, deadline=deadline, stdin=stdin)
        except BaseException as error:  # noqa: BLE001  it is handed to all who wait
            self._forget(question)
            answer.set_exception(error)
        else:
            if len(output.stdout) + len(output.stderr) > _KEPT_BYTES:
                self._forget(question)
            answer.set_result(output)

    def _forget(self, question: _Question) -> None:
        with self._asking:
            del self._answers[question]
