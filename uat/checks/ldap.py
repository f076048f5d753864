"""Log in to a directory (LDAP, Active Directory) from here and count what a search finds; only names are fetched.

ldap3 is the library: pure Python, so that it installs on every laptop, where python-ldap and bonsai need a compiler
and OpenLDAP's headers. Its last release is of 2021; nothing of the protocol (RFC 4511, of 2006) has moved since.

Example::

    - id: USR-01
      title: {it: La rubrica aziendale si interroga, en: The company directory can be searched}
      ldap:
        url: ldaps://dc1.acme.it
        bind: CN=tvox,OU=Servizi,DC=acme,DC=it
        password: env:ACME_LDAP_PASSWORD
        base: OU=Utenti,DC=acme,DC=it
        filter: (&(objectClass=user)(telephoneNumber=*))
      expect: {bound: true, error: null, count: {at_least: 1, drift: 10%}}
"""

from __future__ import annotations

import hashlib
import math
import re
import socket
import ssl
import time
import warnings
from contextlib import suppress
from datetime import UTC, datetime
from enum import StrEnum
from urllib.parse import urlsplit

from uat.checks._here import in_turn, keep
from uat.checks._inputs import Said, Secret
from uat.errors import ObservationError
from uat.model import Field, Record, field_validator, model_validator
from uat.probe import Probe

with warnings.catch_warnings():
    # pyasn1 0.6 calls two names deprecated that ldap3 2.9.1 imports.
    warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"(ldap3|pyasn1)\b")
    import ldap3
    from ldap3.core.exceptions import LDAPException, LDAPInvalidFilterError
    from ldap3.operation.search import parse_filter

_ENTRIES_AT_MOST = 10_000
_NAMES_AT_MOST = 100
_PAGE = 500
"""Active Directory ends a search after a thousand entries that are not asked for in pages (RFC 2696)."""
_PAGED = "1.2.840.113556.1.4.319"

_Facts = dict[str, object]


class Scope(StrEnum):
    """How far below the base is searched."""

    BASE = "base"
    ONE = "one"
    SUB = "sub"


_SCOPES = {Scope.BASE: ldap3.BASE, Scope.ONE: ldap3.LEVEL, Scope.SUB: ldap3.SUBTREE}


class Inputs(Record):
    """Which directory, as whom, and what is searched."""

    url: str = Field(description="ldap://host[:389] or ldaps://host[:636]")
    bind: Said | None = Field(default=None, description="the distinguished name that logs in; default: nobody")
    password: Secret | None = None
    base: str = Field(default="", description="where the search begins; empty: at the root")
    filter: str = Field(default="(objectClass=*)", description="as RFC 4515 writes it")
    scope: Scope = Scope.SUB
    starttls: bool = Field(default=False, description="ask for TLS on ldap://")
    tls: str = Field(default="verify", description="verify, or sha256:<fingerprint> of the only certificate accepted")

    @field_validator("url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        if not re.fullmatch(r"ldaps?://(\[[0-9A-Fa-f:.]+\]|[\w.-]+)(:\d{1,5})?/?", value):
            raise ValueError(f"'{value}': write ldap://host or ldaps://host, with :port if it is another one")
        return value

    @field_validator("filter")
    @classmethod
    def _is_filter(cls, value: str) -> str:
        try:
            parse_filter(value, None, True, True, None, False)
        except LDAPInvalidFilterError as error:
            raise ValueError(f"'{value}' is no filter ({error}); write (telephoneNumber=*), (&(a=b)(c=d))") from None
        return value

    @field_validator("tls")
    @classmethod
    def _is_rule(cls, value: str) -> str:
        if value != "verify" and not re.fullmatch(r"sha256:[0-9a-f]{64}", value):
            raise ValueError(f"'{value}': write verify, or sha256: and 64 hexadecimal digits in lower case")
        return value

    @model_validator(mode="after")
    def _is_whole(self) -> Inputs:
        if (self.bind is None) != (self.password is None):
            raise ValueError("a login has 'bind' and 'password', both or none")
        if self.starttls and self.url.startswith("ldaps:"):
            raise ValueError("ldaps:// is encrypted from the beginning; starttls is for ldap://")
        return self


class Observed(Record):
    """What the directory said."""

    answers: bool
    bound: bool = Field(default=False, description="logged in; without a 'bind': let in as nobody")
    count: int = Field(default=0, description=f"entries found, {_ENTRIES_AT_MOST} at most")
    entries: tuple[str, ...] = Field(
        default=(), description=f"their distinguished names, sorted, the first {_NAMES_AT_MOST}"
    )
    error: str | None = Field(default=None, description="the word of RFC 4511 (invalidCredentials), or TLS's reason")


@in_turn
def observe(inputs: Inputs, probe: Probe) -> Observed:
    """Connect, encrypt, log in, search, log off."""
    password = probe.secret(inputs.password, purpose=f"{inputs.bind}, LDAP") if inputs.password else None
    taken_at, began = datetime.now(UTC), time.monotonic()
    connection = _connection(inputs, password, timeout=probe.limits.connect)
    try:
        facts = _look(connection, inputs)
    except (LDAPException, OSError) as error:
        facts = {"answers": False, "error": str(error)}
    finally:
        _close(connection)
    observed = Observed.model_validate(facts)
    lines = (f"bound: {observed.bound}", f"error: {observed.error}", *observed.entries)
    label = f"{inputs.url} {inputs.base} {inputs.scope} {inputs.filter}"
    status = "answered" if observed.answers else "no answer"
    seconds = time.monotonic() - began
    keep(probe, "ldap", label, status=status, taken_at=taken_at, seconds=seconds, body="\n".join(lines).encode())
    return observed


def _connection(inputs: Inputs, password: str | None, *, timeout: float) -> ldap3.Connection:
    """Prepare a connection that only reads and goes where no referral leads."""
    place = urlsplit(inputs.url)
    is_tls = place.scheme == "ldaps"
    try:
        socket.getaddrinfo(place.hostname, None)
    except OSError as error:
        raise ObservationError(f"cannot reach {place.hostname} from here: {error.strerror or error}") from error
    validate = ssl.CERT_REQUIRED if inputs.tls == "verify" else ssl.CERT_NONE
    server = ldap3.Server(
        place.hostname,
        port=place.port or (636 if is_tls else 389),
        use_ssl=is_tls,
        tls=ldap3.Tls(validate=validate),
        get_info=ldap3.NONE,
        connect_timeout=timeout,
    )
    return ldap3.Connection(
        server,
        user=inputs.bind,
        password=password,
        authentication=ldap3.SIMPLE if inputs.bind else ldap3.ANONYMOUS,
        auto_referrals=False,
        check_names=False,
        read_only=True,
        receive_timeout=math.ceil(timeout),
    )


def _look(connection: ldap3.Connection, inputs: Inputs) -> _Facts:
    connection.open(read_server_info=False)
    if inputs.starttls and not connection.start_tls(read_server_info=False):
        return {"answers": True, "error": connection.result["description"]}
    if inputs.tls != "verify" and (inputs.starttls or connection.server.ssl):
        certificate = hashlib.sha256(connection.socket.getpeercert(binary_form=True)).hexdigest()
        if inputs.tls != f"sha256:{certificate}":
            return {"answers": True, "error": f"another certificate: sha256:{certificate}"}
    if not connection.bind(read_server_info=False):
        return {"answers": True, "error": connection.result["description"]}
    found, result = _search(connection, inputs)
    error = None if result == "success" else result
    names = tuple(sorted(found)[:_NAMES_AT_MOST])
    return {"answers": True, "bound": True, "count": len(found), "entries": names, "error": error}


def _search(connection: ldap3.Connection, inputs: Inputs) -> tuple[list[str], str]:
    """Fetch the names page by page; a server that knows no pages sends all at once. Give how it ended, too."""
    found: list[str] = []
    cookie: bytes | None = None
    while True:
        connection.search(
            inputs.base,
            inputs.filter,
            search_scope=_SCOPES[inputs.scope],
            attributes=ldap3.NO_ATTRIBUTES,
            size_limit=_ENTRIES_AT_MOST,
            paged_size=_PAGE,
            paged_cookie=cookie,
        )
        found += [one["dn"] for one in connection.response or () if one["type"] == "searchResEntry"]
        page = connection.result.get("controls", {}).get(_PAGED, {})
        cookie = page.get("value", {}).get("cookie")
        if not cookie or len(found) >= _ENTRIES_AT_MOST:
            return found[:_ENTRIES_AT_MOST], connection.result["description"]


def _close(connection: ldap3.Connection) -> None:
    """Log off, and close the socket too, which ldap3 leaves open when a connection or TLS broke off."""
    with suppress(LDAPException, OSError):
        connection.unbind()
    if connection.socket is not None:
        connection.socket.close()
