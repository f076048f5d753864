"""The time that a way back would take, from what the run measured."""

from __future__ import annotations

from datetime import timedelta

from procedure.window import left, way_back
from tests.reports import runs
from tests.reports.acme import BEGAN
from uat.model import Outcome, Phase

RUN = runs.clean_run()


def test_each_part_is_what_this_run_measured() -> None:
    """Shutdown, boot, settling as before the patches; the revert as the snapshot, a minute at least; the checks."""
    found = way_back(RUN.steps, RUN.results)
    assert found is not None
    checks = found.pop("checks")
    assert found == {"shutdown": 38.0, "revert": 60.0, "boot": 71.0, "settle": 44.0}
    looked = RUN.of(Phase.PRE).values()
    assert max(one.seconds for one in looked) < checks < sum(one.seconds for one in looked) + 60


def test_a_snapshot_that_took_long_is_put_back_as_slowly() -> None:
    """The revert is estimated from the snapshot's own time."""
    steps = [one.model_copy(update={"seconds": 300.0}) if one.name == "snapshot" else one for one in RUN.steps]
    found = way_back(steps, RUN.results)
    assert found is not None
    assert found["revert"] == 300


def test_the_patches_steps_do_not_count() -> None:
    """The settling after a patch says nothing about the old release."""
    steps = [one for one in RUN.steps if one.release or one.name != "settle"]
    assert way_back(steps, RUN.results) is None


def test_before_all_was_measured_there_is_no_estimate() -> None:
    """Until the machine has settled once, nothing was patched and nothing is to be put back."""
    assert way_back(RUN.steps[:5], RUN.results) is None


def test_a_failed_step_measures_nothing() -> None:
    """Only what was done tells how long it takes."""
    steps = [one.model_copy(update={"outcome": Outcome.FAILED}) if one.name == "start" else one for one in RUN.steps]
    assert way_back(steps, RUN.results) is None


def test_time_runs_out() -> None:
    """What is left is counted in real seconds, negative after the end."""
    assert left(BEGAN, BEGAN - timedelta(minutes=2)) == 120
    assert left(BEGAN, BEGAN + timedelta(minutes=2)) == -120
