"""What the command line says of a rollback or a close, and what that makes of a session."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from procedure import closing, hypervisors, past, rollback
from procedure.close import Close
from procedure.past import Past
from procedure.person import Person
from procedure.way_back import WayBack
from uat.model import Phase
from uat.session import Session

Get = Callable[[str], Any]
"""Gives the value of an option, by its name."""

LOOKING_BACK = (Phase.ROLLBACK, Phase.CLOSE)
"""The phases that belong to an upgrade of another session."""

OPTIONS: tuple[tuple[str, str, str], ...] = (
    ("--run", "ID", "the upgrade that a rollback or a close belongs to (default: the only one)"),
    ("--case", "NUMBER", "rollback: Telenia's number of the case"),
    ("--approved-by", "NAME", "rollback, early close: who answers for it"),
    ("--logs-impossible", "REASON", "rollback: why no logs could be collected"),
    ("--reverted-by", "NAME", "rollback: who went back in the hypervisor by hand; the program does the rest"),
    ("--go", "NAME", "close: who decides that the snapshot is deleted"),
    ("--reason", "TEXT", "close: why before its date, or although the upgrade did not end well"),
)
"""Name, place and meaning of each option that takes a value."""


def belong(session: Session, named: str | None) -> Past:
    """Find the upgrade that this session belongs to, and let the session know.

    :raises ValueError: no upgrade, or more than one, can be meant.
    """
    stated = hypervisors.choose(session.checklist.system.hypervisor).machine.uuid
    found = past.choose(session.folder.parent, named=named, vm_uuid=stated)
    session.header = session.header.model_copy(update={"of_run": found.id})
    if session.header.phase is Phase.ROLLBACK:
        session.expect_as_before(found.run)
    return found


def make_work(session: Session, upgrade: Past, *, ask: Person, get: Get) -> WayBack | Close:
    """Choose what the steps mean."""
    if session.header.phase is Phase.CLOSE:
        return Close(session, upgrade, ask=ask, orders=_of_close(get))
    return WayBack(session, upgrade, ask=ask, orders=_of_rollback(get))


def _of_rollback(get: Get) -> rollback.Orders:
    return rollback.Orders(
        case=get("case") or "",
        approved_by=get("approved_by") or "",
        logs_impossible=get("logs_impossible") or "",
        confirm_host=get("confirm_host"),
        reverted_by=get("reverted_by") or "",
    )


def _of_close(get: Get) -> closing.Orders:
    return closing.Orders(
        go=get("go") or "",
        early=bool(get("early")),
        reason=get("reason") or "",
        approved_by=get("approved_by") or "",
    )
