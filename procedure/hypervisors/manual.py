"""A hypervisor that only a person reaches: the customer's administrator acts there and says so, by name.

Example::

    hypervisor:
      manual: {vm: TVOX1, uuid: 4212a8d0-6c1f-4c55-9d7e-0d3f4b1c2a10, where: vCenter of ACME}
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from procedure.hypervisors import Ask, Disk, Listed, Machine, Power, PowerState, Room, SnapshotFacts, Vm
from uat.errors import ObservationError
from uat.model import Limits

IS_ATTESTED = True
"""What this hypervisor does not tell, a person says instead (``Chosen.is_attested``)."""


class Inputs(Machine):
    """The machine's name and UUID as the hypervisor shows them, and where that is."""

    where: str = ""


def open(inputs: Inputs, *, limits: Limits, ask: Ask) -> Manual:
    """Prepare to ask a person; nothing is asked yet."""
    return Manual(inputs, ask)


class Manual:
    """A machine whose hypervisor is a person's memory and word: everything here is attested, nothing observed."""

    def __init__(self, inputs: Inputs, ask: Ask) -> None:
        self._inputs = inputs
        self._ask = ask
        self._taken: SnapshotFacts | None = None
        self._is_off = False

    def identity(self) -> Vm:
        """Give what the checklist states; that it is this machine, the guest's own UUID must show."""
        return Vm(name=self._inputs.vm, uuid=self._inputs.uuid)

    def power(self) -> PowerState:
        """Ask whether the hypervisor shows the machine on or off; once off, it is off until they are to start it."""
        if not self._is_off:
            self._is_off = self._answer("vm_power", ("on", "off")) == "off"
        return PowerState(power=Power.OFF if self._is_off else Power.ON, reason="attested")

    def shutdown(self) -> bool:
        """Say that the guest has to be asked by another way."""
        return False

    def start(self) -> None:
        """Ask a person to switch the machine on."""
        self._answer("vm_start", ("done",))
        self._is_off = False

    def take_snapshot(self, name: str, description: str) -> None:
        """Ask a person to take the snapshot, and for what only they can tell of it."""
        self._answer("snapshot_take", ("done",), name=name, description=description)
        self._taken = SnapshotFacts(
            name=name,
            id=name,
            taken_at=self._time(),
            was_off=self._is("snapshot_off", name),
            without_memory=self._is("snapshot_without_memory", name),
            attested_by=self._who(),
        )

    def find_snapshot(self, name: str) -> SnapshotFacts | None:
        """Ask a person to look once more whether the snapshot is listed."""
        if self._taken is None or self._taken.name != name or not self._is("snapshot_seen", name):
            return None
        return self._taken

    def snapshots(self) -> tuple[Listed, ...]:
        """List nothing: a person is not asked for what is only noted down."""
        return ()

    def disks(self) -> tuple[Disk, ...]:
        """List nothing: what the snapshot holds is asked when it was taken."""
        return ()

    def room(self) -> Room | None:
        """Tell nothing: only the hypervisor knows."""
        return None

    def no_way_back(self) -> str:
        """See no hindrance: a person goes back."""
        return ""

    def revert(self, snapshot: Listed) -> None:
        """Ask a person to go back to the snapshot."""
        raise ObservationError("not asked for yet")

    def delete(self, snapshot: Listed) -> None:
        """Ask a person to delete the snapshot."""
        raise ObservationError("not asked for yet")

    def chained(self) -> tuple[str, ...]:
        """List nothing: only the hypervisor knows."""
        return ()

    def delete_command(self, name: str) -> str:
        """Name the place; there is no command."""
        return " / ".join(filter(None, (self._inputs.where, self._inputs.vm, name)))

    def _is(self, key: str, name: str) -> bool:
        return self._answer(key, ("yes", "no"), name=name) == "yes"

    def _who(self) -> str:
        while not (name := self._answer("snapshot_who").strip()):
            pass
        return name

    def _time(self) -> datetime:
        now = datetime.now().astimezone()
        while (taken := clock_time(self._answer("snapshot_time"), now)) is None:
            pass
        return taken

    def _answer(self, key: str, choices: tuple[str, ...] = (), **places: str) -> str:
        return self._ask(key, choices=choices, vm=self._inputs.vm, where=self._inputs.where, **places)


def clock_time(typed: str, now: datetime) -> datetime | None:
    """Read ``21:30`` as the last time that the clock showed that; nothing means now, anything else None."""
    if not typed.strip():
        return now
    found = re.fullmatch(r"\s*([01]?\d|2[0-3])[:.]([0-5]\d)\s*", typed)
    if found is None:
        return None
    taken = now.replace(hour=int(found[1]), minute=int(found[2]), second=0, microsecond=0)
    return taken if taken <= now else taken - timedelta(days=1)
