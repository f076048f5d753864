"""The steps of closing an upgrade: plain functions; one snapshot goes, by id, after a person's recorded GO."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import PurePosixPath

from procedure import screen
from procedure.account import Account
from procedure.attempt import ROOT, State, directory_of, plain_name, staged_path
from procedure.hypervisors import Ask, Hypervisor, Listed, Room
from procedure.lifeline import Lifeline, Link
from procedure.past import Past, was_begun
from uat.errors import ExitCode, ObservationError, ProcedureError
from uat.model import Limits, Patch, Record

_BUSY = (State.RUNNING, State.ORPHANED, State.UNCERTAIN)


class Orders(Record):
    """What the command line says of a close.

    ``go`` is who decides that the snapshot goes; ``early`` that it goes before its date, for ``reason``, approved by
    somebody by name.
    """

    go: str = ""
    early: bool = False
    reason: str = ""
    approved_by: str = ""


def deleted_by(past: Past) -> str:
    """Tell who deleted the snapshot, when an earlier close of this upgrade did or had begun to; empty when none."""
    begun = [run for run in past.later if was_begun(run, "delete")]
    return f"{begun[-1].header.operator}, {begun[-1].header.id}" if begun else ""


def require_date(past: Past, orders: Orders, *, now: datetime, account: Account) -> None:
    """See that the time is over for which the snapshot was to be kept, or that somebody answers for an earlier end.

    An upgrade that did not end well is closed only with a reason and a name as well: its snapshot is the way back.

    :raises ProcedureError: ``too_early``, ``upgrade_open``; nothing was changed.
    """
    account.saw(
        upgrade_run=past.id,
        upgrade_ended=past.ended,
        kept_until=past.keep_until.isoformat(timespec="minutes"),
        keep_owner=past.keep[1],
        early=orders.early,
        early_reason=orders.reason.strip(),
        approved_by=orders.approved_by.strip(),
    )
    answered = bool(orders.reason.strip() and orders.approved_by.strip())
    if now < past.keep_until and not (orders.early and answered):
        raise ProcedureError("too_early", exit_code=ExitCode.GATE_CLOSED)
    if past.ended not in ("ok", "checks") and not answered:
        raise ProcedureError("upgrade_open", exit_code=ExitCode.GATE_CLOSED)


def decide(
    past: Past,
    snapshot: Listed,
    orders: Orders,
    *,
    ask: Ask,
    show: Callable[..., None],
    age: str,
    size: str,
    account: Account,
) -> None:
    """Show exactly what will go, and have a person's GO.

    :param age: of the snapshot, in words; ``size`` likewise, empty where nobody knows it.
    :raises ProcedureError: ``not_decided``; nothing was changed.
    """
    places = {"name": snapshot.name, "id": snapshot.id, "age": age, "size": size or "?"}
    account.saw(name=snapshot.name, id=snapshot.id, snapshot_age=age, size_bytes=snapshot.size_bytes)
    show("close_what", **places)
    by = orders.go.strip()
    if not by:
        if ask("close_go", choices=("go", "no")) != "go":
            raise ProcedureError("not_decided", exit_code=ExitCode.GATE_CLOSED)
        by = ask("who").strip()
    if not by:
        raise ProcedureError("not_decided", exit_code=ExitCode.GATE_CLOSED)
    account.saw(go_by=by, decided_at=datetime.now(UTC).isoformat(timespec="seconds"))


def delete(hypervisor: Hypervisor, snapshot: Listed, *, account: Account) -> None:
    """Delete the snapshot, once, and see that it alone is gone.

    :raises ProcedureError: ``delete_failed``: it may still go; ``snapshot_missing``: somebody was quicker.
    """
    before = hypervisor.snapshots()
    if snapshot.id not in [one.id for one in before]:
        raise ProcedureError("snapshot_missing", facts={"id": snapshot.id})
    began, room = account.elapsed, hypervisor.room()
    try:
        hypervisor.delete(snapshot)
    except ObservationError as error:
        raise ProcedureError("delete_failed", facts={"id": snapshot.id, "error": str(error)}) from error
    left, seconds = hypervisor.snapshots(), round(account.elapsed - began, 1)
    account.saw(left=[one.name for one in left], delete_seconds=seconds, **_given_back(room, hypervisor.room()))
    if snapshot.id in [one.id for one in left]:
        raise ProcedureError("delete_failed", facts={"id": snapshot.id})


def _given_back(before: Room | None, after: Room | None) -> dict[str, int]:
    """Say what the datastore got back; what others wrote meanwhile is in it too."""
    if before is None or after is None:
        return {}
    return {"free_before_bytes": before.free_bytes, "free_after_bytes": after.free_bytes}


def require_unchained(hypervisor: Hypervisor, *, account: Account) -> None:
    """See that no disk hangs on a chain any more: a snapshot can leave the list and its disks stay.

    :raises ProcedureError: ``still_chained``: to be consolidated by a person; nothing is deleted a second time.
    """
    chained = hypervisor.chained()
    account.saw(disks_chained=list(chained))
    if chained:
        raise ProcedureError("still_chained")


def tidy(link: Link, run_id: str, patches: Iterable[Patch], *, limits: Limits, account: Account) -> None:
    """Remove what this upgrade put on the machine, its patches too, and list it; what another run put there stays.

    :raises ProcedureError: ``not_tidied``: something of it still runs, or it cannot be removed; ``link_lost``.
    """
    lifeline = Lifeline(link, limits=limits, account=account)
    patches = tuple(patches)
    for patch in patches:
        attempt = screen.look(lifeline, directory_of(run_id, patch.release)).attempt
        if attempt.state in _BUSY or attempt.strays:
            raise ProcedureError("not_tidied", facts={"release": patch.release, "state": attempt.state.value})
    brought = [str(PurePosixPath(staged_path(one.file, one.sha256)).parent) for one in patches if one.file]
    answer = lifeline.run(_removing(run_id, brought), changes=True)
    account.saw(removed=[line for line in answer.text.splitlines() if line])
    if answer.exit_code != 0:
        raise ProcedureError("not_tidied", facts={"errors": answer.errors.strip()})


def _removing(run_id: str, brought: Iterable[str] = ()) -> str:
    """Make the command that lists and removes the folders of a run; a link among them goes as a link.

    :param brought: the folders of the patches that were copied there, whichever run copied them.
    """
    folders = [shlex.quote(str(PurePosixPath(path).relative_to(ROOT))) for path in brought]
    ours = " ".join([f"{shlex.quote(plain_name(run_id))}-*", *folders])
    each = '[ -e "$f" ] || [ -L "$f" ] || continue; du -skx "$f" && rm -rf "./$f" || r=1'
    enter = f"[ -d {ROOT} ] && [ ! -L {ROOT} ] || exit 0; cd {ROOT} || exit 1"
    guard = '[ ! -L patches ] || { echo "patches is a link" >&2; exit 1; }'
    return f"{enter}; {guard}; r=0; for f in {ours}; do {each}; done; rmdir patches 2>/dev/null; exit $r"
