"""A port as it is reached from here, on real sockets."""

from __future__ import annotations

import socket

import pytest

from tests.sshd import free_port
from tests.uat.checks.recording import Recording
from uat.checks import port
from uat.errors import ObservationError
from uat.model import Limits, System, Viewpoint
from uat.probe import Probe


def look(number: int, address: str | None = None) -> tuple[port.Observed, Probe]:
    """Look from here at a port of this computer."""
    probe = Probe(connection=Recording(answers={}), system=System(ssh="root@127.0.0.1:22"), limits=Limits())
    inputs = port.Inputs.model_validate({"number": number, "from": "here", "address": address})
    return port.observe(inputs, probe), probe


def test_open() -> None:
    """A port that accepts a connection is reachable; the machine's own view is not known."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        observed, _ = look(server.getsockname()[1])
    assert (observed.reachable, observed.listening) == (True, None)


def test_refused() -> None:
    """A refusal is a result: not reachable."""
    assert look(free_port())[0].reachable is False


def test_other_address() -> None:
    """An address of its own is connected to instead of the machine."""
    with socket.create_server(("127.0.0.2", 0)) as server:
        number = server.getsockname()[1]
        assert look(number, "127.0.0.2")[0].reachable is True
        assert look(number)[0].reachable is False


def test_unknown_name() -> None:
    """A name that nobody knows is an error: nothing was looked at."""
    with pytest.raises(ObservationError, match=r"pbx\.invalid port 443 from here"):
        look(443, "pbx.invalid")


def test_evidence() -> None:
    """The try is recorded, as seen from here."""
    number = free_port()
    _, probe = look(number)
    evidence = probe.take_evidence()[0]
    assert (evidence.kind, evidence.label, evidence.status) == ("tcp", f"127.0.0.1:{number}", "refused")
    assert evidence.viewpoint is Viewpoint.HERE
