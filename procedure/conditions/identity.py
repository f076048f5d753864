"""Guest, virtual machine and checklist name the same machine."""

from __future__ import annotations

from procedure import hypervisors
from procedure.conditions import Area, Finding, Ground, found
from procedure.identity import agree
from uat.errors import ProcedureError
from uat.model import Phase

AREA = Area.IDENTITY


def look(ground: Ground) -> Finding:
    """Compare the three UUIDs: what the machine says of itself, what the hypervisor says, what the customer wrote."""
    guest, vm = ground.session.identify(Phase.PREFLIGHT), ground.hypervisor.identity()
    stated = hypervisors.choose(ground.checklist.system.hypervisor).machine.uuid
    try:
        agree(guest, vm, stated)
    except ProcedureError as error:
        return found(False, **error.facts)
    return found(True, hostname=guest.hostname, product_uuid=guest.product_uuid, vm=vm.name)
