"""A snapshot would hold every disk that the machine writes to."""

from __future__ import annotations

from procedure.conditions import YES_OR_NO, Area, Finding, Ground, asked, found

AREA = Area.HYPERVISOR
QUESTION = YES_OR_NO


def look(ground: Ground) -> Finding:
    """List the disks, and those that a snapshot would leave out with the reason."""
    if ground.is_attested:
        return asked(ground, "coverage", QUESTION)
    disks = ground.hypervisor.disks()
    left_out = [f"{disk.name}: {disk.reason}" for disk in disks if disk.reason]
    covered = [disk.name for disk in disks if not disk.reason]
    return found(bool(disks) and not left_out, disks=covered, disks_left_out=left_out)
