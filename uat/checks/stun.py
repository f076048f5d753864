"""Ask a STUN or TURN server under which address it sees us: one binding request over UDP (RFC 5389).

A softphone at home and WebRTC in the browser have no voice without it.

Example::

    - id: WRT-01
      title: {it: Il server STUN risponde, en: The STUN server answers}
      stun: {host: stun.acme.it}
      expect: {answers: true, mapped_address: {matches: '^\\d+[.]\\d+[.]\\d+[.]\\d+:\\d+$'}}
"""

from __future__ import annotations

import secrets
import struct
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address

from uat.checks._here import ask_udp
from uat.checks._inputs import Said
from uat.errors import ObservationError
from uat.model import Field, Record
from uat.probe import Probe

MOVES = ("mapped_address",)
"""What changes by itself between two looks: each question leaves from another port."""

_COOKIE = 0x2112A442
"""The magic cookie that every message carries (RFC 5389, 6)."""
_HEADER = struct.Struct("!HHI12s")
_REQUEST, _SUCCESS, _ERROR = 0x0001, 0x0101, 0x0111
_MAPPED, _ERROR_CODE, _XOR_MAPPED, _SOFTWARE = 0x0001, 0x0009, 0x0020, 0x8022
_IPV4, _IPV6 = 1, 2
_UNREADABLE = (struct.error, LookupError, ValueError)
"""What comes of reading an answer that is cut or made up."""


class Inputs(Record):
    """Which server."""

    host: Said
    port: int = Field(default=3478, ge=1, le=65535)


class Observed(Record):
    """What the server saw."""

    answers: bool = Field(description="with our address, not with an error")
    mapped_address: str | None = Field(default=None, description="ours as the server sees it: 198.51.100.7:40123")
    software: str = Field(default="", description="what the server calls itself; empty: it does not")
    error: str | None = Field(default=None, description="code and reason, when it refuses")


def observe(inputs: Inputs, probe: Probe) -> Observed:
    """Ask until an answer comes, and read it."""
    heard = ask_udp(probe, (inputs.host, inputs.port), _request, belongs=_belongs)
    if heard is None:
        return Observed(answers=False)
    try:
        return _read(heard.answer)
    except _UNREADABLE as error:
        where = f"{inputs.host} port {inputs.port}"
        raise ObservationError(f"{where} answered STUN that cannot be read: {error!r}") from None


def _request() -> bytes:
    return _HEADER.pack(_REQUEST, 0, _COOKIE, secrets.token_bytes(12))


def _belongs(request: bytes, answer: bytes) -> bool:
    """Tell our transaction's answer, success or error."""
    kind = int.from_bytes(answer[:2], "big")
    return len(answer) >= _HEADER.size and kind in (_SUCCESS, _ERROR) and answer[4:20] == request[4:20]


def _read(answer: bytes) -> Observed:
    attributes = dict(_attributes(answer))
    software = attributes.get(_SOFTWARE, b"").decode("utf-8", errors="replace").rstrip("\0")
    if int.from_bytes(answer[:2], "big") == _ERROR:
        return Observed(answers=False, software=software, error=_refusal(attributes[_ERROR_CODE]))
    if _XOR_MAPPED in attributes:
        mapped = _address(attributes[_XOR_MAPPED], mask=answer[4:20])
    elif _MAPPED in attributes:  # all that servers of RFC 3489 know
        mapped = _address(attributes[_MAPPED], mask=bytes(16))
    else:
        raise ValueError("no address is in it")
    return Observed(answers=True, mapped_address=mapped, software=software)


def _attributes(answer: bytes) -> Iterator[tuple[int, bytes]]:
    """Go through the attributes, each padded to four bytes (RFC 5389, 15); the first of a kind counts."""
    found: dict[int, bytes] = {}
    place = _HEADER.size
    while place + 4 <= len(answer):
        kind, length = struct.unpack_from("!HH", answer, place)
        found.setdefault(kind, answer[place + 4 : place + 4 + length])
        place += 4 + length + -length % 4
    yield from found.items()


def _address(value: bytes, *, mask: bytes) -> str:
    """Read an address; in XOR-MAPPED-ADDRESS the cookie and the transaction mask it (RFC 5389, 15.2)."""
    port = int.from_bytes(value[2:4], "big") ^ int.from_bytes(mask[:2], "big")
    plain = bytes(one ^ other for one, other in zip(value[4:20], mask, strict=False))
    if value[1] == _IPV4 and len(plain) == 4:
        return f"{IPv4Address(plain)}:{port}"
    if value[1] == _IPV6 and len(plain) == 16:
        return f"[{IPv6Address(plain)}]:{port}"
    raise ValueError(f"an address of family {value[1]} with {len(plain)} bytes")


def _refusal(value: bytes) -> str:
    """Read ERROR-CODE: hundreds and rest of the code, then the reason (RFC 5389, 15.6)."""
    return f"{value[2] & 0b111}{value[3]:02d} {value[4:].decode('utf-8', errors='replace')}".strip()
