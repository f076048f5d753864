"""Asking a real chronyd for the time, and reading answers that it does not give."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.serving import serving
from tests.sshd import free_port
from tests.uat.checks.recording import Recording
from uat.checks import ntp
from uat.errors import ObservationError
from uat.model import Limits, System
from uat.probe import Probe

CHRONYD = Path("/usr/sbin/chronyd")
SETTINGS = """\
port {port}
cmdport 0
bindaddress 127.0.0.1
allow 127.0.0.1
local stratum 7
pidfile {folder}/pid
bindcmdaddress /
"""


@pytest.fixture(scope="module")
def chronyd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Run a time server on 127.0.0.1 that leaves the clock alone (-x); give its port."""
    if not CHRONYD.exists() or os.getuid() != 0:
        pytest.skip("no chronyd here, or not root, who alone may run one (Debian: chrony)")
    folder, port = tmp_path_factory.mktemp("chronyd"), free_port()
    (folder / "conf").write_text(SETTINGS.format(port=port, folder=folder))
    command = [str(CHRONYD), "-d", "-x", "-u", "root", "-f", str(folder / "conf")]
    with serving(command, folder=folder, is_up=lambda: look(port, answer=0.5)[0].answers):
        yield port


def look(port: int, server: str = "127.0.0.1", *, answer: float = 5.0) -> tuple[ntp.Observed, Probe]:
    """Look once."""
    probe = Probe(connection=Recording(answers={}), system=System(), limits=Limits(answer=answer))
    return ntp.observe(ntp.Inputs(server=server, port=port), probe), probe


def stamp(seconds: float) -> bytes:
    """Write a time as NTP does."""
    whole = int(seconds)
    return ((whole + 2_208_988_800) % 2**32).to_bytes(4, "big") + int((seconds - whole) * 2**32).to_bytes(4, "big")


@contextmanager
def answering(first: bytes, *, ahead: float = 0.0, wrong: int = 0) -> Iterator[int]:
    """Run a server whose answers begin with the given 16 bytes; ``wrong`` strange ones come before each."""
    link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    link.bind(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            request, client = link.recvfrom(100)
            if not request:
                return
            for _ in range(wrong):
                link.sendto(first + bytes(32), client)
            now = stamp(time.time() + ahead)
            link.sendto(first + bytes(8) + request[40:48] + now + now, client)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield link.getsockname()[1]
    finally:
        link.sendto(b"", link.getsockname())
        thread.join()
        link.close()


def test_chronyd(chronyd: int) -> None:
    """A real server on this computer tells this computer's time, its stratum and that its clock is good."""
    observed, probe = look(chronyd)
    assert (observed.answers, observed.stratum, observed.leap) == (True, 7, ntp.Leap.NORMAL)
    assert observed.offset_seconds == pytest.approx(0, abs=0.5)
    assert probe.take_evidence()[0].status == "answered"


def test_offset() -> None:
    """A server that is ahead has a positive offset."""
    with answering(bytes([0x24, 2, 0, 0]) + bytes(8) + bytes([10, 0, 0, 1]), ahead=90) as port:
        observed, _ = look(port)
    assert observed.offset_seconds == pytest.approx(90, abs=0.5)
    assert observed.reference == "10.0.0.1"


def test_not_synchronised() -> None:
    """A server that lost its own source says so."""
    with answering(bytes([0xE4, 16, 0, 0]) + bytes(12)) as port:
        observed, _ = look(port)
    assert (observed.leap, observed.stratum) == (ntp.Leap.NOT_SYNCHRONISED, 16)


def test_refusal() -> None:
    """A kiss-of-death is an answer: stratum 0, no time, and the server's word (RFC 4330, 8)."""
    with answering(bytes([0xE4, 0, 0, 0]) + bytes(8) + b"RATE") as port:
        observed, _ = look(port)
    assert (observed.answers, observed.stratum, observed.reference) == (True, 0, "RATE")
    assert observed.offset_seconds is None


def test_strangers() -> None:
    """Answers that do not give our own random time back are passed over."""
    with answering(bytes([0x24, 1, 0, 0]) + bytes(8) + b"GPS\0", wrong=3) as port:
        observed, _ = look(port)
    assert (observed.stratum, observed.reference) == (1, "GPS")
    assert observed.offset_seconds == pytest.approx(0, abs=0.5)


def test_after_2036() -> None:
    """Times after the counter began anew, in February 2036, are read as such."""
    assert ntp._seconds(stamp(2_100_000_000.25)) == pytest.approx(2_100_000_000.25, abs=1e-3)
    assert ntp._seconds(stamp(1_764_000_000.5)) == pytest.approx(1_764_000_000.5, abs=1e-3)


def test_closed() -> None:
    """A closed port is a result: no answer."""
    observed, probe = look(free_port())
    assert (observed.answers, probe.take_evidence()[0].status) == (False, "refused")


def test_silent() -> None:
    """A server that says nothing does not answer, and is asked more than once."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.bind(("127.0.0.1", 0))
        observed, probe = look(link.getsockname()[1], answer=1.5)
        link.settimeout(5)
        first, second = link.recv(100), link.recv(100)
    assert (observed.answers, probe.take_evidence()[0].status) == (False, "no answer")
    assert first[40:] != second[40:]


def test_unknown_name() -> None:
    """A name that nobody knows is an error: nothing was asked."""
    with pytest.raises(ObservationError, match=r"ntp\.invalid port 123"):
        look(123, "ntp.invalid")
