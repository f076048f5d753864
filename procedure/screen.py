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
from procedure.patience import Vigil
from procedure.quiet import Waits, Watch
from procedure.wrapper import launching, preparing, probing
from uat.errors import ObservationError, ProcedureError
from uat.host import Output
from uat.journal import touch_file
from uat.model import Limits, NewsKind, Record

_PIECE_BYTES = 1024 * 1024
_SHOWN_LINES = 20
"""Of a piece behind which more waits: nobody reads a megabyte on the screen, and the log has it whole."""
_SHOWN_CHARACTERS = 1000
_TAIL_BYTES = 64 * 1024
_LOOKS_AT_A_LOG = 5
_OVER = (State.ENDED, State.LOST, State.NEVER_STARTED, State.UNCERTAIN)
_NO_EXIT_CODE = "-"
_VANISHED = 6
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

    The directory is made first, as often as the link needs; the mark ``launched`` in it is the token. Where it
    stands, nothing is started and what runs there is followed. A directory that vanishes is never made again:
    the patch itself may have wiped it.

    :raises ProcedureError: ``patch_not_started``: a tool is missing, the disk is full, screen cannot start;
        ``patch_lost``: the directory is gone, and nobody can tell whether the patch ran.
    """
    output = lifeline.run(preparing(directory, command=command), changes=True)
    if output.exit_code == 0:
        output = lifeline.run(launching(directory, screen=screen), changes=True)
    until = time.monotonic() + limits.patch_start
    while (state := look(lifeline, directory).attempt.state) in (State.UNCERTAIN, State.NEVER_STARTED):
        if time.monotonic() > until or state is State.NEVER_STARTED:
            said = {"exit_code": output.exit_code, "errors": output.errors.strip()}
            stop = "patch_not_started" if _is_untouched(output, state) else "patch_lost"
            raise ProcedureError(stop, facts={"directory": directory, "state": state.value, **said})
        time.sleep(min(limits.poll, 1.0))


def _is_untouched(output: Output, state: State) -> bool:
    """Tell whether the patch cannot have run: it was refused, or screen did not start the wrapper."""
    return state is State.UNCERTAIN or output.exit_code not in (0, _VANISHED)


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
    if not found or len(words) != 6:
        raise ObservationError(f"{directory}: the state of the patch cannot be read: {output.text} {output.errors}")
    state, code, boot_id, size, waits, strays = words
    attempt = Attempt(
        directory=directory,
        state=State(state),
        exit_code=int(code) if code != _NO_EXIT_CODE else None,
        boot_id=boot_id,
        log_bytes=int(size),
        strays=int(strays),
    )
    return Look(attempt=attempt, piece=piece, waits=None if waits == "no_look" else Waits(waits))


def follow(lifeline: Lifeline, directory: str, *, log: Path, limits: Limits, account: Account) -> Attempt:
    """Follow a patch until it is over, line by line; its log is kept here as a file, byte by byte.

    Nothing is ever typed, ended or killed. A patch whose wrapper died is followed to its end as well.

    :param log: the file to write; one that an interrupted session left is gone on with where it ends.
    :raises ProcedureError: ``prompt_unanswered``, ``patch_timeout``, ``link_lost``: the patch goes on without us.
    """
    vigil = Vigil(account)
    follower = _Follower(lifeline, directory, log=log, limits=limits, account=account)
    while True:
        seen = follower.step()
        if seen.attempt.state in _OVER and not seen.has_more:
            return follower.close(seen.attempt)
        if account.elapsed > limits.patch:
            facts = {"state": seen.attempt.state.value, "last_lines": [follower.last]}
            raise ProcedureError("patch_timeout", facts=facts)
        if not seen.has_more:
            follower.slept(vigil.pause(limits.poll))


class _Follower:
    """Holds how far the log was read and what its last line was."""

    def __init__(self, lifeline: Lifeline, directory: str, *, log: Path, limits: Limits, account: Account) -> None:
        self._lifeline = lifeline
        self._directory = directory
        self._log = log
        self._account = account
        self._watch = Watch(limits=limits, account=account)
        self._reader = LineReader()
        self._was_orphaned = False
        self.last = ""
        touch_file(log)
        self._offset = log.stat().st_size
        self._remember()

    def _remember(self) -> None:
        """Take up the last lines that an earlier session heard, without telling them again."""
        with self._log.open("rb") as file:
            file.seek(max(0, self._offset - _TAIL_BYTES))
            heard = [line for line in self._reader.feed(file.read()) if line and not _OWN_LINE.match(line)]
        self.last = heard[-1] if heard else ""

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
            self._take(seen)
        elif seen.waits is not None:
            self._watch.nothing(self._reader.unfinished, last=self.last, waits=seen.waits)
        return seen

    def slept(self, seconds: float) -> None:
        """Take notice that nobody listened for so long."""
        self._watch.slept(seconds)

    def _take(self, seen: Look) -> None:
        with self._log.open("ab") as file:
            file.write(seen.piece)
        self._offset += len(seen.piece)
        self._watch.heard()
        lines = self._reader.feed(seen.piece)
        if seen.has_more and len(lines) > _SHOWN_LINES:
            self._account.tell(NewsKind.OMITTED, str(len(lines) - _SHOWN_LINES))
            lines = lines[-_SHOWN_LINES:]
        for line in lines:
            self._print(line)

    def _print(self, line: str) -> None:
        """Tell a line, unless it is one that script(1) writes itself"""
        if _OWN_LINE.match(line):
            return
        shown = line if len(line) <= _SHOWN_CHARACTERS else f"{line[:_SHOWN_CHARACTERS]}…"
        self.last = shown or self.last
        self._account.tell(NewsKind.OUTPUT, shown)

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


def fetch_log(lifeline: Lifeline, directory: str, log: Path) -> Path:
    """See that the log here is the one on the machine, by hash; what is missing or differs is fetched.

    A log here that says something else is set aside (``.differs``) and fetched anew. What the machine lost,
    because the patch removed it or the machine fell, is kept as it was followed.

    :returns: the log.
    :raises ProcedureError: ``link_lost``.
    :raises ObservationError: the log changes whenever it is read.
    """
    for _ in range(_LOOKS_AT_A_LOG):
        size = log.stat().st_size
        there = _log_there(lifeline, directory, size)
        if there is None:
            return log
        known = min(size, there.size_bytes)
        if _sha256(log, known) != there.sha256:
            log.replace(log.with_name(f"{log.name}.differs"))
            log.touch(mode=0o600)
        elif known == there.size_bytes:
            return log
        _read_on(lifeline, directory, log)
    raise ObservationError(f"{directory}/log: it changes whenever it is read")


class _LogThere(Record):
    """The log on the machine: its size, and the hash of as much of it as we have."""

    size_bytes: int
    sha256: str


def _log_there(lifeline: Lifeline, directory: str, size: int) -> _LogThere | None:
    path = shlex.quote(f"{directory}/log")
    answer = lifeline.run(f"wc -c < {path} && head -c {size} {path} | sha256sum", deadline=lifeline.limits.hash)
    words = answer.text.split()
    if answer.exit_code or len(words) < 2:
        return None
    return _LogThere(size_bytes=int(words[0]), sha256=words[1])


def _sha256(path: Path, size: int) -> str:
    """Hash the first bytes of a file."""
    hashed = hashlib.sha256()
    with path.open("rb") as file:
        while size > 0 and (piece := file.read(min(size, _PIECE_BYTES))):
            hashed.update(piece)
            size -= len(piece)
    return hashed.hexdigest()


def _read_on(lifeline: Lifeline, directory: str, log: Path) -> None:
    """Fetch what the machine's log has behind ours."""
    with log.open("ab") as file:
        while piece := look(lifeline, directory, offset=file.tell(), most=_PIECE_BYTES).piece:
            file.write(piece)
