"""What each step of an upgrade means in this session: it brings the plain functions and the session together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from procedure import again, custody, hypervisors, snapshot, steps
from procedure.account import Account
from procedure.again import STARTED
from procedure.attempt import Attempt, State, directory_of, plain_name
from procedure.hypervisors import Ask, Hypervisor, Power
from procedure.identity import agree, confirm, require_same, require_vm
from procedure.lifeline import Lifeline
from procedure.plan import Planned
from procedure.proof import CompletionProof
from procedure.reach import climb
from uat.errors import ExitCode, ProcedureError
from uat.identity import release as ask_release
from uat.model import Check, Identity, JsonValue, Outcome, Patch, Phase, Result, Severity, Step
from uat.observe import is_automatic
from uat.session import Session

_CHANGING = ("deliver", "patch", "reboot")
"""The steps before which the machine is asked who it is, and who holds it; `identify` is asked before the others."""


_PASSING = ("start", "settle", "release")
"""The steps that only wait for the machine; once a later patch was begun there is nothing left to wait for."""


class Night:
    """Holds what one step leaves for a later one: the confirmed machine, the boot id, paths and proofs.

    In a session that goes on with an interrupted one, all of it is taken from the machine and the hypervisor
    again; the journal only says what to ask for.
    """

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
        self._first_boot_id = ""
        self._token = ""
        self._was_off = False
        self._attempts: dict[str, Attempt] = {}
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
        directory = directory_of(self._session.header.id, one.release)
        about["patch"] = {"run": one.run, "directory": directory, "boot_id": self._boot_id}
        about["reboot"] = {"boot_id_before": self._boot_id}
        about["release"] = {"expected": one.release, "web": checklist.system.web}
        return about.get(planned.name, {})

    def holds(self, planned: Planned, earlier: Step, account: Account) -> bool:
        """Look whether a step that an earlier session ended still holds; False when it is to be done again."""
        looks: dict[str, Callable[[], bool]] = {
            "identify": partial(self._recognise, earlier, account),
            "lock": partial(self._still_held, earlier, account),
            "shutdown": lambda: self._was_off or self._had("snapshot") or self._has_snapshot,
            "snapshot": partial(self._still_there, earlier),
            "start": lambda: not self._was_off,
            "settle": partial(self._is_past, planned),
            "deliver": partial(self._is_delivered, planned, earlier),
        }
        return looks.get(planned.name, lambda: True)()

    def do(self, planned: Planned, account: Account, earlier: Step | None) -> None:
        """Do one step."""
        if planned.name in _PASSING and self._is_past(planned):
            account.saw(found_done=True)
            return
        if planned.name in _CHANGING:
            self._require_ours(account)
        does: dict[str, Callable[[Account], None]] = {
            "gate": self._gate,
            "identify": partial(self._identify, earlier=earlier),
            "lock": partial(self._lock, earlier=earlier),
            "shutdown": self._shutdown,
            "snapshot": self._snapshot,
            "start": self._start,
            "deliver": partial(self._deliver, planned),
            "patch": partial(self._patch_it, planned, earlier),
            "reboot": partial(self._reboot, planned),
            "settle": partial(self._settle, planned),
            "release": partial(self._release, planned),
            "unlock": self._unlock,
        }
        does[planned.name](account)

    def leave(self, account: Account) -> None:
        """Bring the machine back when the night ended between its shutdown and its start."""
        if self._is_down:
            snapshot.bring_back(self._hypervisor, limits=self._limits, account=account)

    # What an interrupted session left behind

    def _recognise(self, earlier: Step, account: Account) -> bool:
        """Look at machine and hypervisor anew: the right machine, which life, what became of the patches."""
        vm = self._hypervisor.identity()
        require_vm(vm, self._chosen.machine.uuid)
        guest = Identity.model_validate({name: earlier.observation.get(name) for name in Identity.model_fields})
        confirm(guest.hostname, given=self._confirm_host, ask=self._ask)
        self._guest, self._first_boot_id = guest, guest.boot_id
        self._was_off = again.power(self._hypervisor) is Power.OFF
        if self._was_off and self._had("patch", Outcome.RUNNING, Outcome.FAILED, Outcome.PASSED):
            raise ProcedureError("off_after_patch", facts={"vm": vm.name}, exit_code=ExitCode.UNREACHABLE)
        self._is_down = self._was_off
        if not self._was_off:
            self._boot_id = self._come_back(guest, account)
            self._attempts = again.attempts(self._lifeline(account), self._session.header.id, self._releases)
        return True

    def _come_back(self, guest: Identity, account: Account) -> str:
        """Log in again, for as long as a boot may take; the machine may be on its way up."""
        lifeline = self._lifeline(account, unreachable=max(self._limits.boot, self._limits.connect))
        lifeline.do(lambda connection: None)
        now = self._identity()
        require_same(guest, now)
        return now.boot_id

    def _still_held(self, earlier: Step, account: Account) -> bool:
        self._token = str(earlier.observation.get("token", ""))
        if not self._was_off:
            custody.require(self._lifeline(account).run, self._token)
        return True

    def _still_there(self, earlier: Step) -> bool:
        name, id = self._snapshot_name, str(earlier.observation.get("id", ""))
        again.require_snapshot(self._hypervisor, name, id)
        return True

    def _is_past(self, planned: Planned) -> bool:
        """Tell whether a later patch was begun: then this step is over, whatever we know of it."""
        releases = self._releases
        after = releases[releases.index(planned.release) + 1 :] if planned.release else releases
        return any(self._was_begun(release) for release in after)

    def _had(self, name: str, *outcomes: Outcome) -> bool:
        """Tell whether an earlier session wrote such a step; passed, when nothing else is asked for."""
        earlier = self._session.earlier
        steps = earlier.steps if earlier else ()
        return any(step.name == name and step.outcome in (outcomes or (Outcome.PASSED,)) for step in steps)

    def _is_delivered(self, planned: Planned, earlier: Step) -> bool:
        self._paths[planned.release or ""] = str(earlier.observation.get("path", ""))
        return self._was_begun(planned.release or "")

    def _was_begun(self, release: str) -> bool:
        attempt = self._attempts.get(release)
        return attempt is not None and attempt.state is not State.NEVER_STARTED

    @property
    def _has_snapshot(self) -> bool:
        return again.find_snapshot(self._hypervisor, self._snapshot_name) is not None

    # The steps

    def _gate(self, account: Account) -> None:
        session = self._session
        planned = session.header.planned.get(Phase.PRE, ())
        checks = [check for check in session.checklist.checks if check.id in planned]
        results = {id: result for (phase, id), result in session.results.items() if phase is Phase.PRE}
        steps.gate(checks, results, account=account)
        steps.see_patches(session.checklist.upgrade.patches, self._folder, account=account)

    def _identify(self, account: Account, *, earlier: Step | None) -> None:
        if earlier and earlier.observation.get("boot_id"):
            account.continues = self._recognise(earlier, account)
            return
        guest, vm = self._identity(), self._hypervisor.identity()
        account.saw(**guest.model_dump(mode="json"), vm=vm.name, vm_uuid=vm.uuid)
        agree(guest, vm, self._chosen.machine.uuid)
        by = confirm(guest.hostname, given=self._confirm_host, ask=self._ask)
        account.saw(confirmed_by=by)
        self._guest, self._boot_id, self._first_boot_id = guest, guest.boot_id, guest.boot_id

    def _lock(self, account: Account, *, earlier: Step | None) -> None:
        header = self._session.header
        owner = custody.new_owner(
            run=header.id,
            operator=header.operator,
            customer=header.checklist.customer,
            change=header.checklist.change,
            checklist_sha256=header.checklist.sha256,
            boot_id=self._first_boot_id,
        )
        if earlier and earlier.observation.get("token"):  # it may have been taken just before the interruption
            owner = owner.model_copy(update={"token": str(earlier.observation["token"])})
        self._token = owner.token
        account.mark(token=owner.token)
        custody.hold(self._lifeline(account).run, owner)

    def _unlock(self, account: Account) -> None:
        custody.give_back(self._lifeline(account).run, self._token)

    def _shutdown(self, account: Account) -> None:
        if self._session.earlier and self._has_snapshot:
            account.saw(found_done=True)
            return
        if any(self._was_begun(release) for release in self._releases):
            raise ProcedureError("snapshot_gone", facts={"name": self._snapshot_name})
        self._is_down = True
        snapshot.shutdown(
            self._hypervisor,
            self._session,
            limits=self._limits,
            account=account,
            is_again=self._session.earlier is not None,
        )

    def _snapshot(self, account: Account) -> None:
        header = self._session.header
        description = f"{header.tool} {header.checklist.customer} {header.checklist.change} {header.operator}"
        take = snapshot.find_or_take if self._session.earlier else snapshot.take
        take(self._hypervisor, self._snapshot_name, description=description, limits=self._limits, account=account)

    def _start(self, account: Account) -> None:
        self._is_down = False
        self._boot_id = snapshot.start(
            self._hypervisor,
            self._session,
            before=self._first_boot_id,
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
        if self._was_begun(one.release):
            account.saw(found_done=True)
            return
        self._paths[one.release] = steps.deliver(
            self._session,
            one,
            folder=self._folder,
            run_id=self._session.header.id,
            limits=self._limits,
            account=account,
        )

    def _patch_it(self, planned: Planned, earlier: Step | None, account: Account) -> None:
        one = self._patch(planned)
        if self._session.earlier:
            account.continues = not self._may_start(one, earlier, account)
        self._proofs[one.release] = steps.patch(
            self._session,
            one,
            path=self._paths.get(one.release, ""),
            run_id=self._session.header.id,
            log=self._log(one),
            limits=self._limits,
            account=account,
            is_begun=account.continues,
        )

    def _may_start(self, one: Patch, earlier: Step | None, account: Account) -> bool:
        if earlier and earlier.observation.get(STARTED):
            account.saw(**{STARTED: earlier.observation[STARTED]})
        directory = directory_of(self._session.header.id, one.release)
        return again.may_start(self._lifeline(account), directory, earlier)

    def _reboot(self, planned: Planned, account: Account) -> None:
        one = self._patch(planned)
        self._boot_id = steps.reboot(
            self._proof(one, account),
            self._session,
            release=one.release,
            limits=self._limits,
            account=account,
            climb=self._climb,
            may_be_done=self._session.earlier is not None,
        )

    def _proof(self, one: Patch, account: Account) -> CompletionProof:
        """Give the proof of this session, or make it anew from the machine: notes open no reboot."""
        if one.release not in self._proofs:
            self._proofs[one.release] = again.proof_of(
                self._session,
                run_id=self._session.header.id,
                release=one.release,
                log=self._log(one),
                limits=self._limits,
                account=account,
            )
        return self._proofs[one.release]

    def _release(self, planned: Planned, account: Account) -> None:
        def ask() -> str:
            probe = self._session.probe()
            found = ask_release(probe)
            account.evidence[:] = probe.take_evidence()  # the last look is the one that counts
            return found

        steps.release(ask, expected=self._patch(planned).release, limits=self._limits, account=account)

    # What several steps need

    def _require_ours(self, account: Account) -> None:
        """See that this is still the confirmed machine, and that nobody has taken it over from us."""
        lifeline = self._lifeline(account)
        lifeline.do(lambda connection: None)
        require_same(self._confirmed, self._identity())
        custody.require(lifeline.run, self._token)

    def _lifeline(self, account: Account, **limits: Any) -> Lifeline:
        return Lifeline(self._session, limits=self._limits.model_copy(update=limits), account=account)

    def _log(self, patch: Patch) -> Path:
        return self._session.folder / f"patch-{plain_name(patch.release)}.log"

    @property
    def _releases(self) -> tuple[str, ...]:
        return tuple(patch.release for patch in self._session.checklist.upgrade.patches)

    @property
    def _folder(self) -> Path:
        return Path(self._session.checklist.path).parent

    @property
    def _snapshot_name(self) -> str:
        return snapshot.name_of(self._session.header.id)

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
