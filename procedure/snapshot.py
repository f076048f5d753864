"""The machine switched off, its snapshot taken and looked at, and the machine on again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from procedure.account import Account
from procedure.again import find_snapshot
from procedure.attempt import plain_name
from procedure.boot import Climb, wait_for_boot
from procedure.hypervisors import Hypervisor, Power, PowerState, SnapshotFacts
from procedure.lifeline import Link
from procedure.patience import Patience
from procedure.reach import is_guest_up
from uat.errors import ExitCode, ObservationError, ProcedureError, UnreachableError, words
from uat.model import JsonValue, Limits, NewsKind

_SHUTDOWN = "PATH=$PATH:/usr/sbin:/sbin shutdown -h now"


def name_of(run_id: str) -> str:
    """Name a run's snapshot: it holds the run's id, so that no other snapshot can be taken for it."""
    return plain_name(f"tvox-uat-{run_id}")


def shutdown(hypervisor: Hypervisor, link: Link, *, limits: Limits, account: Account, is_again: bool = False) -> None:
    """Shut the machine down cleanly and wait until the hypervisor shows it off.

    :param is_again: an earlier session may have shut it down already.
    :raises ProcedureError: ``shutdown_failed``: it stays on, or went off without shutting down; in the second
        case it was switched on again; ``hypervisor_silent``: nothing was asked of the machine.
    """
    began = account.elapsed
    state = _before(hypervisor)
    account.saw(power_before=state.power.value)
    if state.power is Power.PAUSED or (state.power is Power.OFF and not is_again):
        raise ProcedureError("shutdown_failed", facts={"power": state.power.value, "reason": state.reason})
    if state.power is Power.ON:
        account.saw(way=_ask_to_shut_down(hypervisor, link))
    state = wait_until_off(hypervisor, limits=limits, account=account)
    link.drop_connection()
    account.saw(power=state.power.value, reason=state.reason, seconds_to_off=round(account.elapsed - began, 1))
    if state.power is not Power.OFF:
        raise ProcedureError("shutdown_failed")
    if not state.was_clean:
        start_again(hypervisor, limits=limits, account=account)
        raise ProcedureError("shutdown_failed")


def _before(hypervisor: Hypervisor) -> PowerState:
    """Look whether the machine is on, and see thereby that the hypervisor, or its person, answers."""
    try:
        return hypervisor.power()
    except ObservationError as error:
        raise ProcedureError("hypervisor_silent", facts={"error": str(error)}) from error


def wait_until_off(hypervisor: Hypervisor, *, limits: Limits, account: Account) -> PowerState:
    """Wait until the hypervisor shows the machine off, at most ``limits.shutdown``; give what it shows last.

    A hypervisor that does not answer for a moment is asked again: the machine is on its way down.

    :raises ObservationError: it does not answer until the end either.
    """
    account.tell(NewsKind.WAITING, "power_off")
    patience = Patience(limits.shutdown, longest=limits.command, account=account)
    while True:
        try:
            state = hypervisor.power()
        except ObservationError:
            if patience.is_over:
                raise
        else:
            if state.power is Power.OFF or patience.is_over:
                return state
        patience.pause(limits.poll)


def _ask_to_shut_down(hypervisor: Hypervisor, link: Link) -> str:
    """Ask the guest, through the hypervisor if that can, else from inside; say which way was taken."""
    try:
        if hypervisor.shutdown():
            return "acpi"
        said = link.connection().run(_SHUTDOWN, changes=True)
    except ObservationError as error:
        raise ProcedureError("shutdown_failed", facts={"error": str(error)}) from error
    except UnreachableError:  # it hung up while it was going down, as it should
        return "ssh"
    if said.exit_code != 0:
        facts = {"exit_code": said.exit_code, "error": said.errors.strip()}
        raise ProcedureError("shutdown_failed", facts=facts)
    return "ssh"


def start_again(hypervisor: Hypervisor, *, limits: Limits, account: Account) -> None:
    """Switch the machine on after something failed while it was off, so that the customer has it back.

    A hypervisor that is still busy (a snapshot that outlived its limit) is asked again for ``limits.snapshot``.
    """
    patience = Patience(limits.snapshot, longest=limits.command, account=account)
    while True:
        try:
            hypervisor.start()
            account.saw(started_again=True)
            return
        except (ObservationError, UnreachableError, ProcedureError) as error:
            account.saw(started_again=False, start_error=words(error))
            if patience.is_over or isinstance(error, ProcedureError):  # nobody is there to be asked
                return
        patience.pause(limits.poll)


def bring_back(hypervisor: Hypervisor, *, limits: Limits, account: Account) -> None:
    """Switch the machine on again when the night ends after its shutdown and before its start."""
    try:
        state = wait_until_off(hypervisor, limits=limits, account=account)
    except (ObservationError, ProcedureError) as error:
        account.saw(started_again=False, start_error=words(error))
        return
    if state.power is Power.OFF:
        start_again(hypervisor, limits=limits, account=account)


def find_or_take(
    hypervisor: Hypervisor, name: str, *, description: str, limits: Limits, account: Account
) -> SnapshotFacts:
    """Find the snapshot that an earlier session began, whatever became of its answer; take it only if there is none.

    :raises ProcedureError: as of `take`; ``cannot_tell``: two of that name, or the hypervisor does not say.
    """
    if (found := find_snapshot(hypervisor, name)) is None:
        return take(hypervisor, name, description=description, limits=limits, account=account)
    account.saw(found_done=True)
    return _verified(found, name, limits=limits, account=account)


def take(hypervisor: Hypervisor, name: str, *, description: str, limits: Limits, account: Account) -> SnapshotFacts:
    """Take the snapshot, look at it anew, and say until when it is kept.

    :raises ProcedureError: ``snapshot_failed`` or ``snapshot_not_verified``; the machine was switched on again.
    """
    try:
        return _take(hypervisor, name, description=description, limits=limits, account=account)
    except BaseException:  # an interruption too must not leave the customer without a telephone
        start_again(hypervisor, limits=limits, account=account)
        raise


def _take(hypervisor: Hypervisor, name: str, *, description: str, limits: Limits, account: Account) -> SnapshotFacts:
    try:
        account.saw(others=[one.name for one in hypervisor.snapshots()])
        _require_off(hypervisor)
        hypervisor.take_snapshot(name, description)
    except ObservationError as error:
        raise ProcedureError("snapshot_failed", facts={"name": name, "error": str(error)}) from error
    try:
        found = hypervisor.find_snapshot(name)
        _require_off(hypervisor)
    except ObservationError as error:
        raise ProcedureError("snapshot_not_verified", facts={"name": name, "error": str(error)}) from error
    return _verified(found, name, limits=limits, account=account)


def _require_off(hypervisor: Hypervisor) -> None:
    if (state := hypervisor.power()).power is not Power.OFF:
        raise ObservationError(f"the machine is {state.power}; somebody or something started it")


def _verified(found: SnapshotFacts | None, name: str, *, limits: Limits, account: Account) -> SnapshotFacts:
    if found is None:
        raise ProcedureError("snapshot_not_verified", facts={"name": name, "error": "it is not there"})
    kept_until = datetime.now(UTC) + timedelta(seconds=limits.keep_snapshot)
    account.saw(
        name=found.name,
        id=found.id,
        taken_at=found.taken_at.isoformat(timespec="seconds"),
        powered_off=found.was_off,
        memory=not found.without_memory,
        disks=list(found.disks_covered),
        disks_left_out=list(found.disks_left_out),
        attested_by=found.attested_by,
    )
    account.saw(kept_until=kept_until.isoformat(timespec="minutes"))
    if not (found.was_off and found.without_memory) or found.disks_left_out:
        raise ProcedureError("snapshot_not_verified")
    return found


def start(hypervisor: Hypervisor, link: Link, *, before: str, limits: Limits, account: Account, climb: Climb) -> str:
    """Switch the machine on and wait until one can log in; it must survive a mere restart before it is patched.

    :param before: the boot id from before the shutdown.
    :returns: the new boot id.
    :raises ProcedureError: ``not_back``, with what still answers; ``started_again`` is false when it stayed off.
    """
    began = account.elapsed
    try:
        hypervisor.start()
    except ObservationError as error:
        facts = climb(str(error))
        if _stayed_off(hypervisor, facts):
            account.saw(started_again=False, start_error=str(error))
        raise ProcedureError("not_back", facts=facts, exit_code=ExitCode.UNREACHABLE) from error
    except ProcedureError as error:  # nobody is there to be asked, or the login is refused: it was not started
        account.saw(started_again=False, start_error=words(error))
        raise
    after = wait_for_boot(link, before, limits=limits, account=account, climb=climb)
    account.saw(boot_id_before=before, boot_id_after=after, boot_seconds=round(account.elapsed - began, 1))
    return after


def _stayed_off(hypervisor: Hypervisor, seen: Mapping[str, JsonValue]) -> bool:
    """Tell whether a machine that could not be started is off: as the hypervisor says, else by what answers."""
    try:
        return hypervisor.power().power is Power.OFF
    except (ObservationError, ProcedureError):
        return not is_guest_up(seen)
