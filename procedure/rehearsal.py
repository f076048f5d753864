"""A rehearsal of the patch: the real wrapper, the real screen, a harmless command, and the link cut on purpose."""

from __future__ import annotations

import secrets
import shlex
import time

from procedure import proof, screen
from procedure.account import Account
from procedure.attempt import ROOT, Attempt, State, plain_name
from procedure.lifeline import Lifeline, Link
from procedure.proof import COMPLETED, REBOOT, Marker
from uat.errors import ProcedureError
from uat.model import JsonValue, Limits, Record

EXIT_CODE = 7
_NAME = "rehearsal-"
_LOG_BYTES = 65536

_COMMAND = """i=0
while [ ! -f {cut} ] && [ $i -lt {seconds} ]; do sleep 1; i=$((i+1)); done
printf '%s\\n' {completed} {reboot}
exit {code}"""
"""Waits until the link was cut and is there again, so that what comes then was printed by a survivor."""

_CLEAR = r"""
d=$1
if [ -f "$d/pid" ] && [ ! -f "$d/exit" ]; then
    session=$(ps -o sid= -p "$(cat "$d/pid")" | tr -d ' ')
    [ -z "$session" ] || kill -s KILL $(ps -e -o pid= -o sid= | while read -r p s; do
        [ "$s" != "$session" ] || echo "$p"
    done)
fi 2>/dev/null
PATH=$PATH:/usr/sbin:/sbin screen -S "$2" -X quit >/dev/null 2>&1
rm -rf -- "$d"; [ "$3" = yes ] && rmdir "${d%/*}" 2>/dev/null
[ ! -e "$d" ]
"""
"""The rehearsal's whole session is ended, not its first shell alone: what that started would outlive it."""


class Rehearsed(Record):
    """What came back of a rehearsal over the new connection."""

    state: State
    exit_code: int | None
    marker: Marker
    link_cut: bool
    directory_removed: bool

    @property
    def holds(self) -> bool:
        """Tell whether everything is as it must be after a real patch, but for the exit code, which is planned."""
        is_as_planned = (self.state, self.exit_code, self.marker) == (State.ENDED, EXIT_CODE, Marker.PRESENT)
        return is_as_planned and self.link_cut and self.directory_removed

    @property
    def facts(self) -> dict[str, JsonValue]:
        """Give plain values."""
        return self.model_dump(mode="json")


def is_rehearsal(text: str) -> bool:
    """Tell whether a directory or a command line is a rehearsal's, whoever began it."""
    return f"{ROOT}/{_NAME}" in text


def rehearse(link: Link, *, run_id: str, limits: Limits, root: str = ROOT) -> Rehearsed:
    """Run the two lines of the marker in the real wrapper, cut the link meanwhile, and remove everything again.

    :param root: where the directory is made; it is removed as well if it was not there.
    :raises ProcedureError: ``patch_not_started``, ``patch_lost``: screen or the wrapper do not start; ``link_lost``.
    """
    name = plain_name(f"{_NAME}{run_id}-{secrets.token_hex(2)}")
    directory, session = f"{root}/{name}", plain_name(f"tvox-uat-{name}")
    patient = limits.model_copy(update={"unreachable": limits.rehearsal})
    lifeline = Lifeline(link, limits=patient, account=Account(lambda news: None))
    is_new = lifeline.run(f"test -d {shlex.quote(root)}").exit_code != 0
    try:
        screen.start(lifeline, directory, screen=session, command=_command(directory, limits), limits=limits)
        before = link.connection()
        link.drop_connection()
        lifeline.run(f"touch {shlex.quote(directory)}/cut")
        is_cut = link.connection() is not before
        attempt, log = _watch(lifeline, directory, limits)
    finally:
        is_removed = _clear(lifeline, directory, session, is_new=is_new)
    return Rehearsed(
        state=attempt.state,
        exit_code=attempt.exit_code,
        marker=proof.read(log).marker,
        link_cut=is_cut,
        directory_removed=is_removed,
    )


def _command(directory: str, limits: Limits) -> str:
    return _COMMAND.format(
        cut=shlex.quote(f"{directory}/cut"),
        seconds=max(1, int(limits.rehearsal)),
        completed=shlex.quote(COMPLETED),
        reboot=shlex.quote(REBOOT),
        code=EXIT_CODE,
    )


def _watch(lifeline: Lifeline, directory: str, limits: Limits) -> tuple[Attempt, bytes]:
    """Look until it is over, or for as long as a rehearsal may take."""
    until = time.monotonic() + limits.rehearsal
    while True:
        seen = screen.look(lifeline, directory, most=_LOG_BYTES)
        is_over = seen.attempt.state not in (State.RUNNING, State.ORPHANED)
        if is_over or time.monotonic() > until:
            return seen.attempt, seen.piece
        time.sleep(min(limits.poll, 1.0))


def _clear(lifeline: Lifeline, directory: str, session: str, *, is_new: bool) -> bool:
    """Leave nothing behind: end what still runs of the rehearsal, and remove its directory."""
    words = ["sh", "-c", _CLEAR, "tvox-uat", directory, session, "yes" if is_new else "no"]
    try:
        return lifeline.run(shlex.join(words)).exit_code == 0
    except ProcedureError:  # the machine does not come back; what the rehearsal itself met is told
        return False
