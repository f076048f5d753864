"""The journal: append-only, fsynced JSON lines, from which every report is made."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

from uat.errors import TvoxError
from uat.model import Ending, Header, Identity, JsonValue, Record, Result, Run, Step

NAME = "journal.jsonl"

_KINDS: dict[str, type[Record]] = {
    "header": Header,
    "identity": Identity,
    "before": Result,
    "result": Result,
    "step": Step,
    "ending": Ending,
}


class JournalError(TvoxError):
    """A journal that cannot be read or written: the message says which line, and why."""


class Journal:
    """The one writer of a run's journal; each line is on the disk before ``write`` returns."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._sequence = 0

    @classmethod
    def create(cls, folder: Path, header: Header) -> Journal:
        """Make the run's folder and begin its journal.

        :raises JournalError: the folder is there already; nothing is ever overwritten.
        """
        try:
            folder.mkdir(parents=True, exist_ok=False)
        except FileExistsError:
            raise JournalError(f"{folder} is there already; evidence is never overwritten") from None
        journal = cls(folder / NAME)
        journal.write("header", header)
        return journal

    def write(self, kind: str, record: Record) -> None:
        """Append one record and wait until it is on the disk.

        :param kind: header, identity, before, result, step or ending.
        :raises JournalError: it could not be written in full (disk full, say): stop.
        """
        self._sequence += 1
        line = {
            "seq": self._sequence,
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "type": kind,
            "data": record.model_dump(mode="json"),
        }
        try:
            _append(self.path, (json.dumps(line, ensure_ascii=False) + "\n").encode())
        except OSError as error:
            raise JournalError(f"{self.path}: cannot write ({error}); free some space and look again") from error


def _append(path: Path, data: bytes) -> None:
    """Write every byte (a full disk writes short without an error first) and flush to the disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
    try:
        while data:
            data = data[os.write(descriptor, data) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(path: Path) -> Run:
    """Read a journal (the file or its folder) back into the run it tells of.

    A last line that was cut off in the middle of writing is left out; a step counts as last written.

    :raises JournalError: no journal, or one that is damaged elsewhere than at its end.
    """
    path = path / NAME if path.is_dir() else path
    entries = [(kind, _record(path, number, kind, data)) for number, kind, data in _lines(path)]
    headers = [record for _, record in entries if isinstance(record, Header)]
    if not headers:
        raise JournalError(f"{path}: no header; this is not the journal of a run")
    steps = {record.number: record for _, record in entries if isinstance(record, Step)}
    return Run(
        header=headers[-1],
        identities={record.phase: record for _, record in entries if isinstance(record, Identity)},
        results=tuple(record for kind, record in entries if kind == "result" and isinstance(record, Result)),
        before=tuple(record for kind, record in entries if kind == "before" and isinstance(record, Result)),
        steps=tuple(steps.values()),
        ending=next((record for _, record in entries if isinstance(record, Ending)), None),
    )


def _lines(path: Path) -> list[tuple[int, str, JsonValue]]:
    """Split a journal into (line number, type, data)."""
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise JournalError(f"{path}: cannot be read ({error.strerror})") from error
    parsed = []
    for number, line in enumerate(lines[:-1], 1):  # what follows the last newline is a torn tail, or nothing
        try:
            entry = json.loads(line)
            parsed.append((number, str(entry["type"]), entry["data"]))
        except (ValueError, KeyError, TypeError) as error:
            raise JournalError(f"{path}:{number}: damaged ({error}); the evidence is not what it was") from error
    return parsed


def _record(path: Path, number: int, kind: str, data: JsonValue) -> Record:
    """Make a line's record."""
    try:
        return _KINDS[kind].model_validate(data)
    except (KeyError, ValueError) as error:
        raise JournalError(f"{path}:{number}: cannot be understood ({error})") from error
