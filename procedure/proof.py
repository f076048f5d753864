"""The completion proof: what a patch must have printed and returned before anyone may reboot."""

from __future__ import annotations

import hashlib
import io
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import InitVar, dataclass
from enum import StrEnum
from itertools import count
from pathlib import Path

from procedure.attempt import Attempt, State
from procedure.output import LineSplitter, plain
from uat.errors import ProcedureError
from uat.model import JsonValue, Record

COMPLETED = "Update completed!"
REBOOT = "Please REBOOT the machine!"
"""The two sentences of the vendor, in their order (guide, Upgrade/Updater.PNG and StandAlone_to_StandAlone)."""

FAILURES = (
    "the update execution has failed",
    "an error occurred during the update",
    "traceback (most recent call last)",
)
"""Texts of a failed update, in lower case (guide, Aggiornamenti/UPG_KO.PNG; the last one is Python's)."""
_FAILED_VERSION = re.compile(r"update to version \S+ failed", re.IGNORECASE)

FARTHEST = 12
"""How many lines the second sentence may follow the first by; the vendor's picture has 7."""
QUOTED = 8
"""How many lines are quoted when something else was seen."""

_PREFIX = re.compile(r"\s*(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d([.,]\d+)?\s*)?(\[\w+:\d+\]\s*)?")
_TRAILER = re.compile(r"Script done on .*")
_PIECE_BYTES = 1024 * 1024
_SEAL = object()


class Marker(StrEnum):
    """What the log says of the completion marker."""

    PRESENT = "present"
    ABSENT = "absent"
    HALF = "half"
    TEXT_AFTER = "text_after"
    FAILURE = "failure"


class Line(Record):
    """A line of the log, by number from 1, without what only steers a terminal."""

    number: int
    text: str

    def __str__(self) -> str:
        return f"{self.number}: {self.text}"


class Reading(Record):
    """What was found in a log: the sentences, failure texts, what stands after, and how it ends.

    Of each at most eight lines are kept; ``sha256`` is of the whole log.
    """

    marker: Marker
    completed: tuple[Line, ...] = ()
    reboot: tuple[Line, ...] = ()
    failures: tuple[Line, ...] = ()
    after: tuple[Line, ...] = ()
    last: tuple[Line, ...] = ()
    sha256: str = ""


@dataclass(frozen=True, kw_only=True)
class CompletionProof:
    """That this patch, in this life of the machine, ended as the vendor says it must.

    The only key to a reboot. ``prove`` makes it; nobody else can.
    """

    release: str
    boot_id: str
    log_sha256: str
    completed: Line
    reboot: Line
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise TypeError("a completion proof is made by procedure.proof.prove alone")
        object.__setattr__(self, "_seal", seal)


def require(proof: object, release: str) -> CompletionProof:
    """Give the proof back when it is a genuine one, and of this patch.

    :raises TypeError: it is not; this is a defect of the program, not a fact about the machine.
    """
    if type(proof) is not CompletionProof or vars(proof).get("_seal") is not _SEAL or proof.release != release:
        raise TypeError(f"no completion proof for {release}: {proof!r}")
    return proof


def prove(attempt: Attempt, log: bytes | Path, *, release: str) -> CompletionProof:
    """Make the proof that a patch completed: ended, exit code 0, both sentences, nothing after, no failure.

    :param log: what it printed, whole: the bytes, or the file that holds them.
    :raises ProcedureError: there is no proof; ``stop`` says why, ``facts`` quote what was seen instead.
    """
    found = read(log)
    if attempt.state is State.ENDED and attempt.exit_code == 0 and found.marker is Marker.PRESENT:
        return CompletionProof(
            release=release,
            boot_id=attempt.boot_id,
            log_sha256=found.sha256,
            completed=found.completed[0],
            reboot=found.reboot[0],
            seal=_SEAL,
        )
    raise ProcedureError(_stop_of(attempt, found), facts=_facts(attempt, found))


def read(log: bytes | Path) -> Reading:
    """Look for the completion marker in a patch's whole log, line by line: it may be larger than any memory."""
    reader = _Reader()
    for line in _lines(log, reader.take):
        reader.see(line)
    return reader.reading()


def _lines(log: bytes | Path, take: Callable[[bytes], None]) -> Iterator[Line]:
    """Yield the lines of a log; a bare CR ends a line too.

    :param take: gets every piece as it is read.
    """
    numbers = count(1)
    for raw in _raw_lines(log, take):
        for text in plain(f"{raw}\n").split("\n")[:-1]:
            yield Line(number=next(numbers), text=text.rstrip())


def _raw_lines(log: bytes | Path, take: Callable[[bytes], None]) -> Iterator[str]:
    splitter = LineSplitter()
    with io.BytesIO(log) if isinstance(log, bytes) else log.open("rb") as stream:
        while piece := stream.read(_PIECE_BYTES):
            take(piece)
            yield from splitter.feed(piece)
    yield from splitter.feed(b"", is_last=True)
    yield splitter.rest


class _Reader:
    """Holds what was found so far; a line as script(1) closes a log with counts only if more comes."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._completed: list[Line] = []
        self._reboot: list[Line] = []
        self._failures: list[Line] = []
        self._after: list[Line] = []
        self._last: deque[Line] = deque(maxlen=QUOTED)
        self._near: deque[Line] = deque()
        self._pair: tuple[Line, Line] | None = None
        self._trailer: Line | None = None

    def take(self, piece: bytes) -> None:
        """Take the bytes themselves, for the hash."""
        self._hash.update(piece)

    def see(self, line: Line) -> None:
        """Take the next line."""
        if not line.text:
            return
        held, self._trailer = self._trailer, None
        if held is not None:
            self._judge(held)
        if _TRAILER.fullmatch(line.text):
            self._trailer = line
        else:
            self._judge(line)

    def _judge(self, line: Line) -> None:
        self._last.append(line)
        if self._pair and not _is_frame(line):
            _quote(line, self._after)
        if _is_failure(line):
            _quote(line, self._failures)
        if _says(line, COMPLETED):
            _quote(line, self._completed)
            self._forget_far(line)
            self._near.append(line)
        elif _says(line, REBOOT):
            _quote(line, self._reboot)
            self._end_pair(line)

    def _end_pair(self, line: Line) -> None:
        """See whether the first sentence stands near enough before the second."""
        self._forget_far(line)
        if self._near and self._pair is None:
            self._pair = self._near[0], line

    def _forget_far(self, line: Line) -> None:
        while self._near and line.number - self._near[0].number > FARTHEST:
            self._near.popleft()

    def reading(self) -> Reading:
        """Say what was found in the whole."""
        return Reading(
            marker=self._marker(),
            completed=tuple(self._completed),
            reboot=tuple(self._reboot),
            failures=tuple(self._failures),
            after=tuple(self._after),
            last=tuple(self._last),
            sha256=self._hash.hexdigest(),
        )

    def _marker(self) -> Marker:
        if self._failures:
            return Marker.FAILURE
        if bool(self._completed) != bool(self._reboot):
            return Marker.HALF
        if self._pair is None:
            return Marker.ABSENT
        is_more = self._after or len(self._completed) + len(self._reboot) > 2
        return Marker.TEXT_AFTER if is_more else Marker.PRESENT


def _quote(line: Line, lines: list[Line]) -> None:
    """Keep a line, of as many as are quoted."""
    if len(lines) < QUOTED:
        lines.append(line)


def _payload(line: Line) -> str:
    return line.text[_PREFIX.match(line.text).end() :].strip()  # type: ignore[union-attr]  # matches the empty text


def _says(line: Line, sentence: str) -> bool:
    """Tell whether a line is this sentence, framed by asterisks or not, and nothing else."""
    return _payload(line).strip("*").strip() == sentence


def _is_frame(line: Line) -> bool:
    return not _payload(line).strip("*")


def _is_failure(line: Line) -> bool:
    text = line.text.lower()
    return any(failure in text for failure in FAILURES) or _FAILED_VERSION.search(text) is not None


_STOPS = {
    Marker.FAILURE: "failure_text",
    Marker.TEXT_AFTER: "text_after_marker",
    Marker.HALF: "half_marker",
}


def _stop_of(attempt: Attempt, found: Reading) -> str:
    """Name the reason why there is no proof; the machine's own state comes first, then what it printed."""
    if attempt.state is State.ORPHANED:
        return "patch_orphaned"
    if attempt.state is not State.ENDED:
        return "patch_lost"
    if found.marker is Marker.PRESENT:
        return "exit_code_contradicts"
    return _STOPS.get(found.marker, "no_marker" if attempt.exit_code == 0 else "exit_code")


def _facts(attempt: Attempt, found: Reading) -> dict[str, JsonValue]:
    """Quote what was seen instead of a proof; what was not seen is left out."""
    facts: dict[str, JsonValue] = {"state": attempt.state.value, "exit_code": attempt.exit_code}
    quotes: dict[str, Iterable[Line]] = {
        "marker_lines": (*found.completed[:QUOTED], *found.reboot[:QUOTED]),
        "failure_lines": found.failures,
        "text_after": found.after,
        "last_lines": found.last,
    }
    return facts | {name: quoted for name, lines in quotes.items() if (quoted := [str(line) for line in lines])}
