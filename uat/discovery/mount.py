"""File systems that keep data: mounted as they are, with room left."""

from __future__ import annotations

from collections.abc import Iterator

from uat.checks.mount import mounts
from uat.probe import Probe
from uat.proposal import Found, Proposal

_KEEP_DATA = {
    "ext2",
    "ext3",
    "ext4",
    "xfs",
    "btrfs",
    "zfs",
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "glusterfs",
    "vfat",
    "reiserfs",
}
_FREE_PERCENT = 10
"""Less is little on a machine that keeps recordings; the upgrade itself asks for more, in preflight."""


def discover(probe: Probe) -> Found:
    """Take the mounts of file systems that keep data, and the root whatever it is."""
    paths = [path for path, mount in sorted(mounts(probe).items()) if mount.type in _KEEP_DATA or path == "/"]
    return Found(proposals=tuple(one for path in paths if _is_plain(path) for one in _proposals(path)))


def _is_plain(path: str) -> bool:
    """Leave out single files that are mounted into containers, and what a container or a session brings."""
    return not path.startswith(
        ("/proc", "/sys", "/dev", "/run", "/var/lib/docker", "/var/lib/containers", "/etc/", "/media")
    )


def _name(path: str) -> str:
    return "rootfs" if path == "/" else path


def _proposals(path: str) -> Iterator[Proposal]:
    yield Proposal(
        about=_name(path),
        title={
            "it": f"Il file system {path} è montato e scrivibile",
            "en": f"The file system {path} is mounted and writable",
        },
        area="machine_data",
        kind="mount",
        inputs={"path": path},
        expect={"mounted": True, "read_only": False, "type": {"unchanged": True}},
    )
    yield Proposal(
        about=f"room-{_name(path)}",
        title={"it": f"C'è spazio libero in {path}", "en": f"There is free space in {path}"},
        area="machine_data",
        kind="disk",
        inputs={"path": path},
        expect={"free_percent": {"at_least": _FREE_PERCENT}, "inodes_free_percent": {"at_least": _FREE_PERCENT}},
    )
