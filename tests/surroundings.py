"""What the documentation's examples speak about, as this computer can have it: real servers and recorded answers."""

from __future__ import annotations

import json
import os
import ssl
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from tests.databases import PASSWORD as DATABASE_PASSWORD
from tests.databases import running_mariadb, running_postgresql
from tests.https import make_certificate, running_https
from tests.serving import serving
from tests.slapd import ADMIN, running_slapd
from tests.sshd import Sshd, free_port, running_sshd
from tests.uat.checks.recording import Recording, Said
from tests.uat.checks.tables.package import DEBIAN
from tests.uat.checks.tables.service import question, unit
from uat.checks import ntp
from uat.model import Limits, Phase, System
from uat.probe import Probe, Runs

RELEASE = {Phase.PRE: "21.0.26", Phase.POST: "22.0.17"}
CHRONYD = Path("/usr/sbin/chronyd")

_ASTERISK = """\
#!/bin/sh
case $2 in
  *registration*) echo ' telecom/sip:sip.carrier.it  auth  Registered' ;;
  'core show uptime') echo "System uptime: 2 hours, 3 minutes, $$ seconds" ;;
  *) echo "No such command '$2'"; exit 1 ;;
esac
"""
_MONGOSH = """\
#!/bin/sh
echo 'tvox-uat {"version":"4.4.29","set":"tvox","ok":1,"members":[["127.0.0.1:27017","PRIMARY",1]]}'
"""
_CLOCK = """\
port {port}
cmdport 0
bindaddress 127.0.0.1
allow 127.0.0.1
local stratum 7
pidfile {folder}/pid
bindcmdaddress /
"""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where an example looks: through which connection, and which of the page's words stand for what else."""

    connection: Runs = field(default_factory=lambda: Recording(answers={}))
    words: Mapping[str, str] = field(default_factory=dict)
    system: str = "{web: pbx.acme.it}"

    def write(self, text: str) -> str:
        """Put the words of this computer in the place of the page's."""
        for word, own in self.words.items():
            text = text.replace(word, own)
        return text


def sshd_words(folder: Path, server: Sshd) -> dict[str, str]:
    """Say where on the machine behind a real sshd the folders, logs and ports of the examples are."""
    conf, log = folder / "conf", folder / "messages"
    conf.mkdir()
    for name in ("lab-trunks.conf", "queues.conf", "users.conf"):
        (conf / name).write_text(f"; {name}\n")
    log.write_text("[2026-01-02 03:04:05] ERROR[812] chan_sip.c: an old one\n")
    return {
        "/opt/telenia_data/sync/conf": str(conf),
        "/var/log/asterisk/messages": str(log),
        "number: 5060": f"number: {server.port}",
        "host: sip.carrier.it, port: 5061": f"host: 127.0.0.1, port: {server.port}",
    }


@contextmanager
def machine_sshd(folder: Path) -> Iterator[Sshd]:
    """Run an sshd on whose path stand programs of recorded answers, for those that nobody has here."""
    programs = folder / "bin"
    programs.mkdir()
    for name, text in (("asterisk", _ASTERISK), ("mongosh", _MONGOSH)):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    path = f"SetEnv HOME={folder}/sshd PATH={programs}:{os.environ['PATH']}"
    with running_sshd(folder / "sshd", settings=path) as server:
        yield server


def recorded(phase: Phase) -> Place:
    """Give what systemctl and dpkg-query print of the examples' service and packages."""
    versions = {"screen": "4.9.0-4", "tvox": RELEASE[phase]}
    packages = {
        f"dpkg-query -f '${{Status}}{asked}' -W {name}": Said(stdout=f"install ok installed{said}")
        for name, version in versions.items()
        for asked, said in (("", ""), (" ${Version}", f" {version}"))
    }
    service = {question("asterisk"): unit("loaded", "active", "enabled")}
    return Place(connection=Recording(answers={**DEBIAN, **packages, **service}))


class Pages(BaseHTTPRequestHandler):
    """The web server of a PBX: a page, a state in JSON, and the WebAPI's getVersion."""

    server_version = "nginx/1.14"
    release = ""

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Tell the state, or show the page."""
        state = {"state": "running", "queue": [{"waiting": 2}]}
        known = {"/api/state": json.dumps(state), "/occ": "<title>OCC</title>"}
        self.answer(known.get(self.path, ""), status=200 if self.path in known else 404)

    def do_POST(self) -> None:
        """Tell the versions of server and WebAPI."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(json.dumps({"result": [self.release, "10.26.0"], "error": None}), status=200)

    def answer(self, said: str, *, status: int) -> None:
        """Send a text."""
        body = said.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def web_places(folder: Path) -> Iterator[dict[Phase, Place]]:
    """Run the web server of before, and the one of after with its new release and certificate."""
    with ExitStack() as servers:
        yield {phase: servers.enter_context(_web(folder / phase, release)) for phase, release in RELEASE.items()}


@contextmanager
def _web(folder: Path, release: str) -> Iterator[Place]:
    folder.mkdir()
    with running_https(folder, type("Released", (Pages,), {"release": release})) as server:
        address = f"{{host: 127.0.0.1, port: {server.port}}}"
        web, tls = f"web: '127.0.0.1:{server.port}'", f"tls: sha256:{server.fingerprint}"
        yield Place(
            words={
                '{host: "{web}"}': address,
                "{host: pbx.acme.it}": address,
                "web: pbx.acme.it": f"{tls}\n  {web}",
            },
            system=f"{{{web}, {tls}}}",
        )


@contextmanager
def database_words() -> Iterator[dict[str, str]]:
    """Run a real MariaDB and a real PostgreSQL, and say where their sockets are."""
    callcenter = (
        "create database ast_callcenter;",
        "create table ast_callcenter.ast_code (id int);",
        "insert into ast_callcenter.ast_code values (1), (2);",
        "create user uat identified by '{}';".format(DATABASE_PASSWORD.replace("'", "''")),
        "grant select on ast_callcenter.* to uat;",
    )
    with running_mariadb(callcenter) as mariadb, running_postgresql(["create database tvox;"]) as postgresql:
        yield {
            "database: ast_callcenter": f"database: ast_callcenter\n    socket: {mariadb.socket}",
            "run_as: postgres": f"run_as: {postgresql.owner}, socket: {postgresql.socket}",
        }


@contextmanager
def mail(folder: Path) -> Iterator[Place]:
    """Run a mail server that offers STARTTLS."""
    make_certificate(folder)
    context, port = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), free_port()
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    controller = Controller(object(), hostname="127.0.0.1", port=port, tls_context=context)
    controller.start()
    try:
        yield Place(words={"host: mail.acme.it, port: 587": f"host: 127.0.0.1, port: {port}"})
    finally:
        controller.stop()


@contextmanager
def directory(folder: Path) -> Iterator[Place]:
    """Run a slapd with people in it."""
    with running_slapd(folder) as server:
        yield Place(
            words={
                "ldaps://dc1.acme.it": f"ldaps://127.0.0.1:{server.tls_port}\n    tls: sha256:{server.fingerprint}",
                "CN=tvox,OU=Servizi,DC=acme,DC=it": ADMIN,
                "OU=Utenti,DC=acme,DC=it": "dc=acme,dc=it",
            }
        )


@contextmanager
def clock(folder: Path) -> Iterator[Place]:
    """Run a time server that leaves this computer's clock alone."""
    port = free_port()
    (folder / "conf").write_text(_CLOCK.format(port=port, folder=folder))
    command = [str(CHRONYD), "-d", "-x", "-u", "root", "-f", str(folder / "conf")]

    def is_up() -> bool:
        probe = Probe(connection=Recording(answers={}), system=System(), limits=Limits(answer=0.5))
        return ntp.observe(ntp.Inputs(server="127.0.0.1", port=port), probe).answers

    with serving(command, folder=folder, is_up=is_up):
        yield Place(words={"server: ntp.acme.it": f"server: 127.0.0.1, port: {port}"})
