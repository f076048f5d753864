"""One runner a machine: who holds it, there and on this computer; held until given back, never by time."""

from __future__ import annotations

import json
import os
import platform
import secrets
import shlex
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from filelock import FileLock as FileLock
from filelock import Timeout

from procedure.attempt import ROOT
from uat.errors import ExitCode, ObservationError, ProcedureError, TvoxError
from uat.host import Output
from uat.journal import login_name
from uat.model import InvalidRecord, JsonValue, Record

LOCKS = Path("~/.tvox-uat/locks")
"""Where this computer's locks lie: one file a virtual machine, which is never deleted."""

Ask: TypeAlias = Callable[[str], Output]
"""Runs a command on the machine that may be run twice."""

_HELD, _UNSAFE, _FULL = 1, 3, 5

_HOLD = r"""
umask 077; d=$1
mkdir -p "$d" && [ -d "$d" ] && [ ! -L "$d" ] && [ ! -L "$d/lock" ] || exit 3
exec 9>>"$d/lock" || exit 5
command -v flock >/dev/null && { flock -w 20 9 || exit 6; }
now=$(head -n 1 "$d/owner" 2>/dev/null)
[ -z "$now" ] || [ "$now" = "$2" ] || [ "$now" = "$4" ] || { cat "$d/owner"; exit 1; }
[ -z "$now" ] || [ "$now" = "$2" ] || cat "$d/owner" >> "$d/owners-before" || exit 5
printf '%s' "$3" > "$d/owner.tmp" && { sync "$d/owner.tmp" 2>/dev/null || sync; } || exit 5
mv "$d/owner.tmp" "$d/owner"
"""
"""$1 folder, $2 our token, $3 what the owner file is to hold, $4 the token that may be replaced. The lock file is
never deleted: two processes would hold it on two inodes. The owner is replaced as a whole, under that lock."""


class Owner(Record):
    """Who holds a machine: ``token`` is a random word that tells this holding from every other."""

    token: str
    run: str
    operator: str
    computer: str
    since: datetime
    customer: str = ""
    change: str = ""
    checklist_sha256: str = ""
    boot_id: str = ""
    taken_over_from: str = ""
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.operator} ({self.computer}), run {self.run}, since {self.since:%Y-%m-%d %H:%M} UTC"


class ActiveHereError(TvoxError):
    """Another process of this computer works on the machine: ``about`` has active_run, pid and since."""

    def __init__(self, about: Mapping[str, JsonValue]) -> None:
        self.about = {"active_run": "?", "pid": "?", "since": "?"} | dict(about)
        super().__init__(
            "run {active_run} works on this machine already: process {pid}, since {since}".format(**self.about)
        )


def new_token() -> str:
    """Make a word that no other holding has."""
    return secrets.token_hex(16)


def new_owner(*, run: str, operator: str, customer: str, change: str, checklist_sha256: str, boot_id: str) -> Owner:
    """Make the mark of a new holding."""
    return Owner(
        token=new_token(),
        run=run,
        operator=operator or login_name(),
        computer=platform.node(),
        since=datetime.now(UTC),
        customer=customer,
        change=change,
        checklist_sha256=checklist_sha256,
        boot_id=boot_id,
    )


def hold(ask: Ask, owner: Owner, *, instead_of: str = "") -> None:
    """Take hold of the machine, or find that we hold it already.

    :param instead_of: the token of the holder that is replaced, by a person's word.
    :raises ProcedureError: ``held_by_another``: somebody else works on this machine; nothing was changed.
    """
    answer = _hold(ask, owner.token, f"{owner.token}\n{owner.model_dump_json()}\n", instead_of)
    if answer.exit_code == _HELD:
        raise ProcedureError("held_by_another", facts=_facts(answer.text), exit_code=ExitCode.GATE_CLOSED)


def require(ask: Ask, token: str) -> None:
    """See that we still hold the machine; asked before each step that changes it.

    :raises ProcedureError: ``replaced``: somebody took it over, by command; from here on it is theirs.
    """
    answer = ask(f"cat {shlex.quote(ROOT)}/owner 2>/dev/null")
    if answer.text.partition("\n")[0] != token:
        raise ProcedureError("replaced", facts=_facts(answer.text))


def give_back(ask: Ask, token: str) -> None:
    """Let go of the machine; what another holds is left alone."""
    require(ask, token)
    _hold(ask, token, "", "")


def holder(ask: Ask) -> Owner | None:
    """Tell who holds the machine; None when nobody does."""
    return _read(ask(f"cat {shlex.quote(ROOT)}/owner 2>/dev/null").text)


def hold_here(vm_uuid: str, *, run: str, folder: Path = LOCKS) -> FileLock:
    """Take hold of the machine on this computer, until this process ends, however it ends.

    :param vm_uuid: of the virtual machine, as the checklist states it.
    :raises ActiveHereError: another process of this computer works on it.
    """
    place = folder.expanduser()
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = FileLock(place / f"{vm_uuid.lower()}.lock", mode=0o600, is_singleton=False)
    about = place / f"{vm_uuid.lower()}.json"
    try:
        lock.acquire(blocking=False)
    except Timeout:
        raise ActiveHereError(_active(about)) from None
    since = datetime.now(UTC).isoformat(timespec="seconds")
    about.write_text(json.dumps({"active_run": run, "pid": os.getpid(), "since": since}), encoding="utf-8")
    return lock


def active_here(vm_uuid: str, *, folder: Path = LOCKS) -> str:
    """Tell which process of this computer works on a machine; empty when none does. Nothing is held."""
    place = folder.expanduser()
    if not (place / f"{vm_uuid.lower()}.lock").exists():
        return ""
    try:
        with FileLock(place / f"{vm_uuid.lower()}.lock", mode=0o600, is_singleton=False, blocking=False):
            return ""
    except Timeout:
        return str(ActiveHereError(_active(place / f"{vm_uuid.lower()}.json")))


def _hold(ask: Ask, token: str, content: str, instead_of: str) -> Output:
    answer = ask(shlex.join(["sh", "-c", _HOLD, "tvox-uat", ROOT, token, content, instead_of or token]))
    if answer.exit_code not in (0, _HELD):
        why = {_UNSAFE: f"{ROOT} is not a folder of ours", _FULL: "the disk takes nothing"}
        said = why.get(answer.exit_code, answer.errors.strip())
        raise ObservationError(f"the machine's lock cannot be taken: exit code {answer.exit_code}, {said}")
    return answer


def _read(text: str) -> Owner | None:
    _, _, written = text.partition("\n")
    try:
        return Owner.model_validate_json(written) if written.strip() else None
    except InvalidRecord:
        return None


def _facts(text: str) -> dict[str, str]:
    owner = _read(text)
    if owner is None:
        return {"holder": "nobody" if not text.strip() else "unreadable"}
    return {"holder": str(owner)}


def _active(about: Path) -> Mapping[str, JsonValue]:
    try:
        return dict(json.loads(about.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}
