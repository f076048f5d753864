"""Certificates that the machine shows from outside, on the ports where TLS is usual.

No other port is spoken to: a handshake on a port that expects something else would be a line in its log.
"""

from __future__ import annotations

from collections.abc import Iterator

from uat.checks._shell import ADMIN_PATH, ask
from uat.checks.port import sockets
from uat.model import JsonValue
from uat.probe import Probe
from uat.proposal import Found, Proposal

_QUESTION = ADMIN_PATH + "if command -v ss >/dev/null 2>&1; then ss -lnt; else netstat -lnt; fi"
_HTTPS = 443
_USUAL = (636, 993, 995, 5061, 8089, 8443, 9443, 15671)
"""LDAPS, IMAPS, POP3S, SIP over TLS (IANA), WebSocket of Asterisk, and the usual second ports of web servers."""
_ONLY_HERE = ("127.", "::1")
_DAYS = 15


def discover(probe: Probe) -> Found:
    """Take the web pages' port, then the usual ones that listen for more than the machine itself."""
    open_ports = {one.number for one in sockets(ask(probe, _QUESTION).text) if not one.address.startswith(_ONLY_HERE)}
    return Found(proposals=tuple(_proposal(name, inputs) for name, inputs in _places(probe, open_ports)))


def _places(probe: Probe, open_ports: set[int]) -> Iterator[tuple[str, dict[str, JsonValue]]]:
    """Name the web pages by ``system.web``, which may stand before another port, and the rest by the machine."""
    host, _, port = probe.system.web.partition(":")
    if host:
        yield "web", {"port": int(port)} if port.isdecimal() else {}
    elif _HTTPS in open_ports:
        yield str(_HTTPS), {"host": "{host}"}
    yield from ((str(number), {"host": "{host}", "port": number}) for number in _USUAL if number in open_ports)


def _proposal(name: str, inputs: dict[str, JsonValue]) -> Proposal:
    where = {"it": "delle pagine web", "en": "of the web pages"} if name == "web" else dict.fromkeys(("it", "en"), "")
    where = {code: words or f"{'della porta' if code == 'it' else 'of port'} {name}" for code, words in where.items()}
    return Proposal(
        about=name,
        title={
            "it": f"Il certificato {where['it']} è lo stesso e non sta per scadere",
            "en": f"The certificate {where['en']} is the same and not about to expire",
        },
        area="machine_web",
        kind="tls",
        inputs=inputs,
        expect={
            "sha256": {"unchanged": True},
            "names": {"nothing_lost": True},
            "days_left": {"at_least": _DAYS},
            "protocol": {"one_of": ["TLSv1.2", "TLSv1.3"]},
        },
    )
