"""The evidence lies on a disk of this computer: a share may go away, and a sync folder renames under our hands."""

from __future__ import annotations

import re
from pathlib import Path

from procedure.conditions import Area, Finding, Ground, found

AREA = Area.HERE
_MOUNTS = Path("/proc/mounts")
_NETWORK = re.compile(r"nfs\d?|cifs|smb\w*|ncpfs|afs|ceph|glusterfs|9p|davfs|fuse\.(sshfs|rclone|davfs|s3fs|gvfsd.*)")
_SYNC = re.compile(r"(onedrive|dropbox|google ?drive|my drive|icloud|nextcloud|owncloud|box sync)\b.*", re.IGNORECASE)


def look(ground: Ground) -> Finding:
    """Look at the folder's file system, where this computer tells, and at the names above it."""
    folder = ground.session.folder.absolute()
    kind = "network share" if str(folder).startswith("\\\\") else file_system(folder, _mounts())
    sync = next((part for part in folder.parts if _SYNC.fullmatch(part)), None)
    is_network = kind == "network share" or _NETWORK.fullmatch(kind or "") is not None
    return found(not is_network and sync is None, folder=str(folder), file_system=kind, sync_folder=sync)


def _mounts() -> str:
    return _MOUNTS.read_text(errors="replace") if _MOUNTS.exists() else ""


def file_system(folder: Path, mounts: str) -> str | None:
    """Give the type of the file system that holds a folder (proc(5), mounts); None where there is no such list."""
    held = [
        (Path(re.sub(r"\\(\d{3})", lambda code: chr(int(code[1], 8)), words[1])), words[2])
        for words in map(str.split, mounts.splitlines())
        if len(words) > 2
    ]
    above = [(len(place.parts), kind) for place, kind in held if folder.is_relative_to(place)]
    return max(reversed(above), key=lambda one: one[0])[1] if above else None
