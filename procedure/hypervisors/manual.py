"""A hypervisor that only a person reaches: the customer's administrator acts there and says so, by name.

Example::

    hypervisor:
      manual: {vm: TVOX1, uuid: 4212a8d0-6c1f-4c55-9d7e-0d3f4b1c2a10, where: vCenter of ACME}
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from procedure.hypervisors import Ask, Disk, Listed, Machine, Power, PowerState, Room, Secret, SnapshotFacts, Vm
from uat.errors import ObservationError
from uat.model import Limits

IS_ATTESTED = True
"""What this hypervisor does not tell, a person says instead (``Chosen.is_attested``)."""


class Inputs(Machine):
    """The machine's name and UUID as the hypervisor shows them, and where that is."""

    where: str = ""


def open(inputs: Inputs, *, limits: Limits, ask: Ask, secret: Secret) -> Manual:
    """Prepare to ask a person; nothing is asked yet."""
    return Manual(inputs, ask)


class Manual:
    """A machine whose hypervisor is a person's memory and word: everything here is attested, nothing observed."""

    def __init__(self, inputs: Inputs, ask: Ask) -> None:
        self._inputs = inputs
        self._ask = ask
        self._taken: SnapshotFacts | None = None
        self._is_off = False
        self._person = ""

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
        self._taken = self._described(name)

    def _described(self, name: str) -> SnapshotFacts:
        """Ask what a snapshot is."""
        return SnapshotFacts(
            name=name,
            id=name,
            taken_at=self._time(name),
            was_off=self._is("snapshot_off", name),
            without_memory=self._is("snapshot_without_memory", name),
            attested_by=self._who(),
        )

    def find_snapshot(self, name: str) -> SnapshotFacts | None:
        """Ask a person to look once more whether the snapshot is listed; of one from another day, what it is."""
        if not self._is("snapshot_seen", name):
            return None
        if self._taken is None or self._taken.name != name:
            self._taken = self._described(name)
        return self._taken

    def snapshots(self) -> tuple[Listed, ...]:
        """Ask a person to read out the list of snapshots."""
        typed = self._answer("snapshot_list")
        names = [name for part in typed.split(",") if (name := part.strip())]
        who = self._who() if names else ""
        return tuple(Listed(name=name, id=name, attested_by=who) for name in names)

    def disks(self) -> tuple[Disk, ...]:
        """List nothing: whether a snapshot holds every disk is a question of the preflight, answered by name."""
        return ()

    def room(self) -> Room | None:
        """Tell nothing: whether there is room is a question of the preflight, answered by name."""
        return None

    def no_way_back(self) -> str:
        """See no hindrance: a person goes back, and whether that is possible is a question of the preflight."""
        return ""

    def revert(self, snapshot: Listed) -> None:
        """Ask a person to go back to the snapshot, and whether the hypervisor then shows that it did."""
        self._answer("snapshot_revert", ("done",), name=snapshot.name)
        self._is_off = False
        if not self._is("snapshot_reverted", snapshot.name):
            raise ObservationError(f"{self._who()} does not see that the machine went back to {snapshot.name}")
        self._who()

    def delete(self, snapshot: Listed) -> None:
        """Ask a person to delete the snapshot, to wait for the end of that, and to look whether it is gone."""
        self._answer("snapshot_delete", ("done",), name=snapshot.name)
        if self._is("snapshot_seen", snapshot.name):
            raise ObservationError(f"{self._who()} still sees {snapshot.name} in the list")
        self._who()

    def chained(self) -> tuple[str, ...]:
        """Ask a person whether the hypervisor wants the disks to be consolidated."""
        return ("vm",) if self._answer("disks_chained", ("yes", "no")) == "yes" else ()

    def _is(self, key: str, name: str) -> bool:
        return self._answer(key, ("yes", "no"), name=name) == "yes"

    def _who(self) -> str:
        """Ask once who sits at the hypervisor: everything of this session is that person's word."""
        while not self._person:
            self._person = self._answer("snapshot_who").strip()
        return self._person

    def _time(self, name: str) -> datetime:
        now = datetime.now().astimezone()
        while (taken := clock_time(self._answer("snapshot_time", name=name), now)) is None:
            pass
        return taken

    def _answer(self, key: str, choices: tuple[str, ...] = (), **places: str) -> str:
        return self._ask(key, choices=choices, vm=self._inputs.vm, where=self._inputs.where, **places)


def clock_time(typed: str, now: datetime) -> datetime | None:
    """Read a time of the wall clock: ``2026-11-28 21:30``, or ``21:30`` as the last time that the clock showed that.

    Nothing means now, anything else None.
    """
    if not typed.strip():
        return now
    found = re.fullmatch(r"\s*(?:(\d{4}-\d\d-\d\d)[ T])?([01]?\d|2[0-3])[:.]([0-5]\d)\s*", typed)
    if found is None:
        return None
    if found[1] is None:
        taken = now.replace(hour=int(found[2]), minute=int(found[3]), second=0, microsecond=0)
        return taken if taken <= now else taken - timedelta(days=1)
    try:
        taken = datetime.fromisoformat(found[1]).replace(hour=int(found[2]), minute=int(found[3])).astimezone()
    except ValueError:
        return None
    return taken if taken <= now else None
