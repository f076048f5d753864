"""The upgrades of a change that took a snapshot, and what became of each since: what rollback and close belong to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from procedure.identity import is_same_uuid
from uat import journal
from uat.model import Identity, Outcome, Phase, Record, Run, Step


class PastError(ValueError):
    """No upgrade, or more than one, can be meant; the message lists them."""


class Taken(Record):
    """The snapshot of an upgrade as its journal tells of it; ``others`` were there already."""

    name: str
    id: str
    taken_at: datetime
    is_verified: bool
    others: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Past:
    """An upgrade that took a snapshot; ``later`` are the rollbacks and closes of it, the oldest first."""

    run: Run
    folder: Path
    snapshot: Taken
    later: tuple[Run, ...] = ()

    @property
    def id(self) -> str:
        """The upgrade's own id."""
        return self.run.header.id

    @property
    def guest(self) -> Identity | None:
        """The machine as it was last seen by that upgrade."""
        return self.run.identities.get(Phase.UPGRADE) or self.run.identities.get(Phase.PRE)

    @property
    def vm_uuid(self) -> str:
        """The virtual machine's UUID, as the hypervisor told it on that night."""
        step = _step(self.run, "identify")
        return str(step.observation.get("vm_uuid", "")) if step else ""

    @property
    def keep(self) -> tuple[float, str]:
        """For how many seconds the snapshot is to be kept, and whose choice that is; empty when nobody chose.

        What the checklist of that night says comes first, then the answer in its preflight.
        """
        checklist, answer = self.run.header.checklist, self.run.of(Phase.PREFLIGHT).get("keep")
        if chosen := checklist.upgrade.keep_snapshot:
            return chosen.seconds, chosen.owner
        if answer and answer.observed and answer.outcome is Outcome.PASSED:
            return float(answer.observed["keep_seconds"]), str(answer.observed.get("answered_by", ""))
        return checklist.limits.keep_snapshot, ""

    @property
    def keep_until(self) -> datetime:
        """Until when the snapshot is to be kept, as it was chosen before that night."""
        return self.snapshot.taken_at + timedelta(seconds=self.keep[0])

    @property
    def ended(self) -> str:
        """How the upgrade ended, in a code: ``ok``, a stop's code, ``checks`` or ``interrupted``."""
        ending = self.run.ending
        if ending is None:
            return "interrupted"
        return ending.stop or ("ok" if ending.exit_code == 0 else "checks")

    @property
    def is_closed(self) -> bool:
        """Tell whether a close deleted the snapshot."""
        return any(is_done(run, "delete") for run in self.later)

    def __str__(self) -> str:
        return f"{self.id}  {self.snapshot.taken_at:%Y-%m-%d %H:%M} UTC  {self.ended}{', closed' * self.is_closed}"


def choose(change_folder: Path, *, named: str | None, vm_uuid: str) -> Past:
    """Find the upgrade that is meant: the one that is named, else the only one that was not closed yet.

    :param change_folder: the evidence of this customer and change.
    :param vm_uuid: of the virtual machine, as the checklist states it.
    :raises PastError: none or several; the message lists them.
    """
    found = pasts(change_folder, vm_uuid)
    meant = [one for one in found if one.id == named] if named else [one for one in found if not one.is_closed]
    if len(meant) == 1:
        return meant[0]
    listed = "".join(f"\n  --run={one}" for one in found) or f" none in {change_folder}"
    asked = f"--run={named}: no such upgrade" if named else "which upgrade? Name it with --run=ID"
    raise PastError(f"{asked}. Upgrades of this machine that took a snapshot:{listed}")


def pasts(change_folder: Path, vm_uuid: str) -> tuple[Past, ...]:
    """List the upgrades of a machine that took a snapshot, the newest first.

    :raises JournalError: a journal is damaged: it may be the very one that is asked for.
    """
    runs = [
        (journal.read(path), path.parent) for path in change_folder.glob(f"*/{journal.NAME}") if not _is_new(path)
    ]
    runs.sort(key=lambda one: one[0].header.started_at, reverse=True)
    made = (_past(run, folder, (other for other, _ in reversed(runs))) for run, folder in runs)
    return tuple(past for past in made if past and is_same_uuid(past.vm_uuid, vm_uuid))


def is_done(run: Run, name: str) -> bool:
    """Tell whether a run did a step to its end."""
    step = _step(run, name)
    return step is not None and step.outcome is Outcome.PASSED


def was_begun(run: Run, name: str) -> bool:
    """Tell whether a run began a step: it may have happened, whatever was written afterwards."""
    step = _step(run, name)
    return step is not None and step.outcome in (Outcome.PASSED, Outcome.FAILED, Outcome.RUNNING)


def _is_new(path: Path) -> bool:
    """Tell whether a run has only just made its file."""
    return path.stat().st_size == 0


def _past(run: Run, folder: Path, others: Iterable[Run]) -> Past | None:
    step = _step(run, "snapshot")
    if run.header.phase is not Phase.UPGRADE or step is None or not step.observation.get("id"):
        return None
    later = tuple(other for other in others if other.header.of_run == run.header.id)
    return Past(run=run, folder=folder, snapshot=_taken(step), later=later)


def _taken(step: Step) -> Taken:
    seen = step.observation
    return Taken(
        name=seen["name"],
        id=seen["id"],
        taken_at=seen["taken_at"],
        is_verified=step.outcome is Outcome.PASSED,
        others=tuple(seen.get("others", ())),
    )


def _step(run: Run, name: str) -> Step | None:
    return next((step for step in run.steps if step.name == name), None)
