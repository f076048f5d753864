"""An upgrade's snapshot in the hypervisor of today: still there, still the same one, and nothing of others on top."""

from __future__ import annotations

from datetime import timedelta

from procedure import custody
from procedure.account import Account
from procedure.hypervisors import Hypervisor, Listed, SnapshotFacts, Vm
from procedure.identity import is_same_uuid
from procedure.past import Past, Taken
from uat.errors import ExitCode, ObservationError, ProcedureError
from uat.model import Identity

_TOLERANCE = timedelta(seconds=90)
"""A person reads the time of a snapshot by the minute."""


def require_vm(vm: Vm, past: Past, *, stated: str, account: Account) -> None:
    """See that hypervisor, checklist and the upgrade's record name the same virtual machine.

    :raises ProcedureError: ``wrong_machine``; nothing was changed.
    """
    account.saw(vm=vm.name, vm_uuid=vm.uuid)
    if not (is_same_uuid(vm.uuid, stated) and is_same_uuid(vm.uuid, past.vm_uuid)):
        facts = {"checklist_uuid": stated, "confirmed": past.vm_uuid}
        raise ProcedureError("wrong_machine", facts=facts, exit_code=ExitCode.GATE_CLOSED)


def require_guest(now: Identity, past: Past) -> None:
    """See that the machine that answers is the one that was upgraded.

    :raises ProcedureError: ``wrong_machine``; nothing was changed.
    """
    then = past.guest
    if then is None or (then.machine_id, then.product_uuid) != (now.machine_id, now.product_uuid):
        facts = {
            "confirmed": [then.product_uuid, then.machine_id] if then else [],
            "answers": [now.product_uuid, now.machine_id],
        }
        raise ProcedureError("wrong_machine", facts=facts, exit_code=ExitCode.GATE_CLOSED)


def require_free(ask: custody.Ask, run_id: str) -> None:
    """See that nobody works on the machine but, perhaps, the upgrade itself, which never let go of it.

    :raises ProcedureError: ``held_by_another``; nothing was changed.
    """
    owner = custody.holder(ask)
    if owner is not None and owner.run != run_id:
        raise ProcedureError("held_by_another", facts={"holder": str(owner)}, exit_code=ExitCode.GATE_CLOSED)


def let_go(ask: custody.Ask, run_id: str, *, account: Account) -> None:
    """Let go of the machine in the upgrade's name: it is over, and another one may begin."""
    owner = custody.holder(ask)
    account.saw(holder=str(owner) if owner else "")
    if owner is not None and owner.run == run_id:
        custody.give_back(ask, owner.token)


def find(hypervisor: Hypervisor, snapshot: Taken, *, account: Account) -> Listed | None:
    """Look for the snapshot by its id; None when it is not there.

    :raises ProcedureError: ``wrong_snapshot``: its name is another's too, or its id stands twice in the list;
        ``foreign_snapshots``: others were taken since.
    """
    listed = hypervisor.snapshots()
    account.saw(name=snapshot.name, id=snapshot.id, listed=[one.name for one in listed])
    ours = [one for one in listed if one.id == snapshot.id]
    alike = [one.id for one in listed if one.name == snapshot.name]
    if len(ours) > 1 or (alike and alike != [snapshot.id]):
        raise ProcedureError("wrong_snapshot", facts={"found": alike}, exit_code=ExitCode.GATE_CLOSED)
    if not ours:
        return None
    if strangers := [one.name for one in listed if one.id != snapshot.id and _is_later(one, snapshot)]:
        raise ProcedureError("foreign_snapshots", facts={"others": strangers}, exit_code=ExitCode.GATE_CLOSED)
    return ours[0]


def _is_later(one: Listed, snapshot: Taken) -> bool:
    """Tell whether a snapshot came after ours: by its time, or since it was not there on the night."""
    return one.name not in snapshot.others or (one.taken_at is not None and one.taken_at > snapshot.taken_at)


def require_same(hypervisor: Hypervisor, snapshot: Taken, *, account: Account) -> SnapshotFacts:
    """See that the snapshot is what the upgrade's journal says: off, without memory, all disks, of that moment.

    :raises ProcedureError: ``wrong_snapshot``; nothing was changed.
    """
    try:
        facts = hypervisor.find_snapshot(snapshot.name)
    except ObservationError as error:
        raise _wrong({"error": str(error)}) from error
    if facts is None:
        raise _wrong({"error": "it is not there"})
    account.saw(
        taken_at=facts.taken_at.isoformat(timespec="seconds"),
        powered_off=facts.was_off,
        memory=not facts.without_memory,
        disks=list(facts.disks_covered),
        disks_left_out=list(facts.disks_left_out),
        attested_by=facts.attested_by,
    )
    same = facts.id == snapshot.id and abs(facts.taken_at - snapshot.taken_at) <= _TOLERANCE
    if not (same and snapshot.is_verified and facts.was_off and facts.without_memory) or facts.disks_left_out:
        raise _wrong({"expected": snapshot.taken_at.isoformat(timespec="seconds")})
    return facts


def _wrong(facts: dict[str, str]) -> ProcedureError:
    return ProcedureError("wrong_snapshot", facts=facts, exit_code=ExitCode.GATE_CLOSED)
