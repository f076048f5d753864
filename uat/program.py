"""Which program this is: its version, and a hash of what it consists of."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib import metadata
from pathlib import Path

_HOME = Path(__file__).parents[1]
_ROOMS = ("uat", "procedure", "reports", "tvox_uat")
_KINDS = (".py", ".yaml", ".j2", ".css")


@cache
def program() -> str:
    """Name the program as reports do: ``tvox-uat 0.1.0 sha256:...``; the hash is of its sources as they lie here."""
    return f"tvox-uat {_version()} sha256:{digest(_HOME)}"


def digest(home: Path) -> str:
    """Hash the sources under a folder: each one's name, size and bytes, in the order of their names."""
    rooms = [path for room in _ROOMS for path in (home / room).rglob("*")]
    whole = sha256()
    for path in sorted(path for path in rooms if path.suffix in _KINDS and path.is_file()):
        data = path.read_bytes()
        whole.update(f"{path.relative_to(home).as_posix()} {len(data)}\n".encode() + data)
    return whole.hexdigest()


def _version() -> str:
    try:
        return metadata.version("tvox-uat")
    except metadata.PackageNotFoundError:
        return "(checkout)"
