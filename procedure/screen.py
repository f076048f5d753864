"""A patch in screen on the machine, which outlives the connection; its log is followed here while it runs."""

from __future__ import annotations

import hashlib
import re
import secrets
import shlex
import time
from pathlib import Path

from procedure.account import Account
from procedure.attempt import Attempt, State
from procedure.lifeline import Lifeline
from procedure.output import LineReader
from procedure.quiet import Waits, Watch
from procedure.wrapper import probing, starting
from uat.errors import ObservationError, ProcedureError
from uat.model import Limits, NewsKind, Record

_PIECE_BYTES = 1024 * 1024
_OVER = (State.ENDED, State.LOST, State.NEVER_STARTED, State.UNCERTAIN)
_NO_EXIT_CODE = "-"
_OWN_LINE = re.compile(r"Script (started|done) on ")


class Look(Record):
    """One look at a running patch: its state, the next part of its log, and whether it waits for somebody."""

    attempt: Attempt
    piece: bytes
    waits: Waits | None

    @property
    def has_more(self) -> bool:
        """Tell whether the log goes on behind this piece."""
        return len(self.piece) == _PIECE_BYTES


def start(lifeline: Lifeline, directory: str, *, screen: str, command: str, limits: Limits) -> None:
    """Start a command in screen, once only, and wait until its wrapper says that it began.

    The directory is the token: where it stands already, nothing is started and what runs there is followed.

    :raises ProcedureError: ``patch_not_started``: a tool is missing, the disk is full, screen cannot start.
    """
    output = lifeline.run(starting(directory, screen=screen, command=command), changes=True)
    until = time.monotonic() + limits.patch_start
    while (state := look(lifeline, directory).attempt.state) in (State.UNCERTAIN, State.NEVER_STARTED):
        if time.monotonic() > until or state is State.NEVER_STARTED:
            said = {"exit_code": output.exit_code, "errors": output.errors.strip()}
            raise ProcedureError("patch_not_started", facts={"directory": directory, "state": state.value, **said})
        time.sleep(min(limits.poll, 1.0))


def look(lifeline: Lifeline, directory: str, *, offset: int = 0, is_quiet: bool = False, most: int = 0) -> Look:
    """Look once at an attempt, over whatever connection there is.

    :param offset: from which byte of the log to read on.
    :param is_quiet: ask as well whether a process waits for somebody to type.
    :param most: bytes of the log to read at once; 0 for none.
    :raises ProcedureError: ``link_lost``.
    """
    frame = secrets.token_hex(8)
    output = lifeline.run(probing(directory, frame=frame, offset=offset, most=most, is_quiet=is_quiet))
    _, found, rest = output.stdout.partition(frame.encode() + b" ")
    head, _, piece = rest.partition(b"\n")
    words = head.decode("ascii", "replace").split(" ")
    if not found or len(words) != 5:
        raise ObservationError(f"{directory}: the state of the patch cannot be read: {output.text} {output.errors}")
    state, code, boot_id, size, waits = words
    attempt = Attempt(
        directory=directory,
        state=State(state),
        exit_code=int(code) if code != _NO_EXIT_CODE else None,
        boot_id=boot_id,
        log_bytes=int(size),
    )
    return Look(attempt=attempt, piece=piece, waits=None if waits == "no_look" else Waits(waits))


def follow(lifeline: Lifeline, directory: str, *, log: Path, limits: Limits, account: Account) -> Attempt:
    """Follow a patch until it is over, line by line; its log is kept here as a file, byte by byte.

    Nothing is ever typed, ended or killed. A patch whose wrapper died is followed to its end as well.

    :param log: the file to write; it must not be there yet.
    :raises ProcedureError: ``prompt_unanswered``, ``patch_timeout``, ``link_lost``: the patch goes on without us.
    """
    follower = _Follower(lifeline, directory, log=log, limits=limits, account=account)
    while True:
        seen = follower.step()
        if seen.attempt.state in _OVER and not seen.has_more:
            return follower.close(seen.attempt)
        if account.elapsed > limits.patch:
            facts = {"state": seen.attempt.state.value, "last_lines": [follower.last]}
            raise ProcedureError("patch_timeout", facts=facts)
        if not seen.has_more:
            time.sleep(limits.poll)


class _Follower:
    """Holds how far the log was read and what its last line was."""

    def __init__(self, lifeline: Lifeline, directory: str, *, log: Path, limits: Limits, account: Account) -> None:
        self._lifeline = lifeline
        self._directory = directory
        self._log = log
        self._account = account
        self._watch = Watch(limits=limits, account=account)
        self._reader = LineReader()
        self._offset = 0
        self._was_orphaned = False
        self.last = ""
        log.touch(mode=0o600, exist_ok=False)

    def step(self) -> Look:
        """Look once, and tell what is new."""
        seen = look(
            self._lifeline,
            self._directory,
            offset=self._offset,
            is_quiet=self._watch.is_quiet,
            most=_PIECE_BYTES,
        )
        self._was_orphaned |= seen.attempt.state is State.ORPHANED
        if seen.piece:
            self._take(seen.piece)
        elif seen.waits is not None:
            self._watch.nothing(self._reader.unfinished, last=self.last, waits=seen.waits)
        return seen

    def _take(self, piece: bytes) -> None:
        with self._log.open("ab") as file:
            file.write(piece)
        self._offset += len(piece)
        self._watch.heard()
        for line in self._reader.feed(piece):
            self._print(line)

    def _print(self, line: str) -> None:
        """Tell a line, unless it is one that script(1) writes itself"""
        if _OWN_LINE.match(line):
            return
        self.last = line or self.last
        self._account.tell(NewsKind.OUTPUT, line)

    def close(self, attempt: Attempt) -> Attempt:
        """Say what following came to; an attempt that was orphaned stays so, whatever is left of it."""
        if self._reader.unfinished:
            self._account.tell(NewsKind.OUTPUT, self._reader.unfinished)
        facts = {"longest_silence_seconds": round(self._watch.longest, 1), "links_lost": self._lifeline.losses}
        self._account.saw(**facts, **({"question": self._watch.question} if self._watch.question else {}))
        if attempt.state is State.ENDED:
            return attempt
        state = State.ORPHANED if self._was_orphaned else State.LOST
        return attempt.model_copy(update={"state": state})


def fetch_log(lifeline: Lifeline, directory: str, log: Path) -> bytes:
    """Give the whole log of an attempt, and see that the file here is what stands on the machine.

    :raises ProcedureError: ``link_lost``.
    """
    here = log.read_bytes()
    answer = lifeline.run(f"sha256sum < {shlex.quote(directory)}/log").text
    if answer.split(" ")[0] == hashlib.sha256(here).hexdigest():
        return here
    again = b""
    while (seen := look(lifeline, directory, offset=len(again), most=_PIECE_BYTES)).piece:
        again += seen.piece
    if len(again) > len(here):
        log.write_bytes(again)
    return max(here, again, key=len)
