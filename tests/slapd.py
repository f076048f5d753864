"""A real directory for tests: OpenLDAP's slapd in a folder of its own, on 127.0.0.1 only."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.https import make_certificate
from tests.serving import is_listening, serving
from tests.sshd import free_port

PROGRAM = Path("/usr/sbin/slapd")
ADMIN = "cn=admin,dc=acme,dc=it"
PASSWORD = "s3cret-è"
PEOPLE = 7

_SETTINGS = """\
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/pid
sizelimit 5
TLSCertificateFile {folder}/certificate.pem
TLSCertificateKeyFile {folder}/key.pem
database mdb
maxsize 10485760
suffix "dc=acme,dc=it"
rootdn "{admin}"
rootpw {password}
directory {folder}/data
"""

_TREE = """\
dn: dc=acme,dc=it
objectClass: dcObject
objectClass: organization
o: ACME
dc: acme

"""
_PERSON = """\
dn: cn=Persona {number},dc=acme,dc=it
objectClass: inetOrgPerson
cn: Persona {number}
sn: Rossi
telephoneNumber: 60{number}

"""


@dataclass(frozen=True, kw_only=True)
class Slapd:
    """Where it is, and its certificate's SHA256 fingerprint in hexadecimal."""

    port: int
    tls_port: int
    fingerprint: str


@contextmanager
def running_slapd(folder: Path) -> Iterator[Slapd]:
    """Fill a directory and serve it; searches of others than the admin end after five entries."""
    (folder / "data").mkdir(parents=True)
    fingerprint = make_certificate(folder)
    settings = folder / "slapd.conf"
    settings.write_text(_SETTINGS.format(folder=folder, admin=ADMIN, password=PASSWORD), encoding="utf-8")
    tree = _TREE + "".join(_PERSON.format(number=number) for number in range(PEOPLE))
    add = [str(PROGRAM), "-T", "add", "-f", str(settings)]
    subprocess.run(add, input=tree.encode(), check=True, capture_output=True)
    port, tls_port = free_port(), free_port()
    urls = f"ldap://127.0.0.1:{port} ldaps://127.0.0.1:{tls_port}"
    command = [str(PROGRAM), "-d", "0", "-f", str(settings), "-h", urls]
    with serving(command, folder=folder, is_up=partial(is_listening, port), more={"KRB5_KTNAME": "/dev/null"}):
        yield Slapd(port=port, tls_port=tls_port, fingerprint=fingerprint)
