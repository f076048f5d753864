"""Logging in to and searching a real slapd."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from tests.slapd import ADMIN, PASSWORD, PEOPLE, PROGRAM, Slapd, running_slapd
from tests.sshd import free_port
from tests.uat.checks.recording import Recording
from uat.checks import ldap
from uat.errors import ObservationError
from uat.model import InvalidRecord, JsonValue, Limits, System
from uat.probe import Probe

LOGIN = {"bind": ADMIN, "password": "env:UAT_LDAP_PASSWORD"}


@pytest.fixture(scope="module")
def slapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    """Run one directory for all these looks."""
    if not PROGRAM.exists():
        pytest.skip("no slapd here (Debian: slapd)")
    with running_slapd(tmp_path_factory.mktemp("slapd")) as running:
        yield running


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the admin's password."""
    monkeypatch.setenv("UAT_LDAP_PASSWORD", PASSWORD)


def look(url: str, **inputs: JsonValue) -> tuple[ldap.Observed, Probe]:
    """Look once, below dc=acme,dc=it."""
    probe = Probe(connection=Recording(answers={}), system=System(), limits=Limits(connect=5.0))
    given = ldap.Inputs.model_validate({"url": url, "base": "dc=acme,dc=it"} | inputs)
    return ldap.observe(given, probe), probe


def test_search(slapd: Slapd) -> None:
    """A login that holds finds the people, by name and in order."""
    observed, _ = look(f"ldap://127.0.0.1:{slapd.port}", filter="(telephoneNumber=60*)", **LOGIN)
    assert (observed.answers, observed.bound, observed.error, observed.count) == (True, True, None, PEOPLE)
    assert observed.entries[0] == "cn=Persona 0,dc=acme,dc=it"
    assert list(observed.entries) == sorted(observed.entries)


@pytest.mark.parametrize(("scope", "count"), [("base", 1), ("one", PEOPLE), ("sub", PEOPLE + 1)])
def test_scopes(slapd: Slapd, scope: str, count: int) -> None:
    """The scope says whether the base, what is right below, or everything is counted."""
    assert look(f"ldap://127.0.0.1:{slapd.port}", scope=scope, **LOGIN)[0].count == count


def test_pages(slapd: Slapd, monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not fit into one page is fetched in several; of many names the first are told, all are counted."""
    monkeypatch.setattr(ldap, "_PAGE", 3)
    monkeypatch.setattr(ldap, "_NAMES_AT_MOST", 2)
    observed, _ = look(f"ldap://127.0.0.1:{slapd.port}", filter="(cn=Persona*)", **LOGIN)
    assert (observed.count, observed.error) == (PEOPLE, None)
    assert observed.entries == ("cn=Persona 0,dc=acme,dc=it", "cn=Persona 1,dc=acme,dc=it")


def test_nobody(slapd: Slapd) -> None:
    """Without a login the directory is asked as nobody."""
    observed, _ = look(f"ldap://127.0.0.1:{slapd.port}", filter="(cn=Persona 3)")
    assert (observed.bound, observed.count, observed.error) == (True, 1, None)


def test_server_limit(slapd: Slapd) -> None:
    """A server that ends a search says so, and what came before is counted."""
    observed, _ = look(f"ldap://127.0.0.1:{slapd.port}")
    assert (observed.count, observed.error) == (5, "sizeLimitExceeded")


def test_wrong_password(slapd: Slapd, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refused login is a result, in the protocol's word."""
    monkeypatch.setenv("UAT_LDAP_PASSWORD", "wrong")
    observed, _ = look(f"ldap://127.0.0.1:{slapd.port}", **LOGIN)
    assert (observed.answers, observed.bound, observed.error) == (True, False, "invalidCredentials")


def test_missing_base(slapd: Slapd) -> None:
    """A base that is not there finds nothing, and the directory's word is kept."""
    observed, _ = look(f"ldap://127.0.0.1:{slapd.port}", base="ou=none,dc=acme,dc=it", **LOGIN)
    assert (observed.bound, observed.count, observed.error) == (True, 0, "noSuchObject")


@pytest.mark.parametrize("starttls", [True, False])
def test_pinned_certificate(slapd: Slapd, starttls: bool) -> None:
    """TLS holds with the one certificate that is accepted, from the beginning or asked for."""
    url = f"ldap://127.0.0.1:{slapd.port}" if starttls else f"ldaps://127.0.0.1:{slapd.tls_port}"
    observed, _ = look(url, starttls=starttls, tls=f"sha256:{slapd.fingerprint}", **LOGIN)
    assert (observed.bound, observed.error) == (True, None)


@pytest.mark.parametrize("starttls", [True, False])
@pytest.mark.parametrize("tls", ["verify", f"sha256:{'0' * 64}"])
def test_untrusted_certificate(slapd: Slapd, starttls: bool, tls: str) -> None:
    """A certificate that is not trusted gets no password: nobody logs in, and the reason is kept."""
    url = f"ldap://127.0.0.1:{slapd.port}" if starttls else f"ldaps://127.0.0.1:{slapd.tls_port}"
    observed, _ = look(url, starttls=starttls, tls=tls, **LOGIN)
    assert (observed.bound, observed.count) == (False, 0)
    assert "certificate" in (observed.error or "").lower()


def test_nobody_listens() -> None:
    """A refused connection is a result: no answer."""
    observed, _ = look(f"ldap://127.0.0.1:{free_port()}")
    assert (observed.answers, observed.bound) == (False, False)


def test_no_directory() -> None:
    """What accepts a connection and is no directory does not answer."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            client, _ = server.accept()
            with client:
                client.recv(1000)
                client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=serve)
        thread.start()
        observed, _ = look(f"ldap://127.0.0.1:{server.getsockname()[1]}")
        thread.join()
    assert (observed.answers, observed.bound) == (False, False)


def test_unknown_name() -> None:
    """A name that nobody knows is an error: nothing was looked at."""
    with pytest.raises(ObservationError, match=r"cannot reach dc1\.invalid"):
        look("ldap://dc1.invalid")


def test_evidence(slapd: Slapd) -> None:
    """The names found are recorded, the password is not."""
    _, probe = look(f"ldap://127.0.0.1:{slapd.port}", **LOGIN)
    evidence = probe.take_evidence()[0]
    assert "cn=Persona 6,dc=acme,dc=it" in evidence.body
    assert PASSWORD not in evidence.model_dump_json()


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"url": "dc1.acme.it"}, "write ldap://host"),
        ({"url": "ldap://h", "filter": "cn=*"}, "is no filter"),
        ({"url": "ldap://h", "filter": "(&(a=b)"}, "is no filter"),
        ({"url": "ldap://h", "bind": "cn=a"}, "both or none"),
        ({"url": "ldap://h", "bind": "cn=a", "password": "s3cret"}, "env:NAME"),
        ({"url": "ldaps://h", "starttls": True}, "encrypted from the beginning"),
        ({"url": "ldaps://h", "tls": "no"}, "write verify"),
    ],
)
def test_refused(inputs: dict[str, JsonValue], said: str) -> None:
    """What cannot be meant is refused when the checklist is loaded."""
    with pytest.raises(InvalidRecord, match=said):
        ldap.Inputs.model_validate(inputs)
