"""What an interrupted session left behind: each step is looked at again, on the machine and its hypervisor."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from procedure import again, custody
from procedure.account import Account
from procedure.attempt import Attempt, State
from procedure.hypervisors import Power
from procedure.identity import ask_vm, confirm, require_same, require_vm
from procedure.plan import Planned
from procedure.site import Site
from uat.errors import ExitCode, ProcedureError
from uat.model import Identity, Outcome, Step

_BEGUN = (Outcome.RUNNING, Outcome.FAILED, Outcome.PASSED)


class Recall:
    """Holds what was found: whether the machine was off, in which life it is, what became of each patch."""

    def __init__(self, site: Site, *, confirm_host: str | None) -> None:
        self.first_boot_id = ""
        self.boot_id = ""
        self.was_off = False
        self.paths: dict[str, str] = {}
        self._site = site
        self._confirm_host = confirm_host
        self._attempts: dict[str, Attempt] = {}

    @property
    def has_snapshot(self) -> bool:
        """Tell whether this run's snapshot is there."""
        return again.find_snapshot(self._site.hypervisor, self._site.snapshot_name) is not None

    @property
    def has_patch(self) -> bool:
        """Tell whether any patch was begun."""
        return any(self.was_begun(release) for release in self._site.releases)

    @property
    def may_be_off(self) -> bool:
        """Tell whether the interrupted session was about to have the machine off, and did not see it back."""
        return self._had("shutdown", *_BEGUN) and not self._had("start", Outcome.PASSED)

    def was_begun(self, release: str) -> bool:
        """Tell whether the machine shows that a patch was begun."""
        attempt = self._attempts.get(release)
        return attempt is not None and attempt.state is not State.NEVER_STARTED

    def is_past(self, planned: Planned) -> bool:
        """Tell whether a later patch was begun: then this step is over, whatever we know of it."""
        releases = self._site.releases
        after = releases[releases.index(planned.release) + 1 :] if planned.release else releases
        return any(self.was_begun(release) for release in after)

    def holds(self, planned: Planned, earlier: Step, account: Account) -> bool:
        """Look whether a step that was ended still holds; False when it is to be done again."""
        looks: dict[str, Callable[[], bool]] = {
            "identify": partial(self.recognise, earlier, account),
            "lock": partial(self._is_held, earlier, account),
            "shutdown": lambda: self.was_off or self._had("snapshot", Outcome.PASSED) or self.has_snapshot,
            "snapshot": partial(self._is_there, earlier),
            "start": lambda: not self.was_off,
            "settle": partial(self.is_past, planned),
            "deliver": partial(self._is_delivered, planned, earlier),
        }
        return looks.get(planned.name, lambda: True)()

    def recognise(self, earlier: Step, account: Account) -> bool:
        """Look at machine and hypervisor anew: the right machine, which life, what became of the patches.

        :raises ProcedureError: ``wrong_machine``, ``not_confirmed``, ``link_lost``; ``off_after_patch``: it is off
            although a patch was begun, and switching it on would be a reboot without proof; ``cannot_tell``;
            ``hypervisor_silent``, ``hypervisor_login``.
        """
        site = self._site
        vm = ask_vm(site.hypervisor)
        require_vm(vm, site.chosen.machine.uuid)
        guest = Identity.model_validate({name: earlier.observation.get(name) for name in Identity.model_fields})
        confirm(guest.hostname, given=self._confirm_host, ask=site.ask, is_again=True)
        site.guest, self.first_boot_id = guest, guest.boot_id
        self.was_off = again.power(site.hypervisor) is Power.OFF
        if self.was_off and self._had("patch", *_BEGUN):
            raise ProcedureError("off_after_patch", facts={"vm": vm.name}, exit_code=ExitCode.UNREACHABLE)
        if not self.was_off:
            self.boot_id = self._come_back(guest, account)
            self._attempts = again.attempts(site.lifeline(account), site.run_id, site.releases)
        return True

    def _come_back(self, guest: Identity, account: Account) -> str:
        """Log in again, for as long as a boot may take: the machine may be on its way up."""
        limits = self._site.limits
        self._site.lifeline(account, unreachable=max(limits.boot, limits.connect)).do(lambda connection: None)
        now = self._site.identity()
        require_same(guest, now)
        return now.boot_id

    def _is_held(self, earlier: Step, account: Account) -> bool:
        self._site.token = str(earlier.observation.get("token", ""))
        if not self.was_off and not self._had("unlock", *_BEGUN):  # else it may have been given back already
            custody.require(self._site.lifeline(account).run, self._site.token)
        return True

    def _is_there(self, earlier: Step) -> bool:
        id = str(earlier.observation.get("id", ""))
        again.require_snapshot(self._site.hypervisor, self._site.snapshot_name, id)
        return True

    def _is_delivered(self, planned: Planned, earlier: Step) -> bool:
        release = planned.release or ""
        self.paths[release] = str(earlier.observation.get("path", ""))
        return self.was_begun(release)

    def _had(self, name: str, *outcomes: Outcome) -> bool:
        """Tell whether the interrupted session wrote that a step came to one of these."""
        earlier = self._site.session.earlier
        return any(step.name == name and step.outcome in outcomes for step in (earlier.steps if earlier else ()))
