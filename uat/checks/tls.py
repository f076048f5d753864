"""Look at the certificate that a TLS service shows, as seen from here, whether or not it can be trusted.

Example::

    - id: WEB-03
      title: {it: Il certificato vale ancora un mese, en: The certificate is valid for another month}
      tls: {host: "{web}"}
      expect: {days_left: {at_least: 30}, names: {includes: pbx.acme.it}, sha256: {unchanged: true}}
"""

from __future__ import annotations

import hashlib
import smtplib
import socket
import ssl
import time
from contextlib import closing
from datetime import UTC, datetime
from enum import StrEnum

from cryptography import x509

from uat.checks._here import in_turn
from uat.checks._inputs import Said
from uat.errors import ObservationError
from uat.model import Evidence, Field, Record, Viewpoint
from uat.probe import Probe

MOVES = ("days_left",)
"""What changes by itself between two looks."""


class StartTls(StrEnum):
    """The protocol in which TLS is asked for first."""

    SMTP = "smtp"


class Inputs(Record):
    """Which service."""

    host: Said | None = Field(default=None, description="default: system.web")
    port: int = Field(default=443, ge=1, le=65535)
    name: Said | None = Field(default=None, description="the name asked for (SNI); default: host")
    starttls: StartTls | None = None


class Observed(Record):
    """The certificate, and whether this computer trusts it."""

    subject: str = Field(description="as RFC 4514 writes it: CN=pbx.acme.it,O=ACME")
    names: tuple[str, ...] = Field(description="the names and addresses it is for (SAN), sorted")
    issuer: str
    days_left: int = Field(description="whole days until it ends; negative when it has ended")
    chain_ok: bool = Field(description="in date and signed by one this computer trusts; names not compared")
    protocol: str = Field(description="TLSv1.3, TLSv1.2, TLSv1.1, TLSv1")
    sha256: str = Field(description="fingerprint, 64 hexadecimal digits in lower case")


@in_turn
def observe(inputs: Inputs, probe: Probe) -> Observed:
    """Shake hands twice: first trusting anybody, to see the certificate, then only who is trusted."""
    host = inputs.host or probe.system.web.partition(":")[0]
    if not host:
        raise ObservationError("tls: neither a host here nor system.web says where to look")
    taken_at, began = datetime.now(UTC), time.monotonic()
    der, protocol = _shake_hands(trusting_anybody(), host, inputs, timeout=probe.limits.connect)
    seconds = time.monotonic() - began
    probe.record(_evidence(der, f"{host}:{inputs.port}", protocol, taken_at=taken_at, seconds=seconds))
    chain_ok = _is_trusted(host, inputs, timeout=probe.limits.connect)
    return read_certificate(der, protocol=protocol, chain_ok=chain_ok)


def _evidence(der: bytes, label: str, protocol: str, *, taken_at: datetime, seconds: float) -> Evidence:
    return Evidence(
        kind="tls",
        label=label,
        status=protocol,
        body=ssl.DER_cert_to_PEM_cert(der),
        sha256=hashlib.sha256(der).hexdigest(),
        size_bytes=len(der),
        taken_at=taken_at,
        seconds=round(seconds, 3),
        viewpoint=Viewpoint.HERE,
    )


def trusting_anybody() -> ssl.SSLContext:
    """Shake hands with whoever it is: to look at a certificate, never to say anything in confidence."""
    return _context(ssl.CERT_NONE)


def _context(verify: ssl.VerifyMode) -> ssl.SSLContext:
    """Speak whatever an old PBX speaks: TLS 1.0 and its ciphers, as CentOS 6 has them."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = verify
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.load_default_certs()
    return context


def _is_trusted(host: str, inputs: Inputs, *, timeout: float) -> bool:
    try:
        _shake_hands(_context(ssl.CERT_REQUIRED), host, inputs, timeout=timeout)
    except ObservationError as error:
        if isinstance(error.__cause__, ssl.SSLCertVerificationError):
            return False
        raise
    return True


def _shake_hands(context: ssl.SSLContext, host: str, inputs: Inputs, *, timeout: float) -> tuple[bytes, str]:
    """Give the certificate in DER and the protocol that was agreed on."""
    name = inputs.name or host
    try:
        if inputs.starttls is StartTls.SMTP:
            return _after_smtp(context, host, inputs.port, name=name, timeout=timeout)
        with (
            socket.create_connection((host, inputs.port), timeout=timeout) as plain,
            context.wrap_socket(plain, server_hostname=name) as link,
        ):
            return shown_certificate(link)
    except (OSError, smtplib.SMTPException) as error:
        raise ObservationError(f"no TLS with {host} port {inputs.port} from here: {error}") from error


def _after_smtp(context: ssl.SSLContext, host: str, port: int, *, name: str, timeout: float) -> tuple[bytes, str]:
    """Ask a mail server for TLS (RFC 3207).

    smtplib takes the name for SNI from where it connected to, so the handshake is done here; afterwards the
    connection is closed without a word, since nothing was begun.
    """
    with closing(smtplib.SMTP(host, port, timeout=timeout)) as mail:
        mail.ehlo()
        code, said = mail.docmd("STARTTLS")
        if code != 220:
            raise ObservationError(f"the mail server {host} offers no TLS: {code} {said.decode(errors='replace')}")
        assert mail.sock is not None
        mail.sock = context.wrap_socket(mail.sock, server_hostname=name)
        mail.file = None
        return shown_certificate(mail.sock)


def shown_certificate(link: ssl.SSLSocket) -> tuple[bytes, str]:
    der = link.getpeercert(binary_form=True)
    if not der:
        raise ObservationError("the service showed no certificate")
    return der, link.version() or ""


def read_certificate(der: bytes, *, protocol: str, chain_ok: bool) -> Observed:
    try:
        certificate = x509.load_der_x509_certificate(der)
        return Observed(
            subject=certificate.subject.rfc4514_string(),
            names=_names(certificate),
            issuer=certificate.issuer.rfc4514_string(),
            days_left=(certificate.not_valid_after_utc - datetime.now(UTC)).days,
            chain_ok=chain_ok,
            protocol=protocol,
            sha256=hashlib.sha256(der).hexdigest(),
        )
    except ValueError as error:
        raise ObservationError(f"the certificate cannot be read: {error}") from error


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    names = found.get_values_for_type(x509.DNSName)
    addresses = found.get_values_for_type(x509.IPAddress)
    return tuple(sorted([*names, *map(str, addresses)]))
