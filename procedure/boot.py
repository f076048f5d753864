"""One life of the machine and the next: the boot id, and waiting until another one is seen."""

from __future__ import annotations

from collections.abc import Callable

from procedure.account import Account
from procedure.host_key import stop_for
from procedure.lifeline import Link
from procedure.patience import Patience
from uat.errors import ChangedKeyError, ExitCode, ObservationError, ProcedureError, UnreachableError
from uat.host import Output
from uat.identity import is_boot_id
from uat.model import JsonValue, Limits, NewsKind

Climb = Callable[[str], dict[str, JsonValue]]
"""Tries what still answers; takes why one cannot log in."""


QUESTION = "cat /proc/sys/kernel/random/boot_id"


def boot_id(answer: Output) -> str:
    """Read the answer to `QUESTION`.

    :raises ObservationError: the command failed, or what it printed is no boot id.
    """
    text = answer.text.strip()
    if answer.exit_code != 0 or not is_boot_id(text):
        raise ObservationError(f"no boot id: exit code {answer.exit_code}, '{text}' {answer.errors.strip()}")
    return text


def wait_for_boot(link: Link, before: str, *, limits: Limits, account: Account, climb: Climb) -> str:
    """Wait until one can log in to another life of the machine; every look is a connection of its own.

    :param before: the boot id of the life that ends.
    :returns: the new boot id, well-formed and different.
    :raises ProcedureError: ``boot_id_same``: still the old life after ``limits.shutdown``;
        ``not_back``: no login for ``limits.boot``, with what still answers; ``host_key_changed``, at once.
    """
    patience = Patience(limits.boot, longest=limits.connect + limits.command, account=account)
    account.tell(NewsKind.WAITING, "login")
    while True:
        link.drop_connection()
        try:
            now = boot_id(link.connection().run(QUESTION))
        except ChangedKeyError as error:
            raise stop_for(error) from error
        except (UnreachableError, ObservationError) as error:
            said = str(error)
        else:
            if now != before:
                return now
            said = ""
        if not said and patience.spent > limits.shutdown:
            raise ProcedureError("boot_id_same", facts={"boot_id": before, "waited_seconds": round(patience.spent)})
        if patience.is_over:
            raise ProcedureError("not_back", facts=climb(said), exit_code=ExitCode.UNREACHABLE)
        patience.pause(limits.poll)
