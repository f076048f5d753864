"""The machine's disks have the room that the vendor wants, and some times the patches' size.

More than 50 % free is the vendor's word (guide, AnomalieRiscontrate).
"""

from __future__ import annotations

from procedure.conditions import Area, Finding, Ground, found
from procedure.conditions._patches import size_bytes
from uat.checks import disk
from uat.checks._shell import ask

AREA = Area.MACHINE
_OURS = "/var/lib"
_QUESTION = f"for path in / {_OURS} /opt/telenia_data; do [ -d $path ] && echo $path; done; true"


def look(ground: Ground) -> Finding:
    """Look at the disk of the system, of the product's data, and where the patches will lie."""
    probe, limits = ground.probe, ground.checklist.limits
    free = {path: disk.observe(disk.Inputs(path=path), probe) for path in ask(probe, _QUESTION).text.split()}
    path, least = min(free.items(), key=lambda one: one[1].free_percent)
    needed_bytes = round(size_bytes(ground) * limits.space_patches)
    return found(
        least.free_percent > limits.space_free_percent and free[_OURS].free_bytes >= needed_bytes,
        path=path,
        free_percent=least.free_percent,
        needed_percent=limits.space_free_percent,
        free_bytes=free[_OURS].free_bytes,
        needed_bytes=needed_bytes,
    )
