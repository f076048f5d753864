"""What each step of a rollback means in this session: it brings the plain functions and the session together."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from procedure import hypervisors, remains, rollback, snapshot, steps
from procedure.account import Account
from procedure.hypervisors import Hypervisor, Listed
from procedure.lifeline import Lifeline
from procedure.past import Past
from procedure.person import Person
from procedure.plan import Planned
from procedure.reach import climb, is_shut_out, seen_from_here
from procedure.rollback import Orders
from uat.errors import ExitCode, ObservationError, ProcedureError, UnreachableError
from uat.host import Output
from uat.model import Identity, JsonValue, Phase, Step
from uat.session import Session


class WayBack:
    """Holds what one step leaves for a later one: the snapshot that was recognised, and who went back before."""

    def __init__(self, session: Session, past: Past, *, ask: Person, orders: Orders) -> None:
        self._session = session
        self._limits = session.checklist.limits
        self._past = past
        self._ask = ask
        self._orders = orders
        self._chosen = hypervisors.choose(session.checklist.system.hypervisor)
        self._hypervisor: Hypervisor = self._chosen.open(limits=self._limits, ask=ask, secret=session.secrets.get)
        self._snapshot: Listed | None = None
        self._reverted_by = ""
        self._boot_id = ""
        self._is_down = False

    def intent(self, planned: Planned) -> Mapping[str, JsonValue]:
        """Tell what is about to be done."""
        about: dict[str, dict[str, JsonValue]] = {
            "authorise": {"upgrade_run": self._past.id},
            "recognise": {"uuid": self._chosen.machine.uuid, "id": self._past.snapshot.id},
            "power_off": {"hypervisor": self._chosen.word},
            "revert": {
                "id": self._past.snapshot.id,
                "case": self._orders.case,
                "approved_by": self._orders.approved_by,
            },
        }
        return about.get(planned.name, {})

    def holds(self, planned: Planned, earlier: Step, account: Account) -> bool:
        """Say that what an earlier session did is done: a rollback is never gone on with, a new one looks at it."""
        return True

    def do(self, planned: Planned, account: Account, earlier: Step | None) -> None:
        """Do one step."""
        does: dict[str, Callable[[Account], None]] = {
            "authorise": self._authorise,
            "recognise": self._recognise,
            "power_off": self._power_off,
            "revert": self._revert,
            "start": self._start,
            "settle": self._settle,
            "clock": self._clock,
            "unlock": self._unlock,
        }
        does[planned.name](account)

    def leave(self, account: Account) -> None:
        """Bring the machine back when it was switched off and nobody began to go back, or the going back held."""
        if self._is_down:
            snapshot.bring_back(self._hypervisor, limits=self._limits, account=account)
        if is_shut_out(self._session.stop):
            account.saw(**seen_from_here(self._session, self._session.settings.address, self._hypervisor))

    def _authorise(self, account: Account) -> None:
        past, orders = self._past, self._orders
        account.saw(upgrade_run=past.id, upgrade_ended=past.ended)
        self._reverted_by = rollback.require_first_time(past, orders, account=account)
        rollback.require_orders(orders, account=account)
        rollback.require_logs(past, orders, answers=self._answers, account=account)
        rollback.accept_loss(
            past,
            orders,
            hostname=past.guest.hostname if past.guest else "",
            ask=self._ask,
            show=self._ask.show,
            account=account,
        )

    def _recognise(self, account: Account) -> None:
        past, hypervisor = self._past, self._hypervisor
        remains.require_vm(hypervisor.identity(), past, stated=self._chosen.machine.uuid, account=account)
        self._recognise_guest(account)
        self._snapshot = remains.find(hypervisor, past.snapshot, account=account)
        if self._snapshot is None:
            raise ProcedureError("no_way_back", facts={"id": past.snapshot.id}, exit_code=ExitCode.GATE_CLOSED)
        remains.require_same(hypervisor, past.snapshot, account=account)
        if hindrance := hypervisor.no_way_back():
            raise ProcedureError("no_way_back", facts={"error": hindrance}, exit_code=ExitCode.GATE_CLOSED)

    def _recognise_guest(self, account: Account) -> None:
        """See that the guest, when it answers, is the one that was upgraded; a dead one says nothing."""
        try:
            now = self._session.identify(Phase.ROLLBACK)
        except (UnreachableError, ObservationError) as error:
            account.saw(guest_error=str(error))
            return
        account.saw(hostname=now.hostname, machine_id=now.machine_id, product_uuid=now.product_uuid)
        remains.require_guest(now, self._past)
        remains.require_free(self._session.run, self._past.id)

    def _power_off(self, account: Account) -> None:
        if self._reverted_by:
            account.saw(reverted_by=self._reverted_by)
            return
        self._is_down = True  # also when Ctrl-C ends the waiting: the machine is on its way down
        try:
            self._is_down = rollback.power_off(
                self._hypervisor, self._session, ask=self._ask, limits=self._limits, account=account
            )
        except ProcedureError:
            self._is_down = False
            raise

    def _revert(self, account: Account) -> None:
        if self._reverted_by:
            account.saw(reverted_by=self._reverted_by)
            return
        if self._snapshot is None:
            raise ProcedureError("no_way_back")
        try:
            rollback.require_ready(self._hypervisor, self._snapshot)
        except (ProcedureError, ObservationError):
            self.leave(account)  # nothing was done yet: the customer has the machine again, as it was
            raise
        self._is_down = False  # whatever comes of it: a machine that went back by half is not to be started
        rollback.revert(self._hypervisor, self._snapshot, account=account)
        self._is_down = True

    def _start(self, account: Account) -> None:
        self._is_down = False
        self._boot_id = snapshot.start(
            self._hypervisor,
            self._session,
            before=self._past.guest.boot_id if self._past.guest else "",
            limits=self._limits,
            account=account,
            climb=lambda login: climb(self._session.settings.address, self._hypervisor, login=login),
        )

    def _settle(self, account: Account) -> None:
        if self._past.guest is None:
            raise ProcedureError("wrong_machine")
        steps.settle(
            self._session,
            self._past.guest,
            boot_id=self._boot_id,
            identify=self._identify,
            limits=self._limits,
            account=account,
        )

    def _clock(self, account: Account) -> None:
        rollback.clock(self._identify, limits=self._limits, account=account)

    def _unlock(self, account: Account) -> None:
        remains.let_go(self._ask_machine(account), self._past.id, account=account)

    def _ask_machine(self, account: Account) -> Callable[[str], Output]:
        return Lifeline(self._session, limits=self._limits, account=account).run

    def _identify(self) -> Identity:
        return self._session.identify(Phase.ROLLBACK)

    def _answers(self) -> bool:
        try:
            self._session.connection()
        except UnreachableError:
            return False
        return True
