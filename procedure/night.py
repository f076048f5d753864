"""What each step of the plan means in this session: it brings the plain functions and the session together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from procedure import hypervisors, snapshot, steps
from procedure.account import Account
from procedure.attempt import directory_of, plain_name
from procedure.hypervisors import Ask, Hypervisor
from procedure.identity import agree, confirm
from procedure.plan import Planned
from procedure.proof import CompletionProof
from procedure.reach import climb
from uat.errors import ProcedureError
from uat.identity import release as ask_release
from uat.model import Check, Identity, JsonValue, Outcome, Patch, Phase, Result, Severity
from uat.observe import is_automatic
from uat.session import Session


class Night:
    """Holds what one step leaves for a later one: the confirmed machine, the boot id, paths and proofs."""

    def __init__(self, session: Session, *, ask: Ask, confirm_host: str | None) -> None:
        self._session = session
        self._limits = session.checklist.limits
        self._ask = ask
        self._confirm_host = confirm_host
        self._chosen = hypervisors.choose(session.checklist.system.hypervisor)
        self._opened: Hypervisor | None = None
        self._is_down = False
        self._guest: Identity | None = None
        self._boot_id = ""
        self._paths: dict[str, str] = {}
        self._proofs: dict[str, CompletionProof] = {}

    def intent(self, planned: Planned) -> Mapping[str, JsonValue]:
        """Tell what is about to be done."""
        checklist = self._session.checklist
        about: dict[str, dict[str, JsonValue]] = {
            "identify": {"address": str(self._session.settings.address), "uuid": self._chosen.machine.uuid},
            "shutdown": {"hypervisor": self._chosen.word},
            "snapshot": {"hypervisor": self._chosen.word, "name": self._snapshot_name, "memory": False},
        }
        if planned.release is None:
            return about.get(planned.name, {})
        one = self._patch(planned)
        about["deliver"] = {"file": one.file, "on_target": one.on_target, "sha256": one.sha256}
        about["patch"] = {"run": one.run, "directory": directory_of(self._session.header.id, one.release)}
        about["reboot"] = {"boot_id_before": self._boot_id}
        about["release"] = {"expected": one.release, "web": checklist.system.web}
        return about.get(planned.name, {})

    def do(self, planned: Planned, account: Account) -> None:
        """Do one step."""
        does: dict[str, Callable[[Account], None]] = {
            "gate": self._gate,
            "identify": self._identify,
            "shutdown": self._shutdown,
            "snapshot": self._snapshot,
            "start": self._start,
            "deliver": partial(self._deliver, planned),
            "patch": partial(self._patch_it, planned),
            "reboot": partial(self._reboot, planned),
            "settle": partial(self._settle, planned),
            "release": partial(self._release, planned),
        }
        does[planned.name](account)

    def leave(self, account: Account) -> None:
        """Bring the machine back when the night ended between its shutdown and its start."""
        if self._is_down:
            snapshot.bring_back(self._hypervisor, limits=self._limits, account=account)

    def _gate(self, account: Account) -> None:
        session = self._session
        planned = session.header.planned.get(Phase.PRE, ())
        checks = [check for check in session.checklist.checks if check.id in planned]
        results = {id: result for (phase, id), result in session.results.items() if phase is Phase.PRE}
        steps.gate(checks, results, account=account)
        steps.see_patches(session.checklist.upgrade.patches, self._folder, account=account)

    def _identify(self, account: Account) -> None:
        guest, vm = self._identity(), self._hypervisor.identity()
        account.saw(**guest.model_dump(mode="json"), vm=vm.name, vm_uuid=vm.uuid)
        agree(guest, vm, self._chosen.machine.uuid)
        by = confirm(guest.hostname, given=self._confirm_host, ask=self._ask)
        account.saw(confirmed_by=by)
        self._guest, self._boot_id = guest, guest.boot_id

    def _shutdown(self, account: Account) -> None:
        self._is_down = True
        snapshot.shutdown(self._hypervisor, self._session, limits=self._limits, account=account)

    def _snapshot(self, account: Account) -> None:
        header = self._session.header
        description = f"{header.tool} {header.checklist.customer} {header.checklist.change} {header.operator}"
        snapshot.take(
            self._hypervisor, self._snapshot_name, description=description, limits=self._limits, account=account
        )

    def _start(self, account: Account) -> None:
        self._is_down = False
        self._boot_id = snapshot.start(
            self._hypervisor,
            self._session,
            before=self._boot_id,
            limits=self._limits,
            account=account,
            climb=self._climb,
        )

    def _settle(self, planned: Planned, account: Account) -> None:
        steps.settle(
            self._session,
            self._confirmed,
            boot_id=self._boot_id,
            identify=self._identity,
            limits=self._limits,
            account=account,
        )
        if planned.release is None:
            steps.blockers_hold(self._look_at_blockers, limits=self._limits, account=account)

    def _deliver(self, planned: Planned, account: Account) -> None:
        one = self._patch(planned)
        self._paths[one.release] = steps.deliver(
            self._session,
            one,
            folder=self._folder,
            run_id=self._session.header.id,
            limits=self._limits,
            account=account,
        )

    def _patch_it(self, planned: Planned, account: Account) -> None:
        one = self._patch(planned)
        self._proofs[one.release] = steps.patch(
            self._session,
            one,
            path=self._paths[one.release],
            run_id=self._session.header.id,
            log=self._session.folder / f"patch-{plain_name(one.release)}.log",
            limits=self._limits,
            account=account,
        )

    def _reboot(self, planned: Planned, account: Account) -> None:
        one = self._patch(planned)
        self._boot_id = steps.reboot(
            self._proofs[one.release],
            self._session,
            release=one.release,
            limits=self._limits,
            account=account,
            climb=self._climb,
        )

    def _release(self, planned: Planned, account: Account) -> None:
        def ask() -> str:
            probe = self._session.probe()
            found = ask_release(probe)
            account.evidence[:] = probe.take_evidence()  # the last look is the one that counts
            return found

        steps.release(ask, expected=self._patch(planned).release, limits=self._limits, account=account)

    @property
    def _folder(self) -> Path:
        return Path(self._session.checklist.path).parent

    @property
    def _snapshot_name(self) -> str:
        return plain_name(f"tvox-uat-{self._session.header.id}")

    @property
    def _hypervisor(self) -> Hypervisor:
        if self._opened is None:
            self._opened = self._chosen.open(limits=self._limits, ask=self._ask)
        return self._opened

    @property
    def _confirmed(self) -> Identity:
        if self._guest is None:
            raise ProcedureError("not_confirmed")
        return self._guest

    def _identity(self) -> Identity:
        return self._session.identify(Phase.UPGRADE)

    def _climb(self, login: str) -> dict[str, JsonValue]:
        return climb(self._session.settings.address, self._hypervisor, login=login)

    def _patch(self, planned: Planned) -> Patch:
        return next(one for one in self._session.checklist.upgrade.patches if one.release == planned.release)

    def _look_at_blockers(self) -> Iterator[Result]:
        """Look again at the blockers that the machine itself held in pre."""
        held = [check for check in self._session.checklist.checks if self._held_in_pre(check)]
        for _, result in self._session.observe(held, Phase.PRE):
            yield result

    def _held_in_pre(self, check: Check) -> bool:
        result = self._session.results.get((Phase.PRE, check.id))
        if result is None or check.severity is not Severity.BLOCKER:
            return False
        return is_automatic(check) and result.outcome in (Outcome.PASSED, Outcome.WAIVED)
