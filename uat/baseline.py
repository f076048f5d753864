"""Finds the run that a later one is compared with: the newest complete pre of the same machine."""

from __future__ import annotations

from pathlib import Path

from uat import journal
from uat.errors import TvoxError
from uat.model import Header, Identity, Outcome, Phase, Run
from uat.names import folder_name


class BaselineError(TvoxError):
    """``--baseline`` names a run that is not there or is no baseline."""


def find(change_folder: Path, machine: Identity) -> Run | None:
    """Find the newest complete pre of this machine among a change's runs; None when there is none.

    The pre part of an upgrade counts. A run that a filter made partial, or that did not look at everything
    it had planned, is never a baseline; a damaged journal is passed over.
    """
    for folder in sorted((path.parent for path in change_folder.glob(f"*/{journal.NAME}")), reverse=True):
        try:
            run = journal.read(folder)
        except journal.JournalError:
            continue
        if is_complete(run) and is_same_machine(run, machine):
            return run
    return None


def named(name: str, change_folder: Path) -> Run:
    """Read the run that ``--baseline`` names: a folder, a journal, or a run's id.

    :raises BaselineError: there is no such run, or its pre is not complete.
    """
    places = [Path(name), *change_folder.glob(f"*{name}*")]
    place = next((path for path in places if path.exists()), None)
    if place is None:
        raise BaselineError(f"--baseline {name}: no such folder, and no run of that id in {change_folder}")
    run = journal.read(place)
    if not is_complete(run):
        raise BaselineError(f"--baseline {name}: its pre is partial or was not finished; take another")
    return run


def is_complete(run: Run) -> bool:
    """Tell whether everything planned for pre was looked at."""
    planned = run.header.planned.get(Phase.PRE, ())
    seen = {id for id, result in run.of(Phase.PRE).items() if result.outcome is not Outcome.NOT_RUN}
    return bool(planned) and not run.header.partial and seen >= set(planned) and _went_through(run)


def _went_through(run: Run) -> bool:
    return all(result.outcome is not Outcome.BLOCKED for result in run.of(Phase.PRE).values())


def is_same_machine(run: Run, machine: Identity) -> bool:
    """Tell whether a run's pre looked at this machine (machine id and product UUID)."""
    before = run.identities.get(Phase.PRE)
    if before is None:
        return False
    return (before.machine_id, before.product_uuid) == (machine.machine_id, machine.product_uuid)


def folder_of(root: Path, customer: str, change: str) -> Path:
    """Give the folder of a change: ``evidence/<customer>/<change>/``, names legal on Windows."""
    return root / folder_name(customer) / folder_name(change or "no change")


def run_folder(root: Path, header: Header) -> Path:
    """Give a run's own folder: ``<UTC time>-<phase>-<run>``."""
    change_folder = folder_of(root, header.checklist.customer, header.checklist.change)
    return change_folder / f"{header.started_at:%Y%m%dT%H%M%SZ}-{header.phase}-{header.id}"
