"""What is looked at from outside: SSH, ping, pages, WebAPI, SIP; each look asks one service once."""

from __future__ import annotations

import errno
import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from procedure.child import environment
from uat import sip
from uat.errors import ObservationError
from uat.host import Address
from uat.model import JsonValue, Limits, System
from uat.web import Doorbell

_BEHIND = "not tried: the machine is behind a jump host"
_GREETING = b"SSH-2.0-tvox-uat\r\n"
_NO_WAY = (errno.EHOSTUNREACH, errno.EHOSTDOWN)
_NO_NETWORK = (errno.ENETUNREACH, errno.ENETDOWN)
_UNABLE = "503"
_GET_VERSION: JsonValue = {"jsonrpc": "2.0", "method": "getVersion", "params": [], "id": 1}


@dataclass(frozen=True, kw_only=True)
class Look:
    """One service: ``ask`` gives what it answered, or raises ObservationError or OSError.

    ``untried`` says why it is not asked at all.
    """

    service: str
    target: str
    ask: Callable[[], str]
    untried: str = ""


def looks(system: System, address: Address, *, limits: Limits) -> tuple[Look, ...]:
    """List what can be looked at; what cannot be tried is there with the reason."""
    return (*_machine(address, limits), *_web(system, limits), *_sip(system, address, limits))


def is_silence(error: BaseException) -> bool:
    """Tell whether nothing came back at all, as when the way there is cut; a refusal is an answer."""
    return any(
        isinstance(one, TimeoutError | socket.gaierror | subprocess.TimeoutExpired) or _errno(one) in _NO_WAY
        for one in _causes(error)
    )


def is_own_network(error: BaseException) -> bool:
    """Tell whether this computer has no network, so that nobody can tell anything."""
    return any(_errno(one) in _NO_NETWORK for one in _causes(error))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _errno(error: BaseException) -> int | None:
    return error.errno if isinstance(error, OSError) else None


def _machine(address: Address, limits: Limits) -> Iterator[Look]:
    untried = _BEHIND if address.jump else ""
    host = f"[{address.host}]" if ":" in address.host else address.host
    yield Look(
        service="machine",
        target=f"ssh {host}:{address.port}",
        ask=partial(ask_banner, address.host, address.port, seconds=limits.outage_look),
        untried=untried,
    )
    if program := shutil.which("ping"):
        ask = partial(ask_ping, program, address.host, seconds=limits.outage_look)
        yield Look(service="machine", target=f"ping {address.host}", ask=ask, untried=untried)


def _web(system: System, limits: Limits) -> Iterator[Look]:
    pages = system.watch.pages or ((f"https://{system.web}/occ",) if system.web else ())
    for page in pages:
        bell = Doorbell("GET", page, tls=system.tls, seconds=limits.outage_look)
        yield Look(service="web", target=page, ask=_page(bell))
    if system.web:
        url = f"https://{system.web}/tvox/webapi"
        bell = Doorbell("POST", url, tls=system.tls, seconds=limits.outage_look, json=_GET_VERSION)
        yield Look(service="webapi", target=url, ask=_webapi(bell))


def _sip(system: System, address: Address, limits: Limits) -> Iterator[Look]:
    named = system.watch.sip
    if named == "none":
        return
    target = sip.parse_target(named) if named else sip.Target(host=address.host)
    untried = _BEHIND if address.jump and not named else ""
    ask = partial(ask_sip, target, seconds=limits.outage_look)
    yield Look(service="sip", target=str(target), ask=ask, untried=untried)


def ask_banner(host: str, port: int, *, seconds: float) -> str:
    """Wait for an SSH server's first line (RFC 4253, 4.2): a port that opens proves nothing behind a forwarder.

    We say ours too, so that the server's log shows a client that left, not a scanner.
    """
    with socket.create_connection((host, port), timeout=seconds) as link:
        line = link.recv(255).split(b"\n")[0].strip()
        if not line:
            raise ConnectionResetError("closed without a banner")
        if not line.startswith(b"SSH-"):
            raise ObservationError(f"no SSH server: {line!r}")
        link.sendall(_GREETING)
        return line.decode("ascii", "replace")


def ask_ping(program: str, host: str, *, seconds: float) -> str:
    """Send one ICMP echo with the computer's own program: its own socket would need root."""
    count = "-n" if sys.platform == "win32" else "-c"
    command = [program, count, "1", host]
    answer = subprocess.run(command, capture_output=True, timeout=seconds, check=False, env=environment())
    if answer.returncode != 0:
        raise TimeoutError("no answer")
    return "answers"


def ask_sip(target: sip.Target, *, seconds: float) -> str:
    """Ask with OPTIONS: any answer proves the service, but 503, with which it says itself that it cannot serve."""
    status = sip.ask_options(target, seconds=seconds)
    if status.startswith(_UNABLE):
        raise ObservationError(status)
    return status


def _page(bell: Doorbell) -> Callable[[], str]:
    def ask() -> str:
        status, _ = bell.ring()
        if status >= 400 and status not in (401, 403):
            raise ObservationError(f"HTTP {status}")
        return f"HTTP {status}"

    return ask


def _webapi(bell: Doorbell) -> Callable[[], str]:
    def ask() -> str:
        status, body = bell.ring()
        try:
            result = json.loads(body)["result"]
        except (ValueError, KeyError, TypeError):
            raise ObservationError(f"HTTP {status}, and no version") from None
        return f"getVersion: {result}"[:200]

    return ask
