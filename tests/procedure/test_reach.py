"""How far one still gets: each rung on something real."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from procedure.hypervisors import Power, PowerState
from procedure.reach import climb
from tests.sshd import Sshd, free_port
from uat.errors import ObservationError
from uat.host import Address


class Switch:
    """A hypervisor of which only the switch is looked at."""

    def __init__(self, power: Power | None) -> None:
        self._power = power

    def power(self) -> PowerState:
        if self._power is None:
            raise ObservationError("no hypervisor answers")
        return PowerState(power=self._power)


@pytest.fixture
def deaf() -> Iterator[int]:
    """A port that takes connections and hangs up without a word, as QEMU's forwarded ports do."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    server.accept()[0].close()
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


def rungs(port: int, power: Power | None = Power.ON) -> dict[str, object]:
    return climb(Address(user="root", host="127.0.0.1", port=port), Switch(power), login="refused")  # type: ignore[arg-type]


def test_an_sshd_that_refuses_us(sshd: Sshd) -> None:
    """sshd introduces itself and only the login fails: the rung is the banner."""
    found = rungs(sshd.port)
    assert found["rung"] == "banner"
    assert str(found["banner"]).startswith("SSH-2.0-")
    assert found["login"] == "refused"


def test_a_port_without_a_service(deaf: int) -> None:
    """A port that opens and says nothing: the rung is the port."""
    found = rungs(deaf)
    assert (found["rung"], found["banner"]) == ("port", "no banner")


def test_a_closed_port() -> None:
    """With the port closed the rung is the ping, or the switch where this computer has no ping."""
    assert rungs(free_port())["rung"] in ("ping", "on")


def test_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is off and answers nowhere: nothing."""
    monkeypatch.setattr("shutil.which", lambda name: None)
    found = rungs(free_port(), Power.OFF)
    assert (found["rung"], found["ping"]) == ("nothing", "not tried: no ping here")


def test_a_hypervisor_that_does_not_answer(sshd: Sshd) -> None:
    """A rung that cannot be tried does not hide the higher ones."""
    found = rungs(sshd.port, None)
    assert (found["rung"], found["on"]) == ("banner", "no hypervisor answers")


def test_behind_a_jump_host() -> None:
    """Behind a jump host nothing is tried from here, and that is said."""
    address = Address(user="root", host="10.0.0.5", jump=Address(user="root", host="jump"))
    found = climb(address, Switch(Power.ON), login="no answer")  # type: ignore[arg-type]
    assert (found["rung"], found["port"]) == ("on", "not tried: jump host")
