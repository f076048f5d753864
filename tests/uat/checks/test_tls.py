"""Certificates, on real TLS servers."""

from __future__ import annotations

import hashlib
import ipaddress
import socket
import ssl
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.sshd import free_port
from tests.uat.checks.recording import Recording
from uat.checks import tls
from uat.errors import ObservationError
from uat.model import JsonValue, Limits, System
from uat.probe import Probe

PEM = serialization.Encoding.PEM


@dataclass(frozen=True, kw_only=True)
class Authority:
    """A key that signs, and the name it signs with."""

    key: ec.EllipticCurvePrivateKey
    name: x509.Name
    certificate: x509.Certificate


def named(common_name: str) -> x509.Name:
    """Make a distinguished name."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def signed(
    subject: x509.Name, key: ec.EllipticCurvePrivateKey, *, by: Authority | None, days: float
) -> x509.Certificate:
    """Make a certificate, for a server (two names) or, without an authority, of an authority itself."""
    names = [x509.DNSName("pbx.acme.it"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.name if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=60))
        .not_valid_after(now + timedelta(days=days, minutes=1))
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
    )
    if by:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(by.key if by else key, hashes.SHA256())


@pytest.fixture(scope="module")
def authority() -> Authority:
    """Make an authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = named("ACME CA")
    return Authority(key=key, name=name, certificate=signed(name, key, by=None, days=365))


@contextmanager
def running(
    folder: Path,
    authority: Authority | None,
    *,
    days: float = 30,
    greet: Callable[[socket.socket], None] | None = None,
    protocol: ssl.TLSVersion | None = None,
) -> Iterator[tuple[int, str]]:
    """Run a TLS server; give its port and its certificate's fingerprint."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = signed(named("pbx.acme.it"), key, by=authority, days=days)
    secret = key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "server.pem").write_bytes(certificate.public_bytes(PEM) + secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    if protocol:
        with warnings.catch_warnings():  # Python calls TLS 1.0 deprecated, which is why it is tested
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = context.maximum_version = protocol
        context.set_ciphers("ALL:@SECLEVEL=0")
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, args=(server, context, greet))
        thread.start()
        yield (
            server.getsockname()[1],
            hashlib.sha256(certificate.public_bytes(serialization.Encoding.DER)).hexdigest(),
        )
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def serve(server: socket.socket, context: ssl.SSLContext, greet: Callable[[socket.socket], None] | None) -> None:
    """Shake hands with each client until the server is shut down."""
    while True:
        try:
            client, _ = server.accept()
        except OSError:
            return
        with client:
            client.settimeout(5)
            try:
                if greet:
                    greet(client)
                with context.wrap_socket(client, server_side=True) as link:
                    link.recv(64)
            except OSError:
                continue


def as_mail_server(client: socket.socket) -> None:
    """Speak SMTP up to STARTTLS (RFC 3207)."""
    client.sendall(b"220 mail.acme.it ESMTP\r\n")
    client.recv(256)
    client.sendall(b"250-mail.acme.it\r\n250 STARTTLS\r\n")
    client.recv(256)
    client.sendall(b"220 Ready to start TLS\r\n")


def without_tls(client: socket.socket) -> None:
    """Speak SMTP and know no STARTTLS."""
    client.sendall(b"220 mail.acme.it ESMTP\r\n")
    client.recv(256)
    client.sendall(b"250 mail.acme.it\r\n")
    client.recv(256)
    client.sendall(b"502 unknown command\r\n")
    client.recv(256)


def as_ssh_server(client: socket.socket) -> None:
    """Speak first, and not TLS."""
    client.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")


def look(port: int, *, system: System | None = None, **inputs: JsonValue) -> tuple[tls.Observed, Probe]:
    """Look at a port of this computer."""
    probe = Probe(connection=Recording(answers={}), system=system or System(), limits=Limits(connect=5))
    place = {} if system else {"host": "127.0.0.1"}
    return tls.observe(tls.Inputs.model_validate({"port": port, **place, **inputs}), probe), probe


def test_certificate(tmp_path: Path, authority: Authority) -> None:
    """Subject, names, issuer, days and fingerprint are those of the certificate shown."""
    with running(tmp_path, authority) as (port, fingerprint):
        observed, _ = look(port)
    assert observed.model_dump() == {
        "subject": "CN=pbx.acme.it",
        "names": ("127.0.0.1", "pbx.acme.it"),
        "issuer": "CN=ACME CA",
        "days_left": 30,
        "chain_ok": False,
        "protocol": "TLSv1.3",
        "sha256": fingerprint,
    }


def test_trusted(tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate that the computer's own list leads to is trusted, whatever name was asked for."""
    (tmp_path / "ca.pem").write_bytes(authority.certificate.public_bytes(PEM))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with running(tmp_path, authority) as (port, _):
        assert look(port, name="other.acme.it")[0].chain_ok is True


def test_expired(tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """An expired certificate is seen, with days below zero, and is not trusted."""
    (tmp_path / "ca.pem").write_bytes(authority.certificate.public_bytes(PEM))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with running(tmp_path, authority, days=-3) as (port, _):
        observed, _ = look(port)
    assert (observed.days_left, observed.chain_ok) == (-3, False)


def test_self_signed(tmp_path: Path) -> None:
    """A certificate that vouches for itself is seen, and is not trusted."""
    with running(tmp_path, None) as (port, _):
        observed, _ = look(port)
    assert (observed.issuer, observed.names, observed.chain_ok) == (observed.subject, (), False)


def test_old_protocol(tmp_path: Path, authority: Authority) -> None:
    """A server that speaks nothing newer than TLS 1.0, as CentOS 6 may, is still seen."""
    with running(tmp_path, authority, protocol=ssl.TLSVersion.TLSv1) as (port, _):
        assert look(port)[0].protocol == "TLSv1"


def test_mail(tmp_path: Path, authority: Authority) -> None:
    """With starttls: smtp a mail server is asked for TLS first."""
    with running(tmp_path, authority, greet=as_mail_server) as (port, fingerprint):
        assert look(port, starttls="smtp")[0].sha256 == fingerprint


def test_mail_without_tls(tmp_path: Path, authority: Authority) -> None:
    """A mail server without TLS is an error that quotes it."""
    with (
        running(tmp_path, authority, greet=without_tls) as (port, _),
        pytest.raises(ObservationError, match="offers no TLS: 502 unknown command"),
    ):
        look(port, starttls="smtp")


def test_system_web_is_the_default(tmp_path: Path, authority: Authority) -> None:
    """Without a host the system's web pages are looked at."""
    with running(tmp_path, authority) as (port, fingerprint):
        assert look(port, system=System(web=f"127.0.0.1:{port}"))[0].sha256 == fingerprint


def test_evidence(tmp_path: Path, authority: Authority) -> None:
    """The certificate itself is recorded."""
    with running(tmp_path, authority) as (port, _):
        _, probe = look(port)
    evidence = probe.take_evidence()[0]
    assert (evidence.kind, evidence.status) == ("tls", "TLSv1.3")
    assert evidence.body.startswith("-----BEGIN CERTIFICATE-----")


def test_refused() -> None:
    """Nobody there is an error."""
    with pytest.raises(ObservationError, match=r"no TLS with 127\.0\.0\.1"):
        look(free_port())


def test_no_tls(tmp_path: Path, authority: Authority) -> None:
    """A service that speaks no TLS is an error."""
    with (
        running(tmp_path, authority, greet=as_ssh_server) as (port, _),
        pytest.raises(ObservationError, match="no TLS with"),
    ):
        look(port)
