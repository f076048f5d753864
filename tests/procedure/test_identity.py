"""The right machine: who must agree, and what a person must know."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from procedure.hypervisors import Vm
from procedure.identity import agree, confirm, is_same_uuid, require_same
from uat.errors import ProcedureError
from uat.model import Identity, Phase

UUID = "00112233-4455-6677-8899-aabbccddeeff"
SWAPPED = "33221100-5544-7766-8899-aabbccddeeff"


def guest(**other: str) -> Identity:
    facts = {
        "hostname": "pbx-lab",
        "machine_id": "0123456789abcdef0123456789abcdef",
        "product_uuid": UUID,
        "boot_id": "7d5f1c9e-3a50-4c6e-9a3e-5f8c1d2b3a4c",
    }
    return Identity(phase=Phase.UPGRADE, address="root@pbx", taken_at=datetime.now(UTC), **(facts | other))  # type: ignore[arg-type]


def nobody(key: str, /, choices: tuple[str, ...] = (), **places: str) -> str:
    raise AssertionError(f"nobody is to be asked {key}")


def test_three_that_agree() -> None:
    """The same UUID in guest, hypervisor and checklist is the right machine."""
    agree(guest(), Vm(name="TVOX1", uuid=UUID.upper()), UUID)


def test_bios_byte_order() -> None:
    """A BIOS UUID in the other byte order is the same machine (Broadcom KB 344089)."""
    agree(guest(product_uuid=SWAPPED), Vm(name="TVOX1", uuid=UUID), UUID)


@pytest.mark.parametrize(
    ("machine", "vm", "stated"),
    [
        (guest(product_uuid=SWAPPED.replace("ee", "00")), UUID, UUID),
        (guest(), UUID.replace("ff", "00"), UUID),
        (guest(), UUID, UUID.replace("ff", "00")),
        (guest(product_uuid=""), UUID, UUID),
        (guest(product_uuid="Not Settable"), "Not Settable", "Not Settable"),
        (guest(machine_id=""), UUID, UUID),
        (guest(hostname=""), UUID, UUID),
        (guest(boot_id="Permission denied"), UUID, UUID),
    ],
    ids=["guest", "hypervisor", "checklist", "unreadable", "no UUIDs", "no machine id", "no name", "no boot id"],
)
def test_what_does_not_agree(machine: Identity, vm: str, stated: str) -> None:
    """One that differs, or that cannot be read, is a wrong machine; the gate stays closed (exit code 12)."""
    with pytest.raises(ProcedureError) as stop:
        agree(machine, Vm(name="TVOX1", uuid=vm), stated)
    assert (stop.value.stop, stop.value.exit_code) == ("wrong_machine", 12)


def test_uuids_that_are_none() -> None:
    """Two texts that are no UUIDs are never the same machine."""
    assert not is_same_uuid("", "")


def test_the_option_must_equal_the_name() -> None:
    """--confirm-host is compared with the name that the host has for itself."""
    assert confirm("pbx-lab", given="PBX-lab", ask=nobody) == "--confirm-host"
    with pytest.raises(ProcedureError) as stop:
        confirm("pbx-lab", given="pbx", ask=nobody)
    assert (stop.value.stop, stop.value.facts["typed"]) == ("not_confirmed", "pbx")


def test_a_person_types_the_name() -> None:
    """Without the option a person is asked; what they type must be the name."""
    assert confirm("pbx-lab", given=None, ask=lambda *_, **__: " pbx-lab \n") == "terminal"
    with pytest.raises(ProcedureError):
        confirm("pbx-lab", given=None, ask=lambda *_, **__: "")


def test_an_empty_option_is_no_confirmation() -> None:
    """--confirm-host= confirms nothing."""
    with pytest.raises(ProcedureError):
        confirm("pbx-lab", given="", ask=nobody)


def test_another_machine_at_the_same_address() -> None:
    """A machine that answers with another identity than the confirmed one stops the night."""
    require_same(guest(), guest(boot_id="11111111-2222-4333-8444-555555555555"))
    with pytest.raises(ProcedureError):
        require_same(guest(), guest(machine_id="f" * 32))
