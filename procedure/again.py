"""Going on after an interruption: what was done is asked of the machine and its hypervisor, not of our notes."""

from __future__ import annotations

from pathlib import Path

from procedure import screen
from procedure.account import Account
from procedure.attempt import Attempt, State, directory_of
from procedure.boot import QUESTION, boot_id
from procedure.hypervisors import Hypervisor, Power, SnapshotFacts
from procedure.lifeline import Lifeline, Link
from procedure.proof import CompletionProof, prove
from uat.errors import ObservationError, ProcedureError
from uat.model import Limits, Step

STARTED = "started"
"""The fact of a patch step that is written down once the machine says that the patch runs."""


def power(hypervisor: Hypervisor) -> Power:
    """Ask whether the machine is on.

    :raises ProcedureError: ``cannot_tell``: the hypervisor does not say; nothing further is done.
    """
    try:
        return hypervisor.power().power
    except ObservationError as error:
        raise ProcedureError("cannot_tell", facts={"asked": "power", "error": str(error)}) from error


def find_snapshot(hypervisor: Hypervisor, name: str) -> SnapshotFacts | None:
    """Look for this run's snapshot; its name holds the run's id, so that no other can be taken for it.

    :raises ProcedureError: ``cannot_tell``: the hypervisor does not say, or shows two of them.
    """
    try:
        alike = [one.id for one in hypervisor.snapshots() if one.name == name]
        found = hypervisor.find_snapshot(name)
    except ObservationError as error:
        raise ProcedureError("cannot_tell", facts={"asked": "snapshot", "error": str(error)}) from error
    if len(alike) > 1:
        raise ProcedureError("cannot_tell", facts={"asked": "snapshot", "found": alike})
    return found


def require_snapshot(hypervisor: Hypervisor, name: str, id: str) -> None:
    """See that the way back is still there.

    :raises ProcedureError: ``snapshot_gone``: somebody deleted it; ``cannot_tell``.
    """
    found = find_snapshot(hypervisor, name)
    if found is None or found.id != id:
        raise ProcedureError("snapshot_gone", facts={"name": name, "id": id, "found": found.id if found else ""})


def attempts(lifeline: Lifeline, run_id: str, releases: tuple[str, ...]) -> dict[str, Attempt]:
    """Look at what became of each patch of a run."""
    return {release: screen.look(lifeline, directory_of(run_id, release)).attempt for release in releases}


def may_start(lifeline: Lifeline, directory: str, earlier: Step | None) -> bool:
    """Tell whether a patch was certainly never started; only then may it be started now.

    :param earlier: what an earlier session wrote of this patch: its intent holds the boot id of that moment.
    :raises ProcedureError: ``cannot_tell``: the machine shows no trace, yet it cannot be excluded.
    """
    attempt = screen.look(lifeline, directory).attempt
    if attempt.state is not State.NEVER_STARTED:
        return False
    now = boot_id(lifeline.run(QUESTION))
    before = earlier.intent.get("boot_id") if earlier else now
    if attempt.strays or now != before or (earlier and earlier.observation.get(STARTED)):
        facts = {"directory": directory, "boot_id": now, "boot_id_before": before, "strays": attempt.strays}
        raise ProcedureError("cannot_tell", facts=facts)
    return True


def proof_of(
    link: Link, *, run_id: str, release: str, log: Path, limits: Limits, account: Account
) -> CompletionProof:
    """Make the completion proof anew, from what stands on the machine.

    :raises ProcedureError: there is no proof.
    """
    lifeline = Lifeline(link, limits=limits, account=account)
    directory = directory_of(run_id, release)
    attempt = screen.look(lifeline, directory).attempt
    if attempt.state is State.NEVER_STARTED:
        facts = {"release": release, "directory": directory, "state": "no trace"}
        raise ProcedureError("cannot_tell", facts=facts)
    if attempt.state in (State.RUNNING, State.ORPHANED):
        raise ProcedureError("cannot_tell", facts={"release": release, "state": attempt.state.value})
    log.touch(mode=0o600)
    return prove(attempt, screen.fetch_log(lifeline, directory, log), release=release)
