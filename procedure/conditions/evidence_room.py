"""This computer has room for the evidence; the last record before a step must not be the one that does not fit."""

from __future__ import annotations

import shutil
from pathlib import Path

from procedure.conditions import Area, Finding, Ground, found

AREA = Area.HERE


def look(ground: Ground) -> Finding:
    """Look at what is free where the evidence goes."""
    free_bytes = shutil.disk_usage(existing(ground.session.folder)).free
    needed_bytes = ground.checklist.limits.evidence_room_bytes
    return found(free_bytes >= needed_bytes, free_bytes=free_bytes, needed_bytes=needed_bytes)


def existing(folder: Path) -> Path:
    """Give the folder, or the nearest above it that is there already."""
    return next(path for path in (folder, *folder.absolute().parents) if path.exists())
