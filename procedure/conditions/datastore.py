"""There is room for the snapshot to grow: a full datastore freezes the machine in the middle of its patch."""

from __future__ import annotations

from procedure.conditions import YES_OR_NO, Area, Finding, Ground, asked, found, not_applicable
from procedure.conditions._patches import size_bytes
from procedure.hypervisors import Room
from uat.model import Limits

AREA = Area.HYPERVISOR
QUESTION = YES_OR_NO


def look(ground: Ground) -> Finding:
    """Compare what is free with what the snapshot may need; some hypervisors cannot tell."""
    if ground.is_attested:
        return asked(ground, "datastore", QUESTION)
    if (room := ground.hypervisor.room()) is None:
        return not_applicable("not_told")
    needed_bytes = needed(room, size_bytes(ground), ground.checklist.limits)
    return found(
        room.free_bytes >= needed_bytes,
        free_bytes=room.free_bytes,
        needed_bytes=needed_bytes,
        provisioned_bytes=room.provisioned_bytes,
    )


def needed(room: Room, patch_bytes: int, limits: Limits) -> int:
    """Give the room that a snapshot may need: the largest of a share of all, the disks' own size, and the patches."""
    shares = (
        room.size_bytes * limits.datastore_free_percent / 100,
        room.provisioned_bytes * limits.datastore_growth,
        patch_bytes * limits.datastore_patches,
    )
    return round(max(shares))
