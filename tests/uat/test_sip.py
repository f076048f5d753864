"""One SIP OPTIONS, on real servers over UDP and TCP."""

from __future__ import annotations

import socket
import threading

import pytest

from tests.sip import running_sip
from tests.sshd import free_port
from uat.errors import ObservationError
from uat.sip import Target, ask_options, parse_target


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("10.0.0.5", "sip:10.0.0.5:5060;transport=udp"),
        ("pbx.acme.it:5080", "sip:pbx.acme.it:5080;transport=udp"),
        ("tcp:pbx.acme.it", "sip:pbx.acme.it:5060;transport=tcp"),
        ("udp:[2001:db8::5]:5070", "sip:[2001:db8::5]:5070;transport=udp"),
        ("[2001:db8::5]", "sip:[2001:db8::5]:5060;transport=udp"),
    ],
)
def test_a_target_is_read(text: str, target: str) -> None:
    """Transport and port may be left out; an IPv6 host stands in brackets."""
    assert str(parse_target(text)) == target


@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize("status", ["200 OK", "401 Unauthorized", "404 Not Found", "480 Temporarily Unavailable"])
def test_any_answer_is_given(transport: str, status: str) -> None:
    """The status line's code and reason come back, over both transports, whatever they are."""
    with running_sip(transport, status=status) as server:
        target = Target(host="127.0.0.1", port=server.port, transport=transport)
        assert ask_options(target, seconds=5) == status


def test_the_request_is_whole() -> None:
    """What RFC 3261 (8.1.1) demands of a request is in it, and it asks for nothing but the options."""
    with running_sip() as server:
        ask_options(Target(host="127.0.0.1", port=server.port), seconds=5)
    first, *headers = server.asked[0].split("\r\n")
    assert first == f"OPTIONS sip:127.0.0.1:{server.port} SIP/2.0"
    names = {line.partition(":")[0] for line in headers if line}
    assert {"Via", "Max-Forwards", "From", "To", "Call-ID", "CSeq", "Content-Length"} <= names


def test_a_lost_datagram_is_sent_again() -> None:
    """Over UDP a request without an answer is repeated (RFC 3261, 17.1.2.2)."""
    with running_sip(deaf=1) as server:
        assert ask_options(Target(host="127.0.0.1", port=server.port), seconds=10) == "401 Unauthorized"
    assert len(server.asked) == 2


def test_silence_is_a_timeout() -> None:
    """A server that never answers is given up after the time."""
    with running_sip(deaf=100) as server, pytest.raises(TimeoutError):
        ask_options(Target(host="127.0.0.1", port=server.port), seconds=0.2)


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_closed_port_refuses(transport: str) -> None:
    """A port on which nobody listens says so, over UDP too."""
    with pytest.raises(ConnectionRefusedError):
        ask_options(Target(host="127.0.0.1", port=free_port(), transport=transport), seconds=5)


def _serve_once(listener: socket.socket, answer: bytes) -> None:
    link, _ = listener.accept()
    with link:
        link.recv(4096)
        link.sendall(answer)


@pytest.mark.parametrize(
    ("answer", "error"), [(b"HTTP/1.1 400 Bad Request\r\n\r\n", ObservationError), (b"", ConnectionResetError)]
)
def test_what_is_no_sip_is_no_answer(answer: bytes, error: type[Exception]) -> None:
    """Another protocol's answer, or a forwarder that takes the connection and closes it, proves nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_serve_once, args=(listener, answer))
        thread.start()
        target = Target(host="127.0.0.1", port=listener.getsockname()[1], transport="tcp")
        with pytest.raises(error):
            ask_options(target, seconds=5)
        thread.join()
