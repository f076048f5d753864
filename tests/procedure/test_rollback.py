"""Going back: who must answer before anything is touched, the right snapshot, and never twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from procedure import bundle, remains, rollback
from procedure.account import Account
from procedure.bundle import Manifest
from procedure.hypervisors import Listed, Power, PowerState, SnapshotFacts, Vm
from procedure.past import Past
from procedure.rollback import Orders
from tests.procedure.afterwards import RUN, TAKEN, Today, identity, later, past, step, upgraded
from tests.procedure.machine import FAST, ONE, TWO, Scripted, output, refuse
from tests.procedure.test_hypervisors import Typist
from uat.errors import ObservationError, ProcedureError, UnreachableError
from uat.model import Outcome, Phase, Result


def account() -> Account:
    return Account(lambda news: None)


def stop_of(act: Callable[[], object]) -> tuple[str, int]:
    """Give the code with which something stops, and the session's exit code."""
    with pytest.raises(ProcedureError) as raised:
        act()
    return raised.value.stop, raised.value.exit_code


def logged(folder: Path, *, reached: bool = True) -> Path:
    """Make a bundle of logs."""
    manifest = Manifest(
        run=RUN, customer="", change="", made_at=TAKEN, made_by="", tool="", reached=reached, missing=()
    )
    return bundle.write(folder, manifest, {}).path


def test_no_case() -> None:
    """Without Telenia's case number nothing begins."""
    assert stop_of(lambda: rollback.require_orders(Orders(case=" ", approved_by="M"), account=account())) == (
        "no_case",
        12,
    )


def test_nobody_answers_for_it() -> None:
    """Without a name that answers for it nothing begins."""
    assert stop_of(lambda: rollback.require_orders(Orders(case="TK-1"), account=account())) == ("no_approver", 12)


def require_logs(found: Past, *, impossible: str = "", answers: bool = False) -> Account:
    told = account()
    orders = Orders(case="TK-1", approved_by="M. Rossi", logs_impossible=impossible)
    rollback.require_logs(found, orders, answers=lambda: answers, account=told)
    return told


def test_no_logs(tmp_path: Path) -> None:
    """Without a bundle of logs nothing begins."""
    upgraded(tmp_path)
    assert stop_of(lambda: require_logs(past(tmp_path))) == ("no_logs", 12)


def test_logs_are_there(tmp_path: Path) -> None:
    """The bundle and its hash are recorded."""
    path = logged(upgraded(tmp_path))
    facts = require_logs(past(tmp_path)).facts
    assert facts["logs"] == path.name
    assert str(facts["logs_sha256"]) in path.with_suffix(".zip.sha256").read_text()


def test_logs_that_were_changed(tmp_path: Path) -> None:
    """A bundle that is no longer what it was when it was made counts for nothing."""
    path = logged(upgraded(tmp_path))
    path.write_bytes(path.read_bytes() + b"x")
    assert stop_of(lambda: require_logs(past(tmp_path))) == ("no_logs", 12)


def test_logs_of_a_machine_that_did_not_answer(tmp_path: Path) -> None:
    """A bundle without the machine's own logs does not count, unless somebody states why there are none."""
    logged(upgraded(tmp_path), reached=False)
    assert stop_of(lambda: require_logs(past(tmp_path))) == ("no_logs", 12)
    facts = require_logs(past(tmp_path), impossible="kernel panic").facts
    assert (facts["logs_impossible"], facts["logs_impossible_by"]) == ("kernel panic", "M. Rossi")


def test_logs_that_are_possible(tmp_path: Path) -> None:
    """Nobody can state that logs are impossible while the machine answers."""
    upgraded(tmp_path)
    assert stop_of(lambda: require_logs(past(tmp_path), impossible="no time", answers=True)) == ("no_logs", 12)


def accept(found: Past, *, given: str | None = None, **answers: str) -> list[tuple[str, dict[str, str]]]:
    shown: list[tuple[str, dict[str, str]]] = []
    rollback.accept_loss(
        found,
        Orders(confirm_host=given),
        hostname="pbx",
        ask=Typist(**answers),
        show=lambda key, **places: shown.append((key, places)),
        account=account(),
    )
    return shown


def test_the_loss_is_shown(tmp_path: Path) -> None:
    """What will be lost is shown with the snapshot's time as the customer's clock had it, whoever answers."""
    upgraded(tmp_path)
    expected = [("rollback_loss", {"host": "pbx", "since": "2026-11-28 22:06"})]
    assert accept(past(tmp_path), given="pbx") == expected
    assert accept(past(tmp_path), confirm_host="PBX", rollback_words="go_back") == expected


def test_the_wrong_person_or_machine(tmp_path: Path) -> None:
    """Another name than the machine's own, or a no to the loss, stops before anything is touched."""
    upgraded(tmp_path)
    assert stop_of(lambda: accept(past(tmp_path), given="pbx2")) == ("not_confirmed", 12)
    assert stop_of(lambda: accept(past(tmp_path), confirm_host="pbx2")) == ("not_confirmed", 12)
    refused = stop_of(lambda: accept(past(tmp_path), confirm_host="pbx", rollback_words="no"))
    assert refused == ("loss_not_accepted", 12)


def first(folder: Path, **orders: str) -> str:
    return rollback.require_first_time(past(folder), Orders(**orders), account=account())


def test_nobody_went_back_yet(tmp_path: Path) -> None:
    """A rollback that was refused before it went back does not count."""
    upgraded(tmp_path)
    later(tmp_path, Phase.ROLLBACK, step(1, "authorise", Outcome.FAILED), step(4, "revert", Outcome.BLOCKED))
    assert first(tmp_path) == ""


LOOKED = (Result(check_id="A-1", phase=Phase.POST, outcome=Outcome.PASSED, started_at=TAKEN),)


def test_it_is_never_done_twice(tmp_path: Path) -> None:
    """A rollback that went back and was looked at is the last one."""
    upgraded(tmp_path)
    later(tmp_path, Phase.ROLLBACK, step(4, "revert"), results=LOOKED)
    assert stop_of(lambda: first(tmp_path)) == ("rollback_done", 12)


@pytest.mark.parametrize("outcome", [Outcome.RUNNING, Outcome.FAILED])
def test_nobody_knows_what_came_of_it(tmp_path: Path, outcome: Outcome) -> None:
    """After one that began to go back and did not say how it ended, a person must have looked."""
    upgraded(tmp_path)
    later(tmp_path, Phase.ROLLBACK, step(4, "revert", outcome), exit_code=-1)
    assert stop_of(lambda: first(tmp_path)) == ("rollback_unclear", 12)
    assert first(tmp_path, reverted_by="M. Rossi") == "M. Rossi"


def test_the_rest_is_done(tmp_path: Path) -> None:
    """After one that went back and was interrupted later, only the rest is left to be done."""
    upgraded(tmp_path)
    later(tmp_path, Phase.ROLLBACK, step(4, "revert"), step(5, "start", Outcome.FAILED), exit_code=11)
    assert first(tmp_path) == "Anna"


def find(machine: Today, folder: Path) -> Listed | None:
    return remains.find(machine, past(folder).snapshot, account=account())


def test_the_snapshot_is_found_by_its_id(tmp_path: Path) -> None:
    """Beside one that was there before, ours is found."""
    upgraded(tmp_path)
    found = find(Today(), tmp_path)
    assert found is not None
    assert found.id == "7"


def test_a_snapshot_that_is_gone(tmp_path: Path) -> None:
    """A snapshot that somebody deleted is not there; another one is not taken for it."""
    upgraded(tmp_path)
    machine = Today()
    machine.ours = ()
    assert find(machine, tmp_path) is None


@pytest.mark.parametrize("id", ["8", "7"])
def test_a_name_or_an_id_twice(tmp_path: Path, id: str) -> None:
    """Where name or id stands twice, nobody can tell which is meant."""
    upgraded(tmp_path)
    machine = Today()
    machine.ours = (*machine.ours, machine.ours[0].model_copy(update={"id": id}))
    assert stop_of(lambda: find(machine, tmp_path)) == ("wrong_snapshot", 12)


@pytest.mark.parametrize("at", [None, TAKEN + timedelta(hours=1)])
def test_another_ones_snapshot_on_top(tmp_path: Path, at: object) -> None:
    """A snapshot that was not there on the night is somebody else's, and is not lost without a word."""
    upgraded(tmp_path)
    machine = Today()
    machine.others = (Listed.model_validate({"name": "veeam", "id": "9", "taken_at": at}),)
    assert stop_of(lambda: find(machine, tmp_path)) == ("foreign_snapshots", 12)


@pytest.mark.parametrize(
    "wrong",
    [
        {"was_off": False},
        {"without_memory": False},
        {"taken_at": TAKEN + timedelta(minutes=5)},
        {"id": "8"},
        {"disks_left_out": ("vdb",)},
    ],
    ids=["not off", "memory", "another time", "another id", "a disk left out"],
)
def test_a_snapshot_that_is_not_what_it_was(tmp_path: Path, wrong: dict[str, object]) -> None:
    """A snapshot that differs from what the upgrade's journal says is not gone back to."""
    upgraded(tmp_path)
    machine = Today()
    assert isinstance(machine.taken, SnapshotFacts)
    remains.require_same(machine, past(tmp_path).snapshot, account=account())
    machine.taken = machine.taken.model_copy(update=wrong)
    assert stop_of(lambda: remains.require_same(machine, past(tmp_path).snapshot, account=account())) == (
        "wrong_snapshot",
        12,
    )


@pytest.mark.parametrize(("uuid", "stated"), [(TWO, ONE), (ONE, TWO)])
def test_another_virtual_machine(tmp_path: Path, uuid: str, stated: str) -> None:
    """Hypervisor, checklist and the upgrade's record must name one machine."""
    upgraded(tmp_path)
    vm = Vm(name="TVOX1", uuid=uuid)
    said = stop_of(lambda: remains.require_vm(vm, past(tmp_path), stated=stated, account=account()))
    assert said == ("wrong_machine", 12)


def test_another_guest(tmp_path: Path) -> None:
    """A guest that is not the upgraded one stops it; nothing was changed."""
    upgraded(tmp_path)
    remains.require_guest(identity(), past(tmp_path))
    other = identity(machine_id="0" * 32)
    assert stop_of(lambda: remains.require_guest(other, past(tmp_path))) == ("wrong_machine", 12)


def switch_off(machine: Today, typist: Typist, link: Scripted | None = None) -> tuple[bool, Account]:
    told = account()
    changed = rollback.power_off(machine, link or Scripted([output()]), ask=typist, limits=FAST, account=told)
    return changed, told


def test_a_guest_that_hears() -> None:
    """A guest that shuts down is not switched off by anybody."""
    typist = Typist()
    changed, _ = switch_off(Today(), typist)
    assert (changed, typist.asked) == (True, [])


def test_a_machine_that_is_off_already() -> None:
    """A machine that is off is left off, and was not switched off by us."""
    machine = Today()
    machine.state = PowerState(power=Power.OFF)
    assert switch_off(machine, Typist())[0] is False
    assert machine.acts == []


def test_a_guest_that_does_not_go_down() -> None:
    """A deaf guest is switched off by a person, by name; this program cuts no power."""
    machine = Today(shutdown=lambda: None)

    class Hand(Typist):
        def __call__(self, key: str, /, choices: tuple[str, ...] = (), **places: str) -> str:
            machine.state = PowerState(power=Power.OFF, reason="destroyed", was_clean=False)
            return super().__call__(key, choices, **places)

    _, told = switch_off(machine, Hand(who="M. Rossi"))
    assert (told.facts["switched_off_by"], told.facts["reason"]) == ("M. Rossi", "destroyed")


@pytest.mark.parametrize("answer", ["done", "no"])
def test_a_machine_that_stays_on(answer: str) -> None:
    """A machine that is still on, whatever was said, is not gone back."""
    machine = Today(shutdown=lambda: None)
    assert stop_of(lambda: switch_off(machine, Typist(switch_off=answer, who="M"))) == ("still_on", 10)


def test_a_broken_guest_is_asked_all_the_same() -> None:
    """A guest that cannot be asked from inside is waited for and then switched off by a person."""
    machine = Today(shutdown=refuse)
    link = Scripted([UnreachableError("no route")])
    assert stop_of(lambda: switch_off(machine, Typist(switch_off="no"), link)) == ("still_on", 10)


def off(**wrong: Callable[[], object]) -> Today:
    machine = Today(**wrong)
    machine.state = PowerState(power=Power.OFF)
    return machine


def test_going_back(tmp_path: Path) -> None:
    """It is gone back once, with the machine off, and looked at anew."""
    machine, told = off(), account()
    rollback.revert(machine, machine.ours[0], account=told)
    assert machine.acts == ["revert"]
    assert (told.facts["power"], told.facts["listed"]) == ("off", ["before-christmas", "tvox-uat-7f3a0001"])


def test_the_snapshot_went_meanwhile() -> None:
    """A snapshot that went between recognising and going back is noticed before anything is done (E24)."""
    machine = off()
    snapshot, machine.ours = machine.ours[0], ()
    assert stop_of(lambda: rollback.require_ready(machine, snapshot)) == ("no_way_back", 10)


def test_somebody_started_it() -> None:
    """A machine that somebody started meanwhile is not gone back."""
    machine = Today()
    assert stop_of(lambda: rollback.require_ready(machine, machine.ours[0])) == ("still_on", 10)


def test_a_machine_that_runs_afterwards() -> None:
    """A machine that is on after going back to a snapshot of a machine that was off did not go back."""
    machine = off()
    machine._wrong["revert"] = lambda: machine._set(Power.ON)
    assert stop_of(lambda: rollback.revert(machine, machine.ours[0], account=account())) == ("revert_failed", 10)


def test_a_hypervisor_that_fails() -> None:
    """A hypervisor that fails while going back is asked once."""
    machine = off(revert=refuse)
    with pytest.raises(ObservationError):
        rollback.revert(machine, machine.ours[0], account=account())
    assert machine.acts == ["revert"]


def test_a_clock_that_is_put_right() -> None:
    """A clock that jumped is waited for; what counts is the last look (E27)."""
    offsets = iter([-15.0, None, 0.2])
    told = account()
    rollback.clock(lambda: identity(clock_offset=next(offsets)), limits=FAST, account=told)
    assert told.facts["clock_offset"] == 0.2


def test_a_clock_that_stays_wrong() -> None:
    """A clock that stays wrong stops it, with the offset."""
    told = account()
    look = lambda: identity(clock_offset=-15.0)  # noqa: E731  a test's own words
    assert stop_of(lambda: rollback.clock(look, limits=FAST, account=told)) == ("clock_wrong", 10)
    assert told.facts["clock_offset"] == -15.0
