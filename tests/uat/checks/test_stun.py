"""Asking a real coturn, and reading answers that it does not give."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.serving import serving
from tests.sshd import free_port
from tests.uat.checks.recording import Recording
from uat.checks import stun
from uat.errors import ObservationError
from uat.model import Limits, System
from uat.probe import Probe

VECTOR_IPV4 = bytes.fromhex(
    "0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220"
    "002000080001a147e112a643000800142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96"
)
"""RFC 5769, 2.2: sample IPv4 response, of 192.0.2.1 port 32853."""
VECTOR_IPV6 = bytes.fromhex(
    "010100482112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220"
    "002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d900080014a382954e4be67bf11784c97c8292c275bfe3ed41"
    "80280004c8fb0b4c"
)
"""RFC 5769, 2.3: sample IPv6 response, of 2001:db8:1234:5678:11:2233:4455:6677 port 32853."""


@pytest.fixture(scope="module")
def coturn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Run a STUN server on 127.0.0.1; give its port."""
    program = shutil.which("turnserver")
    if program is None:
        pytest.skip("no turnserver here (Debian: coturn)")
    folder, port = tmp_path_factory.mktemp("coturn"), free_port()
    (folder / "conf").write_text("")
    command = [program, "-c", str(folder / "conf"), "-n", "-S", "-L", "127.0.0.1", "-p", str(port)]
    command += ["--no-tls", "--no-dtls", "--no-cli", "--pidfile", str(folder / "pid"), "--log-file", "stdout"]
    with serving(command, folder=folder, is_up=lambda: look(port, answer=0.5)[0].answers):
        yield port


def look(port: int, *, answer: float = 5.0) -> tuple[stun.Observed, Probe]:
    """Look once at a server on this computer."""
    probe = Probe(connection=Recording(answers={}), system=System(), limits=Limits(answer=answer))
    return stun.observe(stun.Inputs(host="127.0.0.1", port=port), probe), probe


@contextmanager
def answering(make: Callable[[bytes], bytes]) -> Iterator[int]:
    """Run a server that makes its answers from the requests."""
    link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    link.bind(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            request, client = link.recvfrom(2000)
            if not request:
                return
            link.sendto(make(request), client)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield link.getsockname()[1]
    finally:
        link.sendto(b"", link.getsockname())
        thread.join()
        link.close()


def test_coturn(coturn: int) -> None:
    """A real server tells our own address, and its name."""
    observed, probe = look(coturn)
    assert observed.answers is True
    assert (observed.mapped_address or "").startswith("127.0.0.1:")
    assert "Coturn" in observed.software
    assert probe.take_evidence()[0].status == "answered"


@pytest.mark.parametrize(
    ("vector", "address"),
    [
        (VECTOR_IPV4, "192.0.2.1:32853"),
        (VECTOR_IPV6, "[2001:db8:1234:5678:11:2233:4455:6677]:32853"),
    ],
)
def test_vectors(vector: bytes, address: str) -> None:
    """The standard's own examples are read as it says."""
    observed = stun._read(vector)
    assert (observed.mapped_address, observed.software) == (address, "test vector")


def test_old_server() -> None:
    """A server that knows only the address without a mask is understood."""
    plain = bytes.fromhex("0001 0008 0001 1388 c0000207")
    with answering(lambda request: bytes.fromhex("0101 000c") + request[4:20] + plain) as port:
        assert look(port)[0].mapped_address == "192.0.2.7:5000"


def test_refusal() -> None:
    """A server that refuses is heard: code and reason, and no address."""
    code = bytes.fromhex("0009 0010 0000 0401") + b"Unauthorized"
    with answering(lambda request: bytes.fromhex("0111 0014") + request[4:20] + code) as port:
        observed, _ = look(port)
    assert (observed.answers, observed.mapped_address, observed.error) == (False, None, "401 Unauthorized")


def test_another_transaction() -> None:
    """An answer to somebody else's question is none to ours."""
    with answering(lambda request: VECTOR_IPV4) as port:
        assert look(port, answer=0.5)[0].answers is False


def test_closed() -> None:
    """A closed port is a result: no answer."""
    assert look(free_port())[0] == stun.Observed(answers=False)


def test_nonsense() -> None:
    """An answer of our transaction that holds no address is an error."""
    with (
        answering(lambda request: bytes.fromhex("0101 0000") + request[4:20]) as port,
        pytest.raises(ObservationError, match=r"cannot be read: .*no address"),
    ):
        look(port)


@given(st.binary(max_size=80), st.sampled_from([b"\x01\x01", b"\x01\x11"]))
def test_any_bytes(attributes: bytes, kind: bytes) -> None:
    """Whatever stands behind the header is read, or refused as unreadable; nothing else comes of it."""
    try:
        observed = stun._read(kind + bytes(18) + attributes)
    except stun._UNREADABLE:
        return
    assert observed.answers == (kind == b"\x01\x01")
