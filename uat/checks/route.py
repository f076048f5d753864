"""Look which way the machine would take to an address, as its kernel decides it.

Example::

    - id: NET-05
      title: {it: La via d'uscita è quella di sempre, en: The way out is the usual one}
      route: {to: default}
      expect: {exists: true, gateway: 10.20.30.1, interface: eth0}
    - id: NET-06
      title: {it: Verso il carrier si esce dalla rete voce, en: The way to the carrier is the voice network}
      route: {to: 198.51.100.20}
      expect: {interface: eth1, source: 10.20.31.40}
"""

from __future__ import annotations

import re
from ipaddress import ip_address

from uat.checks._shell import ADMIN_PATH, ask, complaint
from uat.errors import ObservationError
from uat.model import Field, Record, field_validator
from uat.probe import Probe
from uat.ssh.output import Output

_DEFAULT = "default"

_REFUSED = 2
"""ip(8): the exit code where the kernel refuses."""

_NO_WAY = ("Network is unreachable", "No route to host", "Invalid argument", "Permission denied")
"""How the kernel refuses to name a way: there is none, or it is unreachable, blackhole, prohibit (ip-route(8))."""

_DEAD_END = re.compile(r"(?:unreachable|blackhole|prohibit|throw)\s")
"""How such a route is listed, and how kernels before 4.x answer for IPv6, with exit code 0."""

_ANSWER = re.compile(
    r"(?:(?:local|broadcast|multicast|anycast|unicast) )?(?P<to>default|[0-9a-fA-F.:]+)\s(?P<rest>.*)"
)


class Inputs(Record):
    """Where to."""

    to: str = Field(description="an address, IPv4 or IPv6; or default: the IPv4 route where no other one fits")

    @field_validator("to")
    @classmethod
    def _is_address(cls, value: str) -> str:
        if value == _DEFAULT:
            return value
        try:
            return str(ip_address(value))
        except ValueError:
            raise ValueError(f"'{value}' is no address: 10.20.30.1, fd00::1, or default") from None


class Observed(Record):
    """The way; texts are empty where there is none."""

    exists: bool
    gateway: str = Field(default="", description="empty: reached directly")
    interface: str = ""
    source: str = Field(default="", description="the machine's own address on it; empty: the route names none")


def observe(inputs: Inputs, probe: Probe) -> Observed:
    """Ask the kernel; of several default routes, or ways of one, for the first, which it takes."""
    question = "ip -4 route show default" if inputs.to == _DEFAULT else f"ip route get {inputs.to}"
    output = ask(probe, ADMIN_PATH + question, understood=(0, _REFUSED))
    if output.exit_code == _REFUSED:
        return _none(inputs.to, output)
    way = _first(output.text)
    if not way or _DEAD_END.match(way):
        return Observed(exists=False)
    found = _ANSWER.fullmatch(way)
    if not found:
        raise ObservationError(f"ip told something else of the way to {inputs.to}: {output.text[:200]!r}")
    return Observed(
        exists=True,
        gateway=_word(r"via(?: inet6?)?", found["rest"]),
        interface=_word("dev", found["rest"]),
        source=_word("src", found["rest"]),
    )


def _none(to: str, output: Output) -> Observed:
    if not complaint(output).endswith(_NO_WAY):
        raise ObservationError(f"cannot ask for the way to {to}: {complaint(output)}")
    return Observed(exists=False)


def _first(text: str) -> str:
    """Give the first route as one line: several ways of one route stand indented below it."""
    return re.sub(r"\n\s+", " ", re.split(r"\n(?=\S)", text.strip())[0])


def _word(before: str, text: str) -> str:
    found = re.search(rf"(?:^|\s){before} (\S+)", text)
    return found[1] if found else ""
