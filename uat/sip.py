"""Asks a SIP server whether it is there: one OPTIONS over UDP or TCP (RFC 3261, 11)."""

from __future__ import annotations

import secrets
import socket
import time

from uat.errors import ObservationError
from uat.model import Record

PORT = 5060
_FIRST_PAUSE = 0.5
"""T1: a request over UDP is sent again after it, then after twice as long (RFC 3261, 17.1.2.2)."""
_LONGEST_ANSWER = 65535


class Target(Record):
    """Where a SIP server listens; ``transport`` is udp or tcp."""

    host: str
    port: int = PORT
    transport: str = "udp"

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"sip:{host}:{self.port};transport={self.transport}"


def parse_target(text: str) -> Target:
    """Read ``[udp:|tcp:]host[:port]``; an IPv6 host stands in brackets."""
    transport, place = ("udp", text)
    if text.startswith(("udp:", "tcp:")):
        transport, _, place = text.partition(":")
    host, _, port = place.rpartition(":") if not place.endswith("]") and ":" in place else (place, "", "")
    return Target(host=host.strip("[]"), port=int(port or PORT), transport=transport)


def ask_options(target: Target, *, seconds: float) -> str:
    """Ask once, and give the status line's code and reason: ``200 OK``, ``401 Unauthorized``; any is an answer.

    :raises ObservationError: something else than SIP answered.
    :raises OSError: no answer within ``seconds``, refused, or no way there.
    """
    until = time.monotonic() + seconds
    kind = socket.SOCK_DGRAM if target.transport == "udp" else socket.SOCK_STREAM
    family, _, _, _, place = socket.getaddrinfo(target.host, target.port, type=kind)[0]
    with socket.socket(family, kind) as link:
        link.settimeout(seconds)
        link.connect(place)  # of UDP too: a port that is closed is then heard of (ICMP)
        branch = f"z9hG4bK{secrets.token_hex(8)}"
        asked = _request(target, link.getsockname(), branch)
        answer = _over_udp if target.transport == "udp" else _over_tcp
        return _status(answer(link, asked, branch.encode(), until))


def _request(target: Target, ours: tuple[str, int], branch: str) -> bytes:
    here, there = (f"[{host}]" if ":" in host else host for host in (ours[0], target.host))
    call = secrets.token_hex(8)
    lines = (
        f"OPTIONS sip:{there}:{target.port} SIP/2.0",
        f"Via: SIP/2.0/{target.transport.upper()} {here}:{ours[1]};branch={branch};rport",
        "Max-Forwards: 70",
        f"From: <sip:tvox-uat@{here}>;tag={secrets.token_hex(4)}",
        f"To: <sip:{there}>",
        f"Call-ID: {call}",
        "CSeq: 1 OPTIONS",
        f"Contact: <sip:tvox-uat@{here}:{ours[1]};transport={target.transport}>",
        "Accept: application/sdp",
        "Content-Length: 0",
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _over_udp(link: socket.socket, asked: bytes, branch: bytes, until: float) -> bytes:
    pause = _FIRST_PAUSE
    while (left := until - time.monotonic()) > 0:
        link.send(asked)
        link.settimeout(min(pause, left))
        pause *= 2
        try:
            while branch not in (answer := link.recv(_LONGEST_ANSWER)):
                continue  # somebody else's
        except TimeoutError:
            continue
        return answer
    raise TimeoutError("no answer")


def _over_tcp(link: socket.socket, asked: bytes, branch: bytes, until: float) -> bytes:
    link.sendall(asked)
    answer = b""
    while b"\r\n\r\n" not in answer and len(answer) < _LONGEST_ANSWER:
        link.settimeout(max(until - time.monotonic(), 0.001))
        piece = link.recv(_LONGEST_ANSWER)
        if not piece:
            break
        answer += piece
    if not answer:
        raise ConnectionResetError("closed without an answer")
    return answer


def _status(answer: bytes) -> str:
    line = answer.split(b"\r\n", 1)[0].decode("utf-8", "replace")
    version, _, status = line.partition(" ")
    if version != "SIP/2.0" or not status[:3].isdigit():
        raise ObservationError(f"no SIP answer: {line[:80]!r}")
    return status
