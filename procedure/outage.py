"""Watches the services from outside, second by second: the measured stop of the machine."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from procedure.sight import Look, is_own_network, is_silence
from uat.errors import ObservationError
from uat.journal import JournalError
from uat.model import Availability, Limits, Transition

Record: TypeAlias = Callable[[Transition], None]

_SLEPT_SECONDS = 30.0
"""More between two looks than they take: this computer slept, or its clock was set."""
_SLEPT = "not looked: this computer slept, or its clock was set"


class Watcher:
    """Looks at each service in a thread of its own, and writes down when one goes or comes back.

    It never raises and never keeps the process alive. What goes wrong in a look is a transition to *unknown*.
    """

    def __init__(self, looks: Sequence[Look], *, limits: Limits, record: Record) -> None:
        """:param record: writes a transition down; called by one thread at a time."""
        self._looks = tuple(looks)
        self._limits = limits
        self._record = record
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._seen: list[Transition] = []
        self._last: dict[Look, Transition] = {}
        self._is_silent = {look: False for look in looks if not look.untried}
        self._missed_since: dict[Look, datetime] = {}
        self._lost_since: datetime | None = None
        self._threads: tuple[threading.Thread, ...] = ()

    @property
    def transitions(self) -> tuple[Transition, ...]:
        """What was written down so far."""
        with self._lock:
            return tuple(self._seen)

    def start(self) -> None:
        """Begin to look, and wait until each service was looked at once: what it was before anything is changed."""
        for look in self._looks:
            if look.untried:
                self._change(look, Availability.UNKNOWN, datetime.now(UTC), look.untried)
        self._threads = tuple(
            threading.Thread(target=self._watch, args=(look,), name=f"watch {look.target}", daemon=True)
            for look in self._is_silent
        )
        for thread in self._threads:
            thread.start()
        until = time.monotonic() + 2 * self._limits.outage_look
        while len(self._last) < len(self._looks) and time.monotonic() < until:
            if self._over.wait(0.01):
                return

    def stop(self) -> None:
        """Look no more; a look that is under way is not waited for, and says nothing any more."""
        with self._lock:
            self._over.set()
        for thread in self._threads:
            thread.join(0.2)

    def link(self, *, is_lost: bool) -> None:
        """Hear that our own link was lost, or is back: while it is lost, silence of everything proves nothing."""
        keepalive = self._limits.keepalive * (self._limits.keepalive_missed + 1)
        unnoticed = timedelta(seconds=keepalive + self._limits.outage_look + self._limits.outage_every)
        with self._lock:
            self._lost_since = datetime.now(UTC) - unnoticed if is_lost else None

    def _watch(self, look: Look) -> None:
        ended = datetime.now(UTC)
        while not self._over.is_set():
            began, clock = datetime.now(UTC), time.monotonic()
            if (began - ended).total_seconds() > self._limits.outage_every + _SLEPT_SECONDS:
                self._change(look, Availability.UNKNOWN, ended, _SLEPT)
            self._look(look, began)
            ended = datetime.now(UTC)
            self._over.wait(max(self._limits.outage_every - (time.monotonic() - clock), 0.01))

    def _look(self, look: Look, began: datetime) -> None:
        try:
            said = look.ask()
        except (ObservationError, OSError) as error:
            self._missed(look, error, began)
        except Exception as error:  # noqa: BLE001  the edge of a thread: a defect here must not disturb the procedure
            self._change(look, Availability.UNKNOWN, began, f"{type(error).__name__}: {error}")
        else:
            self._is_silent[look] = False
            self._missed_since.pop(look, None)
            self._change(look, Availability.UP, datetime.now(UTC), said)

    def _missed(self, look: Look, error: Exception, began: datetime) -> None:
        """Take a look without an answer for what it is; one late answer is no outage, two looks in silence are."""
        self._is_silent[look] = is_silence(error)
        said = getattr(error, "strerror", None) or str(error) or type(error).__name__
        since = self._missed_since.setdefault(look, began)
        lost_since = self._lost_since
        if is_own_network(error):
            self._change(look, Availability.UNKNOWN, began, said)
        elif lost_since and all(self._is_silent.values()):
            last = self._last.get(look)
            gone = last.at if last and last.state is Availability.DOWN else began
            self._change(look, Availability.UNKNOWN, max(gone, lost_since), said)
        elif since < began or not self._is_silent[look] or look not in self._last:
            self._change(look, Availability.DOWN, since, said)

    def _change(self, look: Look, state: Availability, at: datetime, said: str) -> None:
        """Write a state down when it is another one than before."""
        with self._lock:
            last = self._last.get(look)
            if self._over.is_set() or (last and last.state is state):
                return
            made = Transition(service=look.service, target=look.target, state=state, at=at, said=said)
            try:
                self._record(made)
            except JournalError:  # the conductor meets it as well, and stops; nothing is seen that is not written
                self._over.set()
                return
            self._last[look] = made
            self._seen.append(made)
