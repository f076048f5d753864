"""How far one still gets to a machine that does not come back: on, ping, port, banner, login."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping

from procedure.child import environment
from procedure.hypervisors import Hypervisor, Power
from procedure.lifeline import Link
from uat.errors import ObservationError, ProcedureError, UnreachableError, words
from uat.host import Address
from uat.model import JsonValue, Record

_SECONDS = 5.0
_SHUT_OUT = ("hypervisor_login", "hypervisor_silent")
"""The stops after which the hypervisor does not say whether the machine is on."""


class Rung(Record):
    """One rung: whether it answers, and in its own words."""

    name: str
    answers: bool
    said: str


def climb(address: Address, hypervisor: Hypervisor, *, login: str) -> dict[str, JsonValue]:
    """Try every rung once; nothing is changed.

    :param login: why one cannot log in.
    :returns: ``rung``: the last that answers, or ``nothing``; and what each of them said, by its name.
    """
    rungs = (_on(hypervisor), *_from_here(address), Rung(name="login", answers=False, said=login))
    last = next((rung.name for rung in reversed(rungs) if rung.answers), "nothing")
    return {"rung": last} | {rung.name: rung.said for rung in rungs}


def is_shut_out(stop: Exception | None) -> bool:
    """Tell whether a session stopped because it gets no word from the hypervisor."""
    return isinstance(stop, ProcedureError) and stop.stop in _SHUT_OUT


def seen_from_here(link: Link, address: Address, hypervisor: Hypervisor) -> dict[str, JsonValue]:
    """Look how far one gets to a machine of which its hypervisor says nothing: as `climb`, up to the login."""
    link.drop_connection()
    try:
        link.connection()
    except UnreachableError as error:
        return climb(address, hypervisor, login=str(error))
    return {"rung": "login"}


def is_guest_up(seen: Mapping[str, JsonValue]) -> bool:
    """Tell whether something in the guest answered; ping and an open port may be a router's on the way there."""
    return seen["rung"] in ("banner", "login")


def _on(hypervisor: Hypervisor) -> Rung:
    try:
        state = hypervisor.power()
    except (ObservationError, ProcedureError) as error:
        return Rung(name="on", answers=False, said=words(error))
    return Rung(name="on", answers=state.power is Power.ON, said=f"{state.power} {state.reason}".strip())


def _from_here(address: Address) -> tuple[Rung, ...]:
    """Try what needs no login; behind a jump host nothing of it can be tried from here."""
    if address.jump:
        untried = "not tried: jump host"
        return tuple(Rung(name=name, answers=False, said=untried) for name in ("ping", "port", "banner"))
    return (_ping(address.host), *_port_and_banner(address))


def _ping(host: str) -> Rung:
    program = shutil.which("ping")
    if program is None:
        return Rung(name="ping", answers=False, said="not tried: no ping here")
    count = "-n" if sys.platform == "win32" else "-c"
    try:
        answer = subprocess.run(
            [program, count, "1", host], capture_output=True, timeout=_SECONDS, check=False, env=environment()
        )
    except (subprocess.TimeoutExpired, OSError) as error:
        return Rung(name="ping", answers=False, said=f"no answer ({type(error).__name__})")
    answers = answer.returncode == 0
    return Rung(name="ping", answers=answers, said="answers" if answers else "no answer")


def _port_and_banner(address: Address) -> tuple[Rung, Rung]:
    """Open the SSH port and wait for the server's first line (RFC 4253, 4.2)."""
    try:
        with socket.create_connection((address.host, address.port), timeout=_SECONDS) as link:
            port = Rung(name="port", answers=True, said=f"{address.port} opens")
            return port, _banner(link.recv)
    except OSError as error:
        said = f"{address.port}: {error}"
        return Rung(name="port", answers=False, said=said), Rung(name="banner", answers=False, said="no connection")


def _banner(receive: Callable[[int], bytes]) -> Rung:
    line = b""
    with contextlib.suppress(OSError):
        line = receive(255).split(b"\r\n")[0]
    answers = line.startswith(b"SSH-")
    return Rung(name="banner", answers=answers, said=line.decode("ascii", "replace") if answers else "no banner")
