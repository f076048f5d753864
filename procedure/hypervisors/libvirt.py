"""A machine under libvirt (QEMU, KVM), its disks in qcow2 files: internal snapshots.

Example::

    hypervisor:
      libvirt: {uri: "qemu+ssh://root@host/system", vm: TVOX1, uuid: 4212a8d0-6c1f-4c55-9d7e-0d3f4b1c2a10}
"""

from __future__ import annotations

import contextlib
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any, TypeVar
from urllib.parse import urlsplit
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from procedure.hypervisors import Ask, Disk, Listed, Machine, Power, PowerState, Room, Secret, SnapshotFacts, Vm
from uat.errors import ObservationError
from uat.model import Limits

_T = TypeVar("_T")
_INSTALL = "the library for libvirt is missing: pip install 'tvox-uat[libvirt]'"
_UNCLEAN = ("destroyed", "crashed", "failed", "daemon")
_OURS = re.compile(r"(tvox-uat-.+)[.][0-9a-f]{6}")
"""A snapshot of this adapter: the name that it was asked for, and what makes it the only one in the disk files."""


class Inputs(Machine):
    """Where the machine is: libvirt's URI, beside the domain's name and UUID."""

    uri: str = "qemu:///system"


def open(inputs: Inputs, *, limits: Limits, ask: Ask, secret: Secret) -> Libvirt:
    """Prepare the way to a domain; each question opens a connection of its own, so that no answer is an old one.

    :raises ObservationError: the library is missing.
    """
    try:
        import libvirt
    except ImportError as error:
        raise ObservationError(_INSTALL) from error
    libvirt.registerErrorHandler(lambda *_: None, None)  # else it writes to stderr itself
    return Libvirt(inputs, libvirt, limits=limits)


class Libvirt:
    """One domain of one libvirt."""

    def __init__(self, inputs: Inputs, library: Any, *, limits: Limits) -> None:
        self._inputs = inputs
        self._library = library
        self._limits = limits

    def identity(self) -> Vm:
        """Tell the domain's name and UUID."""
        return self._ask(lambda domain: Vm(name=domain.name(), uuid=domain.UUIDString()))

    def power(self) -> PowerState:
        """Tell whether the domain runs; off is clean when the guest went down by itself."""
        library = self._library
        state, reason = self._ask(lambda domain: domain.state())
        if state == library.VIR_DOMAIN_SHUTOFF:
            word = self._reason("VIR_DOMAIN_SHUTOFF_", reason)
            return PowerState(power=Power.OFF, reason=word, was_clean=word not in _UNCLEAN)
        if state == library.VIR_DOMAIN_PMSUSPENDED:
            return PowerState(power=Power.PAUSED, reason="pmsuspended")
        if state != library.VIR_DOMAIN_PAUSED:
            return PowerState(power=Power.ON)
        errors = self._ask(lambda domain: domain.diskErrors())
        full = [name for name, error in errors.items() if error == library.VIR_DOMAIN_DISK_ERROR_NO_SPACE]
        word = self._reason("VIR_DOMAIN_PAUSED_", reason)
        return PowerState(power=Power.PAUSED, reason=word, full=tuple(sorted(full)))

    def shutdown(self) -> bool:
        """Press the machine's power button (ACPI)."""
        self._ask(lambda domain: domain.shutdownFlags(self._library.VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN))
        return True

    def start(self) -> None:
        """Start the domain, unless it runs."""
        if self.power().power is Power.OFF:
            self._ask(lambda domain: domain.create())

    def take_snapshot(self, name: str, description: str) -> None:
        """Take an internal snapshot; of a domain that is off it has no memory.

        A daemon that dies meanwhile leaves it in some disk files and does not list it (libvirt 9.0). qemu-img goes
        back to the oldest of a name: so no two that we take are called the same, and what ours is called is its id.
        """
        if any(one.name == name for one in self.snapshots()):
            raise ObservationError(f"{self._inputs.vm}: a snapshot {name} is there already")
        xml = (
            f"<domainsnapshot><name>{escape(f'{name}.{secrets.token_hex(3)}')}</name>"
            f"<description>{escape(description)}</description></domainsnapshot>"
        )
        self._ask(lambda domain: domain.snapshotCreateXML(xml))

    def find_snapshot(self, name: str) -> SnapshotFacts | None:
        """Read a snapshot's own description (libvirt: *Snapshot XML format*) and compare it with the disks."""
        alike = [one.id for one in self.snapshots() if one.name == name]
        if not alike:
            return None
        if len(alike) > 1:
            raise ObservationError(f"{self._inputs.vm}: {len(alike)} snapshots are called {name}")
        snapshot, domain = self._ask(
            lambda domain: (domain.snapshotLookupByName(alike[0]).getXMLDesc(), domain.XMLDesc())
        )
        return _facts(ElementTree.fromstring(snapshot), ElementTree.fromstring(domain))

    def snapshots(self) -> tuple[Listed, ...]:
        """List the domain's snapshots; an internal one does not tell its size."""
        return self._ask(lambda domain: tuple(_listed(one.getXMLDesc()) for one in domain.listAllSnapshots()))

    def disks(self) -> tuple[Disk, ...]:
        """List the writable disks; only qcow2 holds an internal snapshot."""
        return _disks(ElementTree.fromstring(self._ask(lambda domain: domain.XMLDesc())))

    def room(self) -> Room | None:
        """Ask the storage pools of the disk files; without a pool, this computer's own file system.

        Where several places hold the disks, the one with the least room counts. None: a remote libvirt that keeps
        the disks outside of its pools.
        """
        return self._ask(self._room)

    def _room(self, domain: Any) -> Room | None:
        files = _files(ElementTree.fromstring(domain.XMLDesc()))
        places = [self._place(domain.connect(), path) for path in files.values()]
        if not places or None in places:
            return None
        size_bytes, free_bytes = min((place for place in places if place), key=lambda place: place[1])
        provisioned_bytes = sum(int(domain.blockInfo(name)[0]) for name in files)
        return Room(free_bytes=free_bytes, size_bytes=size_bytes, provisioned_bytes=provisioned_bytes)

    def _place(self, connection: Any, path: str) -> tuple[int, int] | None:
        """Give size and free room of the place where a disk file lies, in bytes."""
        try:
            pool = connection.storageVolLookupByPath(path).storagePoolLookupByVolume()
            _, size_bytes, _, free_bytes = pool.info()
        except self._library.libvirtError:  # no pool has this file, or this libvirt has no pools at all
            return _local_place(self._inputs.uri, path)
        return int(size_bytes), int(free_bytes)

    def no_way_back(self) -> str:
        """Say which disk stands in the way: internal snapshots can be gone back to, others cannot (libvirt 9.0)."""
        return "; ".join(f"{disk.name}: {disk.reason}" for disk in self.disks() if disk.reason)

    def revert(self, snapshot: Listed) -> None:
        """Go back to an internal snapshot that was taken with the domain off: it is off afterwards."""
        self._ask(lambda domain: domain.revertToSnapshot(domain.snapshotLookupByName(snapshot.id)))
        current = self._ask(
            lambda domain: domain.snapshotCurrent().getName() if domain.hasCurrentSnapshot() else "none"
        )
        if current != snapshot.id:
            raise ObservationError(f"{self._inputs.vm}: the current snapshot is {current}, not {snapshot.id}")

    def delete(self, snapshot: Listed) -> None:
        """Delete an internal snapshot; libvirt's call ends when it is gone, and the list is read anew to see it."""
        self._ask(lambda domain: domain.snapshotLookupByName(snapshot.id).delete())
        until = time.monotonic() + self._limits.snapshot
        while snapshot.id in (one.id for one in self.snapshots()):
            if time.monotonic() > until:
                raise ObservationError(f"{self._inputs.vm}: {snapshot.id} is still in the list of snapshots")
            time.sleep(self._limits.poll)

    def chained(self) -> tuple[str, ...]:
        """List the disks whose file is the overlay of an external snapshot, in libvirt's list or no longer there.

        libvirt names such a file after the disk's own, with the snapshot's name in place of its ending
        (libvirt: *Snapshot XML format*, ``disk``); a linked clone has a name of its own.
        """
        domain, listed = self._ask(
            lambda domain: (domain.XMLDesc(), [one.getXMLDesc() for one in domain.listAllSnapshots()])
        )
        overlays = {
            source.get("file", "")
            for snapshot in map(ElementTree.fromstring, listed)
            for source in snapshot.iterfind("disks/disk[@snapshot='external']/source")
        }
        return _chained(ElementTree.fromstring(domain), overlays)

    def _reason(self, start: str, number: int) -> str:
        names = {getattr(self._library, name): name for name in dir(self._library) if name.startswith(start)}
        return names.get(number, "unknown").removeprefix(start).lower()

    def _ask(self, question: Callable[[Any], _T]) -> _T:
        """Ask the domain something over a new connection.

        :raises ObservationError: libvirt cannot be reached, has no such domain, or refused.
        """
        try:
            with self._domain() as domain:
                return question(domain)
        except self._library.libvirtError as error:
            raise ObservationError(f"{self._inputs.uri}: {self._inputs.vm}: {error}") from None

    @contextlib.contextmanager
    def _domain(self) -> Iterator[Any]:
        connection = self._library.open(self._inputs.uri)
        try:
            yield connection.lookupByName(self._inputs.vm)
        finally:
            connection.close()


def _facts(snapshot: ElementTree.Element, domain: ElementTree.Element) -> SnapshotFacts:
    covered = {
        disk.get("name", "")
        for disk in snapshot.iterfind("disks/disk")
        if disk.get("snapshot") in ("internal", "external")
    }
    memory = snapshot.find("memory")
    id = snapshot.findtext("name", "")
    return SnapshotFacts(
        name=_asked_for(id),
        id=id,
        taken_at=_taken_at(snapshot),
        was_off=snapshot.findtext("state") == "shutoff",
        without_memory=memory is not None and memory.get("snapshot") == "no",
        disks_covered=tuple(sorted(covered)),
        disks_left_out=tuple(sorted(_writable(domain) - covered)),
    )


def _listed(description: str) -> Listed:
    snapshot = ElementTree.fromstring(description)
    id = snapshot.findtext("name", "")
    return Listed(name=_asked_for(id), id=id, taken_at=_taken_at(snapshot))


def _asked_for(id: str) -> str:
    """Give the name under which a snapshot was asked for; somebody else's is what it is called."""
    ours = _OURS.fullmatch(id)
    return ours[1] if ours else id


def _taken_at(snapshot: ElementTree.Element) -> datetime:
    return datetime.fromtimestamp(int(snapshot.findtext("creationTime", "0")), UTC)


def _disks(domain: ElementTree.Element) -> tuple[Disk, ...]:
    names = _writable(domain)
    kinds = {
        target.get("dev", ""): driver.get("type", "")
        for disk in domain.iterfind("devices/disk")
        for target in disk.iterfind("target")
        for driver in disk.iterfind("driver")
    }
    unfit = {name: f"{kinds.get(name) or 'unknown'}, not qcow2" for name in names if kinds.get(name) != "qcow2"}
    return tuple(Disk(name=name, reason=unfit.get(name, "")) for name in sorted(names))


def _chained(domain: ElementTree.Element, overlays: Iterable[str]) -> tuple[str, ...]:
    files = _files(domain)
    under = {
        target.get("dev", ""): source.get("file", "")
        for disk in domain.iterfind("devices/disk")
        for target in disk.iterfind("target")
        for source in disk.iterfind("backingStore/source")
    }
    return tuple(
        name for name, file in files.items() if file in overlays or (name in under and _is_alike(file, under[name]))
    )


def _is_alike(overlay: str, below: str) -> bool:
    """Tell whether a file lies beside another and differs from it in its ending only."""
    one, other = PurePosixPath(overlay), PurePosixPath(below)
    return one.parent == other.parent and one.name.startswith(f"{other.stem}.") and one != other


def _files(domain: ElementTree.Element) -> dict[str, str]:
    """Give the file of each writable disk, by the disk's name."""
    names = _writable(domain)
    return {
        target.get("dev", ""): source.get("file", "") or source.get("dev", "")
        for disk in domain.iterfind("devices/disk")
        for target in disk.iterfind("target")
        for source in disk.iterfind("source")
        if target.get("dev", "") in names
    }


def _local_place(uri: str, path: str) -> tuple[int, int] | None:
    """Give size and free room of a file system of this computer, in bytes; None when the libvirt is elsewhere."""
    if urlsplit(uri).hostname:
        return None
    try:
        usage = shutil.disk_usage(PurePosixPath(path).parent)
    except OSError:
        return None
    return usage.total, usage.free


def _writable(domain: ElementTree.Element) -> set[str]:
    """List the disks that a machine writes to (libvirt: *Domain XML format*, hard drives)."""
    return {
        target.get("dev", "")
        for disk in domain.iterfind("devices/disk")
        if disk.get("device", "disk") in ("disk", "lun") and disk.find("readonly") is None
        for target in disk.iterfind("target")
    }
