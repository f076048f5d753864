"""What a run comes to, for every mixture of outcomes."""

from __future__ import annotations

import pytest

from reports.verdict import judge, outcomes, stop_of, was_changed
from reports.words import speak
from tests.reports import acme, looks, runs
from uat.model import Ending, Outcome, Phase, Result, Run, Severity, Step

WRONG = ("failed", "error", "unanswered", "not_run")
RIGHT = ("passed", "waived", "skipped", "not_applicable")

GATE = [
    *((outcome, severity, "pre_open") for outcome in RIGHT for severity in Severity),
    *((outcome, severity, "pre_closed") for outcome in WRONG for severity in ("blocker", "major")),
    *((outcome, "minor", "pre_noted") for outcome in WRONG),
]
HANDING_BACK = [
    *((outcome, severity, "accepted") for outcome in RIGHT for severity in Severity),
    *((outcome, "blocker", "refused") for outcome in ("failed", "error", "unanswered")),
    *((outcome, "major", "reservations") for outcome in ("failed", "error", "unanswered")),
    *((outcome, "minor", "noted") for outcome in ("failed", "error", "unanswered")),
    *((outcome, severity, "not_done") for outcome in ("not_run", "blocked") for severity in Severity),
]


def run_with(phase: Phase, outcome: str, severity: str, session: Phase) -> Run:
    """Make a run of two checks in a phase: one passed, one as asked for."""
    first, second = (check.model_copy(update={"severity": Severity.BLOCKER}) for check in acme.checks()[:2])
    second = second.model_copy(update={"severity": Severity(severity)})
    checklist = acme.checklist().model_copy(update={"checks": (first, second)})
    plan = {phase: (first.id, second.id)}
    found: tuple[Result, ...] = (looks.result(first, phase),)
    if outcome != "not_run":
        found += (looks.result(second, phase, outcome=outcome),)
    header = runs.header(session, checklist=checklist, planned=plan)
    return Run(header=header, results=found, ending=Ending(exit_code=0, ended_at=acme.AFTER))


@pytest.mark.parametrize(("outcome", "severity", "code"), GATE)
def test_the_gate(outcome: str, severity: str, code: str) -> None:
    """Before the upgrade, what is wrong and matters closes the gate; what is minor is noted."""
    assert judge(run_with(Phase.PRE, outcome, severity, Phase.PRE), Phase.PRE).code == code


@pytest.mark.parametrize(("outcome", "severity", "code"), HANDING_BACK)
def test_the_handing_back(outcome: str, severity: str, code: str) -> None:
    """After the upgrade, a blocker refuses, a major is a reservation, a minor is noted."""
    assert judge(run_with(Phase.POST, outcome, severity, Phase.POST), Phase.POST).code == f"post_{code}"


@pytest.mark.parametrize(("outcome", "severity", "code"), HANDING_BACK)
def test_a_whole_night_is_judged_by_what_comes_after_it(outcome: str, severity: str, code: str) -> None:
    """An upgrade that was not stopped is as good as its post."""
    run = run_with(Phase.POST, outcome, severity, Phase.UPGRADE)
    assert judge(run, Phase.UPGRADE).code == f"upgrade_{code}"


def test_a_clean_night_is_successful() -> None:
    """All passed, one exception waived: accepted."""
    assert judge(runs.clean_run(), Phase.UPGRADE).code == "upgrade_accepted"


def test_an_exception_is_named() -> None:
    """A waiver never disappears behind a good verdict."""
    assert judge(runs.clean_run(), Phase.UPGRADE).waived == ("PLT-09",)


def test_reservations_are_named() -> None:
    """What is wrong is listed by id, by what it means."""
    verdict = judge(runs.regression_run(), Phase.UPGRADE)
    assert (verdict.blockers, verdict.majors) == (("PLT-02",), ("DAT-03", "TEL-06", "ACME-01"))


def test_a_stopped_night_says_so() -> None:
    """No marker: contact Telenia."""
    assert judge(runs.stopped_run(), Phase.UPGRADE).code == "upgrade_stopped"


@pytest.mark.parametrize("stop", ["not_back", "link_lost"])
def test_a_machine_out_of_reach_is_its_own_verdict(stop: str) -> None:
    """Whoever reads it looks for the machine first."""
    assert judge(runs.stopped_run(stop), Phase.UPGRADE).code == "unreachable"


def test_a_night_that_ended_at_the_gate_changed_nothing() -> None:
    """Gate closed: not started."""
    assert judge(runs.closed_run(), Phase.UPGRADE).code == "upgrade_not_started"


def test_looking_at_the_machine_does_not_change_it() -> None:
    """Gate and identity are no changes."""
    assert not was_changed(runs.closed_run())


def test_a_step_changes_the_machine() -> None:
    """From the shutdown on, the machine was touched."""
    assert was_changed(runs.stopped_run())


def test_a_blocked_step_changes_nothing() -> None:
    """A step that was not come to did nothing."""
    shutdown = Step(number=3, name="shutdown", outcome=Outcome.BLOCKED, started_at=acme.BEGAN)
    run = runs.closed_run()
    assert not was_changed(run.model_copy(update={"steps": (*run.steps, shutdown)}))


def test_a_run_without_an_ending_was_interrupted() -> None:
    """A crash is no success."""
    run = runs.clean_run().model_copy(update={"ending": None})
    assert judge(run, Phase.UPGRADE).code == "interrupted"


def test_steps_that_were_not_come_to_are_no_upgrade() -> None:
    """A session that ended between two steps, without a stop, did not carry the upgrade out."""
    night = runs.clean_run()
    left = [step.model_copy(update={"outcome": Outcome.NOT_RUN}) for step in night.steps[6:]]
    run = night.model_copy(update={"steps": (*night.steps[:6], *left)})
    assert judge(run, Phase.UPGRADE).code == "interrupted"


def test_a_machine_that_never_answered_is_unreachable() -> None:
    """Everything blocked because nothing answers."""
    run = run_with(Phase.PRE, "blocked", "blocker", Phase.PRE)
    ending = Ending(exit_code=11, stop="unreachable", message="timed out", ended_at=acme.AFTER)
    assert judge(run.model_copy(update={"ending": ending}), Phase.PRE).code == "unreachable"


def test_what_was_planned_and_never_looked_at_is_not_run() -> None:
    """Every planned check has an outcome."""
    assert outcomes(run_with(Phase.PRE, "not_run", "major", Phase.PRE), Phase.PRE)["PLT-02"] is Outcome.NOT_RUN


def test_the_step_that_stopped_names_the_stop() -> None:
    """The code comes from the step."""
    assert stop_of(runs.stopped_run("half_marker")) == "half_marker"


PREFLIGHT = [
    ("passed", "preflight_open"),
    ("not_applicable", "preflight_open"),
    ("waived", "preflight_open"),
    ("failed", "preflight_closed"),
    ("error", "preflight_closed"),
    ("unanswered", "preflight_closed"),
    ("blocked", "preflight_closed"),
    ("not_run", "preflight_closed"),
]


@pytest.mark.parametrize(("outcome", "code"), PREFLIGHT)
def test_the_preflight(outcome: str, code: str) -> None:
    """Every condition is an inhibitor: one that does not hold, or was not looked at, closes it."""
    run = runs.preflight({"identity": Outcome.PASSED, "clock": Outcome(outcome)})
    assert judge(run, Phase.PREFLIGHT).code == code


def test_a_preflight_that_looked_at_nothing() -> None:
    """Without a single condition nothing is open."""
    assert judge(runs.preflight({}), Phase.PREFLIGHT).code == "preflight_closed"


def test_every_verdict_has_words() -> None:
    """What can be judged can be said, and nothing else is."""
    made = {code for _, _, code in GATE}
    made |= {f"{page}_{code}" for _, _, code in HANDING_BACK for page in ("post", "upgrade")}
    made |= {code for _, code in PREFLIGHT}
    made |= {"upgrade_stopped", "upgrade_not_started", "unreachable", "interrupted"}
    made |= {f"rollback_{code}" for _, _, code in HANDING_BACK} | {"rollback_stopped", "rollback_not_started"}
    made |= {"close_done", "close_gone", "close_stopped", "close_not_started"}
    assert {key.split(".")[0] for key in speak("it").section("verdict")} == made
