"""A plugin of the tests, inside the runner: ends the process at the n-th write to the journal, as told by a variable.

``TVOX_FAULTS_KILL`` is ``17:torn`` or ``patch/running:torn``: the point, counted over the writes of this process (a
line each, of results several at once), or a step's first line of an outcome; and how:

- ``before``: nothing of it is written.
- ``torn``: half of it is on the disk.
- ``after``: it is on the disk, and nothing that follows it was done.
- ``power``: as ``after``, and of every other file in the folder only what was flushed is there, as after a power cut.
- ``disk``: from there on fsync fails with an I/O error; the process goes on as it likes.

``TVOX_FAULTS_TELL`` is the bench's socket file: each write is told there before it is written, and waited for.
"""

from __future__ import annotations

import errno
import json
import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from uat.journal import Journal

KILL, TELL = "TVOX_FAULTS_KILL", "TVOX_FAULTS_TELL"
HOWS = ("before", "torn", "after", "power")


def plant(point: str, how: str, tell: str) -> None:
    """Put the counting between the journal and the disk."""
    append: Callable[[Journal, bytes], None] = Journal._append
    flushed: dict[int, int] = {}
    counted = 0
    _watch_flushes(flushed)

    def counting(self: Journal, data: bytes) -> None:
        nonlocal counted
        counted += 1
        if tell:
            _tell(tell, counted, data)
        if point not in (str(counted), _moment(data)):
            append(self, data)
            return
        if how == "disk":
            _break_flushes()
        if how == "torn":
            _write(self.path, data[: len(data) // 2])
        if how not in ("before", "torn"):
            append(self, data)
        if how == "power":
            _lose_what_was_not_flushed(self.path.parent, flushed)
        if how != "disk":
            os.kill(os.getpid(), signal.SIGKILL)

    Journal._append = counting  # type: ignore[method-assign]


def _moment(data: bytes) -> str:
    """Name the moment that a line stands for, when it is a step's."""
    line = _last(data)
    return f"{line['data']['name']}/{line['data']['outcome']}" if line["type"] == "step" else ""


def _last(data: bytes) -> Any:
    """Read the last of the lines that are written at once: results come several at a time."""
    return json.loads(data.splitlines()[-1])


def _watch_flushes(flushed: dict[int, int]) -> None:
    """Remember of each file how much of it was flushed last."""
    flush = os.fsync

    def watching(descriptor: int) -> None:
        flush(descriptor)
        found = os.fstat(descriptor)
        flushed[found.st_ino] = found.st_size

    os.fsync = watching


def _break_flushes() -> None:
    def failing(descriptor: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    os.fsync = failing


def _lose_what_was_not_flushed(folder: Path, flushed: dict[int, int]) -> None:
    for path in folder.iterdir():
        if path.is_file():
            os.truncate(path, min(flushed.get(path.stat().st_ino, 0), path.stat().st_size))


def _write(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _tell(where: str, number: int, data: bytes) -> None:
    """Tell the bench what is about to be written, and wait until it has done what it wants at this point."""
    line = _last(data)
    told = {name: line["data"].get(name) for name in ("name", "release", "outcome", "phase", "check_id")}
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(where)
        asked = {"question": "point", "number": number, "kind": line["type"], **told}
        link.sendall(json.dumps(asked).encode() + b"\n")
        link.makefile().readline()


if os.environ.get(KILL) or os.environ.get(TELL):
    _point, _, _how = os.environ.get(KILL, "0:none").partition(":")
    plant(_point, _how, os.environ.get(TELL, ""))
