"""Greeting real mail servers (aiosmtpd), and some that break off."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.https import make_certificate
from tests.sshd import free_port
from tests.uat.checks.recording import Recording
from uat.checks import smtp
from uat.errors import ObservationError
from uat.model import JsonValue, Limits, System
from uat.probe import Probe


class Postmaster:
    """Keeps every command that a client sends beyond greeting."""

    def __init__(self) -> None:
        self.mails: list[str] = []

    async def handle_MAIL(  # noqa: N802  aiosmtpd calls it so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Keep the sender of a mail."""
        self.mails.append(address)
        return "250 OK"


@contextmanager
def running(handler: object, **settings: Any) -> Iterator[int]:
    """Run a mail server on 127.0.0.1; give its port."""
    port = free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port, ident="ACME mail", **settings)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@contextmanager
def saying(*replies: bytes) -> Iterator[int]:
    """Run a server that gives one reply to each line of its only client, and then hangs up."""

    def serve() -> None:
        client, _ = server.accept()
        with client, client.makefile("rb") as lines:
            for number, reply in enumerate(replies):
                if number:
                    lines.readline()
                client.sendall(reply)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


def look(port: int, **inputs: JsonValue) -> tuple[smtp.Observed, Probe]:
    """Look once."""
    probe = Probe(connection=Recording(answers={}), system=System(), limits=Limits(connect=5.0))
    given = smtp.Inputs.model_validate({"host": "127.0.0.1", "port": port, **inputs})
    return smtp.observe(given, probe), probe


def test_greeting() -> None:
    """A mail server answers with its banner and what it offers, and gets no mail."""
    postmaster = Postmaster()
    with running(postmaster, data_size_limit=1000) as port:
        observed, probe = look(port)
    assert observed.answers is True
    assert "ACME mail" in observed.banner
    assert "SIZE 1000" in observed.extensions
    assert (observed.starttls, observed.handshake, observed.days_left) == (False, None, None)
    assert postmaster.mails == []
    assert "250 SIZE 1000" in probe.take_evidence()[0].body


def test_starttls(tmp_path: Path) -> None:
    """STARTTLS that holds gives the certificate and the days it is still valid."""
    make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "certificate.pem", tmp_path / "key.pem")
    with running(Postmaster(), tls_context=context) as port:
        offered, _ = look(port)
        observed, _ = look(port, starttls=True)
    assert (offered.starttls, offered.handshake) == (True, None)
    assert (observed.starttls, observed.handshake) == (True, True)
    assert (observed.subject or "").startswith("CN=")
    assert observed.days_left is not None
    assert observed.days_left >= 0


def test_starttls_that_is_not_offered() -> None:
    """TLS that is wanted and not offered is a result, and is not asked for: no handshake."""
    with running(Postmaster()) as port:
        observed, probe = look(port, starttls=True)
    assert (observed.answers, observed.starttls, observed.handshake) == (True, False, False)
    assert probe.take_evidence()[0].body.splitlines()[-1].startswith("250 ")


@pytest.mark.parametrize("reply", [b"220 go on\r\nthis is no TLS\r\n", b"454 not now\r\n", b"220 go on\r\n"])
def test_starttls_that_breaks(reply: bytes) -> None:
    """TLS that is offered and does not come about is a result too, with the greeting kept."""
    with saying(b"220 mail.acme.it ESMTP\r\n", b"250-hi\r\n250 STARTTLS\r\n", reply) as port:
        observed, _ = look(port, starttls=True)
    assert (observed.banner, observed.starttls, observed.handshake) == ("mail.acme.it ESMTP", True, False)


def test_busy() -> None:
    """A server that greets with another code than 220 does not answer, and its words are kept."""
    with saying(b"421 too busy\r\n") as port:
        observed, _ = look(port)
    assert (observed.answers, observed.banner) == (False, "too busy")


def test_without_extensions() -> None:
    """An old server that knows no EHLO answers, without extensions."""
    with saying(b"220 old\r\n", b"502-what?\r\n502 SIZE 10\r\n", b"221 bye\r\n") as port:
        observed, _ = look(port)
    assert (observed.answers, observed.extensions) == (True, ())


@pytest.mark.parametrize("said", [b"\x16\x03\x01 no mail server\r\n", b""])
def test_no_mail_server(said: bytes) -> None:
    """What is no mail server, or hangs up, does not answer."""
    with saying(said) as port:
        assert look(port)[0].answers is False


def test_refused() -> None:
    """A refusal is a result, recorded as such."""
    observed, probe = look(free_port())
    assert (observed.answers, probe.take_evidence()[0].status) == (False, "refused")


def test_broken_off() -> None:
    """A server that breaks the connection off in the middle does not answer, and that is what is recorded."""

    def serve() -> None:
        client, _ = server.accept()
        with client:
            client.sendall(b"220 mail.acme.it\r\n")
            client.recv(100)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close with a reset

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        observed, probe = look(server.getsockname()[1])
        thread.join()
    assert observed.answers is False
    assert probe.take_evidence()[0].status.startswith("broken off")


def test_unknown_name() -> None:
    """A name that nobody knows is an error: nothing was looked at."""
    with pytest.raises(ObservationError, match=r"mail\.invalid port 25"):
        look(25, host="mail.invalid")
