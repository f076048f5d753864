"""Off, snapshot, on: what is seen, and that the customer has the machine back when something goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from procedure import snapshot
from procedure.account import Account
from procedure.hypervisors import Power, PowerState
from tests.procedure.machine import FAST, ONE, TWO, Machine, Scripted, output, refuse
from uat.errors import ObservationError, ProcedureError, UnreachableError
from uat.model import JsonValue


def account() -> Account:
    return Account(lambda news: None)


def climb(said: str) -> dict[str, JsonValue]:
    return {"rung": "on", "login": said}


def off() -> Machine:
    machine = Machine()
    machine.state = PowerState(power=Power.OFF, reason="shutdown")
    return machine


def test_shutdown_is_seen() -> None:
    """The machine is off because the hypervisor shows it off, not because it was asked to go."""
    link, told = Scripted([]), account()
    snapshot.shutdown(Machine(), link, limits=FAST, account=told)
    assert told.facts["way"] == "acpi"
    assert (told.facts["power"], told.facts["reason"]) == ("off", "shutdown")
    assert link.dropped == 1


def test_a_deaf_machine() -> None:
    """A machine that stays on is a stop; it is not cut off."""
    machine = Machine(shutdown=lambda: None)
    with pytest.raises(ProcedureError) as stop:
        snapshot.shutdown(machine, Scripted([]), limits=FAST, account=account())
    assert stop.value.stop == "shutdown_failed"
    assert machine.acts == ["shutdown"]


def test_a_machine_that_was_cut_off() -> None:
    """A machine that went off without shutting down is started again, and that is a stop."""
    machine, told = Machine(), account()
    machine._wrong["shutdown"] = lambda: setattr(
        machine, "state", PowerState(power=Power.OFF, reason="destroyed", was_clean=False)
    )
    with pytest.raises(ProcedureError) as stop:
        snapshot.shutdown(machine, Scripted([]), limits=FAST, account=told)
    assert (stop.value.stop, told.facts["reason"]) == ("shutdown_failed", "destroyed")
    assert machine.acts == ["shutdown", "start"]


def test_a_machine_that_is_not_on() -> None:
    """A machine that is paused or off before the shutdown is not what was expected: nothing is done."""
    machine = Machine()
    machine.state = PowerState(power=Power.PAUSED)
    with pytest.raises(ProcedureError):
        snapshot.shutdown(machine, Scripted([]), limits=FAST, account=account())
    assert machine.acts == []


@pytest.mark.parametrize("answer", [output(), UnreachableError("hung up")], ids=["answered", "hung up"])
def test_shutdown_from_inside(answer: object) -> None:
    """Where the hypervisor cannot ask, the guest is shut down over ssh; that it hangs up is right."""

    class Manual(Machine):
        def shutdown(self) -> bool:
            self._set(Power.OFF)
            return False

    link, told = Scripted([answer]), account()  # type: ignore[list-item]
    snapshot.shutdown(Manual(), link, limits=FAST, account=told)
    assert told.facts["way"] == "ssh"
    assert link.commands[0].endswith("shutdown -h now")


def test_the_snapshot_is_looked_at_again() -> None:
    """What is kept is what the hypervisor says afterwards: off, no memory, which disks, until when."""
    machine, told = off(), account()
    snapshot.take(machine, "tvox-uat-1", description="", limits=FAST, account=told)
    assert machine.acts == ["take_snapshot", "find_snapshot"]
    assert (told.facts["powered_off"], told.facts["memory"]) == (True, False)
    assert (told.facts["disks"], told.facts["others"]) == (["vda"], ["before-christmas"])
    kept = datetime.fromisoformat(str(told.facts["kept_until"])) - datetime.now().astimezone()
    assert timedelta(days=6, hours=23) < kept <= timedelta(days=7)


def spoilt(**change: object) -> Callable[[Machine], Machine]:
    def make(machine: Machine) -> Machine:
        machine._wrong["take_snapshot"] = lambda: spoil(machine)
        return machine

    def spoil(machine: Machine) -> None:
        machine._keep("tvox-uat-1")
        assert machine.taken
        machine.taken = machine.taken.model_copy(update=change)

    return make


def with_wrong(**wrong: Callable[[], object]) -> Callable[[Machine], Machine]:
    def make(machine: Machine) -> Machine:
        machine._wrong |= wrong
        return machine

    return make


@pytest.mark.parametrize(
    ("make", "stop"),
    [
        (with_wrong(take_snapshot=refuse), "snapshot_failed"),
        (with_wrong(take_snapshot=lambda: None), "snapshot_not_verified"),
        (with_wrong(find_snapshot=refuse), "snapshot_not_verified"),
        (spoilt(was_off=False), "snapshot_not_verified"),
        (spoilt(without_memory=False), "snapshot_not_verified"),
        (spoilt(disks_left_out=("vdb",)), "snapshot_not_verified"),
    ],
    ids=["refused", "success that is none", "cannot look", "was on", "with memory", "a disk left out"],
)
def test_no_snapshot_no_upgrade(make: Callable[[Machine], Machine], stop: str) -> None:
    """A snapshot that cannot be taken or verified is a stop, and the machine is started again."""
    machine, told = make(off()), account()
    with pytest.raises(ProcedureError) as raised:
        snapshot.take(machine, "tvox-uat-1", description="", limits=FAST, account=told)
    assert raised.value.stop == stop
    assert machine.acts[-1] == "start"
    assert told.facts["started_again"] is True


def test_a_machine_that_somebody_started() -> None:
    """A machine that is on again is not snapshotted."""
    machine = Machine()
    with pytest.raises(ProcedureError) as stop:
        snapshot.take(machine, "tvox-uat-1", description="", limits=FAST, account=account())
    assert stop.value.stop == "snapshot_failed"
    assert "take_snapshot" not in machine.acts


def test_an_interruption_does_not_leave_the_machine_off() -> None:
    """Ctrl-C while the snapshot is taken: the machine is started again."""

    def interrupt() -> None:
        raise KeyboardInterrupt

    machine = with_wrong(take_snapshot=interrupt)(off())
    with pytest.raises(KeyboardInterrupt):
        snapshot.take(machine, "tvox-uat-1", description="", limits=FAST, account=account())
    assert machine.acts[-1] == "start"


def test_a_machine_that_cannot_be_started_again() -> None:
    """When it does not start again either, both facts are kept."""
    machine, told = with_wrong(take_snapshot=refuse, start=refuse)(off()), account()
    with pytest.raises(ProcedureError):
        snapshot.take(machine, "tvox-uat-1", description="", limits=FAST, account=told)
    assert (told.facts["started_again"], told.facts["start_error"]) == (False, "the datastore is full")


def test_a_hypervisor_that_stutters() -> None:
    """A hypervisor that does not answer for a moment while the machine goes down is asked again."""

    class Stuttering(Machine):
        answers = iter([True, False, False])

        def power(self) -> PowerState:
            return super().power() if next(self.answers, True) else refuse()  # type: ignore[return-value]

    told = account()
    snapshot.shutdown(Stuttering(), Scripted([]), limits=FAST, account=told)
    assert told.facts["power"] == "off"


def test_a_night_that_ends_while_the_machine_is_off() -> None:
    """An interruption between shutdown and start does not leave the customer without a telephone."""
    machine, told = off(), account()
    snapshot.bring_back(machine, limits=FAST, account=told)
    assert (machine.acts, told.facts["started_again"]) == (["start"], True)


def test_a_night_that_ends_while_the_machine_stays_on() -> None:
    """A machine that did not go off is left alone."""
    machine, told = Machine(), account()
    snapshot.bring_back(machine, limits=FAST, account=told)
    assert (machine.acts, told.facts) == ([], {})


def test_start_is_another_life() -> None:
    """The machine is back when one logs in to another boot id."""
    told = account()
    link = Scripted([UnreachableError("no route"), output(f"{ONE}\n"), output(f"{TWO}\n")])
    assert snapshot.start(off(), link, before=ONE, limits=FAST, account=told, climb=climb) == TWO
    assert (told.facts["boot_id_before"], told.facts["boot_id_after"]) == (ONE, TWO)


def test_a_machine_that_cannot_be_switched_on() -> None:
    """The hypervisor refuses to start it: not back, with its words, exit code 11, and it is off."""
    machine, told = with_wrong(start=refuse)(off()), account()
    with pytest.raises(ProcedureError) as stop:
        snapshot.start(machine, Scripted([]), before=ONE, limits=FAST, account=told, climb=climb)
    assert (told.facts["started_again"], told.facts["start_error"]) == (False, "the datastore is full")
    assert (stop.value.stop, stop.value.exit_code) == ("not_back", 11)
    assert stop.value.facts["login"] == "the datastore is full"


@pytest.mark.parametrize(("rung", "is_off"), [("port", True), ("banner", False)])
def test_a_start_of_which_nobody_knows(rung: str, is_off: bool) -> None:
    """Where the hypervisor falls silent while it starts the machine, it is off unless something in it answers."""

    class Silent(Machine):
        def power(self) -> PowerState:
            raise ObservationError("no answer")

    told = account()
    with pytest.raises(ProcedureError):
        snapshot.start(
            Silent(start=refuse),
            Scripted([]),
            before=ONE,
            limits=FAST,
            account=told,
            climb=lambda said: {"rung": rung},
        )
    assert ("started_again" in told.facts) is is_off


def test_a_login_that_is_refused() -> None:
    """A refused login is not asked about again, and the machine that it leaves is said to be off."""

    def shut_out() -> None:
        raise ProcedureError("hypervisor_login", facts={"error": "wrong password"})

    machine, told = Machine(start=shut_out), account()
    with pytest.raises(ProcedureError) as stop:
        snapshot.start(machine, Scripted([]), before=ONE, limits=FAST, account=told, climb=climb)
    assert (stop.value.stop, machine.acts) == ("hypervisor_login", ["start"])
    assert (told.facts["started_again"], told.facts["start_error"]) == (False, "wrong password")


def test_a_silent_hypervisor_before_the_shutdown() -> None:
    """A hypervisor that does not answer is no machine that does not go off: nothing is asked of the machine."""

    class Silent(Machine):
        def power(self) -> PowerState:
            raise ObservationError("no answer")

    machine, told = Silent(), account()
    with pytest.raises(ProcedureError) as stop:
        snapshot.shutdown(machine, Scripted([]), limits=FAST, account=told)
    assert (stop.value.stop, machine.acts, told.facts) == ("hypervisor_silent", [], {})
