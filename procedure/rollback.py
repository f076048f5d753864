"""The steps of going back to the snapshot: plain functions; nothing is touched before a person answers for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from procedure import bundle
from procedure.account import Account
from procedure.hypervisors import Ask, Hypervisor, Listed, Power
from procedure.identity import confirm
from procedure.lifeline import Link
from procedure.past import Past, is_done, was_begun
from procedure.patience import Patience
from procedure.snapshot import wait_until_off
from uat.errors import ExitCode, ObservationError, ProcedureError, UnreachableError
from uat.model import Identity, Limits, NewsKind, Outcome, Phase, Record, Run

_SHUTDOWN = "PATH=$PATH:/usr/sbin:/sbin shutdown -h now"


class Orders(Record):
    """What the command line says of a rollback.

    ``case`` is Telenia's number; ``logs_impossible`` why no logs could be collected; ``confirm_host`` the host's own
    name; ``reverted_by`` who went back in the hypervisor by hand.
    """

    case: str = ""
    approved_by: str = ""
    logs_impossible: str = ""
    confirm_host: str | None = None
    reverted_by: str = ""


def _refuse(stop: str, **facts: object) -> ProcedureError:
    return ProcedureError(stop, facts=facts, exit_code=ExitCode.GATE_CLOSED)


def require_first_time(past: Past, orders: Orders, *, account: Account) -> str:
    """See that this upgrade was not gone back from already; give who or what did so, when only the rest is left.

    :returns: empty when nobody went back yet.
    :raises ProcedureError: ``rollback_done``: it was done and looked at; ``rollback_unclear``: an earlier one began
        to go back and nobody knows what came of it.
    """
    begun = [run for run in past.later if run.header.phase is Phase.ROLLBACK and was_begun(run, "revert")]
    if not begun:
        account.saw(reverted_by=orders.reverted_by)
        return orders.reverted_by
    last = begun[-1]
    account.saw(earlier_run=last.header.id, earlier_at=last.header.started_at.isoformat(timespec="seconds"))
    if _was_looked_at(last):
        raise ProcedureError("rollback_done", exit_code=ExitCode.GATE_CLOSED)
    if not is_done(last, "revert") and not orders.reverted_by:
        raise ProcedureError("rollback_unclear", exit_code=ExitCode.GATE_CLOSED)
    by = orders.reverted_by or last.header.operator
    account.saw(reverted_by=by)
    return by


def _was_looked_at(run: Run) -> bool:
    found = run.of(Phase.POST).values()
    return bool(found) and all(one.outcome not in (Outcome.BLOCKED, Outcome.NOT_RUN) for one in found)


def require_orders(orders: Orders, *, account: Account) -> None:
    """See that Telenia was called, and that somebody answers for going back.

    :raises ProcedureError: ``no_case``, ``no_approver``.
    """
    account.saw(case=orders.case.strip(), approved_by=orders.approved_by.strip())
    if not orders.case.strip():
        raise ProcedureError("no_case", exit_code=ExitCode.GATE_CLOSED)
    if not orders.approved_by.strip():
        raise ProcedureError("no_approver", exit_code=ExitCode.GATE_CLOSED)


def require_logs(past: Past, orders: Orders, *, answers: Callable[[], bool], account: Account) -> None:
    """See that the logs were collected, since going back destroys them; or that this was impossible, and why.

    :param answers: tells whether the machine can be logged in to.
    :raises ProcedureError: ``no_logs``.
    """
    made = next((one for one in bundle.made(past.folder, past.id) if one.manifest.reached), None)
    if made:
        account.saw(logs=made.path.name, logs_sha256=made.sha256, logs_made_at=made.manifest.made_at.isoformat())
        account.saw(logs_missing=[one.name for one in made.manifest.missing])
        return
    reason = orders.logs_impossible.strip()
    account.saw(logs_impossible=reason, logs_impossible_by=orders.approved_by.strip() if reason else "")
    if not reason or (is_there := answers()):
        found = [one.path.name for one in bundle.made(past.folder, past.id)]
        raise _refuse("no_logs", found=found, machine_answers=bool(reason and is_there))


def accept_loss(
    past: Past, orders: Orders, *, hostname: str, ask: Ask, show: Callable[..., None], account: Account
) -> None:
    """Show what will be lost, and see that a person knows the machine and accepts the loss.

    :param show: writes a text of the languages' ``ask`` table to the terminal.
    :raises ProcedureError: ``not_confirmed``, ``loss_not_accepted``; nothing was changed.
    """
    zone = ZoneInfo(past.run.header.checklist.timezone)
    since = local(past.snapshot.taken_at, zone)
    account.saw(lost_since_at=past.snapshot.taken_at.isoformat(timespec="seconds"))
    show("rollback_loss", host=hostname, since=since)
    account.saw(confirmed_by=confirm(hostname, given=orders.confirm_host, ask=ask))
    if orders.confirm_host is None and ask("rollback_words", choices=("go_back", "no"), since=since) != "go_back":
        raise ProcedureError("loss_not_accepted", exit_code=ExitCode.GATE_CLOSED)


def local(at: datetime, zone: ZoneInfo) -> str:
    """Write a moment as the customer's clock showed it."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def power_off(hypervisor: Hypervisor, link: Link, *, ask: Ask, limits: Limits, account: Account) -> bool:
    """Have the machine off: cleanly when the guest hears, else by a person's hand. Tell whether it had to be done.

    :raises ProcedureError: ``still_on``: it does not go off, and nobody is there to switch it off.
    """
    state = hypervisor.power()
    account.saw(power_before=state.power.value)
    if state.power is Power.OFF:
        return False
    if state.power is Power.ON:
        account.saw(way=_ask_to_shut_down(hypervisor, link))
        state = wait_until_off(hypervisor, limits=limits, account=account)
    link.drop_connection()
    if state.power is not Power.OFF:
        _have_it_switched_off(hypervisor, ask=ask, account=account)
        state = hypervisor.power()
    account.saw(power=state.power.value, reason=state.reason)
    if state.power is not Power.OFF:
        raise ProcedureError("still_on")
    return True


def _ask_to_shut_down(hypervisor: Hypervisor, link: Link) -> str:
    """Ask the guest to shut down, which it may not hear; say which way was tried."""
    try:
        if hypervisor.shutdown():
            return "acpi"
        link.connection().run(_SHUTDOWN, changes=True)
    except (ObservationError, UnreachableError):  # a guest that is broken, or hangs up on its way down
        return "ssh"
    return "ssh"


def _have_it_switched_off(hypervisor: Hypervisor, *, ask: Ask, account: Account) -> None:
    """Let a person switch the machine off in the hypervisor: this program cuts no power."""
    vm = hypervisor.identity().name
    try:
        answer = ask("switch_off", choices=("done", "no"), vm=vm)
        by = ask("who").strip() if answer == "done" else ""
    except ProcedureError as error:
        raise ProcedureError("still_on", facts=error.facts) from error
    if answer != "done":
        raise ProcedureError("still_on")
    account.saw(switched_off_by=by)


def require_ready(hypervisor: Hypervisor, snapshot: Listed) -> None:
    """See, at the last moment, that the snapshot is still there and the machine still off.

    :raises ProcedureError: ``no_way_back``, ``still_on``; it was not gone back.
    """
    if snapshot.id not in [one.id for one in hypervisor.snapshots()]:
        raise ProcedureError("no_way_back", facts={"id": snapshot.id})
    if (state := hypervisor.power()).power is not Power.OFF:
        raise ProcedureError("still_on", facts={"power": state.power.value})


def revert(hypervisor: Hypervisor, snapshot: Listed, *, account: Account) -> None:
    """Go back to the snapshot, and see that the machine is off and the snapshot still there.

    :raises ProcedureError: ``revert_failed``: it may have happened or not.
    """
    began = account.elapsed
    hypervisor.revert(snapshot)
    state, left = hypervisor.power(), hypervisor.snapshots()
    account.saw(power=state.power.value, listed=[one.name for one in left])
    account.saw(revert_seconds=round(account.elapsed - began, 1))
    if state.power is not Power.OFF or snapshot.id not in [one.id for one in left]:
        raise ProcedureError("revert_failed")


def clock(identify: Callable[[], Identity], *, limits: Limits, account: Account) -> None:
    """See that the machine's clock is right: a machine that went back in time gives wrong times to every call.

    It is waited for: the machine may set its clock by itself within ``limits.settle``.

    :raises ProcedureError: ``clock_wrong``.
    """
    patience = Patience(limits.settle, longest=limits.connect + limits.command, account=account)
    account.tell(NewsKind.WAITING, "clock")
    while True:
        offset = identify().clock_offset
        account.saw(clock_offset=offset, limit_seconds=limits.rollback_clock)
        if offset is not None and abs(offset) <= limits.rollback_clock:
            return
        if patience.is_over:
            raise ProcedureError("clock_wrong")
        patience.pause(limits.poll)
