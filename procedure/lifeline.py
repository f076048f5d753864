"""Asks the machine over a connection that may break, as often as it takes, and says when it breaks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from procedure.account import Account
from procedure.host_key import stop_for
from procedure.patience import Patience
from uat.errors import ChangedKeyError, ExitCode, ObservationError, ProcedureError, UnreachableError
from uat.host import Connection, Output, Stdin
from uat.model import Limits, NewsKind

_T = TypeVar("_T")
_LONGEST_PAUSE = 30.0


class Link(Protocol):
    """Whatever can give a connection, and forget a broken one."""

    def connection(self) -> Connection:
        """Give an open connection; open one when there is none."""

    def drop_connection(self) -> None:
        """Close the connection, so that the next one is new."""


def answered(
    connection: Connection, command: str, *, deadline: float | None = None, stdin: Stdin = b"", changes: bool = False
) -> Output:
    """Run a command; no answer within the deadline is taken for a lost link.

    :raises UnreachableError: so that a `Lifeline` asks again.
    """
    try:
        return connection.run(command, deadline=deadline, stdin=stdin, changes=changes)
    except ObservationError as error:
        raise UnreachableError(str(error)) from None


class Lifeline:
    """Does what may be done twice, until it is answered, for as long as ``limits.unreachable`` allows."""

    def __init__(self, link: Link, *, limits: Limits, account: Account) -> None:
        self._link = link
        self.limits = limits
        self._account = account
        self.losses = 0
        self._used: Connection | None = None

    def run(self, command: str, *, deadline: float | None = None, changes: bool = False) -> Output:
        """Run a command that does no harm when it is run twice, and give its answer.

        No answer within the deadline is taken for a lost link as well: a VPN that swallows everything looks so.

        :param changes: as of ``Connection.run``.
        :raises ProcedureError: ``link_lost``.
        """
        return self.do(lambda one: answered(one, command, deadline=deadline, changes=changes), longest=deadline)

    def do(self, work: Callable[[Connection], _T], *, longest: float | None = None) -> _T:
        """Do something over the connection, again from its beginning when the link was lost meanwhile.

        :param longest: seconds that one try can take.
        :raises ProcedureError: ``link_lost``: no answer for ``limits.unreachable``; ``host_key_changed``.
        """
        longest = self.limits.connect + (longest or self.limits.command)
        patience = Patience(self.limits.unreachable, longest=longest, account=self._account)
        pause = self.limits.poll
        lost = self._lost_meanwhile()
        while not patience.is_over:
            try:
                self._used = self._link.connection()
                answer = work(self._used)
            except ChangedKeyError as error:
                raise stop_for(error) from error
            except UnreachableError as error:
                self._lose(error, is_news=lost is None)
                lost = error
            else:
                if lost:
                    self._account.tell(NewsKind.LINK_BACK)
                return answer
            patience.pause(pause)
            pause = min(pause * 1.5, _LONGEST_PAUSE)
        facts = {"error": str(lost), "tried_seconds": round(patience.spent)}
        raise ProcedureError("link_lost", facts=facts, exit_code=ExitCode.UNREACHABLE)

    def _lost_meanwhile(self) -> UnreachableError | None:
        """Notice that the link broke since the last question, while nobody asked anything."""
        if self._used is None or not self._used.is_lost:
            return None
        error = UnreachableError(f"{self._used.address}: the connection was lost")
        self._lose(error, is_news=True)
        return error

    def _lose(self, error: UnreachableError, *, is_news: bool) -> None:
        self._link.drop_connection()
        if is_news:
            self.losses += 1
            self._account.tell(NewsKind.LINK_LOST, str(error))
