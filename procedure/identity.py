"""The right machine: guest, virtual machine and checklist agree, and a person knows its name."""

from __future__ import annotations

import uuid

from procedure.hypervisors import Ask, Hypervisor, Vm
from uat.errors import ExitCode, ObservationError, ProcedureError
from uat.identity import is_boot_id
from uat.model import Identity


def agree(guest: Identity, vm: Vm, stated: str) -> None:
    """See that guest, hypervisor and checklist name the same UUID, and that the guest's identity is whole.

    :raises ProcedureError: ``wrong_machine``; nothing was changed yet.
    """
    facts = {"product_uuid": guest.product_uuid, "vm": vm.name, "vm_uuid": vm.uuid, "checklist_uuid": stated}
    same = is_same_uuid(guest.product_uuid, vm.uuid) and is_same_uuid(vm.uuid, stated)
    if not (same and guest.hostname and guest.machine_id and is_boot_id(guest.boot_id)):
        known = {"hostname": guest.hostname, "machine_id": guest.machine_id, "boot_id": guest.boot_id}
        raise ProcedureError("wrong_machine", facts=facts | known, exit_code=ExitCode.GATE_CLOSED)


def confirm(hostname: str, *, given: str | None, ask: Ask, is_again: bool = False) -> str:
    """See that a person knows the name that the machine has for itself; give who or what said so.

    :param given: the value of ``--confirm-host``; without it the person is asked.
    :param is_again: to go on with an upgrade that was interrupted.
    :raises ProcedureError: ``not_confirmed``: another name, or nobody to ask; nothing was changed yet.
    """
    typed = ask("confirm_host_again" if is_again else "confirm_host") if given is None else given
    if typed.strip().lower() != hostname.lower():
        facts = {"typed": typed.strip(), "hostname": hostname}
        raise ProcedureError("not_confirmed", facts=facts, exit_code=ExitCode.GATE_CLOSED)
    return "terminal" if given is None else "--confirm-host"


def require_same(guest: Identity, now: Identity) -> None:
    """See that the machine that answers is still the one that was confirmed.

    :raises ProcedureError: ``wrong_machine``.
    """
    before = (guest.product_uuid, guest.machine_id)
    if before != (now.product_uuid, now.machine_id):
        facts = {"confirmed": list(before), "answers": [now.product_uuid, now.machine_id]}
        raise ProcedureError("wrong_machine", facts=facts)


def ask_vm(hypervisor: Hypervisor) -> Vm:
    """Ask the hypervisor which machine it has there.

    :raises ProcedureError: ``hypervisor_silent``: it does not say; that is no other machine.
    """
    try:
        return hypervisor.identity()
    except ObservationError as error:
        raise ProcedureError("hypervisor_silent", facts={"error": str(error)}) from error


def require_vm(vm: Vm, stated: str) -> None:
    """See that the hypervisor's machine is the one that the checklist states; all that can be seen while it is off.

    :raises ProcedureError: ``wrong_machine``.
    """
    if not is_same_uuid(vm.uuid, stated):
        raise ProcedureError("wrong_machine", facts={"vm": vm.name, "vm_uuid": vm.uuid, "checklist_uuid": stated})


def is_same_uuid(one: str, other: str) -> bool:
    """Compare two UUIDs, in either of the byte orders in which a BIOS UUID is written (Broadcom KB 344089)."""
    try:
        first, second = uuid.UUID(one), uuid.UUID(other)
    except ValueError:
        return False
    return second in (first, uuid.UUID(bytes=first.bytes_le))
