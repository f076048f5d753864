"""A real DNS server (dnsmasq) for tests, on this computer only, that knows one domain."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.serving import is_listening, serving
from tests.sshd import free_port

LONG = "x" * 250
NS = "acme.test,2,026e730461636d65047465737400"
"""The record of type 2 (NS), ns.acme.test, as it goes over the wire (RFC 1035, 3.1)."""

RECORDS = (
    "--local=/acme.test/",
    "--local=/30.20.10.in-addr.arpa/",
    "--host-record=pbx.acme.test,10.20.30.40,fd00::40",
    "--host-record=pbx.acme.test,10.20.30.41",
    "--cname=www.acme.test,pbx.acme.test",
    "--mx-host=acme.test,Mail2.acme.test,20",
    "--mx-host=acme.test,mail1.acme.test,10",
    "--srv-host=_sip._udp.acme.test,pbx.acme.test,5060,0,5",
    "--txt-record=acme.test,v=spf1 -all, è un \"testo\"",
    *(f"--txt-record=long.acme.test,{number}{LONG}" for number in range(8)),
    f"--dns-rr={NS}",
)  # fmt: skip


def is_available() -> bool:
    """Tell whether this computer has the server."""
    return shutil.which("dnsmasq", path="/usr/sbin:/usr/bin") is not None


@contextmanager
def running_dnsmasq(folder: Path) -> Iterator[int]:
    """Start a server on 127.0.0.1, give its port, and end it."""
    port = free_port()
    place = ("--listen-address=127.0.0.1", "--bind-interfaces", f"--port={port}", "--pid-file")
    alone = ("--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts")
    program = shutil.which("dnsmasq", path="/usr/sbin:/usr/bin") or "dnsmasq"
    with serving([program, *alone, *place, *RECORDS], folder=folder, is_up=partial(is_listening, port)):
        yield port
