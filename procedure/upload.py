"""Brings a large file onto the machine over a link that breaks: every try goes on where the last one stopped."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from procedure.lifeline import Lifeline, answered
from uat.errors import ObservationError
from uat.host import Connection
from uat.model import Limits, Record

Progress = Callable[[int, int], None]
"""Hears how many bytes lie on the machine, and of how many; called from another thread."""

_BLOCK_BYTES = 65536
_SLAB_BYTES = 32 * 1024 * 1024
"""What one command takes: a deadline for the whole of gigabytes would be none."""

_LOOK = r"""
refuse() { echo "$1" >&2; exit 7; }
umask 077; there=$1; top=$2; folder=${there%/*}; part=$there.part; d=$folder
while :; do
    [ ! -L "$d" ] || refuse "$d is a symbolic link: nothing is written through it"
    [ ! -e "$d" ] || [ -O "$d" ] || refuse "$d belongs to somebody else"
    [ "$d" != "$top" ] && d=${d%/*} && [ -n "$d" ] || break
done
mkdir -p "$folder" && chmod 700 "$folder" || exit 3
for f in "$there" "$part"; do
    [ ! -L "$f" ] || refuse "$f is a symbolic link: nothing is written through it"
    [ ! -e "$f" ] || [ -f "$f" ] || refuse "$f is no file"
done
size() { if [ -f "$1" ]; then wc -c < "$1"; else echo "$2"; fi; }
set -- $(df -Pk "$folder" | tail -n 1)
echo $(size "$there" -1) $(size "$part" 0) "$4"
"""

_SEND = r"""
umask 077; part=$1
[ ! -L "$part" ] && dd of="$part" bs="$2" seek="$3" conv=notrunc 2>&1 >/dev/null && [ $(wc -c < "$part") -ge "$4" ]
"""

_FINISH = r"""
there=$1; part=$there.part; arrived=$part
[ -f "$part" ] || arrived=$there
[ "$(sha256sum < "$arrived" | cut -c 1-64)" = "$2" ] || { rm -f "$part"; exit 8; }
[ "$arrived" = "$there" ] || { chmod 600 "$part" && mv -f "$part" "$there"; }
"""


class _Found(Record):
    """What lies on the machine: sizes of the whole (-1: none) and of the part, and what is free beside them."""

    whole_bytes: int
    part_bytes: int
    free_bytes: int


def upload(
    lifeline: Lifeline, here: Path, there: str, *, sha256: str, on_progress: Progress = lambda done, size: None
) -> int:
    """Bring a file to its place, readable for its owner only; it is in its place only once its hash is right there.

    What arrives grows as ``.part`` beside it. Of a part that is there already, as much is kept as has the same
    hash as ours. Whoever interrupts this may begin again.

    :param there: where; its folder and the one above it are made when they are missing.
    :param sha256: what the whole must have, here and there.
    :returns: the bytes sent; 0 when it lay there already.
    :raises ObservationError: no room, no right to write, a link where the file is to be, another hash.
    :raises ProcedureError: ``link_lost``.
    """
    transfer = _Transfer(here, there, sha256=sha256.lower(), limits=lifeline.limits, on_progress=on_progress)
    while not transfer.is_done:
        lifeline.do(transfer.go_on, longest=lifeline.limits.upload)
    return transfer.sent_bytes


class _Transfer:
    """Holds how much of the file is known to lie on the machine."""

    def __init__(self, here: Path, there: str, *, sha256: str, limits: Limits, on_progress: Progress) -> None:
        self._here = here
        self._size = here.stat().st_size
        self._there = there
        self._part = f"{there}.part"
        self._sha256 = sha256
        self._limits = limits
        self._on_progress = on_progress
        self._offset: int | None = None
        self.is_done = False
        self.sent_bytes = 0

    def go_on(self, connection: Connection) -> None:
        """Do the next part of the work; after a failure the machine is asked anew how far it came."""
        offset, self._offset = self._offset, None
        if offset is None:
            offset = self._agree(connection)
        elif offset < self._size:
            offset = self._send(connection, offset)
        else:
            self._finish(connection)
        self._offset = offset

    def _agree(self, connection: Connection) -> int:
        """Find out how much of the file lies there and is right."""
        found = self._look(connection)
        if found.whole_bytes == self._size and self._hash(connection, self._there, self._size) == self._sha256:
            self.is_done = True
            return self._size
        kept = min(found.part_bytes, self._size) // _BLOCK_BYTES * _BLOCK_BYTES
        is_right = found.part_bytes <= self._size and self._hash(connection, self._part, kept) == self._own_hash(kept)
        if not is_right:
            kept = 0
            answered(connection, f"rm -f {shlex.quote(self._part)}")
        if (needed := self._size - kept) > found.free_bytes:
            raise ObservationError(
                f"{connection.address}: no room for {self._there}: "
                f"{needed} bytes are needed, {found.free_bytes} are free"
            )
        return kept

    def _look(self, connection: Connection) -> _Found:
        top = str(PurePosixPath(self._there).parent.parent.parent)
        output = answered(connection, _shell(_LOOK, self._there, top))
        words = output.text.split()
        if output.exit_code or len(words) != 3:
            raise ObservationError(f"{connection.address}: cannot write {self._there}: {output.errors.strip()}")
        whole, part, free = map(int, words)
        return _Found(whole_bytes=whole, part_bytes=part, free_bytes=free * 1024)

    def _hash(self, connection: Connection, path: str, size: int) -> str:
        """Hash the first bytes of a file on the machine."""
        command = f"head -c {size} {shlex.quote(path)} 2>/dev/null | sha256sum"
        return answered(connection, command, deadline=self._limits.hash).text[:64]

    def _own_hash(self, size: int) -> str:
        hashed = hashlib.sha256()
        for piece in self._pieces(0, size):
            hashed.update(piece)
        return hashed.hexdigest()

    def _send(self, connection: Connection, offset: int) -> int:
        """Send the next slab to its own place in the file: a dying older try can only write the same bytes there."""
        end = min(offset + _SLAB_BYTES, self._size)
        command = _shell(_SEND, self._part, str(_BLOCK_BYTES), str(offset // _BLOCK_BYTES), str(end))
        output = answered(connection, command, deadline=self._limits.upload, stdin=self._told(offset, end))
        if output.exit_code:
            said = output.text.partition("\n")[0] or "it changed while it was written"
            raise ObservationError(f"{connection.address}: cannot write {self._part}: {said}")
        return end

    def _finish(self, connection: Connection) -> None:
        command = _shell(_FINISH, self._there, self._sha256)
        output = answered(connection, command, deadline=self._limits.hash)
        if output.exit_code:
            said = output.errors.strip() or "what arrived has another hash, and was removed; begin again"
            raise ObservationError(f"{connection.address}: {self._there}: {said}")
        self.is_done = True

    def _told(self, offset: int, end: int) -> Iterator[bytes]:
        """Give the bytes of a slab, and tell of each piece as it goes out."""
        for piece in self._pieces(offset, end):
            yield piece
            offset += len(piece)
            self.sent_bytes += len(piece)
            self._on_progress(offset, self._size)

    def _pieces(self, offset: int, end: int) -> Iterator[bytes]:
        with self._here.open("rb") as file:
            file.seek(offset)
            while offset < end and (piece := file.read(min(_BLOCK_BYTES, end - offset))):
                yield piece
                offset += len(piece)


def _shell(script: str, *arguments: str) -> str:
    return shlex.join(["sh", "-c", script, "tvox-uat", *arguments])
