"""An exchange with a service as seen from here: what the network says instead of an answer, and the evidence."""

from __future__ import annotations

import errno
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import TypeVar

from uat.errors import ObservationError
from uat.model import Evidence, Viewpoint
from uat.probe import Probe

_FIRST_PAUSE = 1.0
"""UDP loses: what is not answered is sent again after it, then after twice as long."""
_LONGEST_DATAGRAM = 65535

_Inputs = TypeVar("_Inputs")
_Observed = TypeVar("_Observed")


@dataclass(frozen=True, kw_only=True)
class Heard:
    """The answer to a datagram, and when it went and came, by the clock here (seconds since 1970)."""

    answer: bytes
    sent_at: float
    heard_at: float
    seconds: float


def in_turn(look: Callable[[_Inputs, Probe], _Observed]) -> Callable[[_Inputs, Probe], _Observed]:
    """Let a look from here wait for its turn: ``limits.exchanges_at_once`` of them, side by side."""

    @wraps(look)
    def waiting(inputs: _Inputs, probe: Probe) -> _Observed:
        with probe.turn:
            return look(inputs, probe)

    return waiting


def silence(error: OSError, host: str, port: int) -> str:
    """Say in which way a service did not answer: refused, broken off, nothing heard, a router's "no route to host".

    :raises ObservationError: it was not even asked: no such name, no network here.
    """
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    if isinstance(error, ConnectionError):  # of UDP too: Windows tells a closed port so (WSAECONNRESET)
        return "broken off"
    if isinstance(error, TimeoutError):
        return "no answer"
    if error.errno == errno.EHOSTUNREACH:
        return "no route to host"
    why = error.strerror or str(error)
    raise ObservationError(f"cannot reach {host} port {port} from here: {why}") from error


def keep(
    probe: Probe,
    kind: str,
    label: str,
    *,
    status: str,
    taken_at: datetime,
    seconds: float,
    body: bytes = b"",
    errors: str = "",
) -> None:
    """Record what was asked from here and what came back."""
    clean = probe.redactor.body(body, cap=probe.limits.evidence_bytes)
    probe.record(
        Evidence(
            kind=kind,
            label=label,
            status=status,
            body=clean.text,
            errors=errors,
            sha256=clean.sha256 if body else "",
            size_bytes=clean.size_bytes,
            truncated=clean.is_truncated,
            redacted=clean.redacted,
            taken_at=taken_at,
            seconds=round(seconds, 3),
            viewpoint=Viewpoint.HERE,
        )
    )


def shown(raw: bytes) -> str:
    """Write bytes for people: as text when they are some, else in hexadecimal."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.hex()
    return text if all(letter.isprintable() or letter in "\r\n\t" for letter in text) else raw.hex()


def ask_udp(
    probe: Probe,
    place: tuple[str, int],
    request: Callable[[], bytes],
    *,
    belongs: Callable[[bytes, bytes], bool],
) -> Heard | None:
    """Send a datagram from here, and a new one when nothing comes; give the first answer to the newest.

    :param place: host and port.
    :param request: makes a datagram.
    :param belongs: tells from request and answer whether they belong together; what does not is passed over.
    :returns: None when nothing came within ``limits.answer``, or the port is closed (ICMP).
    :raises ObservationError: nothing could be sent.
    """
    with probe.turn:
        taken_at, began = datetime.now(UTC), time.monotonic()
        try:
            heard = _exchange(place, request, belongs, until=began + probe.limits.answer)
            status = "answered"
        except OSError as error:
            heard, status = None, silence(error, *place)
        body = shown(heard.answer).encode() if heard else b""
        seconds = time.monotonic() - began
        keep(probe, "udp", f"{place[0]}:{place[1]}", status=status, taken_at=taken_at, seconds=seconds, body=body)
        return heard


def _exchange(
    place: tuple[str, int], request: Callable[[], bytes], belongs: Callable[[bytes, bytes], bool], *, until: float
) -> Heard:
    family, _, _, _, address = socket.getaddrinfo(*place, type=socket.SOCK_DGRAM)[0]
    with socket.socket(family, socket.SOCK_DGRAM) as link:
        link.connect(address)  # of UDP too: a port that is closed is then heard of (ICMP)
        pause = _FIRST_PAUSE
        while (now := time.monotonic()) < until:
            if heard := _try(link, request(), belongs, until=min(now + pause, until)):
                return heard
            pause *= 2
    raise TimeoutError("no answer")


def _try(
    link: socket.socket, request: bytes, belongs: Callable[[bytes, bytes], bool], *, until: float
) -> Heard | None:
    sent_at, began = time.time(), time.monotonic()
    link.send(request)
    while (left := until - time.monotonic()) > 0:
        link.settimeout(left)
        try:
            answer = link.recv(_LONGEST_DATAGRAM)
        except TimeoutError:
            return None
        seconds = time.monotonic() - began
        if belongs(request, answer):
            return Heard(answer=answer, sent_at=sent_at, heard_at=sent_at + seconds, seconds=seconds)
    return None
