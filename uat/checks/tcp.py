"""Connect to a TCP service, from the machine or from here, and hear what it says by itself.

``port`` looks at the machine's own ports; this looks along the way to any other host: a provider's SIP proxy,
a mail relay, a database.

Example::

    - id: NET-01
      title: {it: Il server di posta si raggiunge dal TVox, en: The mail server is reachable from the TVox}
      tcp: {host: mail.acme.it, port: 25}
      expect: {reachable: true, banner: {matches: '^220 '}}
    - id: NET-02
      title: {it: SSH si raggiunge da qui, en: SSH is reachable from here}
      tcp: {host: "{host}", port: 22, from: here}
      expect: {reachable: true, banner: {contains: OpenSSH}, seconds: {at_most: 1}}
"""

from __future__ import annotations

import math
import re
import socket
import time
from datetime import UTC, datetime
from shlex import quote

from uat.checks._here import in_turn, keep, silence
from uat.checks._inputs import Said
from uat.checks._shell import ask, complaint
from uat.checks.port import From
from uat.errors import ObservationError
from uat.model import Field, Record
from uat.probe import Probe
from uat.ssh.output import Output

MOVES = ("seconds",)
"""What changes by itself between two looks."""

_BANNER_BYTES = 1024

_SCRIPT = (
    'date +%s.%N; exec 3<>"/dev/tcp/$1/$2" || exit 9; date +%s.%N; '
    'timeout "$3" dd bs={size} count=1 <&3 2>/dev/null; exit 0'
)
"""bash connects by itself (bash(1), REDIRECTION); dd gives what comes first, whatever bytes it is made of."""

_QUESTION = "timeout -s KILL {seconds} bash -c {script} tcp {host} {port} {greeting}"

_TOO_LATE = (124, 137)
"""timeout(1): over, or killed."""
_NO_WAY = {"Connection refused", "Connection timed out", "No route to host"}
"""strerror(3) in the C locale of what is an answer: not reachable."""


class Inputs(Record):
    """Which service, seen from where."""

    host: Said = Field(description="name or address")
    port: int = Field(ge=1, le=65535)
    viewpoint: From = Field(default=From.MACHINE, alias="from")


class Observed(Record):
    """Whether a connection was accepted, and what was then said to us, who said nothing."""

    reachable: bool
    banner: str | None = Field(default=None, description="the first line; None: the service waits to be spoken to")
    seconds: float | None = Field(default=None, description="until the connection was accepted; None: it was not")


def observe(inputs: Inputs, probe: Probe) -> Observed:
    """Connect, listen for a moment, say nothing, close."""
    return (_from_here if inputs.viewpoint is From.HERE else _from_machine)(inputs, probe)


def _from_machine(inputs: Inputs, probe: Probe) -> Observed:
    greeting = math.ceil(probe.limits.greeting)
    question = _QUESTION.format(
        seconds=math.ceil(probe.limits.connect) + greeting,
        script=quote(_SCRIPT.format(size=_BANNER_BYTES)),
        host=quote(inputs.host),
        port=inputs.port,
        greeting=greeting,
    )
    output = ask(probe, question, understood=(0, 9, *_TOO_LATE))
    if output.exit_code in _TOO_LATE:
        return Observed(reachable=False)
    if output.exit_code == 0:
        return _read(output)
    if complaint(output).rpartition(": ")[2] in _NO_WAY:
        return Observed(reachable=False)
    raise ObservationError(f"cannot reach {inputs.host} port {inputs.port} from the machine: {complaint(output)}")


def _read(output: Output) -> Observed:
    """Read the two times and what came behind them."""
    found = re.match(rb"(\d+\.\d+)\n(\d+\.\d+)\n", output.stdout)
    if not found:
        raise ObservationError(f"the machine did not tell how connecting went: {output.text[:80]!r}")
    seconds = float(found[2]) - float(found[1])
    return Observed(reachable=True, banner=_line(output.stdout[found.end() :]), seconds=round(max(seconds, 0.0), 3))


@in_turn
def _from_here(inputs: Inputs, probe: Probe) -> Observed:
    taken_at, began = datetime.now(UTC), time.monotonic()
    said, status, connected = b"", "connected", None
    try:
        with socket.create_connection((inputs.host, inputs.port), timeout=probe.limits.connect) as link:
            connected = time.monotonic() - began
            said = _listen(link, until=time.monotonic() + probe.limits.greeting)
    except OSError as error:
        status = silence(error, inputs.host, inputs.port)
    seconds = time.monotonic() - began
    keep(
        probe,
        "tcp",
        f"{inputs.host}:{inputs.port}",
        status=status,
        taken_at=taken_at,
        seconds=seconds,
        body=said,
    )
    if connected is None:
        return Observed(reachable=False)
    return Observed(reachable=True, banner=_line(said), seconds=round(connected, 3))


def _listen(link: socket.socket, *, until: float) -> bytes:
    """Hear a line, or what there is of it when time is over or the other side hangs up."""
    said = b""
    while b"\n" not in said and len(said) < _BANNER_BYTES and (left := until - time.monotonic()) > 0:
        link.settimeout(left)
        try:
            piece = link.recv(_BANNER_BYTES)
        except (TimeoutError, ConnectionResetError):
            break
        if not piece:
            break
        said += piece
    return said


def _line(said: bytes) -> str | None:
    """Give the first line; what is no text in it as ``\\xff``."""
    line = said.lstrip(b"\r\n").partition(b"\n")[0].rstrip(b"\r")[:_BANNER_BYTES]
    text = line.decode("utf-8", errors="backslashreplace")
    return "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in text) or None
