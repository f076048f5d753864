"""The libvirt adapter on a real libvirtd: a small machine without an operating system."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from procedure import hypervisors
from procedure.hypervisors import Hypervisor, Power, Vm
from tests.lab import libvirtd, missing
from uat.errors import ObservationError
from uat.model import Limits
from uat.secret import Secrets

pytestmark = pytest.mark.skipif(bool(missing()), reason="; ".join(missing()))

UUID = str(uuid.uuid4())
NAME = "tiny"


def domain(folder: Path, *, extra: str = "") -> str:
    return f"""
    <domain type='qemu'><name>{NAME}</name><uuid>{UUID}</uuid><memory unit='MiB'>32</memory><vcpu>1</vcpu>
      <os><type arch='x86_64' machine='pc'>hvm</type></os><features><acpi/></features>
      <devices>
        <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='{folder}/a.qcow2'/>
          <target dev='vda' bus='virtio'/></disk>
        <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='{folder}/b.qcow2'/>
          <target dev='vdb' bus='virtio'/></disk>
        <disk type='file' device='cdrom'><target dev='hdc' bus='ide'/><readonly/></disk>
        {extra}
      </devices>
    </domain>"""


@pytest.fixture(scope="module")
def state() -> Iterator[Path]:
    """The folder of a libvirtd of this file's own; short, for its sockets."""
    pytest.importorskip("libvirt", reason="libvirt-python is not installed (pip install 'tvox-uat[libvirt]')")
    with tempfile.TemporaryDirectory(prefix="lv") as folder:
        libvirtd.start(Path(folder))
        yield Path(folder)
        libvirtd.stop(Path(folder))


@pytest.fixture
def machine(state: Path) -> Iterator[Hypervisor]:
    """A machine that is off, with two disks and an empty drive."""
    yield define(state, domain(state))
    virsh(state, "destroy", NAME)
    virsh(state, "undefine", NAME, "--snapshots-metadata")


def define(state: Path, xml: str) -> Hypervisor:
    for disk in ("a", "b"):
        image = ["qemu-img", "create", "-q", "-f", "qcow2", str(state / f"{disk}.qcow2"), "1M"]
        subprocess.run(image, check=True)
    (state / "tiny.xml").write_text(xml)
    libvirtd.virsh(state, "define", state / "tiny.xml")
    return opened(libvirtd.uri(state))


def opened(uri: str, vm: str = NAME) -> Hypervisor:
    chosen = hypervisors.choose({"libvirt": {"uri": uri, "vm": vm, "uuid": UUID}})
    ask: Any = None  # libvirt asks nobody
    return chosen.open(limits=Limits(), ask=ask, secret=Secrets().get)


def virsh(state: Path, *words: str) -> None:
    subprocess.run(["virsh", "-q", "-c", libvirtd.uri(state), *words], check=False, capture_output=True)


def test_identity(machine: Hypervisor) -> None:
    """The domain's own name and UUID come from libvirt."""
    assert machine.identity() == Vm(name=NAME, uuid=UUID)


def test_snapshot_of_a_machine_that_is_off(machine: Hypervisor) -> None:
    """Off: no memory, both disks covered, and the drive is not a disk to be covered."""
    machine.take_snapshot("tvox-uat-1", "ACME & sons <CHG0042>")
    found = machine.find_snapshot("tvox-uat-1")
    assert found is not None
    assert (found.was_off, found.without_memory) == (True, True)
    assert (found.disks_covered, found.disks_left_out) == (("vda", "vdb"), ())
    assert [one.name for one in machine.snapshots()] == ["tvox-uat-1"]


def test_snapshot_of_a_machine_that_runs(machine: Hypervisor) -> None:
    """Running: it is seen that the snapshot has memory and that the machine was not off."""
    machine.start()
    machine.take_snapshot("tvox-uat-1", "")
    found = machine.find_snapshot("tvox-uat-1")
    assert found is not None
    assert (found.was_off, found.without_memory) == (False, False)


def test_a_disk_left_out(state: Path, machine: Hypervisor) -> None:
    """A disk that was added after the snapshot is not covered by it."""
    machine.take_snapshot("tvox-uat-1", "")
    virsh(state, "attach-disk", NAME, str(state / "b.qcow2"), "vdc", "--config", "--subdriver", "qcow2")
    found = machine.find_snapshot("tvox-uat-1")
    assert found is not None
    assert found.disks_left_out == ("vdc",)


def test_a_name_twice(machine: Hypervisor) -> None:
    """A second snapshot of the same name is refused, not taken for today's."""
    machine.take_snapshot("tvox-uat-1", "")
    with pytest.raises(ObservationError):
        machine.take_snapshot("tvox-uat-1", "")


def test_a_snapshot_that_is_not_there(machine: Hypervisor) -> None:
    """Looking for a snapshot that nobody took finds none."""
    assert machine.find_snapshot("tvox-uat-1") is None


def test_going_back(state: Path, machine: Hypervisor) -> None:
    """Going back brings the disks of that moment, leaves the machine off and the snapshot in the list."""
    write(state, "old")
    machine.take_snapshot("tvox-uat-1", "")
    write(state, "new")
    (listed,) = machine.snapshots()
    machine.revert(listed)
    assert written(state) == "old"
    assert machine.power().power is Power.OFF
    assert [(one.name, one.id) for one in machine.snapshots()] == [("tvox-uat-1", listed.id)]


def test_going_back_to_what_is_gone(machine: Hypervisor) -> None:
    """A snapshot that somebody deleted meanwhile cannot be gone back to: an error that names it."""
    machine.take_snapshot("tvox-uat-1", "")
    (listed,) = machine.snapshots()
    machine.delete(listed)
    with pytest.raises(ObservationError, match="tvox-uat-1"):
        machine.revert(listed)


def test_deleting_one_of_two(state: Path, machine: Hypervisor) -> None:
    """Only the snapshot that was named goes; what somebody else took stays, and nothing is chained."""
    libvirtd.virsh(state, "snapshot-create-as", NAME, "before-christmas")
    machine.take_snapshot("tvox-uat-1", "")
    machine.delete(next(one for one in machine.snapshots() if one.name == "tvox-uat-1"))
    assert [(one.name, one.id) for one in machine.snapshots()] == [("before-christmas", "before-christmas")]
    assert machine.chained() == ()


@pytest.mark.parametrize("forgotten", [False, True], ids=["in the list", "gone from the list"])
def test_an_external_snapshot_chains(state: Path, machine: Hypervisor, forgotten: bool) -> None:
    """A disk on the overlay of an external snapshot is chained, also when libvirt has forgotten the snapshot."""
    (state / "a.backup").unlink(missing_ok=True)
    machine.start()
    overlay = ("--disk-only", "--diskspec", "vdb,snapshot=no")
    virsh(state, "snapshot-create-as", NAME, "backup", *overlay, *(["--no-metadata"] if forgotten else []))
    assert machine.chained() == ("vda",)


def test_a_linked_clone_is_not_chained(state: Path, machine: Hypervisor) -> None:
    """A disk that was made on top of a template hangs on no snapshot, whether the machine runs or not."""
    new = ("qemu-img", "create", "-q", "-f", "qcow2")
    subprocess.run([*new, str(state / "template.qcow2"), "1M"], check=True)
    subprocess.run([*new, "-F", "qcow2", "-b", str(state / "template.qcow2"), str(state / "a.qcow2")], check=True)
    assert machine.chained() == ()
    machine.start()
    assert machine.chained() == ()


def test_room_on_this_computer(state: Path, machine: Hypervisor) -> None:
    """Without a storage pool a local libvirt's room is that of the file system, and the disks' full size is known."""
    room = machine.room()
    assert room is not None
    assert room.provisioned_bytes == 2 * 1024 * 1024
    assert 0 < room.free_bytes < room.size_bytes == shutil.disk_usage(state).total


def test_room_in_a_pool(state: Path, machine: Hypervisor) -> None:
    """What the storage pool says of itself counts, where the disks lie in one."""
    virsh(state, "pool-create-as", "disks", "dir", "--target", str(state))
    virsh(state, "pool-refresh", "disks")
    room = machine.room()
    virsh(state, "pool-destroy", "disks")
    assert room is not None
    assert room.size_bytes == shutil.disk_usage(state).total


def write(state: Path, text: str) -> None:
    """Write at the beginning of the first disk."""
    command = ["qemu-io", "-f", "qcow2", "-c", f"write -P {ord(text[0])} 0 512", str(state / "a.qcow2")]
    subprocess.run(command, check=True, capture_output=True)


def written(state: Path) -> str:
    """Read which text stands there."""
    for text in ("old", "new"):
        command = ["qemu-io", "-f", "qcow2", "-c", f"read -P {ord(text[0])} 0 512", str(state / "a.qcow2")]
        if subprocess.run(command, check=False, capture_output=True).returncode == 0:  # the pattern is there
            return text
    return ""


def test_power(state: Path, machine: Hypervisor) -> None:
    """On, paused and off are told apart, and so is a machine that was not shut down but cut off."""
    assert machine.power().power is Power.OFF
    machine.start()
    assert machine.power().power is Power.ON
    virsh(state, "suspend", NAME)
    assert machine.power().power is Power.PAUSED
    virsh(state, "destroy", NAME)
    cut = machine.power()
    assert (cut.power, cut.reason, cut.was_clean) == (Power.OFF, "destroyed", False)


def test_a_deaf_machine_stays_on(machine: Hypervisor) -> None:
    """A shutdown that the guest does not hear is asked for without an error, and the machine stays on."""
    machine.start()
    assert machine.shutdown() is True
    assert machine.power().power is Power.ON


def test_starting_what_runs(machine: Hypervisor) -> None:
    """Starting a machine that runs already is no error."""
    machine.start()
    machine.start()
    assert machine.power().power is Power.ON


def test_no_such_machine(state: Path) -> None:
    """A name that libvirt does not know is an error that says which machine and where."""
    with pytest.raises(ObservationError, match="TVOX9"):
        opened(libvirtd.uri(state), "TVOX9").identity()


def test_no_libvirt_there() -> None:
    """A libvirt that cannot be reached is an error that names it."""
    pytest.importorskip("libvirt")
    with pytest.raises(ObservationError, match="nowhere"):
        opened("qemu:///session?socket=/nowhere/libvirt-sock").identity()


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without libvirt-python the error says what to install."""
    monkeypatch.setitem(sys.modules, "libvirt", None)
    with pytest.raises(ObservationError, match=r"pip install 'tvox-uat\[libvirt\]'"):
        opened("qemu:///system")
