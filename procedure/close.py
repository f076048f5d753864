"""What each step of a close means in this session: it brings the plain functions and the session together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from procedure import closing, hypervisors, remains
from procedure.account import Account
from procedure.closing import Orders
from procedure.hypervisors import Hypervisor, Listed
from procedure.lifeline import Lifeline
from procedure.past import Past
from procedure.person import Person
from procedure.plan import Planned
from uat.errors import ExitCode, ProcedureError, UnreachableError
from uat.model import JsonValue, Phase, Step
from uat.session import Session

_HOUR, _DAY = 3600, 86400


class Close:
    """Holds what one step leaves for a later one: the snapshot that was recognised, or who deleted it before."""

    def __init__(self, session: Session, past: Past, *, ask: Person, orders: Orders) -> None:
        self._session = session
        self._limits = session.checklist.limits
        self._past = past
        self._ask = ask
        self._orders = orders
        self._chosen = hypervisors.choose(session.checklist.system.hypervisor)
        self._hypervisor: Hypervisor = self._chosen.open(limits=self._limits, ask=ask, secret=session.secrets.get)
        self._snapshot: Listed | None = None

    def intent(self, planned: Planned) -> Mapping[str, JsonValue]:
        """Tell what is about to be done."""
        snapshot = self._past.snapshot
        about: dict[str, dict[str, JsonValue]] = {
            "recognise": {"uuid": self._chosen.machine.uuid, "id": snapshot.id},
            "decide": {"upgrade_run": self._past.id},
            "delete": {"hypervisor": self._chosen.word, "name": snapshot.name, "id": snapshot.id},
            "tidy": {"upgrade_run": self._past.id},
        }
        if planned.name == "delete" and self._snapshot is None:
            return {}
        return about.get(planned.name, {})

    def holds(self, planned: Planned, earlier: Step, account: Account) -> bool:
        """Say that what an earlier session did is done: a close is never gone on with, a new one looks at it."""
        return True

    def do(self, planned: Planned, account: Account, earlier: Step | None) -> None:
        """Do one step."""
        does: dict[str, Callable[[Account], None]] = {
            "recognise": self._recognise,
            "decide": self._decide,
            "delete": self._delete,
            "tidy": self._tidy,
        }
        does[planned.name](account)

    def leave(self, account: Account) -> None:
        """Leave the machine as it is: a close never switches it off."""

    def _recognise(self, account: Account) -> None:
        past, hypervisor = self._past, self._hypervisor
        remains.require_vm(hypervisor.identity(), past, stated=self._chosen.machine.uuid, account=account)
        self._snapshot = remains.find(hypervisor, past.snapshot, account=account)
        if self._snapshot is not None:
            return
        by = closing.deleted_by(past)
        if not by:
            raise ProcedureError("snapshot_missing", exit_code=ExitCode.GATE_CLOSED)
        account.saw(already_gone=True, deleted_by=by)

    def _decide(self, account: Account) -> None:
        if self._snapshot is None:
            account.saw(already_gone=True)
            return
        now = datetime.now(UTC)
        closing.require_date(self._past, self._orders, now=now, account=account)
        closing.decide(
            self._past,
            self._snapshot,
            self._orders,
            ask=self._ask,
            show=self._ask.show,
            age=_age((now - self._past.snapshot.taken_at).total_seconds()),
            size=_size(self._snapshot.size_bytes),
            account=account,
        )

    def _delete(self, account: Account) -> None:
        if self._snapshot is None:
            account.saw(already_gone=True)
        else:
            closing.delete(self._hypervisor, self._snapshot, account=account)
        closing.require_unchained(self._hypervisor, account=account)

    def _tidy(self, account: Account) -> None:
        past = self._past
        try:
            now = self._session.identify(Phase.CLOSE)
        except UnreachableError as error:
            facts = {"error": str(error)}
            raise ProcedureError("not_tidied", facts=facts, exit_code=ExitCode.UNREACHABLE) from error
        remains.require_guest(now, past)
        remains.require_free(self._session.run, past.id)
        patches = past.run.header.checklist.upgrade.patches
        closing.tidy(self._session, past.id, patches, limits=self._limits, account=account)
        lifeline = Lifeline(self._session, limits=self._limits, account=account)
        remains.let_go(lifeline.run, past.id, account=account)


def _age(seconds: float) -> str:
    days, rest = divmod(max(0, int(seconds)), _DAY)
    return f"{days} d {rest // _HOUR} h"


def _size(size_bytes: int | None) -> str:
    return f"{size_bytes / 1024**3:.1f} GB" if size_bytes is not None else ""
