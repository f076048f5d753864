"""Datagrams to real sockets, a SIP server's among them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.sip import running_sip
from tests.sshd import free_port
from tests.uat.checks.recording import Recording
from uat.checks import udp
from uat.errors import ObservationError
from uat.model import InvalidRecord, JsonValue, Limits, System, Viewpoint
from uat.probe import Probe

OPTIONS = (
    "OPTIONS sip:ping SIP/2.0\r\nVia: SIP/2.0/UDP uat;branch=z9hG4bK-1\r\nFrom: <sip:uat@uat>;tag=1\r\n"
    "To: <sip:ping>\r\nCall-ID: uat\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
)


@contextmanager
def answering(*answers: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """Run a server that gives all these answers to each datagram; give its port and what it was sent."""
    link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    link.bind(("127.0.0.1", 0))
    asked: list[bytes] = []

    def serve() -> None:
        while True:
            request, client = link.recvfrom(2000)
            if not request:
                return
            asked.append(request)
            for answer in answers:
                link.sendto(answer, client)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield link.getsockname()[1], asked
    finally:
        link.sendto(b"", link.getsockname())
        thread.join()
        link.close()


def look(port: int, *, answer: float = 5.0, **inputs: JsonValue) -> tuple[udp.Observed, Probe]:
    """Look once."""
    probe = Probe(connection=Recording(answers={}), system=System(), limits=Limits(answer=answer))
    given = {"host": "127.0.0.1", "port": port, "reviewed_by": "M. Rossi"} | inputs
    return udp.observe(udp.Inputs.model_validate(given), probe), probe


def test_sip() -> None:
    """A SIP server answers a request that is written out."""
    with running_sip(status="200 OK") as server:
        observed, probe = look(server.port, send=OPTIONS, matches="^SIP/2[.]0 ")
    assert observed.answers is True
    assert observed.answer.startswith("SIP/2.0 200 OK")
    evidence = probe.take_evidence()[0]
    assert (evidence.status, evidence.viewpoint) == ("answered", Viewpoint.HERE)
    assert "SIP/2.0 200 OK" in evidence.body


def test_bytes() -> None:
    """Bytes go out as they are written, and bytes that are no text come back in hexadecimal."""
    with answering(b"\x00\xff\x10") as (port, asked):
        observed, _ = look(port, send_hex="30 26\n02Ff")
    assert (asked, observed.answer) == ([b"\x30\x26\x02\xff"], "00ff10")


def test_meant_answer() -> None:
    """Answers that are not meant are passed over."""
    with answering(b"noise", b"pong 7") as (port, _):
        assert look(port, send="ping", matches=r"pong \d")[0].answer == "pong 7"


def test_only_strangers() -> None:
    """When only answers come that are not meant, the service does not answer."""
    with answering(b"noise") as (port, _):
        observed, probe = look(port, answer=0.5, send="ping", matches="pong")
    assert observed == udp.Observed(answers=False)
    assert probe.take_evidence()[0].status == "no answer"


def test_lost_datagram() -> None:
    """What is lost on the way is sent again."""
    with running_sip(status="200 OK", deaf=1) as server:
        observed, _ = look(server.port, send=OPTIONS)
        assert len(server.asked) == 2
    assert observed.answers is True


def test_closed() -> None:
    """A closed port is a result: no answer, and the evidence says that it was refused."""
    observed, probe = look(free_port(), send="ping")
    assert (observed.answers, probe.take_evidence()[0].status) == (False, "refused")


def test_unknown_name() -> None:
    """A name that nobody knows is an error: nothing was sent."""
    with pytest.raises(ObservationError, match=r"gw\.invalid port 161 from here"):
        look(161, host="gw.invalid", send="ping")


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({}, "one of them"),
        ({"send": "a", "send_hex": "00"}, "one of them"),
        ({"send": ""}, "1 to 1400 bytes"),
        ({"send": "x" * 1401}, "1 to 1400 bytes"),
        ({"send_hex": "123"}, "two hexadecimal digits"),
        ({"send": "a", "matches": "("}, "not a regular expression"),
        ({"send": "a", "reviewed_by": " "}, "something must be written here"),
    ],
)
def test_refused_when_loaded(inputs: dict[str, JsonValue], said: str) -> None:
    """What cannot be meant is refused when the checklist is loaded."""
    given = {"host": "gw", "port": 161, "reviewed_by": "M. Rossi"} | inputs
    with pytest.raises(InvalidRecord, match=said):
        udp.Inputs.model_validate(given)
