"""The size of the patches to come, for the conditions that want room for them."""

from __future__ import annotations

import shlex

from procedure.conditions import Ground
from uat.checks._shell import ask
from uat.model import Patch


def size_bytes(ground: Ground) -> int:
    """Add the sizes of all patches, here and on the machine.

    :raises OSError: one that should be here is not.
    :raises ObservationError: one that should be on the machine is not.
    """
    return sum(_size(ground, patch) for patch in ground.checklist.upgrade.patches)


def _size(ground: Ground, patch: Patch) -> int:
    if patch.on_target:
        return int(ask(ground.probe, f"wc -c < {shlex.quote(patch.on_target)}").text)
    return (ground.folder / (patch.file or "")).stat().st_size
