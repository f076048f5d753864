"""One machine as a session's steps reach it: its connection, its hypervisor, its place in the plan."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from procedure import custody, hypervisors, snapshot
from procedure.account import Account
from procedure.attempt import plain_name
from procedure.hypervisors import Ask, Hypervisor
from procedure.identity import require_same
from procedure.lifeline import Lifeline
from procedure.plan import Planned
from procedure.reach import climb, seen_from_here
from uat.errors import ProcedureError
from uat.model import Identity, JsonValue, Limits, Patch, Phase
from uat.session import Session


class Site:
    """What every step needs; ``guest`` is the confirmed machine, ``token`` the word by which this run holds it."""

    def __init__(self, session: Session, *, ask: Ask) -> None:
        self.session = session
        self.ask = ask
        self.chosen = hypervisors.choose(session.checklist.system.hypervisor)
        self.guest: Identity | None = None
        self.token = ""
        self._opened: Hypervisor | None = None

    @property
    def limits(self) -> Limits:
        """The checklist's limits."""
        return self.session.checklist.limits

    @property
    def run_id(self) -> str:
        """The id of the run."""
        return self.session.header.id

    @property
    def folder(self) -> Path:
        """What the patches' paths are relative to."""
        return Path(self.session.checklist.path).parent

    @property
    def snapshot_name(self) -> str:
        """The name of this run's snapshot."""
        return snapshot.name_of(self.run_id)

    @property
    def releases(self) -> tuple[str, ...]:
        """The releases of the patches, in their order."""
        return tuple(patch.release for patch in self.session.checklist.upgrade.patches)

    @property
    def hypervisor(self) -> Hypervisor:
        """The way to the hypervisor, opened when the first question is asked."""
        if self._opened is None:
            self._opened = self.chosen.open(limits=self.limits, ask=self.ask, secret=self.session.secrets.get)
        return self._opened

    @property
    def confirmed(self) -> Identity:
        """The machine that was confirmed.

        :raises ProcedureError: ``not_confirmed``: none was yet.
        """
        if self.guest is None:
            raise ProcedureError("not_confirmed")
        return self.guest

    def patch(self, planned: Planned) -> Patch:
        """Give the patch that a step belongs to."""
        return next(one for one in self.session.checklist.upgrade.patches if one.release == planned.release)

    def log(self, patch: Patch) -> Path:
        """Give the file that keeps a patch's log here."""
        return self.session.folder / f"patch-{plain_name(patch.release)}.log"

    def lifeline(self, account: Account, **limits: Any) -> Lifeline:
        """Give a way to ask the machine that survives broken links; some limits may be others."""
        return Lifeline(self.session, limits=self.limits.model_copy(update=limits), account=account)

    def identity(self) -> Identity:
        """Ask the machine anew who it is."""
        return self.session.identify(Phase.UPGRADE)

    def climb(self, login: str) -> dict[str, JsonValue]:
        """Try how far one still gets to a machine that cannot be logged in to."""
        return climb(self.session.settings.address, self.hypervisor, login=login)

    def seen_from_here(self) -> dict[str, JsonValue]:
        """Look how far one gets to a machine of which its hypervisor says nothing."""
        return seen_from_here(self.session, self.session.settings.address, self.hypervisor)

    def require_ours(self, account: Account) -> None:
        """See that this is still the confirmed machine, and that nobody has taken it over from us.

        :raises ProcedureError: ``wrong_machine``, ``replaced``, ``link_lost``.
        """
        lifeline = self.lifeline(account)
        lifeline.do(lambda connection: None)
        require_same(self.confirmed, self.identity())
        custody.require(lifeline.run, self.token)
