"""What is asked of the hypervisor while the machine is silent, and what is written of it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, repeat

import pytest

from procedure.hypervisors import Power, PowerState
from procedure.pause import PauseWatcher
from tests.procedure.test_outage import until
from uat.errors import ObservationError, ProcedureError
from uat.model import Pause

ON = PowerState(power=Power.ON)
FULL = PowerState(power=Power.PAUSED, reason="ioerror", full=("vda",))


class Asked:
    """A hypervisor whose answers are prepared, the last one for ever; and the watcher that asks it."""

    def __init__(self, *answers: PowerState | Exception) -> None:
        self._answers = chain(answers, repeat(answers[-1]))
        self.count = 0
        self.is_silent = True
        self.written: list[Pause] = []
        self.watcher = PauseWatcher(
            self.power, is_silent=lambda: self.is_silent, every=0.01, record=self.written.append
        )

    def power(self) -> PowerState:
        """Answer."""
        self.count += 1
        answer = next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def until_asked(self, times: int) -> None:
        """Wait until it was asked so often."""
        until(lambda: self.count >= times)


@pytest.fixture
def asked(request: pytest.FixtureRequest) -> Iterator[Asked]:
    """One that answers as the test's parameter says."""
    made = Asked(*request.param)
    made.watcher.start()
    yield made
    made.watcher.stop()


@pytest.mark.parametrize("asked", [(ON, FULL, FULL, ON)], indirect=True)
def test_a_pause_is_written_when_it_begins_and_when_it_ends(asked: Asked) -> None:
    """Two records of one pause: that it began, with the disk that found no room, and that it ended."""
    until(lambda: len(asked.written) == 2)
    began, ended = asked.written
    assert (began.reason, began.full, began.ended) == ("ioerror", ("vda",), None)
    assert ended.began == began.began
    assert ended.ended is not None
    assert ended.ended >= ended.began


@pytest.mark.parametrize("asked", [(PowerState(power=Power.OFF),)], indirect=True)
def test_off_is_no_pause(asked: Asked) -> None:
    """A machine that is off during its snapshot is not held."""
    asked.until_asked(3)
    assert asked.written == []


@pytest.mark.parametrize("asked", [(ObservationError("no answer"), FULL)], indirect=True)
def test_a_hypervisor_that_does_not_answer_is_asked_again(asked: Asked) -> None:
    """A question without an answer says nothing, and the next one counts."""
    until(lambda: len(asked.written) == 1)


@pytest.mark.parametrize("asked", [(FULL, FULL, ON)], indirect=True)
def test_a_pause_is_followed_to_its_end(asked: Asked) -> None:
    """Once it is held it is asked for until it is let go, whether the machine is silent or not."""
    until(lambda: len(asked.written) == 1)
    asked.is_silent = False
    until(lambda: len(asked.written) == 2)


def test_a_machine_that_answers_is_not_asked_for() -> None:
    """As long as the machine answers, nobody bothers its hypervisor."""
    asked = Asked(FULL)
    asked.is_silent = False
    asked.watcher.start()
    waited = Asked(ON)
    waited.watcher.start()
    waited.until_asked(5)
    waited.watcher.stop()
    asked.watcher.stop()
    assert asked.count == 0


def test_a_refused_login_is_not_tried_again() -> None:
    """A hypervisor that refuses the login is asked no more: the account would be locked."""
    refused, waited = Asked(ProcedureError("hypervisor_login")), Asked(ON)
    refused.watcher.start()
    refused.until_asked(1)
    waited.watcher.start()
    waited.until_asked(5)
    waited.watcher.stop()
    refused.watcher.stop()
    assert refused.count == 1
