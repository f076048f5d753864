"""The proof of a reboot: a boot id that is well-formed, read with exit code 0, and different."""

from __future__ import annotations

import pytest

from procedure.account import Account
from procedure.boot import boot_id, wait_for_boot
from tests.procedure.machine import FAST, ONE, TWO, Scripted, output
from tests.procedure.test_snapshot import climb
from uat.errors import ObservationError, ProcedureError, UnreachableError
from uat.host import Output

GONE = UnreachableError("connection refused")
SAME, OTHER = output(f"{ONE}\n"), output(f"{TWO}\n")


def wait(*answers: Output | Exception) -> tuple[str, Scripted]:
    link = Scripted(answers)
    found = wait_for_boot(link, ONE, limits=FAST, account=Account(lambda news: None), climb=climb)
    return found, link


@pytest.mark.parametrize(
    "answer",
    [
        output(TWO, exit_code=1),
        output(f"Welcome to pbx\n{TWO}\n"),
        output(""),
        output(TWO.upper()),
        output("cat: Permission denied"),
    ],
    ids=["failed", "noise", "empty", "upper case", "an error"],
)
def test_what_is_no_boot_id(answer: Output) -> None:
    """A boot id that cannot be read is unknown, never another one."""
    with pytest.raises(ObservationError):
        boot_id(answer)


def test_going_down_and_coming_back() -> None:
    """Still the old life, then nobody, then noise, then another life: rebooted."""
    found, link = wait(SAME, SAME, GONE, GONE, output("motd"), OTHER)
    assert found == TWO
    assert len(link.commands) == 6


def test_every_look_is_a_new_connection() -> None:
    """No look goes over a connection of the old life."""
    _, link = wait(SAME, GONE, OTHER)
    assert link.dropped == 3


def test_a_reboot_that_does_not_happen() -> None:
    """The same boot id after the limit for going down: a stop, and no second reboot."""
    with pytest.raises(ProcedureError) as stop:
        wait(SAME)
    assert (stop.value.stop, stop.value.exit_code) == ("boot_id_same", 10)


def test_garbage_is_not_another_life() -> None:
    """A machine whose boot id stays unreadable is not back."""
    with pytest.raises(ProcedureError) as stop:
        wait(output("garbage"))
    assert stop.value.stop == "not_back"


def test_not_back_says_what_still_answers() -> None:
    """Nobody logs in within the limit: exit code 11, with the rungs and the reason."""
    with pytest.raises(ProcedureError) as stop:
        wait(SAME, GONE)
    assert (stop.value.stop, stop.value.exit_code) == ("not_back", 11)
    assert stop.value.facts == {"rung": "on", "login": "connection refused"}
