"""Taking over an upgrade whose computer is lost: from what is on the machine and in the hypervisor."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from procedure import again, custody, hypervisors
from procedure.account import Account
from procedure.again import STARTED
from procedure.attempt import State, directory_of
from procedure.custody import Owner
from procedure.hypervisors import Ask, Power
from procedure.lifeline import Lifeline
from procedure.plan import plan
from uat.baseline import folder_of, run_folder
from uat.errors import ObservationError, ProcedureError, TvoxError, UnreachableError
from uat.identity import identify
from uat.journal import Journal
from uat.model import Header, Identity, Outcome, Phase, Resumption, Step
from uat.resumption import upgrades
from uat.session import Session

_HELD = ("gate", "identify", "lock")
"""The steps that must have been done before anybody held the machine."""


class AdoptionError(TvoxError):
    """This run cannot be taken over; nothing was changed."""


def find(session: Session, *, ask: Ask) -> Owner:
    """Find the run that holds the machine.

    :raises AdoptionError: nobody does, it began with another checklist, its evidence is on this computer, or the
        machine is off.
    :raises UnreachableError: it is on, and does not answer.
    """
    checklist = session.checklist
    try:
        owner = custody.holder(session.run)
    except UnreachableError as error:
        raise _off(session, ask) or error from None
    if owner is None:
        raise AdoptionError(f"{session.settings.address}: no upgrade holds this machine; there is nothing to adopt")
    if owner.checklist_sha256 != checklist.sha256:
        raise AdoptionError(
            f"run {owner.run} began with another checklist (sha256 {owner.checklist_sha256[:12]}...); this one is"
            f" {checklist.sha256[:12]}...: take the file that {owner.operator} used, byte for byte"
        )
    place = folder_of(session.settings.evidence, checklist.customer, checklist.change)
    if here := [folder for folder in upgrades(place) if folder.name.endswith(f"-{owner.run}")]:
        raise AdoptionError(f"the evidence of run {owner.run} is on this computer: {here[0]}; go on with --resume")
    return owner


def _off(session: Session, ask: Ask) -> AdoptionError | None:
    """Say why nothing can be taken over from a machine that is off; None when it is not, or nobody can tell."""
    try:
        opened = hypervisors.choose(session.checklist.system.hypervisor).open(
            limits=session.checklist.limits, ask=ask, secret=session.secrets.get
        )
        if opened.power().power is not Power.OFF:
            return None
    except (ObservationError, ProcedureError, ValueError):
        return None
    return AdoptionError(
        "the machine is off, so that it cannot be seen what was done. Do not switch it on before the first computer's"
        " evidence says that no patch was begun, or Telenia has been asked: it would be a reboot without proof"
    )


def adopt(session: Session, owner: Owner, *, operator: str, reason: str) -> Path:
    """Take the machine over from whoever holds it, and begin a journal from what can be seen.

    :param reason: why; kept on both sides.
    :returns: the run's new evidence folder; `--resume` goes on from there.
    :raises ProcedureError: somebody else was quicker.
    """
    lifeline = Lifeline(session, limits=session.checklist.limits, account=Account(lambda news: None))
    guest = identify(session.connection(), Phase.UPGRADE, session.probe())
    mine = owner.model_copy(
        update={
            "token": custody.new_token(),
            "operator": operator,
            "computer": platform.node(),
            "taken_over_from": f"{owner.operator} ({owner.computer})",
            "reason": reason,
        }
    )
    custody.hold(lifeline.run, mine, instead_of=owner.token)
    header = session.header.model_copy(update={"id": owner.run, "started_at": owner.since})
    folder = run_folder(session.settings.evidence, header)
    journal = Journal.create(folder, header)
    journal.write("identity", guest)
    for step in (*_held(mine, guest, session), *_begun(lifeline, header)):
        journal.write("step", step)
    journal.write(
        "resumption",
        Resumption(
            at=datetime.now(UTC),
            operator=operator,
            tool=header.tool,
            computer=mine.computer,
            adopted=True,
            reason=f"{mine.taken_over_from}: {reason}",
        ),
    )
    return folder


def _held(owner: Owner, guest: Identity, session: Session) -> Iterator[Step]:
    """Say what must have been done: nobody holds a machine before gate and identity were passed."""
    identified = guest.model_dump(mode="json") | {"boot_id": owner.boot_id}
    facts = {"gate": {}, "identify": identified, "lock": {"token": owner.token, "holder": str(owner)}}
    for one in plan(session.checklist.upgrade):
        if one.name in _HELD:
            yield Step(
                number=one.number,
                name=one.name,
                outcome=Outcome.PASSED,
                observation={**facts[one.name], "adopted": True},
                started_at=owner.since,
            )


def _begun(lifeline: Lifeline, header: Header) -> Iterator[Step]:
    """Say of each patch that stands on the machine that it was begun, and in which life of the machine."""
    patches = header.checklist.upgrade.patches
    found = again.attempts(lifeline, header.id, tuple(patch.release for patch in patches))
    for one in plan(header.checklist.upgrade):
        attempt = found.get(one.release or "")
        if one.name == "patch" and attempt and attempt.state is not State.NEVER_STARTED:
            yield Step(
                number=one.number,
                name=one.name,
                release=one.release,
                outcome=Outcome.RUNNING,
                intent={"directory": directory_of(header.id, one.release or ""), "boot_id": attempt.boot_id},
                observation={STARTED: True, "adopted": True},
                started_at=header.started_at,
            )
