"""Look who listens on a port of the machine, or whether the port can be reached from here.

testinfra's ``socket`` is not asked: it knows no process, and takes a port for closed that listens on one
address only.

Example::

    - id: SIP-01
      title: {it: Il servizio SIP ascolta, en: The SIP service listens}
      port: {number: 5060, protocol: udp}
      expect: {listening: true, process: kamailio}
    - id: SIP-02
      title: {it: La porta HTTPS si raggiunge da qui, en: The HTTPS port is reachable from here}
      port: {number: 443, from: here}
      expect: {reachable: true}
"""

from __future__ import annotations

import errno
import re
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum

from uat.checks._here import keep
from uat.checks._shell import ADMIN_PATH, ask
from uat.errors import ObservationError
from uat.model import Field, Record, model_validator
from uat.probe import Probe
from uat.ssh.address import parse_address

_QUESTION = (
    ADMIN_PATH + "if command -v ss >/dev/null 2>&1; then ss -ln{letter}p 'sport = :{number}'; "
    "else netstat -ln{letter}p; fi"
)
_EVERYWHERE = {"*", "0.0.0.0", "::"}
"""How ss and netstat, old and new, write "all addresses"; old ones do not tell ``::`` and ``*`` apart."""

_SOCKET = re.compile(
    r"^(?:tcp6?|udp6?|LISTEN|UNCONN)\s+(?:\d+\s+){2}(?P<address>\S+):(?P<number>\d+)\s+(?P<rest>.*)$"
)
_OWNER = re.compile(r'\("([^"]+)",|\s\d+/(\S.*?)\s*$')
"""``users:(("sshd",pid=812,fd=3))`` (ss), ``users:(("sshd",812,3))`` (ss of CentOS 6), ``812/sshd`` (netstat)."""


_CONNECTED = "connected"


class Protocol(StrEnum):
    """What is spoken on the port."""

    TCP = "tcp"
    UDP = "udp"


class From(StrEnum):
    """From where the port is looked at."""

    MACHINE = "machine"
    HERE = "here"


class Inputs(Record):
    """Which port, seen from where."""

    number: int = Field(ge=1, le=65535)
    protocol: Protocol = Protocol.TCP
    address: str | None = Field(
        default=None,
        description="from the machine: only what listens for this address; from here: where to connect to, "
        "if not to the machine",
    )
    viewpoint: From = Field(default=From.MACHINE, alias="from")

    @model_validator(mode="after")
    def _is_tellable(self) -> Inputs:
        if self.viewpoint is From.HERE and self.protocol is Protocol.UDP:
            raise ValueError("a silent UDP port cannot be told from a closed one from here; use 'from: machine'")
        return self


class Listening(Record):
    """One socket that listens; ``*`` is every address."""

    number: int
    address: str
    owners: tuple[str, ...]


class Observed(Record):
    """How the port is; what cannot be seen from where it was looked at is None."""

    listening: bool | None = Field(default=None, description="from the machine")
    reachable: bool | None = Field(default=None, description="from here: a connection was accepted")
    addresses: tuple[str, ...] = Field(default=(), description="listened on, sorted; * is every address")
    process: str = Field(default="", description="who listens; empty: the kernel, or the login is not root")


def observe(inputs: Inputs, probe: Probe) -> Observed:
    """List the machine's own sockets, or connect from here."""
    if inputs.viewpoint is From.HERE:
        host = inputs.address or parse_address(probe.system.ssh).host
        return Observed(reachable=_connects(host, inputs.number, probe))
    output = ask(probe, _QUESTION.format(letter=inputs.protocol[0], number=inputs.number))
    meant = [one for one in sockets(output.text) if one.number == inputs.number and _serves(one, inputs.address)]
    return Observed(
        listening=bool(meant),
        addresses=tuple(sorted({one.address for one in meant})),
        process=", ".join(sorted({owner for one in meant for owner in one.owners})),
    )


def sockets(text: str) -> Iterator[Listening]:
    """Read what ``ss -ln`` or ``netstat -ln`` lists, with ``p`` for the processes."""
    for line in filter(None, map(_SOCKET.match, text.splitlines())):
        owners = (owner for pair in _OWNER.findall(line["rest"]) for owner in pair if owner)
        yield Listening(number=int(line["number"]), address=_address(line), owners=tuple(owners))


def _serves(one: Listening, address: str | None) -> bool:
    return address is None or one.address in ("*", address)


def _address(line: re.Match[str]) -> str:
    """Give the address without brackets and interface: ``[fe80::1]%eth0``, ``127.0.0.53%lo``."""
    address = line["address"].partition("%")[0].strip("[]")
    return "*" if address in _EVERYWHERE else address


def _connects(host: str, number: int, probe: Probe) -> bool:
    """Open a TCP connection, close it at once, and record it."""
    with probe.turn:
        began, taken_at = time.monotonic(), datetime.now(UTC)
        status = _try(host, number, timeout=probe.limits.connect)
        seconds = time.monotonic() - began
    keep(probe, "tcp", f"{host}:{number}", status=status, taken_at=taken_at, seconds=seconds)
    return status == _CONNECTED


def _try(host: str, number: int, *, timeout: float) -> str:
    """Say how connecting went.

    A refusal, silence, and a router's or firewall's "no route to host" are answers: not reachable.
    """
    try:
        socket.create_connection((host, number), timeout=timeout).close()
    except ConnectionRefusedError:
        return "refused"
    except TimeoutError:
        return "no answer"
    except OSError as error:
        if error.errno == errno.EHOSTUNREACH:
            return "no route to host"
        why = error.strerror or str(error)
        raise ObservationError(f"cannot connect to {host} port {number} from here: {why}") from error
    return _CONNECTED
