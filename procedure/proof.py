"""The completion proof: what a patch must have printed and returned before anyone may reboot."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import InitVar, dataclass
from enum import StrEnum
from pathlib import Path

from procedure.attempt import Attempt, State
from procedure.output import decode, plain
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
    """What was found in a log: the sentences, failure texts, what stands after, and how it ends."""

    marker: Marker
    completed: tuple[Line, ...] = ()
    reboot: tuple[Line, ...] = ()
    failures: tuple[Line, ...] = ()
    after: tuple[Line, ...] = ()
    last: tuple[Line, ...] = ()


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
    log = log if isinstance(log, bytes) else log.read_bytes()
    found = read(log)
    if attempt.state is State.ENDED and attempt.exit_code == 0 and found.marker is Marker.PRESENT:
        return CompletionProof(
            release=release,
            boot_id=attempt.boot_id,
            log_sha256=hashlib.sha256(log).hexdigest(),
            completed=found.completed[0],
            reboot=found.reboot[0],
            seal=_SEAL,
        )
    raise ProcedureError(_stop_of(attempt, found), facts=_facts(attempt, found))


def read(log: bytes) -> Reading:
    """Look for the completion marker in a patch's whole log."""
    lines = _lines(log)
    completed = tuple(line for line in lines if _says(line, COMPLETED))
    reboot = tuple(line for line in lines if _says(line, REBOOT))
    failures = tuple(line for line in lines if _is_failure(line))
    pair = _first_pair(completed, reboot)
    after = tuple(line for line in lines if pair and line.number > pair[1].number and not _is_frame(line))
    return Reading(
        marker=_marker(completed, reboot, failures=failures, after=after),
        completed=completed,
        reboot=reboot,
        failures=failures[:QUOTED],
        after=after[:QUOTED],
        last=tuple(line for line in lines if line.text)[-QUOTED:],
    )


def _marker(
    completed: Sequence[Line], reboot: Sequence[Line], *, failures: Sequence[Line], after: Sequence[Line]
) -> Marker:
    if failures:
        return Marker.FAILURE
    if bool(completed) != bool(reboot):
        return Marker.HALF
    if _first_pair(completed, reboot) is None:
        return Marker.ABSENT
    return Marker.TEXT_AFTER if after or len(completed) + len(reboot) > 2 else Marker.PRESENT


def _first_pair(completed: Sequence[Line], reboot: Sequence[Line]) -> tuple[Line, Line] | None:
    """Find the first two sentences that stand in the right order and near enough."""
    pairs = ((one, two) for one in completed for two in reboot)
    return next((pair for pair in pairs if 1 <= pair[1].number - pair[0].number <= FARTHEST), None)


def _lines(log: bytes) -> list[Line]:
    """Split a log into lines; the closing line that script(1) itself writes is left out."""
    lines = [Line(number=number, text=text.rstrip()) for number, text in enumerate(plain(decode(log)).split("\n"), 1)]
    while lines and not lines[-1].text:
        lines.pop()
    if lines and _TRAILER.fullmatch(lines[-1].text):
        lines.pop()
    return lines


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
