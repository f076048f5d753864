"""What each step of an upgrade means in this session: it brings the plain functions and the session together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from procedure import again, custody, snapshot, steps
from procedure.account import Account
from procedure.again import STARTED
from procedure.attempt import directory_of
from procedure.hypervisors import Ask
from procedure.identity import agree, ask_vm, confirm
from procedure.plan import Planned
from procedure.preflight import conditions
from procedure.proof import CompletionProof
from procedure.reach import is_guest_up, is_shut_out
from procedure.recall import Recall
from procedure.site import Site
from uat.errors import ProcedureError
from uat.identity import release as ask_release
from uat.model import Check, JsonValue, Outcome, Patch, Phase, Result, Severity, Step
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
        self._site = Site(session, ask=ask)
        self._recall = Recall(self._site, confirm_host=confirm_host)
        self._confirm_host = confirm_host
        self._is_down = False
        self._boot_id = ""
        self._first_boot_id = ""
        self._proofs: dict[str, CompletionProof] = {}

    def intent(self, planned: Planned) -> Mapping[str, JsonValue]:
        """Tell what is about to be done."""
        checklist = self._session.checklist
        about: dict[str, dict[str, JsonValue]] = {
            "identify": {"address": str(self._session.settings.address), "uuid": self._site.chosen.machine.uuid},
            "shutdown": {"hypervisor": self._site.chosen.word},
            "snapshot": {"hypervisor": self._site.chosen.word, "name": self._site.snapshot_name, "memory": False},
        }
        if planned.release is None:
            return about.get(planned.name, {})
        one = self._site.patch(planned)
        about["deliver"] = {"file": one.file, "on_target": one.on_target, "sha256": one.sha256}
        directory = directory_of(self._site.run_id, one.release)
        about["patch"] = {"run": one.run, "directory": directory, "boot_id": self._boot_id}
        about["reboot"] = {"boot_id_before": self._boot_id}
        about["release"] = {"expected": one.release, "web": checklist.system.web}
        return about.get(planned.name, {})

    def holds(self, planned: Planned, earlier: Step, account: Account) -> bool:
        """Look whether a step that an earlier session ended still holds; False when it is to be done again."""
        holds = self._recall.holds(planned, earlier, account)
        if planned.name == "identify":
            self._take_over()
        return holds

    def do(self, planned: Planned, account: Account, earlier: Step | None) -> None:
        """Do one step."""
        if planned.name in _PASSING and self._recall.is_past(planned):
            account.saw(found_done=True)
            return
        if planned.name in _CHANGING:
            self._site.require_ours(account)
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
            "unlock": partial(self._unlock, earlier=earlier),
        }
        does[planned.name](account)

    def leave(self, account: Account) -> None:
        """Bring the machine back when the night ended between its shutdown and its start; else say what is seen."""
        if self._is_down:
            snapshot.bring_back(self._site.hypervisor, limits=self._limits, account=account)
        if is_shut_out(self._session.stop):
            account.saw(**(seen := self._site.seen_from_here()))
            if self._recall.may_be_off and not is_guest_up(seen):
                account.saw(started_again=False)

    def _gate(self, account: Account) -> None:
        session = self._session
        planned = session.header.planned.get(Phase.PRE, ())
        checks = [check for check in session.checklist.checks if check.id in planned]
        results = {id: result for (phase, id), result in session.results.items() if phase is Phase.PRE}
        found = {id: result for (phase, id), result in session.results.items() if phase is Phase.PREFLIGHT}
        steps.gate(checks, results, account=account, conditions={name: found.get(name) for name in conditions()})
        steps.see_patches(session.checklist.upgrade.patches, self._site.folder, account=account)

    def _identify(self, account: Account, *, earlier: Step | None) -> None:
        if earlier and earlier.observation.get("boot_id"):
            account.continues = self._recall.recognise(earlier, account)
            self._take_over()
            return
        guest, vm = self._site.identity(), ask_vm(self._site.hypervisor)
        account.saw(**guest.model_dump(mode="json"), vm=vm.name, vm_uuid=vm.uuid)
        agree(guest, vm, self._site.chosen.machine.uuid)
        by = confirm(guest.hostname, given=self._confirm_host, ask=self._site.ask)
        account.saw(confirmed_by=by)
        self._site.guest, self._boot_id, self._first_boot_id = guest, guest.boot_id, guest.boot_id

    def _take_over(self) -> None:
        """Go on with what was found of an interrupted session: the machine's life, and whether it is off."""
        self._first_boot_id, self._boot_id = self._recall.first_boot_id, self._recall.boot_id
        self._is_down = self._recall.was_off

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
        self._site.token = owner.token
        account.mark(token=owner.token)
        custody.hold(self._site.lifeline(account).run, owner)

    def _unlock(self, account: Account, *, earlier: Step | None) -> None:
        lifeline = self._site.lifeline(account)
        if earlier and custody.holder(lifeline.run) is None:
            account.saw(found_done=True)
            return
        custody.give_back(lifeline.run, self._site.token)

    def _shutdown(self, account: Account) -> None:
        if self._session.earlier and self._recall.has_snapshot:
            account.saw(found_done=True)
            return
        if self._recall.has_patch:
            raise ProcedureError("snapshot_gone", facts={"name": self._site.snapshot_name})
        try:
            snapshot.shutdown(
                self._site.hypervisor,
                self._session,
                limits=self._limits,
                account=account,
                is_again=self._session.earlier is not None,
            )
        finally:  # also when Ctrl-C ends the waiting; a hypervisor that never answered was asked for nothing
            self._is_down = self._is_down or "power_before" in account.facts

    def _snapshot(self, account: Account) -> None:
        header = self._session.header
        description = f"{header.tool} {header.checklist.customer} {header.checklist.change} {header.operator}"
        take = snapshot.find_or_take if self._session.earlier else snapshot.take
        take(
            self._site.hypervisor,
            self._site.snapshot_name,
            description=description,
            limits=self._limits,
            account=account,
        )

    def _start(self, account: Account) -> None:
        self._is_down = False
        self._boot_id = snapshot.start(
            self._site.hypervisor,
            self._session,
            before=self._first_boot_id,
            limits=self._limits,
            account=account,
            climb=self._site.climb,
        )

    def _settle(self, planned: Planned, account: Account) -> None:
        steps.settle(
            self._session,
            self._site.confirmed,
            boot_id=self._boot_id,
            identify=self._site.identity,
            limits=self._limits,
            account=account,
        )
        if planned.release is None:
            steps.blockers_hold(self._look_at_blockers, limits=self._limits, account=account)

    def _deliver(self, planned: Planned, account: Account) -> None:
        one = self._site.patch(planned)
        if self._recall.was_begun(one.release):
            account.saw(found_done=True)
            return
        self._recall.paths[one.release] = steps.deliver(
            self._session,
            one,
            folder=self._site.folder,
            limits=self._limits,
            account=account,
        )

    def _patch_it(self, planned: Planned, earlier: Step | None, account: Account) -> None:
        one = self._site.patch(planned)
        if self._session.earlier:
            account.continues = not self._may_start(one, earlier, account)
        self._proofs[one.release] = steps.patch(
            self._session,
            one,
            path=self._recall.paths.get(one.release, ""),
            run_id=self._site.run_id,
            log=self._site.log(one),
            limits=self._limits,
            account=account,
            is_begun=account.continues,
        )

    def _may_start(self, one: Patch, earlier: Step | None, account: Account) -> bool:
        if earlier and earlier.observation.get(STARTED):
            account.saw(**{STARTED: earlier.observation[STARTED]})
        directory = directory_of(self._site.run_id, one.release)
        return again.may_start(self._site.lifeline(account), directory, earlier)

    def _reboot(self, planned: Planned, account: Account) -> None:
        one = self._site.patch(planned)
        self._boot_id = steps.reboot(
            self._proof(one, account),
            self._session,
            release=one.release,
            limits=self._limits,
            account=account,
            climb=self._site.climb,
            may_be_done=self._session.earlier is not None,
        )

    def _proof(self, one: Patch, account: Account) -> CompletionProof:
        """Give the proof of this session, or make it anew from the machine: notes open no reboot."""
        if one.release not in self._proofs:
            self._proofs[one.release] = again.proof_of(
                self._session,
                run_id=self._site.run_id,
                release=one.release,
                log=self._site.log(one),
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

        steps.release(ask, expected=self._site.patch(planned).release, limits=self._limits, account=account)

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
