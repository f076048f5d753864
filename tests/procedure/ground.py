"""The ground on which a condition is tested: a machine of recorded answers, a fake hypervisor, prepared persons."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from procedure.conditions import Ground
from procedure.interview import Interview, Said
from tests.procedure.machine import ONE, Machine
from tests.uat.checks.recording import Recording
from tests.uat.checks.recording import Said as Answered
from uat.model import Checklist, Header, Identity, Phase, Result, System
from uat.probe import Probe

HYPERVISOR: dict[str, dict[str, Any]] = {"libvirt": {"vm": "TVOX1", "uuid": ONE}}
BY_HAND: dict[str, dict[str, Any]] = {"manual": {"vm": "TVOX1", "uuid": ONE}}


def nobody(key: str, /, choices: tuple[str, ...] = (), **places: str) -> str:
    """Be asked, where everything should have been answered before."""
    raise AssertionError(f"asked: {key}")


def ground(
    answers: Mapping[str, str | Answered] | None = None,
    *,
    machine: Machine | None = None,
    written: Mapping[str, Said] | None = None,
    phase: Phase = Phase.UPGRADE,
    results: Mapping[str, Result] | None = None,
    **checklist: Any,
) -> Ground:
    """Make the ground; what is not in the answers is an error of the test.

    :param answers: what commands print, by command.
    :param checklist: fields of the customer's list.
    """
    fields: dict[str, Any] = {"customer": "ACME", "system": System(hypervisor=HYPERVISOR)} | checklist
    said = {
        command: one if isinstance(one, Answered) else Answered(stdout=one)
        for command, one in (answers or {}).items()
    }
    customer = Checklist(**fields)
    header = Header(
        id="0badcafe",
        phase=phase,
        started_at=datetime.now(UTC),
        operator="Luca Bianchi (lbianchi@LAPTOP7)",
        tool="tvox-uat",
        checklist=customer,
        planned={},
    )
    session = SimpleNamespace(
        header=header,
        checklist=customer,
        folder=Path("/tmp/evidence/run"),
        results={(Phase.PREFLIGHT, name): result for name, result in (results or {}).items()},
        identify=lambda phase: IDENTITY,
    )
    return Ground(
        session=session,  # type: ignore[arg-type]  # what the conditions use of one
        hypervisor=machine or Machine(),
        interview=Interview(written or {}, ask=nobody, phrases={}),
        probe=Probe(connection=Recording(answers=said), system=customer.system, limits=customer.limits),
    )


IDENTITY = Identity(
    phase=Phase.PREFLIGHT,
    address="root@pbx",
    hostname="pbx1",
    machine_id="4d0c2f7b1f1e4a0b9b3e5d3a6c1d2e3f",
    product_uuid=ONE,
    boot_id="5f0c3c1e-97c4-4b5e-8a57-0b8f5d1a77c1",
    taken_at=datetime.now(UTC),
)


def word(answer: str, note: str = "", answered_by: str = "M. Rossi") -> Said:
    """Make a person's answer."""
    return Said(answer=answer, note=note, answered_by=answered_by)
