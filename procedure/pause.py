"""Asks the hypervisor, while the machine is silent, whether it holds it: paused, since its datastore is full, say."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

from procedure.hypervisors import Power, PowerState
from uat.errors import ObservationError, ProcedureError
from uat.journal import JournalError
from uat.model import Pause

Record: TypeAlias = Callable[[Pause], None]


class PauseWatcher:
    """Writes down when the hypervisor began to hold the machine, and when it let go; it changes nothing.

    A machine that stands still is not dead, and what runs on it is not over: whoever waits for it is to know. A
    hypervisor that does not answer says nothing, and one that refuses the login is asked no more; whoever needs it
    meets that himself.
    """

    def __init__(
        self, power: Callable[[], PowerState], *, is_silent: Callable[[], bool], every: float, record: Record
    ) -> None:
        """:param every: seconds between two questions.

        :param record: writes a pause down; called from this watcher's own thread.
        """
        self._power = power
        self._is_silent = is_silent
        self._every = every
        self._record = record
        self._over = threading.Event()
        self._pause: Pause | None = None
        self._thread = threading.Thread(target=self._watch, name="watch the hypervisor", daemon=True)

    def start(self) -> None:
        """Begin to ask."""
        self._thread.start()

    def stop(self) -> None:
        """Ask no more; a question that is under way is not waited for, and says nothing any more."""
        self._over.set()
        self._thread.join(0.2)

    def _watch(self) -> None:
        while not self._over.wait(self._every):
            if self._pause is None and not self._is_silent():
                continue
            try:
                self._hear(self._power())
            except ObservationError:
                continue
            except (ProcedureError, JournalError):  # the login is refused, or nothing can be written: asked no more
                return

    def _hear(self, state: PowerState) -> None:
        is_paused = state.power is Power.PAUSED
        if self._over.is_set() or is_paused is (self._pause is not None):
            return
        now = datetime.now(UTC)
        if self._pause is None:
            self._pause = Pause(began=now, reason=state.reason, full=state.full)
            self._record(self._pause)
        else:
            ended, self._pause = self._pause.model_copy(update={"ended": now}), None
            self._record(ended)
