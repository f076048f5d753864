"""Runs that were not brought to their end: found before another one may begin, and gone on with."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from textwrap import wrap
from zoneinfo import ZoneInfo

from uat import journal
from uat.errors import TvoxError
from uat.model import Checklist, Header, Outcome, Phase, Resumption, Run, Step

_PAGES = (".html", ".xml")
_LEAVING = ("revert", "delete")
"""The steps of a rollback and of a close after which the upgrade itself is over."""


class ResumptionError(TvoxError):
    """There is nothing to go on with, or it cannot be gone on with as asked; nothing was done."""


class UnfinishedError(TvoxError):
    """An upgrade that was not brought to its end stands in the way of another one."""

    def __init__(self, run: Run, folder: Path) -> None:
        super().__init__(f"{folder}: run {run.header.id} was not brought to its end; go on with it: --resume")
        self.run = run
        self.folder = folder


def open_run(change_folder: Path) -> tuple[Run, Path] | None:
    """Find the newest upgrade of a change that took hold of the machine, unless it came to its end or was left.

    :raises JournalError: it is damaged: nobody can tell what was done.
    """
    for folder in upgrades(change_folder):
        run = journal.read(folder)
        if run.is_open and not was_left(change_folder, run):
            return run, folder
        if any(step.was_begun for step in run.steps if step.number > 1):
            return None
    return None


def was_left(change_folder: Path, run: Run) -> bool:
    """Tell whether a rollback went back behind an upgrade, or a close took its way back: nobody goes on with it."""
    found = change_folder.glob(f"*/{journal.NAME}")
    folders = (path.parent for path in found if f"-{Phase.UPGRADE}-" not in path.parent.name)
    others = (journal.read(folder) for folder in folders if journal.is_begun(folder))
    return any(
        step.was_begun and step.name in _LEAVING
        for other in others
        if other.header.of_run == run.header.id
        for step in other.steps
    )


def upgrades(change_folder: Path) -> Iterator[Path]:
    """List the folders of a change's upgrades, the newest first."""
    found = sorted((path.parent for path in change_folder.glob(f"*-{Phase.UPGRADE}-*/{journal.NAME}")), reverse=True)
    return (folder for folder in found if journal.is_begun(folder))


def choose(change_folder: Path, header: Header, *, resume: bool) -> tuple[Run, Path] | None:
    """Give the run to go on with; None when a new one may begin.

    :param header: of the session that begins.
    :raises UnfinishedError: there is an unfinished upgrade, and nobody asked to go on with it.
    :raises ResumptionError: nothing to go on with, or not with this checklist.
    :raises JournalError: the evidence is damaged.
    """
    if header.phase is not Phase.UPGRADE:
        if resume:
            raise ResumptionError("--resume: goes with --phase=upgrade")
        return None
    found = open_run(change_folder)
    if found and not resume:
        raise UnfinishedError(*found)
    if resume and not found:
        raise ResumptionError(f"--resume: no unfinished upgrade in {change_folder}; leave --resume out")
    if found and (differing := differences(found[0].header.checklist, header.checklist)):
        raise ResumptionError(
            f"--resume: the checklist is not the one that run {found[0].header.id} began with; put it back as it was."
            f" What differs: {', '.join(differing)}"
        )
    return found


def explain(found: UnfinishedError, command: str, status: str, phrases: Mapping[str, str]) -> str:
    """Say where an unfinished upgrade stands, and how one goes on with it: lines of at most 80 columns, but commands.

    :param command: what was typed.
    :param status: what tells where it stands.
    :param phrases: the languages' ``ask`` table.
    """
    header, begun = found.run.header, [step for step in found.run.steps if step.was_begun]
    zone = ZoneInfo(header.checklist.timezone)
    places = {
        "run": header.id,
        "operator": header.operator,
        "since": f"{header.started_at.astimezone(zone):%Y-%m-%d %H:%M}",
        "step": _name(begun[-1]),
        "folder": str(found.folder),
        "status": status,
        "command": f"{command} --resume",
    }
    if "unfinished" not in phrases:
        return str(found)
    lines = phrases["unfinished"].format(**places).splitlines()
    return "\n".join(["", *(part for line in lines for part in ([line] if line.startswith(" ") else wrap(line, 80)))])


def differences(planned: Checklist, now: Checklist) -> tuple[str, ...]:
    """Name what was edited in a checklist since the run began."""
    if planned.sha256 == now.sha256:
        return ()
    fields = [name for name in Checklist.model_fields if name not in ("sha256", "path", "checks")]
    named = [name for name in fields if getattr(planned, name) != getattr(now, name)]
    checks = {check.id: check.model_copy(update={"source": check.source}) for check in planned.checks}
    edited = [
        f"checks {check.id}"
        for check in now.checks
        if check.id not in checks or _bare(check) != _bare(checks[check.id])
    ]
    return (*named, *edited) or ("comments or layout only",)


def _bare(check: object) -> object:
    return {**vars(check), "source": None}


def resumption(header: Header, earlier: Run, *, operator: str) -> Resumption:
    """Say who goes on, and what was left unfinished."""
    begun = [step for step in earlier.steps if step.was_begun and step.outcome is not Outcome.PASSED]
    return Resumption(
        at=datetime.now(UTC),
        operator=operator or header.operator,
        tool=header.tool,
        computer=platform.node(),
        unfinished=_name(begun[-1]) if begun else "",
    )


def _name(step: Step) -> str:
    return " ".join(filter(None, (step.name, step.release)))


def set_aside(folder: Path) -> None:
    """Move the pages of the interrupted part into a folder of their own: what was handed out is never overwritten."""
    pages = [path for path in folder.iterdir() if path.suffix in _PAGES and path.is_file()]
    if not pages:
        return
    number = 1 + len(list(folder.glob("interrupted-*")))
    place = folder / f"interrupted-{number}"
    place.mkdir(mode=0o700)
    for path in pages:
        path.rename(place / path.name)
