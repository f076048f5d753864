"""The journal: append-only, fsynced, hash-chained JSON lines, from which every report is made.

A line is ``{"v": 1, "seq": 17, "at": UTC, "clock": seconds, "by": "anna@LAPTOP7:4711", "type": ..., "prev": sha256,
"data": {...}, "hash": sha256}``. ``hash`` is of the bytes of the line as written before ``, "hash"``; ``prev`` is the
``hash`` of the line before. ``clock`` is the monotonic clock of the process that wrote it: differences within one
``by`` are durations, whatever the wall clock did meanwhile.
"""

from __future__ import annotations

import getpass
import json
import os
import platform
import re
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TypeAlias

from uat.errors import TvoxError
from uat.model import Ending, Header, Identity, JsonValue, Pause, Record, Result, Resumption, Run, Step, Transition

NAME = "journal.jsonl"
RESERVE = "journal.reserve"
"""A file that only takes up room: it is given back when the disk is full, so that a last record can be written."""
FORMAT = 1

_RESERVE_BYTES = 256 * 1024
_NOTHING_BEFORE = "0" * 64
_SEAL = re.compile(rb', "hash": "([0-9a-f]{64})"\}')

_KINDS: dict[str, type[Record]] = {
    "header": Header,
    "identity": Identity,
    "before": Result,
    "result": Result,
    "step": Step,
    "transition": Transition,
    "pause": Pause,
    "resumption": Resumption,
    "ending": Ending,
}

_Entry: TypeAlias = tuple[str, JsonValue]


class JournalError(TvoxError):
    """A journal that cannot be read or written: the message says which line, and why."""


class Journal:
    """The one writer of a run's journal; each line is on the disk before ``write`` returns. Any thread may write."""

    def __init__(self, path: Path, *, sequence: int = 0, head: str = _NOTHING_BEFORE) -> None:
        self.path = path
        self.head = head
        self._sequence = sequence
        self._writing = threading.Lock()
        self._is_broken = False
        self._by = f"{login_name()}@{platform.node()}:{os.getpid()}"

    @classmethod
    def create(cls, folder: Path, header: Header) -> Journal:
        """Make the run's folder and begin its journal.

        :raises JournalError: the folder is there already; nothing is ever overwritten.
        """
        try:
            folder.mkdir(parents=True, exist_ok=False, mode=0o700)
        except FileExistsError:
            raise JournalError(f"{folder} is there already; evidence is never overwritten") from None
        _reserve(folder)
        journal = cls(folder / NAME)
        journal.write("header", header)
        _flush_folder(folder)
        return journal

    @classmethod
    def resume(cls, folder: Path, resumption: Resumption) -> Journal:
        """Open an interrupted run's journal to go on with it: every line is verified, a torn last one is cut off.

        :param resumption: who goes on, written down with what was cut off.
        :raises JournalError: it is damaged elsewhere than at its end, or another version wrote it.
        """
        path = folder / NAME
        lines, torn = _split(path)
        entries = list(_entries(path, lines))
        if torn:
            _cut(path, sum(len(line) + 1 for line in lines))
        _reserve(folder)
        journal = cls(path, sequence=len(entries), head=_hash_of(lines[-1]) if lines else _NOTHING_BEFORE)
        journal.write("resumption", resumption.model_copy(update={"torn_bytes": len(torn)}))
        return journal

    def write(self, kind: str, record: Record) -> None:
        """Append one record and wait until it is on the disk.

        :param kind: header, identity, before, result, step, transition, pause, resumption or ending.
        :raises JournalError: it could not be written in full (disk full, say): stop.
        """
        self.write_all(kind, (record,))

    def write_all(self, kind: str, records: Sequence[Record]) -> None:
        """Append several records, a line each, and wait once until all are on the disk; errors as `write`."""
        with self._writing:
            if self._is_broken:
                raise JournalError(f"{self.path}: the disk failed before; nothing more is written to it")
            sequence, head, lines = self._sequence, self.head, []
            for record in records:
                sequence += 1
                line = self._line(kind, record, sequence=sequence, head=head)
                head = _hash_of(line)
                lines.append(line + b"\n")
            try:
                self._append(b"".join(lines))
            except OSError as error:
                raise JournalError(f"{self.path}: cannot write ({error}); free some space and look again") from error
            self._sequence, self.head = sequence, head

    def close(self) -> None:
        """Give back the room that was kept for a last record."""
        self.path.with_name(RESERVE).unlink(missing_ok=True)

    def _line(self, kind: str, record: Record, *, sequence: int, head: str) -> bytes:
        body: dict[str, JsonValue] = {
            "v": FORMAT,
            "seq": sequence,
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "clock": round(time.monotonic(), 3),
            "by": self._by,
            "type": kind,
            "prev": head,
            "data": record.model_dump(mode="json"),
        }
        text = json.dumps(body, ensure_ascii=False).encode("utf-8", "backslashreplace")[:-1]
        return text + b', "hash": "' + sha256(text).hexdigest().encode() + b'"}'

    def _append(self, data: bytes) -> None:
        """Write every byte and flush; on a full disk take the part back and make room for one last record."""
        descriptor = _open(self.path, os.O_APPEND | os.O_CREAT)
        try:
            size = os.fstat(descriptor).st_size
            try:
                _write_all(descriptor, data)
            except OSError:
                self._is_broken = True
                os.ftruncate(descriptor, size)
                self.close()
                self._is_broken = False
                raise
            try:
                os.fsync(descriptor)
            except OSError:
                # No second try: it may succeed although the data is gone (PostgreSQL wiki, Fsync Errors).
                self._is_broken = True
                raise
        finally:
            os.close(descriptor)


def read(path: Path) -> Run:
    """Read a journal (the file or its folder) back into the run it tells of, and verify its chain.

    A last line that was cut off in the middle of writing is left out; a step counts as last written.

    :raises JournalError: no journal, or one that is damaged elsewhere than at its end.
    """
    path = path / NAME if path.is_dir() else path
    lines, torn = _split(path)
    entries = [
        (kind, _record(path, number, kind, data)) for number, (kind, data) in enumerate(_entries(path, lines), 1)
    ]
    headers = [record for _, record in entries if isinstance(record, Header)]
    if not headers:
        raise JournalError(f"{path}: no header; this is not the journal of a run")
    steps = {record.number: record for _, record in entries if isinstance(record, Step)}
    pauses = {record.began: record for _, record in entries if isinstance(record, Pause)}
    ending = next((record for _, record in reversed(entries) if _begins_or_ends(record)), None)
    return Run(
        header=headers[-1],
        identities={record.phase: record for _, record in entries if isinstance(record, Identity)},
        results=tuple(record for kind, record in entries if kind == "result" and isinstance(record, Result)),
        before=tuple(record for kind, record in entries if kind == "before" and isinstance(record, Result)),
        steps=tuple(steps[number] for number in sorted(steps)),
        transitions=tuple(record for _, record in entries if isinstance(record, Transition)),
        pauses=tuple(pauses.values()),
        resumptions=tuple(record for _, record in entries if isinstance(record, Resumption)),
        ending=ending if isinstance(ending, Ending) else None,
        head=_hash_of(lines[-1]),
        torn_bytes=len(torn),
    )


def _begins_or_ends(record: Record) -> bool:
    """Tell whether a record is a run's ending, or takes the one before back: somebody went on."""
    return isinstance(record, Ending) or (isinstance(record, Resumption) and not record.concluded)


def write_file(path: Path, data: bytes) -> None:
    """Write a file beside the journal: for its owner only, never through a symbolic link that somebody put there.

    :raises OSError: it cannot be written, or a link stands in its place.
    """
    descriptor = _open(path, os.O_CREAT | os.O_TRUNC)
    try:
        _write_all(descriptor, data)
    finally:
        os.close(descriptor)


def touch_file(path: Path) -> None:
    """Make a file beside the journal unless it is there, under the rules of `write_file`.

    :raises OSError: it cannot be made, or a link stands in its place.
    """
    os.close(_open(path, os.O_CREAT))


def is_begun(folder: Path) -> bool:
    """Tell whether a run's journal has one whole line; killed within its first, a run did nothing at all."""
    try:
        with (folder / NAME).open("rb") as file:
            return file.readline().endswith(b"\n")
    except OSError:
        return False


def login_name() -> str:
    """Give the name with which this person is logged in at this computer; empty where nothing tells it."""
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):  # no such variable, no user database: Windows, containers
        return ""


def _split(path: Path) -> tuple[list[bytes], bytes]:
    """Split a journal into its whole lines and what follows the last of them.

    :raises JournalError: it cannot be read, or what follows is no part of a line: a write that was cut off leaves
        a beginning of a line, never a whole one with something after it.
    """
    try:
        *lines, torn = path.read_bytes().split(b"\n")
    except OSError as error:
        raise JournalError(f"{path}: cannot be read ({error.strerror})") from error
    if (sealed := _SEAL.search(torn)) and sealed.end() < len(torn):
        raise JournalError(f"{path}:{len(lines) + 1}: damaged (no end of line); the evidence is not what it was")
    return lines, torn


def _entries(path: Path, lines: list[bytes]) -> Iterator[_Entry]:
    """Verify each line, and that it follows the one before; give type and data."""
    before = _NOTHING_BEFORE
    for number, line in enumerate(lines, 1):
        if not _is_sealed(line):
            raise JournalError(f"{path}:{number}: damaged; the evidence is not what it was")
        entry = json.loads(line)
        if entry["v"] != FORMAT:
            raise JournalError(f"{path}:{number}: written in format {entry['v']}; this version reads {FORMAT}")
        if (entry["prev"], entry["seq"]) != (before, number):
            raise JournalError(f"{path}:{number}: does not follow the line before; the evidence is not what it was")
        before = entry["hash"]
        yield entry["type"], entry["data"]


def _is_sealed(line: bytes) -> bool:
    end = len(line) - len(b', "hash": ""}') - 64
    sealed = _SEAL.fullmatch(line, max(end, 0))
    return sealed is not None and sha256(line[:end]).hexdigest().encode() == sealed[1]


def _hash_of(line: bytes) -> str:
    return line[-66:-2].decode("ascii", "replace")


def _record(path: Path, number: int, kind: str, data: JsonValue) -> Record:
    """Make a line's record."""
    try:
        return _KINDS[kind].model_validate(data)
    except (KeyError, ValueError) as error:
        raise JournalError(f"{path}:{number}: cannot be understood ({error})") from error


def _open(path: Path, flags: int) -> int:
    """Open a file to be written, never through a symbolic link that somebody put there."""
    return os.open(path, os.O_WRONLY | flags | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0), 0o600)


def _write_all(descriptor: int, data: bytes) -> None:
    """Write every byte: a full disk writes short without an error first."""
    while data:
        data = data[os.write(descriptor, data) :]


def _cut(path: Path, size: int) -> None:
    descriptor = _open(path, 0)
    try:
        os.ftruncate(descriptor, size)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _reserve(folder: Path) -> None:
    """Take up room on the disk before anything begins.

    :raises JournalError: there is not even that.
    """
    try:
        descriptor = _open(folder / RESERVE, os.O_CREAT | os.O_TRUNC)
        try:
            _write_all(descriptor, b"\0" * _RESERVE_BYTES)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise JournalError(f"{folder}: cannot write ({error}); free some space and look again") from error


def _flush_folder(folder: Path) -> None:
    """Make the new file's name last through a power cut; Windows has no such call and needs none."""
    for place in (folder, folder.parent):
        if hasattr(os, "O_DIRECTORY"):
            descriptor = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
