"""Transitions become spans: a table of nights."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.reports import runs
from uat.availability import Outages, measure, outages
from uat.model import Availability, Ending, Resumption, Transition

BEGAN = datetime(2026, 11, 28, 21, 0, tzinfo=UTC)
STATES = {"+": Availability.UP, "-": Availability.DOWN, "?": Availability.UNKNOWN}


def at(seconds: float) -> datetime:
    """Give a moment of the night."""
    return BEGAN + timedelta(seconds=seconds)


def seen(story: str, service: str = "web", target: str = "page") -> list[Transition]:
    """Read ``+0 -10 +25``: up at the beginning, gone after 10 seconds, back after 25."""
    return [
        Transition(service=service, target=target, state=STATES[word[0]], at=at(float(word[1:])))
        for word in story.split()
    ]


def measured(*stories: list[Transition], until: float = 100) -> Outages:
    """Measure several services together."""
    found = measure([one for story in stories for one in story], until=at(until))
    assert found is not None
    return found


def spans(found: Outages) -> list[tuple[float, float]]:
    """Give the whole outages, in seconds after the beginning."""
    return [((span.began - BEGAN).total_seconds(), (span.ended - BEGAN).total_seconds()) for span in found.whole]


@pytest.mark.parametrize(
    ("story", "whole", "unknown", "since"),
    [
        ("+0", [], 0, None),
        ("+0 -10 +25", [(10, 25)], 0, None),
        ("+0 -10 +25 -40 +41", [(10, 25), (40, 41)], 0, None),
        ("+0 -10", [(10, 100)], 0, 10),
        ("+0 -10 +25 -40", [(10, 25), (40, 100)], 0, 40),
        ("-0 +25", [(0, 25)], 0, None),
        ("+0 -10 ?20 -50 +60", [(10, 20), (50, 60)], 30, None),
        ("+0 ?20 +50", [], 30, None),
        ("+0 -10 ?20", [(10, 20)], 80, None),
        ("?0 +50", [], 50, None),
        ("-0", [], 0, None),
        ("?0", [], 0, None),
        ("+0 -10 ?10 +40", [], 30, None),
    ],
    ids=[
        "never out",
        "out once",
        "out twice",
        "out at the end",
        "out again at the end",
        "out already at the beginning",
        "nobody can tell in between",
        "only nobody can tell",
        "nobody can tell at the end",
        "nobody can tell at the beginning",
        "never answered",
        "never looked at",
        "taken back: it was our link",
    ],
)
def test_a_night(story: str, whole: list[tuple[float, float]], unknown: float, since: float | None) -> None:
    """Each story of one service has its spans, its unknown time and its open end."""
    found = measured(seen(story))
    assert spans(found) == whole
    assert found.unknown_seconds == unknown
    assert found.since == (None if since is None else at(since))
    assert found.seconds == sum(ended - began for began, ended in whole)


def test_nobody_looked() -> None:
    """Without a look there is nothing to say."""
    assert measure([], until=BEGAN) is None


def test_the_whole_is_when_any_service_was_out() -> None:
    """Overlapping outages count once; each service has its own sum."""
    found = measured(seen("+0 -10 +30"), seen("+0 -20 +45", "sip", "pbx"), seen("+0 -60 +70", "webapi", "api"))
    assert spans(found) == [(10, 45), (60, 70)]
    assert (found.seconds_of("web"), found.seconds_of("sip"), found.seconds_of("webapi")) == (20, 25, 10)


def test_two_pages_are_one_service() -> None:
    """A service with two targets was out when one of them was."""
    assert measured(seen("+0 -10 +30"), seen("+0 -20 +45", "web", "other")).seconds_of("web") == 35


def test_what_never_answered_does_not_count() -> None:
    """A service that was not reached from here makes no outage, and has no sum."""
    found = measured(seen("+0"), seen("-0", "sip", "pbx"))
    assert found.whole == ()
    assert found.seconds_of("sip") is None


def test_the_machine_alone_serves_nobody() -> None:
    """While the services answer, a restart of sshd is no outage; where nothing else was reached, it is."""
    machine = seen("+0 -10 +30", "machine", "ssh")
    assert measured(machine, seen("+0")).whole == ()
    assert spans(measured(machine, seen("-0"))) == [(10, 30)]


def test_clocks_that_are_put_back_do_not_lengthen_an_outage() -> None:
    """Over the end of summer time an outage is as long as it really was."""
    rome = ZoneInfo("Europe/Rome")
    times = (datetime(2026, 10, 25, 2, 30, tzinfo=rome), datetime(2026, 10, 25, 2, 30, tzinfo=rome, fold=1))
    story = [
        Transition(service="web", target="page", state=state, at=moment)
        for state, moment in ((Availability.UP, times[0] - timedelta(hours=1)), (Availability.DOWN, times[0]))
    ]
    back = Transition(service="web", target="page", state=Availability.UP, at=times[1])
    found = measure([*story, back], until=times[1])
    assert found is not None
    assert found.seconds == 3600


def test_an_interrupted_run_ends_with_what_is_known() -> None:
    """A run without an ending is out until the last moment of which anything was written."""
    run = runs.clean_run().model_copy(update={"transitions": tuple(seen("+0 -10")), "results": (), "ending": None})
    last = run.steps[-1]
    found = outages(run)
    assert found is not None
    assert found.ended == last.started_at + timedelta(seconds=last.seconds)
    assert found.since == at(10)


@pytest.mark.parametrize(
    ("after", "whole", "unknown"), [("+1000", [(10, 40)], 960), ("-1000 +1010", [(10, 40), (1000, 1010)], 960)]
)
def test_while_the_session_was_interrupted_nobody_can_tell(
    after: str, whole: list[tuple[float, float]], unknown: float
) -> None:
    """Between the last thing written and the first look of the resumed session lies unknown time."""
    other = seen("+0 -40", "sip", "pbx")
    story = tuple(seen("+0 -10") + other + seen(after) + seen(after, "sip", "pbx"))
    run = runs.clean_run().model_copy(
        update={
            "header": runs.header(started_at=BEGAN),
            "transitions": story,
            "steps": (),
            "results": (),
            "resumptions": (Resumption(at=at(900), operator="anna", tool="tvox-uat"),),
            "ending": Ending(exit_code=0, ended_at=at(1100)),
        }
    )
    found = outages(run)
    assert found is not None
    assert spans(found) == whole
    assert found.unknown_seconds == unknown
