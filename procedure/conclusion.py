"""Declaring an upgrade over that this program will not bring to its end: by name, with a reason and a case."""

from __future__ import annotations

import platform
from datetime import UTC, datetime
from pathlib import Path

from procedure import custody
from procedure.account import Account
from procedure.lifeline import Lifeline
from uat.baseline import folder_of
from uat.errors import ProcedureError, TvoxError, UnreachableError
from uat.journal import Journal
from uat.model import Resumption, Run
from uat.resumption import open_run, set_aside
from uat.session import Session


class ConclusionError(TvoxError):
    """There is nothing to declare over; nothing was done."""


def find(session: Session) -> tuple[Run, Path]:
    """Find the upgrade that stands open.

    :raises ConclusionError: none does.
    :raises JournalError: its evidence is damaged.
    """
    checklist = session.checklist
    place = folder_of(session.settings.evidence, checklist.customer, checklist.change)
    found = open_run(place)
    if found is None:
        raise ConclusionError(f"{place}: no upgrade stands open; there is nothing to declare over")
    return found


def conclude(run: Run, folder: Path, *, operator: str, reason: str, case: str) -> None:
    """Write down that an upgrade is over, although it did not come to its end.

    :param case: Telenia's case number; empty when there is none.
    """
    record = Resumption(
        at=datetime.now(UTC),
        operator=operator,
        tool=run.header.tool,
        computer=platform.node(),
        concluded=True,
        reason=reason,
        case=case,
    )
    Journal.resume(folder, record).close()
    set_aside(folder)


def let_go(session: Session, run: Run) -> str:
    """Let go of the machine, if this run holds it; give why that could not be done, empty when it was."""
    lifeline = Lifeline(session, limits=session.checklist.limits, account=Account(lambda news: None))
    try:
        owner = custody.holder(session.run)
        if owner and owner.run == run.header.id:
            custody.give_back(lifeline.run, owner.token)
    except (UnreachableError, ProcedureError) as error:
        return str(error)
    return ""
