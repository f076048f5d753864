"""Send a datagram from here to a UDP service and hear what it answers.

For what no other kind speaks: SNMP, a gateway's own protocol. What is sent may do something on the other side;
a person says that it does not. An answer that comes from another port than the one asked (TFTP) is not heard.

Example::

    - id: GW-03
      title: {it: Il gateway risponde a SNMP, en: The gateway answers SNMP}
      udp:
        host: 10.20.30.50
        port: 161
        send_hex: 302602010104067075626c6963a019020101020100020100300e300c06082b060102010101000500
        reviewed_by: M. Rossi
      expect: {answers: true, seconds: {at_most: 1}}
    - id: GW-04
      title: {it: Il gateway GSM dice di essere registrato, en: The GSM gateway says that it is registered}
      udp: {host: 10.20.30.51, port: 7000, send: "status\\r\\n", matches: '^status:', reviewed_by: M. Rossi}
      expect: {answer: {contains: registered}}
"""

from __future__ import annotations

import re

from uat.checks._here import ask_udp, shown
from uat.checks._inputs import Said
from uat.model import Field, Record, field_validator, model_validator
from uat.probe import Probe

MOVES = ("answer", "seconds")
"""What changes by itself between two looks."""

_SENT_AT_MOST = 1400
"""More does not go through every network in one piece."""


class Inputs(Record):
    """What is sent, and where."""

    host: Said
    port: int = Field(ge=1, le=65535)
    send: str | None = Field(default=None, description='as text, UTF-8; line ends in double quotes: "\\r\\n"')
    send_hex: str | None = Field(default=None, description="the same as hexadecimal digits")
    matches: Said | None = Field(
        default=None, description="a regular expression; an answer without it is passed over as somebody else's"
    )
    reviewed_by: Said = Field(description="the person who made sure that it only looks")

    @field_validator("send_hex")
    @classmethod
    def _is_hexadecimal(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"([0-9A-Fa-f]{2}\s*)+", value):
            raise ValueError(f"'{value}' is no row of bytes; write two hexadecimal digits for each: 30 26 02")
        return value

    @field_validator("matches")
    @classmethod
    def _is_expression(cls, value: str | None) -> str | None:
        try:
            re.compile(value or "")
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from error
        return value

    @model_validator(mode="after")
    def _has_one(self) -> Inputs:
        if (self.send is None) == (self.send_hex is None):
            raise ValueError("what is sent stands in 'send' or in 'send_hex', one of them")
        if not 0 < len(self.datagram) <= _SENT_AT_MOST:
            raise ValueError(f"a datagram has 1 to {_SENT_AT_MOST} bytes, and this one {len(self.datagram)}")
        return self

    @property
    def datagram(self) -> bytes:
        """What goes out."""
        return bytes.fromhex(self.send_hex) if self.send_hex is not None else (self.send or "").encode()


class Observed(Record):
    """What came back; a port that is closed and one that is silent look alike: the evidence tells them apart."""

    answers: bool
    answer: str = Field(default="", description="as text when all of it is some, else as hexadecimal digits")
    seconds: float | None = Field(default=None, description="until the answer came, after the last try")


def observe(inputs: Inputs, probe: Probe) -> Observed:
    """Send it, again when nothing comes, and give the first answer that is meant."""
    pattern = re.compile(inputs.matches or "")
    heard = ask_udp(
        probe,
        (inputs.host, inputs.port),
        lambda: inputs.datagram,
        belongs=lambda _, answer: pattern.search(shown(answer)) is not None,
    )
    if heard is None:
        return Observed(answers=False)
    return Observed(answers=True, answer=shown(heard.answer), seconds=round(heard.seconds, 3))
