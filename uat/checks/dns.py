"""Ask the DNS for a name: what the machine makes of it, or what is answered from here.

Example::

    - id: NET-08
      title: {it: Il server risolve il nome del provider SIP, en: The server resolves the SIP provider's name}
      dns: {name: sip.provider.example}
      expect: {exists: true, answers: {nothing_lost: true}, seconds: {at_most: 2}}
    - id: NET-09
      title: {it: I telefoni trovano il centralino, en: The telephones find the PBX}
      dns: {name: _sip._udp.acme.it, type: SRV, server: 10.20.30.53, from: here}
      expect: {answers: [0 5 5060 pbx.acme.it]}
"""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from enum import StrEnum
from ipaddress import ip_address
from shlex import quote

import dns.exception
import dns.message
import dns.rcode
import dns.resolver

from uat.checks._here import in_turn, keep
from uat.checks._inputs import is_address
from uat.checks._shell import ADMIN_PATH, ask, complaint
from uat.checks.port import From
from uat.errors import ObservationError
from uat.model import Field, Record, field_validator, model_validator
from uat.probe import Probe
from uat.ssh.output import Output

MOVES = ("seconds",)
"""What changes by itself between two looks."""

_PORT = 53

_QUESTION = (
    ADMIN_PATH + "if command -v dig >/dev/null 2>&1; then dig +noall +comments +answer {at}{port} {name} {type}; "
    "elif command -v host >/dev/null 2>&1; then host -v{port} -t {type} {name} {server}; else echo neither; fi"
)
"""Both write an answer as RFC 1035, 5.1 does, with its status above (dig(1), host(1); bind 9.8 and later)."""

_STATUS = re.compile(r"->>HEADER<<-.* status: (\w+)|^Host \S+ not found: \d+\((\w+)\)", re.MULTILINE)
"""How dig and host say it, and host where the status is none that it likes."""

_SECTION = re.compile(r"^;; ANSWER SECTION:\n(.*?)(?:\n\n|\Z)", re.MULTILINE | re.DOTALL)
_TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPED = re.compile(rb"\\(25[0-5]|2[0-4]\d|[01]\d\d|.)")

_NOT_THERE = 2
"""getent(1): the exit code of a name that nobody knows; it does not tell this from a server that is silent."""


class Type(StrEnum):
    """What is asked for (RFC 1035, 3596, 2782)."""

    A = "A"
    AAAA = "AAAA"
    PTR = "PTR"
    CNAME = "CNAME"
    MX = "MX"
    SRV = "SRV"
    TXT = "TXT"
    NS = "NS"


_BY_PROGRAMS = {Type.A: "ahostsv4", Type.AAAA: "ahostsv6"}
"""getent's word for what the machine's programs would be told."""


class Inputs(Record):
    """What is asked, of whom, and from where."""

    name: str = Field(description="whole, without the search domains; for PTR an address will do")
    type: Type = Type.A
    server: str | None = Field(
        default=None,
        description="its address. Default: whom the asking side asks; for A and AAAA from the machine that is "
        "what its programs are told, with the hosts file",
    )
    port: int = Field(default=_PORT, ge=1, le=65535, description="of the server")
    viewpoint: From = Field(default=From.MACHINE, alias="from")

    @field_validator("name")
    @classmethod
    def _is_name(cls, value: str) -> str:
        if not is_address(value) and not re.fullmatch(r"[A-Za-z0-9_*][A-Za-z0-9_*.-]{0,253}", value):
            raise ValueError(f"'{value}' is no name in the DNS: letters, digits and . - _ only; others as xn--...")
        return value.removesuffix(".")

    @field_validator("server")
    @classmethod
    def _is_server(cls, value: str | None) -> str | None:
        if value is not None and not is_address(value):
            raise ValueError(f"a DNS server is told by its address, and '{value}' is none")
        return value

    @model_validator(mode="after")
    def _fits(self) -> Inputs:
        if is_address(self.name) and self.type is not Type.PTR:
            raise ValueError("an address is looked up with 'type: PTR'")
        if self.port != _PORT and self.server is None:
            raise ValueError("a port belongs to a 'server'")
        return self

    @property
    def asked(self) -> str:
        """The name that is asked for: an address turned round (RFC 1035, 3.5)."""
        return ip_address(self.name).reverse_pointer if is_address(self.name) else self.name


class Observed(Record):
    """The answer."""

    exists: bool = Field(description="there is a record of this type")
    answers: tuple[str, ...] = Field(
        default=(),
        description="sorted; names in lower case, without the dot at the end: 10 mail.acme.it (MX), "
        "0 5 5060 pbx.acme.it (SRV: priority, weight, port, host)",
    )
    seconds: float = Field(description="until the answer; from the machine with the way there and back")


def observe(inputs: Inputs, probe: Probe) -> Observed:
    """Ask from here with a library, from the machine with what it has."""
    if inputs.viewpoint is From.HERE:
        return _from_here(inputs, probe)
    if inputs.server is None and inputs.type in _BY_PROGRAMS:
        return _as_programs(inputs, probe)
    return _with_tool(inputs, probe)


def _as_programs(inputs: Inputs, probe: Probe) -> Observed:
    """Let the machine resolve a name as its programs do (nsswitch.conf(5))."""
    output = ask(probe, f"getent {_BY_PROGRAMS[inputs.type]} {quote(inputs.name)}", understood=(0, _NOT_THERE))
    found = {line.split()[0] for line in output.text.splitlines() if line.strip()}
    answers = {address for address in found if not address.lower().startswith("::ffff:")}
    return _observed(answers, output.seconds)


def _with_tool(inputs: Inputs, probe: Probe) -> Observed:
    server = inputs.server or ""
    port = f" -p {inputs.port}" if inputs.port != _PORT else ""
    at = f"@{server}" if server else ""
    question = _QUESTION.format(at=at, port=port, name=quote(f"{inputs.asked}."), type=inputs.type, server=server)
    output = ask(probe, question, understood=None)
    if output.text == "neither\n":
        raise ObservationError(
            f"the machine has neither dig nor host, which {inputs.type} of {inputs.name} would be asked with: "
            "look with 'from: here', or install bind-utils (Debian: bind9-dnsutils)"
        )
    status = _STATUS.search(output.text)
    if not status:
        raise ObservationError(f"no answer to {inputs.type} of {inputs.name} on the machine: {_last(output)}")
    _check_status(inputs, status[1] or status[2])
    return _observed(_listed(inputs.type, output.text), output.seconds)


def _last(output: Output) -> str:
    """Give the tool's last word: before it stands what it tried."""
    return output.text.strip().rpartition("\n")[2] or complaint(output)


def _listed(kind: Type, text: str) -> set[str]:
    """Read the lines of the answer: name, time to live, class, type, and what is wanted."""
    lines = [line.split(None, 4) for section in _SECTION.findall(text) for line in section.splitlines()]
    return {_plain(kind, words[4]) for words in lines if len(words) == 5 and words[3] == kind}


@in_turn
def _from_here(inputs: Inputs, probe: Probe) -> Observed:
    taken_at, began = datetime.now(UTC), time.monotonic()
    try:
        response, answers = _resolve(inputs, lifetime=probe.limits.connect)
    except dns.exception.DNSException as error:
        _record(inputs, probe, None, taken_at=taken_at, seconds=time.monotonic() - began, errors=str(error))
        raise ObservationError(f"no answer to {inputs.type} of {inputs.name} from here: {error}") from error
    seconds = time.monotonic() - began
    _record(inputs, probe, response, taken_at=taken_at, seconds=seconds)
    _check_status(inputs, dns.rcode.to_text(response.rcode()))
    return _observed({_plain(inputs.type, answer) for answer in answers}, seconds)


def _resolve(inputs: Inputs, *, lifetime: float) -> tuple[dns.message.Message, list[str]]:
    """Ask the server, or this computer's own ones, by UDP and, for a long answer, by TCP."""
    resolver = dns.resolver.Resolver(configure=inputs.server is None)
    resolver.lifetime = lifetime
    if inputs.server:
        resolver.nameservers, resolver.port = [inputs.server], inputs.port
    try:
        answer = resolver.resolve(f"{inputs.asked}.", inputs.type, raise_on_no_answer=False, search=False)
    except dns.resolver.NXDOMAIN as error:
        found = error.responses()  # type: ignore[no-untyped-call]  # dnspython 2.9 gives it no type
        return next(iter(found.values())), []
    return answer.response, [record.to_text() for record in answer.rrset or ()]


def _record(
    inputs: Inputs,
    probe: Probe,
    response: dns.message.Message | None,
    *,
    taken_at: datetime,
    seconds: float,
    errors: str = "",
) -> None:
    keep(
        probe,
        "dns",
        f"{inputs.type} {inputs.asked}" + (f" @{inputs.server}:{inputs.port}" if inputs.server else ""),
        status=dns.rcode.to_text(response.rcode()) if response else "",
        taken_at=taken_at,
        seconds=seconds,
        body=response.to_text().encode() if response else b"",
        errors=errors,
    )


def _check_status(inputs: Inputs, status: str) -> None:
    """Let pass what is an answer: NXDOMAIN is one, there is no such name (RFC 2308)."""
    if status not in ("NOERROR", "NXDOMAIN"):
        raise ObservationError(f"the DNS server answers {status} to {inputs.type} of {inputs.name}")


def _observed(answers: set[str], seconds: float) -> Observed:
    return Observed(exists=bool(answers), answers=tuple(sorted(answers)), seconds=round(seconds, 3))


def _plain(kind: Type, text: str) -> str:
    """Take the quotes and escapes of RFC 1035, 5.1 from a text, and the dot from the end of a name."""
    if kind is not Type.TXT:
        return " ".join(word.rstrip(".") or "." for word in text.lower().split())
    raw = "".join(_TEXT.findall(text)).encode()
    return _ESCAPED.sub(lambda one: bytes([int(one[1])]) if len(one[1]) == 3 else one[1], raw).decode(
        errors="replace"
    )
