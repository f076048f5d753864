"""Conducting: each step once, in order, written before and after; the first failure is the last step."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from procedure.account import Account
from procedure.conduct import Conductor
from procedure.plan import Planned, plan, steps_of
from uat import journal
from uat.errors import ExitCode, ObservationError, ProcedureError, UnreachableError
from uat.journal import Journal, JournalError
from uat.model import Checklist, Header, News, NewsKind, Outcome, Patch, Phase, Source, Step, Upgrade
from uat.options import make_header

PATCHES = tuple(Patch(release=one, file="x", sha256="0", source=Source(file="x")) for one in ("22.0.0", "22.0.17"))
PLAN = plan(Upgrade(patches=PATCHES))


class Stage:
    """A session of which only journal and stop are looked at."""

    def __init__(self, folder: Path) -> None:
        self.stop: ProcedureError | UnreachableError | None = None
        self.journal = Journal.create(folder / "run", header())


class Work:
    """Remembers what was done; may do something at one step."""

    def __init__(self, name: str = "", act: Callable[[Account], None] = lambda account: None) -> None:
        self.done: list[tuple[str, str | None]] = []
        self.recalled: list[tuple[str, str | None]] = []
        self.gone: set[str] = set()
        self.on_look: Callable[[Account], None] = lambda account: None
        self._name, self._act = name, act

    def intent(self, planned: Planned) -> dict[str, str]:
        return {"meant": planned.name}

    def leave(self, account: Account) -> None:
        account.saw(left=True)

    def holds(self, planned: Planned, earlier: Step, account: Account) -> bool:
        self.recalled.append((planned.name, planned.release))
        self.on_look(account)
        return planned.name not in self.gone

    def do(self, planned: Planned, account: Account, earlier: Step | None) -> None:
        self.done.append((planned.name, planned.release))
        account.saw(seen=planned.name)
        if planned.name == self._name:
            self._act(account)


def header() -> Header:
    return make_header(Checklist(customer="ACME"), Phase.UPGRADE, "Anna")


class Scene:
    def __init__(self, folder: Path, work: Work, *earlier: Step, steps: tuple[Planned, ...] = PLAN) -> None:
        self.stage, self.work = Stage(folder), work
        self.told: list[tuple[Step, News]] = []
        self.conductor = Conductor(
            steps, self.stage, work, on_step=lambda *told: self.told.append(told), earlier=earlier
        )

    @property
    def written(self) -> tuple[Step, ...]:
        return journal.read(self.stage.journal.path).steps


def failing(error: BaseException) -> Callable[[Account], None]:
    def act(account: Account) -> None:
        raise error

    return act


def test_the_plan_is_the_vendors_order() -> None:
    """Snapshot with the machine off before everything; each patch has its own proof, reboot and release."""
    names = [(step.name, step.release) for step in PLAN]
    assert names == [
        *((name, None) for name in ("gate", "identify", "lock", "shutdown", "snapshot", "start", "settle")),
        *((name, "22.0.0") for name in ("deliver", "patch", "reboot", "settle", "release")),
        *((name, "22.0.17") for name in ("deliver", "patch", "reboot", "settle", "release")),
        ("unlock", None),
    ]


@pytest.mark.parametrize("patches", [(), PATCHES[:1] * 2], ids=["none", "one twice"])
def test_a_plan_needs_patches(patches: tuple[Patch, ...]) -> None:
    """An upgrade without a patch, or with one release twice, is none."""
    with pytest.raises(ValueError, match=r"upgrade\.patches"):
        plan(Upgrade(patches=patches))


def test_a_step_is_done_once(tmp_path: Path) -> None:
    """However often a step is asked for, it is done once, and always the same record is given."""
    scene = Scene(tmp_path, Work())
    first = scene.conductor.step("snapshot")
    assert scene.conductor.step("snapshot") is first
    assert scene.work.done.count(("snapshot", None)) == 1


def test_what_comes_before_is_done_before(tmp_path: Path) -> None:
    """Asking for a late step does all that come before it, in order: no reboot without its snapshot."""
    scene = Scene(tmp_path, Work())
    scene.conductor.step("reboot", "22.0.0")
    assert scene.work.done == [(step.name, step.release) for step in PLAN[:10]]


def test_an_unknown_step(tmp_path: Path) -> None:
    """A step that the plan does not have is not done."""
    with pytest.raises(KeyError):
        Scene(tmp_path, Work()).conductor.step("patch", "23.0.0")


def test_intent_is_written_before_the_act(tmp_path: Path) -> None:
    """When a step begins to act, its intent already stands in the journal."""
    seen: list[tuple[Step, ...]] = []
    scene = Scene(tmp_path, Work("snapshot", lambda account: seen.append(scene.written)))
    scene.conductor.step("snapshot")
    begun = seen[0][-1]
    assert (begun.name, begun.outcome, begun.intent) == ("snapshot", Outcome.RUNNING, {"meant": "snapshot"})


def test_what_cannot_be_written_is_not_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A journal that cannot be written stops before the act."""
    scene = Scene(tmp_path, Work())
    scene.conductor.step("identify")

    def full(kind: str, record: object) -> None:
        raise JournalError("no space left")

    monkeypatch.setattr(scene.stage.journal, "write", full)
    with pytest.raises(JournalError):
        scene.conductor.step("shutdown")
    assert ("shutdown", None) not in scene.work.done


def test_what_was_done_and_cannot_be_written_is_not_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the disk is full after an act, the session is stopped: the act is not repeated."""

    def full(kind: str, record: object) -> None:
        raise JournalError("no space left")

    scene = Scene(tmp_path, Work("snapshot", lambda account: monkeypatch.setattr(scene.stage.journal, "write", full)))
    with pytest.raises(JournalError):
        scene.conductor.step("snapshot")
    monkeypatch.undo()
    assert scene.conductor.step("patch", "22.0.0").outcome is Outcome.BLOCKED
    assert scene.work.done[-1] == ("snapshot", None)


def test_the_first_failure_is_the_last_step(tmp_path: Path) -> None:
    """A failed step sets the session's stop, and all that follow are blocked, each with its row."""
    scene = Scene(tmp_path, Work("patch", failing(ProcedureError("no_marker", facts={"exit_code": 0}))))
    assert scene.conductor.step("reboot", "22.0.0").outcome is Outcome.BLOCKED
    scene.conductor.close()
    outcomes = [step.outcome for step in scene.written]
    assert outcomes == [Outcome.PASSED] * 8 + [Outcome.FAILED] + [Outcome.BLOCKED] * 9
    failed = scene.written[8]
    assert (failed.stop, failed.observation) == ("no_marker", {"seen": "patch", "exit_code": 0})
    assert scene.work.done[-1] == ("patch", "22.0.0")


@pytest.mark.parametrize(
    ("error", "stop", "exit_code"),
    [
        (ProcedureError("not_back", exit_code=ExitCode.UNREACHABLE), "not_back", 11),
        (UnreachableError("no route"), "link_lost", 11),
        (ObservationError("odd"), "snapshot_failed", 10),
    ],
)
def test_what_a_failure_stops_with(tmp_path: Path, error: Exception, stop: str, exit_code: int) -> None:
    """Each kind of error has a stop code and the session's exit code."""
    scene = Scene(tmp_path, Work("snapshot", failing(error)))
    assert scene.conductor.step("snapshot").stop == stop
    assert isinstance(scene.stage.stop, ProcedureError)
    assert scene.stage.stop.exit_code == exit_code


@pytest.mark.parametrize(
    ("phase", "stop"), [(Phase.UPGRADE, "restart_broke_it"), (Phase.ROLLBACK, "not_back")], ids=str
)
def test_a_step_is_stopped_in_the_words_of_its_procedure(tmp_path: Path, phase: Phase, stop: str) -> None:
    """A start whose answer makes no sense is one thing before a patch, and another after going back."""
    steps = steps_of(phase, Upgrade(patches=PATCHES))
    scene = Scene(tmp_path, Work("start", failing(ObservationError("odd"))), steps=steps)
    assert scene.conductor.step("start").stop == stop


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("a defect")])
def test_an_interruption_is_written_and_goes_on(tmp_path: Path, error: BaseException) -> None:
    """An interruption or a defect ends the step as interrupted and is not swallowed."""
    scene = Scene(tmp_path, Work("snapshot", failing(error)))
    with pytest.raises(type(error)):
        scene.conductor.step("snapshot")
    scene.conductor.close()
    assert (scene.written[4].outcome, scene.written[4].stop) == (Outcome.FAILED, "interrupted")
    assert scene.written[5].observation == {"left": True}
    assert scene.stage.stop is not None


def test_an_interruption_while_the_beginning_is_told(tmp_path: Path) -> None:
    """Ctrl-C while somebody is told that a step began ends that step, which did nothing yet."""
    scene = Scene(tmp_path, Work())

    def tell(step: Step, news: News) -> None:
        if step.name == "snapshot":
            raise KeyboardInterrupt

    conductor = Conductor(PLAN, scene.stage, scene.work, on_step=tell)
    with pytest.raises(KeyboardInterrupt):
        conductor.step("snapshot")
    assert (scene.written[4].outcome, scene.written[4].stop) == (Outcome.FAILED, "interrupted")
    assert ("snapshot", None) not in scene.work.done


def test_how_the_machine_was_left_stands_with_the_stop(tmp_path: Path) -> None:
    """What is seen at the end belongs to the step that stopped this session, not to one that failed in an earlier."""
    work = Work("shutdown", failing(ProcedureError("hypervisor_login")))
    scene = Scene(tmp_path, work, earlier("snapshot", Outcome.FAILED))
    scene.conductor.step("unlock")
    scene.conductor.close()
    assert [one.name for one in scene.written if one.observation.get("left")] == ["shutdown"]


def test_a_session_that_was_stopped_before_does_nothing(tmp_path: Path) -> None:
    """When looking before the upgrade was stopped, no step is begun."""
    scene = Scene(tmp_path, Work())
    scene.stage.stop = UnreachableError("no route")
    assert scene.conductor.step("gate").outcome is Outcome.BLOCKED
    assert scene.work.done == []


def test_a_session_that_ended_early(tmp_path: Path) -> None:
    """Steps that were not come to without a stop are not run: each has its row."""
    scene = Scene(tmp_path, Work())
    scene.conductor.step("gate")
    scene.conductor.close()
    assert [step.outcome for step in scene.written] == [Outcome.PASSED] + [Outcome.NOT_RUN] * 17
    assert [step.observation for step in scene.written[1:3]] == [{"left": True}, {}]


def test_news_reach_whoever_watches(tmp_path: Path) -> None:
    """Began, what happens, ended: with the step they belong to."""
    scene = Scene(tmp_path, Work("gate", lambda account: account.tell(NewsKind.OUTPUT, "line")))
    scene.conductor.step("gate")
    assert [(step.name, news.kind, news.text) for step, news in scene.told] == [
        ("gate", NewsKind.BEGAN, ""),
        ("gate", NewsKind.OUTPUT, "line"),
        ("gate", NewsKind.ENDED, ""),
    ]
    assert scene.told[-1][0].outcome is Outcome.PASSED


def earlier(name: str, outcome: Outcome = Outcome.PASSED, **facts: object) -> Step:
    """A step as an earlier session wrote it."""
    number, release = next((step.number, step.release) for step in PLAN if step.name == name)
    return Step(
        number=number, name=name, release=release, outcome=outcome, intent={"boot_id": "one"}, observation=facts,
        started_at=datetime(2025, 11, 28, 21, 0, tzinfo=UTC),
    )  # fmt: skip


def test_what_was_done_is_not_done_again(tmp_path: Path) -> None:
    """A step that an earlier session ended, and that still holds, is looked at only; its record stays as it is."""
    scene = Scene(tmp_path, Work(), earlier("gate", seen=1), earlier("identify", seen=2))
    assert scene.conductor.step("identify").observation == {"seen": 2}
    assert (scene.work.done, scene.work.recalled) == ([], [("gate", None), ("identify", None)])
    assert scene.written == ()
    assert [news.kind for _, news in scene.told] == [NewsKind.RECALLED] * 2


def test_what_holds_no_more_is_done_again(tmp_path: Path) -> None:
    """The machine is believed, not the notes: a step that does not hold any more is done as if for the first time."""
    scene = Scene(tmp_path, Work(), earlier("gate"))
    scene.work.gone = {"gate"}
    assert scene.conductor.step("gate").observation == {"seen": "gate"}
    assert scene.work.done == [("gate", None)]


def test_what_was_begun_is_gone_on_with(tmp_path: Path) -> None:
    """A step that was begun keeps its first intent; one that continues keeps its beginning and what it saw."""

    def go_on(account: Account) -> None:
        account.continues = True

    scene = Scene(tmp_path, Work("gate", go_on), earlier("gate", Outcome.RUNNING, started=True))
    step = scene.conductor.step("gate")
    assert step.intent == {"meant": "gate", "boot_id": "one"}
    assert step.observation == {"started": True, "seen": "gate"}
    assert step.started_at.year == 2025
    assert step.seconds > 0


@pytest.mark.parametrize("outcome", [Outcome.RUNNING, Outcome.FAILED, Outcome.PASSED])
def test_what_was_begun_is_never_forgotten(tmp_path: Path, outcome: Outcome) -> None:
    """A later session that stops before it does not write over a begun step that it was blocked or not run."""
    begun = earlier("patch", outcome, started=True)
    scene = Scene(tmp_path, Work("identify", failing(ProcedureError("wrong_machine"))), begun)
    assert scene.conductor.step("patch", "22.0.0") == begun
    scene.conductor.close()
    assert "patch" not in {step.name for step in scene.written if step.release == "22.0.0"}


def test_what_was_blocked_is_done_now(tmp_path: Path) -> None:
    """That an earlier session did not come to a step says nothing about it."""
    scene = Scene(tmp_path, Work(), earlier("gate", Outcome.BLOCKED))
    scene.conductor.step("gate")
    assert (scene.work.done, scene.work.recalled) == ([("gate", None)], [])


@pytest.mark.parametrize("error", [ProcedureError("wrong_machine"), KeyboardInterrupt()])
def test_a_look_that_fails_stops_and_keeps_what_was_seen(tmp_path: Path, error: BaseException) -> None:
    """A step that cannot be looked at again stops the session, with what it was known to have seen."""
    scene = Scene(tmp_path, Work(), earlier("gate", hostname="pbx"))
    scene.work.on_look = failing(error)
    with pytest.raises(KeyboardInterrupt) if isinstance(error, KeyboardInterrupt) else contextlib.nullcontext():
        scene.conductor.step("gate")
    (written,) = scene.written
    assert (written.outcome, written.observation["hostname"]) == (Outcome.FAILED, "pbx")


def test_a_point_of_no_return_is_written_before_anything_else(tmp_path: Path) -> None:
    """What a step marks stands in the journal, as begun, before the step goes on."""
    seen: list[Step] = []

    def act(account: Account) -> None:
        account.mark(started=True)
        seen.append(scene.written[-1])

    scene = Scene(tmp_path, Work("gate", act))
    scene.conductor.step("gate")
    assert (seen[0].outcome, seen[0].observation) == (Outcome.RUNNING, {"seen": "gate", "started": True})
