"""Ask a time server for the time, once, as seen from here (SNTP, RFC 4330).

Whether the machine itself follows a time server is what ``clock`` tells.

Example::

    - id: NET-05
      title: {it: Il server NTP aziendale dà l'ora esatta, en: The company's NTP server gives the right time}
      ntp: {server: ntp.acme.it}
      expect:
        answers: true
        stratum: {at_least: 1, at_most: 4}
        offset_seconds: {at_least: -1, at_most: 1}
        leap: {not: not_synchronised}
"""

from __future__ import annotations

import secrets
from enum import StrEnum
from ipaddress import IPv4Address

from uat.checks._here import Heard, ask_udp
from uat.checks._inputs import Said
from uat.model import Field, Record
from uat.probe import Probe

MOVES = ("offset_seconds", "reference")
"""What changes by itself between two looks."""

_LENGTH = 48
_CLIENT = bytes([0b00_100_011])
"""No leap warning, version 4, mode 3: a client (RFC 4330, 4)."""
_SERVER_MODE = 4
_TO_1970 = 2_208_988_800
"""Seconds from 1900, where NTP begins to count."""
_TURN = 1 << 32
"""Seconds after which NTP begins anew, on 7 February 2036 (RFC 4330, 3)."""


class Leap(StrEnum):
    """The leap indicator, in chronyc's words."""

    NORMAL = "normal"
    INSERT_SECOND = "insert_second"
    DELETE_SECOND = "delete_second"
    NOT_SYNCHRONISED = "not_synchronised"


class Inputs(Record):
    """Which server."""

    server: Said = Field(description="name or address")
    port: int = Field(default=123, ge=1, le=65535)


class Observed(Record):
    """The server's time, and how far it is from a reference clock."""

    answers: bool
    stratum: int | None = Field(default=None, description="1: has a clock of its own; 0: it refuses, see reference")
    offset_seconds: float | None = Field(default=None, description="the server's clock less this computer's")
    leap: Leap | None = None
    reference: str = Field(default="", description="GPS, PPS ..., an address; of a refusal its word: RATE, DENY")


def observe(inputs: Inputs, probe: Probe) -> Observed:
    """Ask until an answer comes; half of its round trip is the uncertainty."""
    heard = ask_udp(probe, (inputs.server, inputs.port), _request, belongs=_belongs)
    return _read(heard) if heard else Observed(answers=False)


def _request() -> bytes:
    """Make a request whose time is random: the server gives it back, and nobody else can know it."""
    return _CLIENT + bytes(_LENGTH - 9) + secrets.token_bytes(8)


def _belongs(request: bytes, answer: bytes) -> bool:
    return len(answer) >= _LENGTH and answer[0] & 0b111 == _SERVER_MODE and answer[24:32] == request[40:48]


def _read(heard: Heard) -> Observed:
    stratum, reference = heard.answer[1], heard.answer[12:16]
    received, sent = _seconds(heard.answer[32:40]), _seconds(heard.answer[40:48])
    offset = ((received - heard.sent_at) + (sent - heard.heard_at)) / 2  # RFC 4330, 5
    return Observed(
        answers=True,
        stratum=stratum,
        offset_seconds=round(offset, 3) if stratum else None,
        leap=tuple(Leap)[heard.answer[0] >> 6],
        reference=_text(reference) if stratum <= 1 else str(IPv4Address(reference)),
    )


def _seconds(stamp: bytes) -> float:
    """Turn a timestamp into seconds since 1970; one whose highest bit is not set is after 2036."""
    whole, part = int.from_bytes(stamp[:4], "big"), int.from_bytes(stamp[4:], "big")
    return (whole if whole & 1 << 31 else whole + _TURN) - _TO_1970 + part / _TURN


def _text(reference: bytes) -> str:
    return "".join(chr(byte) for byte in reference if 32 < byte < 127)
