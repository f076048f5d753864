"""Looks where a change stands: at the evidence here, at the machine, at the hypervisor; nothing is changed."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from datetime import UTC, datetime

from procedure import custody, hypervisors, screen, snapshot
from procedure.account import Account
from procedure.attempt import State, directory_of, screen_of
from procedure.hypervisors import Ask, Power
from procedure.lifeline import Lifeline
from procedure.plan import AFTER
from uat import identity, journal
from uat.baseline import folder_of
from uat.errors import ObservationError, ProcedureError, UnreachableError, words
from uat.model import VENDOR_FIRST, Outcome, PatchStanding, Phase, Run, SnapshotStanding, Standing
from uat.resumption import upgrades, was_left
from uat.session import Session

_SILENCE = r"""
echo $(( $(date +%s) - $(stat -c %Y {log}) ))
tail -n 40 {log} | grep -av -e '^Script ' -e '^[[:space:]]*$' | tail -n 1 | head -c 400
"""
"""How long a log has said nothing, and its last line; the closing line that script(1) writes itself is none."""
_GOING_ON = ("call", "resume", "resume_off", "resume_running", "paused", "paused_full")


def look(session: Session, *, ask: Ask) -> Standing:
    """Look at everything that can be seen from here; what cannot be seen is said, and nothing is assumed of it."""
    standing = _evidence(session)
    if session.checklist.system.hypervisor:
        standing = _hypervisor(session, standing, ask)
    standing = _machine(session, standing)
    word = next_word(standing)
    return standing.model_copy(update={"next": word, "command": _command(word, standing)})


def next_word(standing: Standing) -> str:
    """Choose what is to be done next."""
    run = standing.run
    if standing.active:
        return "active"
    if standing.damage:
        return "damaged"
    if run is None or not (run.is_open or _is_whole(run)):
        return "adopt" if standing.held_by else "begin"
    if standing.is_left:
        return "left"
    if run.is_open:
        return _go_on(standing, run)
    return "keep" if any(one.is_ours for one in standing.snapshots) else "done"


def _go_on(standing: Standing, run: Run) -> str:
    if standing.held_by and not standing.is_held_by_run:
        return "replaced"
    begun = any(step.name == "patch" and step.was_begun for step in run.steps)
    if standing.power == Power.OFF:
        return "off_after_patch" if begun else "resume_off"
    if standing.power == Power.PAUSED:
        return "paused_full" if standing.full else "paused"
    if any(one.state == State.RUNNING for one in standing.patches):
        return "resume_running"
    stops = [step.stop for step in run.steps if step.outcome is Outcome.FAILED]
    return "call" if stops and stops[-1] in VENDOR_FIRST else "resume"


def _is_whole(run: Run) -> bool:
    return any(step.name in AFTER and step.outcome is Outcome.PASSED for step in run.steps)


def _command(word: str, standing: Standing) -> str:
    if word in _GOING_ON and standing.run:
        return f"{standing.run.header.command} --resume"
    return "tvox-uat adopt" if word == "adopt" else ""


def _evidence(session: Session) -> Standing:
    checklist = session.checklist
    place = folder_of(session.settings.evidence, checklist.customer, checklist.change)
    folder = next(upgrades(place), None)
    standing = Standing(at=datetime.now(UTC), folder=str(folder or place), active=_active(session))
    if folder is None:
        return standing
    try:
        run = journal.read(folder)
        return standing.model_copy(update={"run": run, "is_left": was_left(place, run)})
    except journal.JournalError as error:
        return standing.model_copy(update={"damage": str(error)})


def _active(session: Session) -> str:
    stated = [machine.get("uuid") for machine in session.checklist.system.hypervisor.values()]
    return custody.active_here(str(stated[0])) if stated else ""


def _hypervisor(session: Session, standing: Standing, ask: Ask) -> Standing:
    ours = snapshot.name_of(standing.run.header.id) if standing.run else ""
    try:
        opened = hypervisors.choose(session.checklist.system.hypervisor).open(
            limits=session.checklist.limits, ask=ask, secret=session.secrets.get
        )
        listed, room = opened.snapshots(), opened.room()
        state = opened.power()
    except (ObservationError, ProcedureError, ValueError) as error:
        return standing.model_copy(update={"unanswered": words(error)})
    found = tuple(
        SnapshotStanding(name=one.name, taken_at=one.taken_at, size_bytes=one.size_bytes, is_ours=one.name == ours)
        for one in listed
    )
    return standing.model_copy(
        update={
            "power": state.power.value,
            "full": state.full,
            "snapshots": found,
            "free_bytes": room.free_bytes if room else None,
        }
    )


def _machine(session: Session, standing: Standing) -> Standing:
    account = Account(lambda news: None)
    lifeline = Lifeline(
        session, limits=session.checklist.limits.model_copy(update={"unreachable": 0.0}), account=account
    )
    try:
        seen = identity.identify(session.connection(), Phase.PREFLIGHT, session.probe())
        holder = custody.holder(lifeline.run)
        patches = tuple(_patches(session, standing.run, lifeline)) if standing.run else ()
    except (UnreachableError, ObservationError, ProcedureError) as error:
        return standing.model_copy(update={"unreachable": words(error)})
    return standing.model_copy(
        update={
            "hostname": seen.hostname,
            "release": seen.release,
            "held_by": holder.operator if holder else "",
            "held_on": holder.computer if holder else "",
            "held_run": holder.run if holder else "",
            "held_since": holder.since if holder else None,
            "is_held_by_run": bool(holder and standing.run and holder.token == _token(standing.run)),
            "patches": patches,
        }
    )


def _token(run: Run) -> str:
    return next((str(step.observation.get("token", "")) for step in run.steps if step.name == "lock"), "")


def _patches(session: Session, run: Run, lifeline: Lifeline) -> Iterator[PatchStanding]:
    """Look at each patch of a run on the machine."""
    for patch in session.checklist.upgrade.patches:
        directory = directory_of(run.header.id, patch.release)
        attempt = screen.look(lifeline, directory).attempt
        silent, _, last = "", "", ""
        if attempt.log_bytes:
            silent, _, last = lifeline.run(_SILENCE.format(log=shlex.quote(f"{directory}/log"))).text.partition("\n")
        yield PatchStanding(
            release=patch.release,
            state=attempt.state.value,
            exit_code=attempt.exit_code,
            log_bytes=attempt.log_bytes,
            last_line=last.strip(),
            silent_seconds=float(silent) if silent.strip().isdigit() else 0.0,
            screen=screen_of(patch.release),
        )
