"""Connecting to real sockets, from here and from the machine behind a real sshd."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.sshd import Sshd, free_port
from tests.uat.checks.recording import Recording
from uat.checks import tcp
from uat.errors import ObservationError
from uat.host import connect
from uat.model import Limits, System, Viewpoint
from uat.probe import Probe
from uat.ssh.output import Output

LIMITS = Limits(greeting=1.0, connect=5.0)


@contextmanager
def saying(words: bytes) -> Iterator[int]:
    """Run a service that greets whoever connects and waits for them to go; give its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet() -> None:
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                with client:
                    client.sendall(words)
                    client.settimeout(10)
                    client.recv(1)

        thread = threading.Thread(target=greet)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.fixture(params=["here", "machine"])
def look(request: pytest.FixtureRequest, sshd: Sshd) -> Iterator[Look]:
    """Look from here, and from a machine."""
    with connect(sshd.address, limits=LIMITS, known_hosts=sshd.known_hosts) as connection:
        yield Look(Probe(connection=connection, system=System(), limits=LIMITS), request.param)


class Look:
    """One place to look from."""

    def __init__(self, probe: Probe, place: str) -> None:
        self.probe = probe
        self.place = place

    def __call__(self, port: int, host: str = "127.0.0.1") -> tcp.Observed:
        """Look once."""
        inputs = tcp.Inputs.model_validate({"host": host, "port": port, "from": self.place})
        return tcp.observe(inputs, self.probe)


def test_greeting(look: Look) -> None:
    """A service that greets is reachable, and its first line is the banner, without its line end."""
    with saying(b"220 mail.acme.it ESMTP \xc3\xa8\r\n250 more\r\n") as port:
        observed = look(port)
    assert (observed.reachable, observed.banner) == (True, "220 mail.acme.it ESMTP è")
    assert observed.seconds is not None


def test_silent_service(look: Look) -> None:
    """A service that waits to be spoken to is reachable, and has no banner."""
    with saying(b"") as port:
        observed = look(port)
    assert (observed.reachable, observed.banner) == (True, None)


def test_binary_greeting(look: Look) -> None:
    """A greeting that is no text, and has no line end, comes back in escapes."""
    with saying(b"\x00\x01hello\xff") as port:
        assert look(port).banner == "\\x00\\x01hello\\xff"


def test_refused(look: Look) -> None:
    """A refusal is a result: not reachable."""
    assert look(free_port()) == tcp.Observed(reachable=False)


def test_unknown_name(look: Look) -> None:
    """A name that nobody knows is an error: nothing was looked at."""
    with pytest.raises(ObservationError, match=r"cannot reach pbx\.invalid port 443 from (here|the machine)"):
        look(443, "pbx.invalid")


def test_evidence(look: Look) -> None:
    """What was said is recorded, with the place it was heard from."""
    with saying(b"SSH-2.0-OpenSSH_5.3\r\n") as port:
        look(port)
    evidence = look.probe.take_evidence()[0]
    assert "SSH-2.0-OpenSSH_5.3" in evidence.body
    assert evidence.viewpoint is (Viewpoint.HERE if look.place == "here" else Viewpoint.MACHINE)


def test_silence_on_the_way() -> None:
    """When nothing at all is heard within the limit, the service is not reachable, from the machine too."""

    class Late:
        def run(self, command: str, *, deadline: float | None = None, stdin: bytes = b"") -> Output:
            return Output(exit_code=137, stdout=b"1764040000.123456789\n", stderr=b"", seconds=8.0)

    inputs = tcp.Inputs(host="10.9.9.9", port=5060)
    assert tcp.observe(inputs, Probe(connection=Late(), system=System(), limits=LIMITS)).reachable is False


def test_a_full_queue_is_no_answer() -> None:
    """A server whose queue of connections is full does not answer: not reachable, and recorded as such."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        port = server.getsockname()[1]
        waiting = [socket.socket() for _ in range(8)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        time.sleep(0.1)
        probe = Probe(connection=Recording(answers={}), system=System(), limits=Limits(connect=0.5))
        inputs = tcp.Inputs.model_validate({"host": "127.0.0.1", "port": port, "from": "here"})
        observed = tcp.observe(inputs, probe)
        for one in waiting:
            one.close()
    assert (observed.reachable, probe.take_evidence()[0].status) == (False, "no answer")
