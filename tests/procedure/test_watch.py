"""When the looking begins and ends, and what is said meanwhile; on a real sshd."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from procedure.watch import Watch
from tests.procedure.test_outage import is_watched, until
from tests.reports import runs
from tests.sshd import Sshd
from uat.journal import read
from uat.model import (
    Availability,
    Limits,
    News,
    NewsKind,
    Notice,
    NoticeKind,
    Outcome,
    Phase,
    Step,
    System,
    Transition,
    Upgrade,
    Window,
)
from uat.model import Watch as Watched
from uat.session import Session, Settings

NOW = datetime(2026, 11, 28, 22, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
OUT = (
    Transition(service="web", target="page", state=Availability.UP, at=NOW),
    Transition(service="web", target="page", state=Availability.DOWN, at=NOW + MINUTE),
)


class Scene:
    """A session at the machine behind sshd, with its watch, and what that said."""

    def __init__(self, sshd: Sshd, folder: Path, *, window: Window | None = None) -> None:
        checklist = runs.header().checklist.model_copy(
            update={
                "system": System(watch=Watched(sip="none")),
                "limits": Limits(outage_every=0.05, outage_look=2, outage_told=300, window_near=900),
                "upgrade": Upgrade(window=window),
            }
        )
        settings = Settings(
            phase=Phase.UPGRADE,
            address=sshd.address,
            known_hosts=sshd.known_hosts,
            evidence=folder,
            manual="none",
        )
        self.session = Session(settings, runs.header(checklist=checklist), on_result=lambda check, result: None)
        self.notices: list[Notice] = []
        self.watch = Watch(self.session, tell=self.notices.append)

    def hear(self, kind: NewsKind, name: str = "shutdown", *, step: Step | None = None) -> None:
        """Tell the watch of a step."""
        begun = Step(number=3, name=name, outcome=Outcome.RUNNING, started_at=NOW)
        self.watch.hear(step or begun, News(kind=kind))

    def said(self, now: datetime, transitions: tuple[Transition, ...] = OUT) -> list[NoticeKind]:
        """Give what is due at a moment."""
        return [notice.kind for notice in self.watch.due(transitions, now)]


@pytest.fixture
def scene(sshd: Sshd, tmp_path: Path) -> Iterator[Scene]:
    """A session with a window until two o'clock UTC."""
    made = Scene(sshd, tmp_path / "evidence", window=Window(start=NOW, end=NOW + 240 * MINUTE))
    yield made
    made.watch.close()


@pytest.mark.parametrize("name", ["gate", "identify", "lock"])
def test_before_the_machine_is_changed_nobody_looks(scene: Scene, name: str) -> None:
    """The steps that only look do not begin the watching."""
    scene.hear(NewsKind.BEGAN, name)
    assert not scene.session.has_journal


@pytest.mark.parametrize("name", ["shutdown", "patch", "revert"])
def test_with_the_first_change_the_looking_begins(scene: Scene, name: str) -> None:
    """When the first step that changes the machine goes on, each service was seen once and that is written."""
    scene.hear(NewsKind.BEGAN, name)
    first = read(scene.session.folder).transitions[0]
    assert (first.service, first.state) == ("machine", Availability.UP)
    assert scene.notices[0].transition == first
    assert scene.notices[0].is_first


def test_it_begins_once(scene: Scene) -> None:
    """The next step does not begin it again."""
    scene.hear(NewsKind.BEGAN, "shutdown")
    scene.hear(NewsKind.BEGAN, "start")
    targets = [one.transition.target for one in scene.notices if one.transition]
    assert len(targets) == len(set(targets))


def test_what_happens_is_written_and_told(scene: Scene, sshd: Sshd) -> None:
    """A service that goes is in the journal by the time that somebody is told."""
    scene.hear(NewsKind.BEGAN)
    sshd.process.terminate()
    sshd.process.wait()
    until(lambda: any(one.transition and one.transition.state is Availability.DOWN for one in scene.notices))
    told = next(
        one.transition for one in scene.notices if one.transition and one.transition.state is Availability.DOWN
    )
    assert told in read(scene.session.folder).transitions


def test_after_the_end_nobody_looks(scene: Scene) -> None:
    """Closed, its threads end, and the journal holds what they saw."""
    scene.hear(NewsKind.BEGAN)
    scene.watch.close()
    until(lambda: not is_watched("ssh"))
    lines = scene.session.journal.path.read_text().splitlines()
    assert {json.loads(line)["type"] for line in lines} == {"header", "transition"}


def test_the_running_outage_is_told_now_and_then(scene: Scene) -> None:
    """Five minutes after it began, then every five minutes; after an interval in service it begins anew."""
    moments = (2, 5, 6, 7, 10, 11, 16)
    said = [minute for minute in moments if NoticeKind.OUTAGE in scene.said(NOW + minute * MINUTE)]
    assert said == [6, 11, 16]
    notice = scene.watch.due(OUT, NOW + 30 * MINUTE)[0]
    assert (notice.since, notice.window_end) == (NOW + MINUTE, NOW + 240 * MINUTE)


def test_in_service_there_is_no_outage_to_tell(scene: Scene) -> None:
    """While all answers, nothing is said."""
    assert scene.said(NOW + 30 * MINUTE, OUT[:1]) == []


def test_the_windows_end_is_told_once(scene: Scene) -> None:
    """A quarter of an hour before it, and never again."""
    moments = (200, 224, 225, 226, 239, 250)
    assert [minute for minute in moments if NoticeKind.WINDOW in scene.said(NOW + minute * MINUTE)] == [225]


def test_too_little_time_for_a_way_back_is_told_once(scene: Scene) -> None:
    """When less is left than shutdown, revert, boot, settling and checks took, that is said with its parts."""
    for step in runs.clean_run().steps:
        scene.hear(NewsKind.ENDED, step=step)
    scene.session.results = {(one.phase, one.check_id): one for one in runs.clean_run().results}
    needed = 38 + 60 + 71 + 44
    end = NOW + 240 * MINUTE
    assert NoticeKind.WAY_BACK not in scene.said(end - timedelta(seconds=needed + 60))
    found = scene.watch.due((), end - timedelta(seconds=needed))
    notice = next(one for one in found if one.kind is NoticeKind.WAY_BACK)
    assert list(notice.needed) == ["shutdown", "revert", "boot", "settle", "checks"]
    assert sum(notice.needed.values()) >= needed
    assert NoticeKind.WAY_BACK not in scene.said(end)


def test_a_resumed_session_knows_what_the_first_measured(scene: Scene) -> None:
    """The steps that are recalled count for the estimate as those that were done now."""
    for step in runs.clean_run().steps:
        scene.hear(NewsKind.RECALLED, step=step)
    assert NoticeKind.WAY_BACK in scene.said(NOW + 240 * MINUTE)


def test_before_anything_was_measured_there_is_no_estimate_to_tell(scene: Scene) -> None:
    """Without measured steps nothing is said of a way back."""
    assert NoticeKind.WAY_BACK not in scene.said(NOW + 240 * MINUTE)


def test_without_a_window_nothing_is_said_of_it(sshd: Sshd, tmp_path: Path) -> None:
    """A checklist that agrees on no window is told the outage alone."""
    scene = Scene(sshd, tmp_path / "evidence")
    for step in runs.clean_run().steps:
        scene.hear(NewsKind.ENDED, step=step)
    assert scene.said(NOW + 1000 * MINUTE) == [NoticeKind.OUTAGE]
    assert scene.watch.due(OUT, NOW + 2000 * MINUTE)[0].window_end is None


def test_a_lost_link_is_heard(scene: Scene, sshd: Sshd) -> None:
    """The news of a lost link reach the watcher: a machine that goes silent then is unknown, not down."""
    scene.hear(NewsKind.BEGAN)
    scene.hear(NewsKind.LINK_LOST, "patch")
    sshd.cut()
    sshd.process.send_signal(19)  # stopped, it takes connections and never answers: silence
    try:
        until(lambda: any(one.transition and not one.is_first for one in scene.notices))
        states = [one.transition.state for one in scene.notices if one.transition]
        assert states[-1] is Availability.UNKNOWN
    finally:
        sshd.process.send_signal(18)
