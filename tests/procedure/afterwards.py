"""An upgrade that is over, its evidence written, and the hypervisor of a later day."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from procedure.hypervisors import Listed, Power, PowerState, SnapshotFacts
from procedure.past import Past, choose
from tests.procedure.machine import ONE, Machine
from uat.journal import Journal
from uat.model import (
    Check,
    Checklist,
    Ending,
    Header,
    Identity,
    JsonValue,
    Outcome,
    Phase,
    Result,
    Source,
    Step,
)

TAKEN = datetime(2026, 11, 28, 21, 6, 40, tzinfo=UTC)
SNAPSHOT = "tvox-uat-7f3a0001"
RUN = "7f3a0001"
MACHINE_ID = "4d0c2f7b1f1e4a0b9b3e5d3a6c1d2e3f"


def identity(phase: Phase = Phase.UPGRADE, **changes: object) -> Identity:
    """Make what the machine says of itself."""
    fields: dict[str, object] = {
        "phase": phase,
        "address": "root@pbx",
        "hostname": "pbx",
        "machine_id": MACHINE_ID,
        "product_uuid": ONE,
        "boot_id": "5f0c3c1e-97c4-4b5e-8a57-0b8f5d1a77c1",
        "clock_offset": 0.1,
        "taken_at": TAKEN,
    }
    return Identity.model_validate(fields | changes)


def step(number: int, name: str, outcome: Outcome = Outcome.PASSED, /, **seen: JsonValue) -> Step:
    """Make a step's record."""
    return Step(number=number, name=name, outcome=outcome, observation=seen, started_at=TAKEN)


def checklist(**changes: object) -> Checklist:
    """Make the checklist of that night."""
    check = Check(id="A-1", title={"en": "One"}, kind="command", inputs={}, source=Source(file="acme.yaml"))
    fields: dict[str, object] = {"customer": "ACME", "change": "CHG1", "checks": (check,), "timezone": "Europe/Rome"}
    return Checklist.model_validate(fields | changes)


def write(
    folder: Path,
    phase: Phase = Phase.UPGRADE,
    *,
    id: str = RUN,
    steps: tuple[Step, ...] = (),
    of_run: str | None = None,
    results: tuple[Result, ...] = (),
    stop: str | None = None,
    exit_code: int = 0,
    started_at: datetime = TAKEN,
    listed: Checklist | None = None,
) -> Path:
    """Write the evidence of a run; an exit code of -1 leaves it without an end."""
    header = Header(
        id=id,
        phase=phase,
        started_at=started_at,
        operator="Anna",
        tool="tvox-uat",
        checklist=listed or checklist(),
        planned={},
        of_run=of_run,
    )
    place = folder / f"{started_at:%Y%m%dT%H%M%SZ}-{phase}-{id}"
    journal = Journal.create(place, header)
    journal.write("identity", identity())
    for one in results:
        journal.write("result", one)
    for record in steps:
        journal.write("step", record)
    if exit_code >= 0:
        journal.write("ending", Ending(exit_code=exit_code, stop=stop, ended_at=started_at))
    return place


def upgraded(folder: Path, *, seen: Mapping[str, JsonValue] | None = None, **about: object) -> Path:
    """Write the evidence of an upgrade that took its snapshot."""
    facts = {"name": SNAPSHOT, "id": "7", "taken_at": TAKEN.isoformat(), "others": ["before-christmas"]}
    steps = (
        step(2, "identify", vm_uuid=ONE, vm="TVOX1"),
        step(4, "snapshot", **(facts | dict(seen or {}))),
        step(8, "patch", release="22.0.17"),
    )
    patch = steps[2].model_copy(update={"release": "22.0.17"})
    return write(folder, steps=(*steps[:2], patch), **about)  # type: ignore[arg-type]  # a test's own words


def later(folder: Path, phase: Phase, *steps: Step, hours: int = 1, **about: object) -> Path:
    """Write the evidence of a rollback or a close of that upgrade."""
    at = TAKEN + timedelta(hours=hours)
    id = secrets.token_hex(4)
    return write(folder, phase, id=id, of_run=RUN, steps=steps, started_at=at, **about)  # type: ignore[arg-type]


def past(folder: Path) -> Past:
    """Read it back."""
    return choose(folder, named=RUN, vm_uuid=ONE)


class Today(Machine):
    """The hypervisor of a later day: our snapshot of that night, and one that was there before."""

    def __init__(self, **wrong: object) -> None:
        super().__init__(**wrong)  # type: ignore[arg-type]  # a test's own words
        self.state = PowerState(power=Power.ON)
        self.ours: tuple[Listed, ...] = (Listed(name=SNAPSHOT, id="7", taken_at=TAKEN),)
        self.chains: tuple[str, ...] = ()
        self.taken = SnapshotFacts(
            name=SNAPSHOT, id="7", taken_at=TAKEN, was_off=True, without_memory=True, disks_covered=("vda",)
        )

    def snapshots(self) -> tuple[Listed, ...]:
        """Name what is there."""
        return (*super().snapshots(), *self.ours)

    def delete(self, snapshot: Listed) -> None:
        """Forget that one."""
        left = tuple(one for one in self.ours if one.id != snapshot.id)
        self._do("delete", lambda: setattr(self, "ours", left))

    def chained(self) -> tuple[str, ...]:
        """Hang on what it was made to hang on."""
        return self.chains
