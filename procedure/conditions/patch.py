"""The patches are the agreed ones: those here and those that lie on the machine already."""

from __future__ import annotations

import hashlib
import shlex

from procedure.conditions import Area, Finding, Ground, found
from uat.checks._shell import complaint
from uat.model import JsonValue, Patch

AREA = Area.MACHINE


def look(ground: Ground) -> Finding:
    """Compare every patch's sha256 with the checklist's; one that is not there has none."""
    patches = ground.checklist.upgrade.patches
    expected: dict[str, JsonValue] = {patch.release: patch.sha256.lower() for patch in patches}
    seen: dict[str, JsonValue] = {patch.release: _sha256(ground, patch) for patch in patches}
    files = [patch.on_target or str(ground.folder / (patch.file or "")) for patch in patches]
    return found(expected == seen, files=files, expected=expected, found=seen)


def _sha256(ground: Ground, patch: Patch) -> str:
    if patch.on_target:
        limit = ground.checklist.limits.upload
        answer = ground.probe.run(f"sha256sum < {shlex.quote(patch.on_target)}", deadline=limit)
        return answer.text.split(" ")[0] if answer.exit_code == 0 else complaint(answer)
    path = ground.folder / (patch.file or "")
    if not path.is_file():
        return "-"
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
