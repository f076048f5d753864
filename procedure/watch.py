"""Begins to look from outside when the machine is about to be changed, and tells of the outage and the window."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime

from procedure.hypervisors import PowerState
from procedure.outage import Watcher
from procedure.pause import PauseWatcher
from procedure.sight import looks
from procedure.window import left, way_back
from uat import availability
from uat.model import Availability, News, NewsKind, Notice, NoticeKind, Pause, Step, Transition
from uat.session import Session

CHANGES = ("shutdown", "power_off", "snapshot", "start", "patch", "reboot", "revert")
"""The steps at whose beginning, at the latest, the looking begins."""


class Watch:
    """Hears the steps, owns the watcher, and says what somebody at the terminal wants to know meanwhile."""

    def __init__(
        self,
        session: Session,
        *,
        tell: Callable[[Notice], None],
        power: Callable[[], PowerState] | None = None,
    ) -> None:
        """:param tell: called from other threads than the session's.

        :param power: asks the hypervisor; none where that means to ask a person.
        """
        self._session = session
        self._limits = session.checklist.limits
        self._tell = tell
        self._power = power
        self._watcher: Watcher | None = None
        self._pauses: PauseWatcher | None = None
        self._is_link_lost = False
        self._over = threading.Event()
        self._steps: dict[int, Step] = {}
        self._told: set[NoticeKind] = set()
        self._last_told: datetime | None = None
        self._known: set[tuple[str, str]] = set()

    def hear(self, step: Step, news: News) -> None:
        """Hear what a step does: begin with the first that changes the machine, and know of our own link."""
        if news.kind is NewsKind.BEGAN and step.name in CHANGES and self._watcher is None:
            self._start()
        if news.kind in (NewsKind.ENDED, NewsKind.RECALLED):
            self._steps[step.number] = step
        if self._watcher and news.kind in (NewsKind.LINK_LOST, NewsKind.LINK_BACK):
            self._is_link_lost = news.kind is NewsKind.LINK_LOST
            self._watcher.link(is_lost=self._is_link_lost)

    def close(self) -> None:
        """Look no more."""
        self._over.set()
        if self._watcher:
            self._watcher.stop()
        if self._pauses:
            self._pauses.stop()

    def _start(self) -> None:
        session = self._session
        seen = looks(session.checklist.system, session.settings.address, limits=self._limits)
        self._watcher = Watcher(seen, limits=self._limits, record=self._write)
        self._watcher.start()
        threading.Thread(target=self._follow, args=(self._watcher,), name="watch the window", daemon=True).start()
        if self._power:
            self._pauses = PauseWatcher(
                self._power,
                is_silent=self._is_silent,
                every=self._limits.outage_paused,
                record=self._write_pause,
            )
            self._pauses.start()

    def _is_silent(self) -> bool:
        """Tell whether our link is lost, or a look at the machine itself that was answered before is not now."""
        seen = [one for one in self._watcher.transitions if one.service == "machine"] if self._watcher else []
        answered = {one.target for one in seen if one.state is Availability.UP}
        last = {one.target: one.state for one in seen}
        return self._is_link_lost or any(last[target] is not Availability.UP for target in answered)

    def _write_pause(self, pause: Pause) -> None:
        self._session.journal.write("pause", pause)
        self._tell(Notice(kind=NoticeKind.PAUSE, at=pause.ended or pause.began, pause=pause))

    def _write(self, transition: Transition) -> None:
        """Write it down, then say so; in this order, so that what was said is always written."""
        self._session.journal.write("transition", transition)
        key = transition.service, transition.target
        notice = Notice(
            kind=NoticeKind.SERVICE, at=transition.at, transition=transition, is_first=key not in self._known
        )
        self._known.add(key)
        self._tell(notice)

    def _follow(self, watcher: Watcher) -> None:
        while not self._over.wait(self._limits.outage_every):
            for notice in self.due(watcher.transitions, datetime.now(UTC)):
                self._tell(notice)

    def due(self, transitions: tuple[Transition, ...], now: datetime) -> tuple[Notice, ...]:
        """Give what is to be said now: the outage from time to time, the window's end and the way back once."""
        return tuple(
            notice for notice in (self._outage(transitions, now), self._window(now), self._way_back(now)) if notice
        )

    @property
    def _window_end(self) -> datetime | None:
        window = self._session.checklist.upgrade.window
        return window.end if window else None

    def _outage(self, transitions: tuple[Transition, ...], now: datetime) -> Notice | None:
        measured = availability.measure(transitions, until=now)
        since = measured.since if measured else None
        if since is None:
            self._last_told = None
            return None
        last = self._last_told or since
        if (now - last).total_seconds() < self._limits.outage_told:
            return None
        self._last_told = now
        return Notice(kind=NoticeKind.OUTAGE, at=now, since=since, window_end=self._window_end)

    def _window(self, now: datetime) -> Notice | None:
        end = self._window_end
        if end is None or NoticeKind.WINDOW in self._told or left(end, now) > self._limits.window_near:
            return None
        self._told.add(NoticeKind.WINDOW)
        return Notice(kind=NoticeKind.WINDOW, at=now, window_end=end)

    def _way_back(self, now: datetime) -> Notice | None:
        end = self._window_end
        if end is None or NoticeKind.WAY_BACK in self._told:
            return None
        needed = way_back(tuple(self._steps.values()), tuple(self._session.results.values()))
        if needed is None or left(end, now) >= sum(needed.values()):
            return None
        self._told.add(NoticeKind.WAY_BACK)
        return Notice(kind=NoticeKind.WAY_BACK, at=now, window_end=end, needed=needed)
