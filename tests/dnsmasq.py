"""A real DNS server (dnsmasq) for tests, on this computer only, that knows one domain."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

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
def running_dnsmasq() -> Iterator[int]:
    """Start a server on 127.0.0.1, give its port, and end it."""
    port = free_port()
    place = ("--listen-address=127.0.0.1", "--bind-interfaces", f"--port={port}", "--pid-file")
    alone = ("--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts")
    program = shutil.which("dnsmasq", path="/usr/sbin:/usr/bin") or "dnsmasq"
    process = subprocess.Popen([program, *alone, *place, *RECORDS])
    try:
        _wait_for_port(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _wait_for_port(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError("dnsmasq does not come up")
