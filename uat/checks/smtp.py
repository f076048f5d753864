"""Greet a mail server from here and see what it offers; no mail is ever begun.

Example::

    - id: MSG-01
      title: {it: Il server di posta accetta la cifratura, en: The mail server accepts encryption}
      smtp: {host: mail.acme.it, port: 587, starttls: true}
      expect:
        answers: true
        extensions: {includes: [STARTTLS], nothing_lost: true}
        handshake: true
        days_left: {at_least: 30}
"""

from __future__ import annotations

import smtplib
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from uat.checks._here import in_turn, keep, silence
from uat.checks._inputs import Said
from uat.checks.tls import read_certificate, shown_certificate, trusting_anybody
from uat.model import Field, Record
from uat.probe import Probe

MOVES = ("days_left",)
"""What changes by itself between two looks."""

_LINES_AT_MOST = 100


class Inputs(Record):
    """Which server."""

    host: Said
    port: int = Field(default=25, ge=1, le=65535)
    starttls: bool = Field(default=False, description="also encrypt, and look at the certificate")
    name: Said | None = Field(default=None, description="the name asked for (SNI); default: host")


class Observed(Record):
    """How the server greets; what was not come to is None or empty."""

    answers: bool = Field(description="with 220, as a mail server that is ready")
    banner: str = Field(default="", description="the greeting, without its code")
    extensions: tuple[str, ...] = Field(default=(), description="what EHLO lists, sorted: SIZE 10240000")
    starttls: bool = Field(default=False, description="offered")
    handshake: bool | None = Field(default=None, description="TLS was agreed on; None: not tried")
    subject: str | None = Field(default=None, description="of the certificate, as RFC 4514 writes it")
    days_left: int | None = Field(default=None, description="whole days until the certificate ends")


@dataclass
class _Talk:
    """What was said so far, for the evidence."""

    status: str = "not connected"
    lines: list[str] = field(default_factory=list)

    def add(self, code: int, said: bytes) -> str:
        """Keep a reply; give its text."""
        text = said.decode("utf-8", errors="backslashreplace")
        self.lines += [f"{code} {line}" for line in text.split("\n")[:_LINES_AT_MOST]]
        return text


@in_turn
def observe(inputs: Inputs, probe: Probe) -> Observed:
    """Say EHLO, if wanted STARTTLS, and QUIT."""
    talk, taken_at, began = _Talk(), datetime.now(UTC), time.monotonic()
    mail = smtplib.SMTP(timeout=probe.limits.connect)
    try:
        return _greet(mail, inputs, talk)
    except smtplib.SMTPException as error:
        talk.status = f"broken off: {error}"
        return Observed(answers=False)
    except OSError as error:
        talk.status = silence(error, inputs.host, inputs.port)
        return Observed(answers=False)
    finally:
        mail.close()
        label, body = f"{inputs.host}:{inputs.port}", "\n".join(talk.lines).encode()
        seconds = time.monotonic() - began
        keep(probe, "smtp", label, status=talk.status, taken_at=taken_at, seconds=seconds, body=body)


def _greet(mail: smtplib.SMTP, inputs: Inputs, talk: _Talk) -> Observed:
    code, said = mail.connect(inputs.host, inputs.port)
    talk.status = "connected"
    banner = talk.add(code, said).partition("\n")[0]
    if code != 220:  # RFC 5321, 3.1
        return Observed(answers=False, banner=banner)
    extensions = _extensions(mail, talk)
    offered = any(line.split()[0] == "STARTTLS" for line in extensions)
    observed = Observed(answers=True, banner=banner, extensions=extensions, starttls=offered)
    if inputs.starttls:
        tried = _encrypt(mail, inputs.name or inputs.host, talk) if offered else {"handshake": False}
        return observed.model_copy(update=tried)
    with suppress(smtplib.SMTPException, OSError):  # how it says goodbye tells nothing
        mail.quit()
    return observed


def _extensions(mail: smtplib.SMTP, talk: _Talk) -> tuple[str, ...]:
    """Read the reply to EHLO, its keywords in capitals (RFC 5321, 4.1.1.1); a server without EHLO has none."""
    assert mail.sock is not None  # connected
    address = mail.sock.getsockname()[0]
    code, said = mail.ehlo(f"[IPv6:{address}]" if ":" in address else f"[{address}]")
    lines = talk.add(code, said).split("\n")[1:_LINES_AT_MOST]
    words = [line.split(maxsplit=1) for line in lines if line.strip()]
    return tuple(sorted(" ".join([first.upper(), *rest]) for first, *rest in words)) if code == 250 else ()


def _encrypt(mail: smtplib.SMTP, name: str, talk: _Talk) -> dict[str, object]:
    """Shake hands, trusting anybody, and read the certificate; smtplib would take the SNI from where it connected."""
    code, said = mail.docmd("STARTTLS")
    talk.add(code, said)
    if code != 220:
        return {"handshake": False}
    assert mail.sock is not None  # connected
    try:
        mail.sock = trusting_anybody().wrap_socket(mail.sock, server_hostname=name)
    except (ssl.SSLError, ConnectionError, TimeoutError) as error:
        talk.lines.append(f"TLS: {error}")
        return {"handshake": False}
    der, protocol = shown_certificate(mail.sock)
    seen = read_certificate(der, protocol=protocol, chain_ok=False)
    talk.lines.append(f"{protocol}: {seen.subject}, {seen.days_left} days left")
    return {"handshake": True, "subject": seen.subject, "days_left": seen.days_left}
