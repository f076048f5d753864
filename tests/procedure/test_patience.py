"""Time spent waiting, on a clock that is set: hours of sleep do not count, and are told."""

from __future__ import annotations

import time as _real
from pathlib import Path

import pytest

from procedure.account import Account
from procedure.patience import Patience
from procedure.quiet import Waits, Watch
from tests.procedure.bench import Bench
from tests.sshd import Sshd
from uat.errors import ProcedureError
from uat.model import Limits, News, NewsKind


class Clock:
    """Two clocks, and a pause during which a computer can sleep."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.wall = 1_700_000_000.0
        self.asleep = 0.0
        self.set_by = 0.0
        self.sees_sleep = False

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return self.wall

    def pass_(self, seconds: float) -> None:
        self.now += seconds
        self.wall += seconds

    def sleep(self, seconds: float) -> None:
        """Wait; a computer that fell asleep meanwhile wakes up later."""
        self.pass_(seconds)
        self.wall += self.asleep + self.set_by
        self.now += self.asleep if self.sees_sleep else 0.0
        self.asleep = self.set_by = 0.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("procedure.patience.time", clock)
    monkeypatch.setattr("procedure.account.time", clock)
    return clock


@pytest.fixture
def news() -> list[News]:
    return []


def patience(news: list[News], limit: float = 100.0) -> Patience:
    return Patience(limit, longest=10, account=Account(news.append))


def test_waiting_counts(clock: Clock, news: list[News]) -> None:
    """Pauses and looks count, and the limit passes."""
    waiting = patience(news)
    for _ in range(11):
        clock.pass_(5)
        waiting.pause(5)
    assert (waiting.spent, waiting.is_over, news) == (110, True, [])


@pytest.mark.parametrize("sees_sleep", [False, True], ids=["Linux, macOS", "Windows, SIGSTOP"])
def test_sleep_does_not_count_and_is_told(clock: Clock, news: list[News], sees_sleep: bool) -> None:
    """Forty minutes of sleep count as the pause that they interrupted, and are told."""
    waiting, clock.sees_sleep = patience(news), sees_sleep
    waiting.pause(5)
    clock.asleep = 2400
    waiting.pause(5)
    assert waiting.spent == 10
    assert [(one.kind, one.text) for one in news] == [(NewsKind.SLEPT, "2400")]


@pytest.mark.parametrize("seconds", [3600, -3600])
def test_a_clock_that_is_set(clock: Clock, news: list[News], seconds: float) -> None:
    """A clock that is put forward or back moves no limit, and is told."""
    waiting = patience(news)
    clock.set_by = seconds
    waiting.pause(5)
    assert waiting.spent == 5
    assert [one.text for one in news] == ["3600"]


def test_sleep_during_a_look(clock: Clock, news: list[News]) -> None:
    """A look that took far longer than one can: the computer slept in it."""
    waiting = patience(news)
    clock.pass_(2400)
    waiting.pause(5)
    assert waiting.spent == 5
    assert [one.text for one in news] == ["2390"]


def test_after_sleep_there_is_one_more_look(clock: Clock, news: list[News]) -> None:
    """A limit that is over while we wake up is not judged before a look that was made awake."""
    waiting = patience(news, limit=8)
    waiting.pause(5)
    clock.asleep = 2400
    waiting.pause(5)
    assert not waiting.is_over
    waiting.pause(5)
    assert waiting.is_over


def test_a_busy_computer_did_not_sleep(clock: Clock, news: list[News]) -> None:
    """Half a minute more or less is no sleep."""
    waiting = patience(news)
    clock.asleep = 29
    waiting.pause(5)
    assert news == []


def test_what_nobody_could_hear_is_no_silence(clock: Clock, news: list[News]) -> None:
    """A question is not counted as unanswered, and a patch not as silent, for the time that we slept."""
    watch = Watch(limits=Limits(quiet=1, prompt=100, silence=60), account=Account(news.append))
    clock.pass_(2)
    watch.nothing("Go on? ", last="", waits=Waits.READ)
    clock.pass_(2400)
    watch.slept(2400)
    watch.nothing("Go on? ", last="", waits=Waits.READ)
    assert [one.kind for one in news] == [NewsKind.PROMPT]
    assert watch.longest == 2
    clock.pass_(101)
    with pytest.raises(ProcedureError):
        watch.nothing("Go on? ", last="", waits=Waits.READ)


def test_a_follower_that_slept_looks_again(sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A computer that sleeps while a patch is followed tells so, goes on and judges nothing of that time."""
    monkeypatch.setattr("procedure.patience.SLEPT_SECONDS", 0.5)
    bench = Bench(sshd, tmp_path)
    bench.start("sleep 2; echo done")
    jump = iter([0.0, 0.0, 3600.0])

    class Jumping(Clock):
        def time(self) -> float:
            self.set_by += next(jump, 0.0)
            return _real.time() + self.set_by

        monotonic = staticmethod(_real.monotonic)  # type: ignore[assignment]
        sleep = staticmethod(_real.sleep)  # type: ignore[assignment]

    monkeypatch.setattr("procedure.patience.time", Jumping())
    assert bench.follow().exit_code == 0
    assert bench.told(NewsKind.SLEPT) == ["3600"]
    bench.close()
