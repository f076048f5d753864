"""A rollback and a close from their first step to their last, with a hypervisor that does as it is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from procedure import bundle, closing, hypervisors, rollback
from procedure.bundle import Manifest
from procedure.close import Close
from procedure.conduct import Conductor
from procedure.hypervisors import Hypervisor, Power, PowerState
from procedure.person import Person
from procedure.plan import OTHERS, steps_of
from procedure.way_back import WayBack
from tests.procedure.afterwards import RUN, TAKEN, Today, identity, past, upgraded
from tests.procedure.machine import FAST, ONE, Scripted, output, refuse
from uat.errors import ProcedureError, UnreachableError
from uat.host import parse_address
from uat.journal import Journal
from uat.model import Checklist, Header, Identity, Outcome, Phase, Step, System, Upgrade
from uat.secret import Secrets

NEW_LIFE = "0d6a9a6b-6a2f-4d2e-b0f3-1c9a2f64e0aa"
GONE: Any = UnreachableError("no route")


class Stage(Scripted):
    """A session whose machine answers as it is told to; nothing but its journal is real."""

    def __init__(self, folder: Path, phase: Phase, *, answers: bool = True) -> None:
        super().__init__([output(NEW_LIFE)])
        hypervisor = {"manual": {"vm": "TVOX1", "uuid": ONE}}
        self.checklist = Checklist(customer="ACME", limits=FAST, system=System(hypervisor=hypervisor))
        self.header = Header(
            id="r2", phase=phase, started_at=TAKEN, operator="Anna", tool="t", checklist=self.checklist, planned={}
        )
        self.settings = type("Settings", (), {"address": parse_address("root@pbx")})()
        self.journal = Journal.create(folder / "now", self.header)
        self.stop: ProcedureError | UnreachableError | None = None
        self.secrets = Secrets()
        self.answers = answers
        self.boot_id = "5f0c3c1e-97c4-4b5e-8a57-0b8f5d1a77c1"

    def identify(self, phase: Phase) -> Identity:
        """Say who it is, in the life of the moment."""
        if not self.answers:
            raise GONE
        return identity(phase, boot_id=self.boot_id)

    def connection(self) -> Any:
        """Answer, or not."""
        if not self.answers:
            raise GONE
        return self

    def run(self, command: str, **_: object) -> Any:
        """Tell the boot id; hold nothing; have nothing to remove."""
        self.commands.append(command)
        return output("" if "owner" in command or "rm -rf" in command else self.boot_id)


class Scene:
    """One rollback or close of that upgrade."""

    def __init__(
        self,
        folder: Path,
        phase: Phase,
        machine: Today,
        monkeypatch: pytest.MonkeyPatch,
        *,
        answers: bool = True,
        **orders: Any,
    ) -> None:
        place = upgraded(folder / "change")
        manifest = Manifest(run=RUN, customer="", change="", made_at=TAKEN, made_by="", tool="", reached=True)
        bundle.write(place, manifest, {})
        self.machine, self.stage = machine, Stage(folder, phase, answers=answers)
        machine._wrong.setdefault("start", self._start)

        def open(_: object, **__: object) -> Hypervisor:
            return machine

        monkeypatch.setattr(hypervisors.Chosen, "open", open)
        ask: Any = Person(None, is_there=False)
        session: Any = self.stage
        self.told: list[Step] = []
        work: WayBack | Close
        if phase is Phase.ROLLBACK:
            given = {"case": "TK-1", "approved_by": "M. Rossi", "confirm_host": "pbx"} | orders
            work = WayBack(session, past(folder / "change"), ask=ask, orders=rollback.Orders(**given))
        else:
            given = {"go": "M. Rossi", "early": True, "reason": "full", "approved_by": "M. Rossi"} | orders
            work = Close(session, past(folder / "change"), ask=ask, orders=closing.Orders(**given))
        plan = steps_of(phase, Upgrade())
        self.conductor = Conductor(plan, session, work, on_step=lambda step, news: self.told.append(step))
        self.last = plan[-1].name

    def _start(self) -> None:
        self.machine._set(Power.ON)
        self.stage.boot_id, self.stage.answers = NEW_LIFE, True

    def play(self) -> dict[str, Outcome]:
        """Do all steps, and give what each came to."""
        self.conductor.step(self.last)
        self.conductor.close()
        return {step.name: step.outcome for step in self.told if step.outcome is not Outcome.RUNNING}

    def seen(self, name: str) -> dict[str, Any]:
        """Give what a step saw."""
        return next(step.observation for step in reversed(self.told) if step.name == name)


def acts(machine: Today) -> list[str]:
    """List what was done to the machine, without the looks."""
    return [act for act in machine.acts if act != "find_snapshot"]


def test_a_whole_rollback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Off, back, on, each once, and the machine that answers afterwards lives a new life."""
    scene = Scene(tmp_path, Phase.ROLLBACK, Today(), monkeypatch)
    assert set(scene.play().values()) == {Outcome.PASSED}
    assert acts(scene.machine) == ["shutdown", "revert", "start"]
    assert scene.seen("start")["boot_id_after"] == NEW_LIFE


def test_a_dead_guest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is off and does not answer is gone back all the same, and that is recorded (E26)."""
    machine = Today()
    machine.state = PowerState(power=Power.OFF)
    scene = Scene(tmp_path, Phase.ROLLBACK, machine, monkeypatch, answers=False)
    assert set(scene.play().values()) == {Outcome.PASSED}
    assert "no route" in scene.seen("recognise")["guest_error"]
    assert "shutdown" not in machine.acts


def test_a_person_went_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a person went back in the hypervisor the program does the rest, and neither shuts down nor goes back."""
    machine = Today()
    machine.state = PowerState(power=Power.OFF)
    scene = Scene(tmp_path, Phase.ROLLBACK, machine, monkeypatch, answers=False, reverted_by="A. Verdi")
    assert set(scene.play().values()) == {Outcome.PASSED}
    assert acts(machine) == ["start"]
    assert scene.seen("revert")["reverted_by"] == "A. Verdi"


def test_it_fails_while_going_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine of which nobody knows whether it went back is left as it is, and not started."""
    scene = Scene(tmp_path, Phase.ROLLBACK, Today(revert=refuse), monkeypatch)
    assert scene.play()["revert"] is Outcome.FAILED
    assert isinstance(scene.stage.stop, ProcedureError)
    assert scene.stage.stop.stop == "revert_failed"
    assert "start" not in scene.machine.acts


def test_an_interruption_while_going_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while it goes back: a machine that may have gone back by half is not started."""

    def interrupt() -> None:
        raise KeyboardInterrupt

    scene = Scene(tmp_path, Phase.ROLLBACK, Today(revert=interrupt), monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        scene.play()
    scene.conductor.close()
    assert acts(scene.machine) == ["shutdown", "revert"]


def test_the_snapshot_goes_while_the_machine_goes_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the snapshot went at the last moment, the customer has the machine again, as it was (E24)."""
    scene = Scene(tmp_path, Phase.ROLLBACK, Today(), monkeypatch)
    scene.conductor.step("power_off")
    scene.machine.ours = ()
    assert scene.play()["revert"] is Outcome.FAILED
    assert acts(scene.machine) == ["shutdown", "start"]
    assert scene.seen("revert")["started_again"] is True


def test_an_interruption_before_it_goes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C between off and back: the customer has the machine again, as it was."""
    scene = Scene(tmp_path, Phase.ROLLBACK, Today(), monkeypatch)
    scene.conductor.step("power_off")
    scene.stage.stop = ProcedureError("interrupted")
    scene.conductor.close()
    assert acts(scene.machine) == ["shutdown", "start"]


def test_the_snapshot_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the snapshot nothing is switched off (E24)."""
    machine = Today()
    machine.ours = ()
    scene = Scene(tmp_path, Phase.ROLLBACK, machine, monkeypatch)
    assert scene.play()["recognise"] is Outcome.FAILED
    assert isinstance(scene.stage.stop, ProcedureError)
    assert (scene.stage.stop.stop, scene.stage.stop.exit_code) == ("no_way_back", 12)
    assert machine.acts == []


def test_a_whole_close(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only that snapshot goes, once, and nobody switches anything."""
    monkeypatch.setattr("procedure.closing.tidy", nothing)
    scene = Scene(tmp_path, Phase.CLOSE, Today(), monkeypatch)
    assert set(scene.play().values()) == {Outcome.PASSED}
    assert scene.machine.acts == ["delete"]
    assert scene.seen("decide")["go_by"] == "M. Rossi"


def nothing(*_: object, **__: object) -> None:
    """Have nothing to tidy up."""


def test_gone_and_nobody_knows_who(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A snapshot that somebody else deleted is a stop, and nothing else is deleted."""
    machine = Today()
    machine.ours = ()
    scene = Scene(tmp_path, Phase.CLOSE, machine, monkeypatch)
    assert scene.play()["recognise"] is Outcome.FAILED
    assert isinstance(scene.stage.stop, ProcedureError)
    assert scene.stage.stop.stop == "snapshot_missing"
    assert machine.acts == []


@pytest.mark.parametrize("phase", [Phase.ROLLBACK, Phase.CLOSE])
def test_a_hypervisor_that_talks_nonsense(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, phase: Phase) -> None:
    """A hypervisor that cannot be understood closes the gate: the machine is not touched."""
    machine = Today()
    monkeypatch.setattr(machine, "identity", refuse)
    scene = Scene(tmp_path, phase, machine, monkeypatch)
    assert scene.play()["recognise"] is Outcome.FAILED
    assert isinstance(scene.stage.stop, ProcedureError)
    assert (scene.stage.stop.stop, scene.stage.stop.exit_code) == ("hypervisor_silent", 12)
    assert scene.stage.stop.facts == {"error": "the datastore is full"}
    assert machine.acts == []


@pytest.mark.parametrize("phase", [Phase.ROLLBACK, Phase.CLOSE])
def test_every_step_of_the_plan_can_be_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, phase: Phase) -> None:
    """The plan's words are the steps that were done, in that order."""
    monkeypatch.setattr("procedure.closing.tidy", nothing)
    scene = Scene(tmp_path, phase, Today(), monkeypatch)
    assert tuple(scene.play()) == tuple(OTHERS[phase])
