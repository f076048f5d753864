"""A plugin of the tests: plants the bug in the product that ``TVOX_FAULTS_BUG`` names; the lab must see each."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from procedure import again, proof, screen
from procedure.attempt import State
from procedure.conduct import Conductor, _begun
from uat import journal, web
from uat.model import Outcome
from uat.ssh import login

BUG = "TVOX_FAULTS_BUG"


def blind_probe() -> None:
    """Whatever the machine says of an attempt, believe that it was never started."""
    look = screen.look

    def blind(*arguments: Any, **named: Any) -> screen.Look:
        seen = look(*arguments, **named)
        return seen.model_copy(update={"attempt": seen.attempt.model_copy(update={"state": State.NEVER_STARTED})})

    screen.look = blind


def done_before_the_act() -> None:
    """Write that a step passed, then do it."""
    perform = Conductor._perform

    def early(self: Conductor, planned: Any, earlier: Any) -> None:
        passed = {"outcome": Outcome.PASSED, "intent": dict(self._work.intent(planned))}
        self._stage.journal.write("step", _begun(planned).model_copy(update=passed))
        perform(self, planned, earlier)

    Conductor._perform = early  # type: ignore[method-assign]


def retry_on_doubt() -> None:
    """A patch of which nobody can tell is started again, from a clean directory."""
    start = screen.start

    def bold(lifeline: Any, directory: str, **named: Any) -> None:
        lifeline.run(f"rm -rf {directory}", changes=True)
        start(lifeline, directory, **named)

    screen.start = bold
    again.may_start = lambda *arguments, **named: True


def torn_tail_kept() -> None:
    """Write on behind half a line."""
    journal._cut = lambda path, size: None


def loose_marker() -> None:
    """Look for the sentences anywhere in a line, and do not mind what stands around them."""
    proof._says = lambda line, sentence: sentence in line.text
    proof._is_frame = lambda line: True


def tls_off() -> None:
    """Accept whatever certificate is shown."""
    web._Adapter.init_poolmanager = web.HTTPAdapter.init_poolmanager  # type: ignore[method-assign]


def any_host_key() -> None:
    """Let every host key in."""
    login.known_keys = lambda *arguments: ()
    login.Gate.validate_host_public_key = lambda self, host, addr, port, key: True  # type: ignore[method-assign]


BUGS: dict[str, Callable[[], None]] = {
    bug.__name__: bug
    for bug in (
        blind_probe,
        done_before_the_act,
        retry_on_doubt,
        torn_tail_kept,
        loose_marker,
        tls_off,
        any_host_key,
    )
}

if named := os.environ.get(BUG):
    BUGS[named]()
