"""A small real SIP server for tests: answers every request over UDP or TCP with one status."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(kw_only=True)
class SipServer:
    """Where it is; ``asked`` are the requests that came, ``deaf`` how many of them it leaves without an answer."""

    port: int = 0
    status: str = "401 Unauthorized"
    deaf: int = 0
    asked: list[str] = field(default_factory=list)

    def answer(self, request: bytes) -> bytes | None:
        """Take a request and give what is sent back (RFC 3261, 8.2.6: these headers are copied)."""
        self.asked.append(request.decode())
        if len(self.asked) <= self.deaf:
            return None
        copied = [
            line
            for line in request.decode().split("\r\n")
            if line.startswith(("Via:", "From:", "To:", "Call-ID:", "CSeq:"))
        ]
        return "\r\n".join([f"SIP/2.0 {self.status}", *copied, "Content-Length: 0", "", ""]).encode()


class _Udp(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        data, link = self.request
        if answer := self.server.sip.answer(data):  # type: ignore[attr-defined]  set below
            link.sendto(answer, self.client_address)


class _Tcp(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        request = b""
        while b"\r\n\r\n" not in request and (line := self.rfile.readline()):
            request += line
        if request and (answer := self.server.sip.answer(request)):  # type: ignore[attr-defined]  set below
            self.wfile.write(answer)


@contextmanager
def running_sip(transport: str = "udp", **settings: Any) -> Iterator[SipServer]:
    """Start a server on 127.0.0.1, and end it.

    :param settings: those of the server; ``port`` is chosen when it is left out.
    """
    sip = SipServer(**settings)
    kind = socketserver.UDPServer if transport == "udp" else socketserver.TCPServer
    kind.allow_reuse_address = True
    with kind(("127.0.0.1", sip.port), _Udp if transport == "udp" else _Tcp) as server:
        server.sip = sip  # type: ignore[attr-defined]  what the handlers ask
        sip.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield sip
        finally:
            server.shutdown()
            thread.join()
