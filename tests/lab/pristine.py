"""Keeps a lab as it is after its first boot, disk and memory, so that a reset takes seconds instead of a boot.

The memory lies in a file of `virsh save`, the disk in a qcow2 that every later disk lies upon. Neither is a snapshot:
libvirt and the disk show none, as the procedure under test expects it.
"""

import hashlib
from pathlib import Path

from tests.lab.libvirtd import virsh
from tests.lab.shell import run


def exists(state: Path, description: str) -> bool:
    """Tell whether the state of this very virtual machine is kept."""
    mark = state / "pristine.id"
    return mark.exists() and mark.read_text(encoding="ascii") == digest(description)


def digest(description: str) -> str:
    """Return what the kept state is recognised by: all that describes the virtual machine, its image included."""
    return hashlib.sha256(description.encode()).hexdigest()


def define(state: Path, description: str, *, backing: Path) -> None:
    """Give libvirt the virtual machine with a new disk that lies upon `backing`."""
    (state / "disk.qcow2").unlink(missing_ok=True)
    run(["qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", backing, state / "disk.qcow2"])
    file = state / "domain.xml"
    file.write_text(description, encoding="utf-8")
    virsh(state, "define", file)


def keep(state: Path, domain: str, description: str) -> None:
    """Stop the running virtual machine and keep its disk and its memory."""
    forget(state)
    virsh(state, "save", domain, state / "pristine.memory", "--running")
    (state / "disk.qcow2").rename(state / "pristine.qcow2")
    (state / "pristine.id").write_text(digest(description), encoding="ascii")


def restore(state: Path, domain: str, description: str) -> None:
    """Let the virtual machine go on from what is kept; libvirt must not know it yet."""
    define(state, description, backing=state / "pristine.qcow2")
    virsh(state, "restore", state / "pristine.memory", "--running")


def forget(state: Path) -> None:
    """Make the next start a boot."""
    (state / "pristine.id").unlink(missing_ok=True)
