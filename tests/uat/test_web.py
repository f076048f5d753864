"""Web pages, on a real HTTPS server."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from tests.https import HttpsServer, running_https
from tests.sshd import free_port
from uat.errors import ObservationError
from uat.model import Evidence, Limits, Viewpoint
from uat.redact import Redactor
from uat.web import Doorbell, Web, fingerprint

SECRET = "s3cret/passw0rd"
LIMITS = Limits(web=2, evidence_bytes=1024)


class Pages(BaseHTTPRequestHandler):
    """What the server has; /echo tells what was asked."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer by path."""
        getattr(self, self.path.strip("/").split("?")[0].replace("-", "_") or "echo")()

    def do_POST(self) -> None:
        """Answer by path."""
        self.do_GET()

    def echo(self) -> None:
        """Tell what was asked."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        asked = {"method": self.command, "path": self.path, "headers": dict(self.headers), "body": body}
        self.answer(json.dumps(asked).encode(), kind="application/json", cookie="session=abc; Path=/")

    def away(self) -> None:
        """Send elsewhere, with a cookie."""
        self.answer(b"moved", status=302, location="/echo", cookie="seen=yes")

    def accents(self) -> None:
        """Send UTF-8 without saying so."""
        self.answer("è".encode(), kind="text/html")

    def latin(self) -> None:
        """Send Latin-1, and say so."""
        self.answer("è".encode("latin-1"), kind="text/html; charset=ISO-8859-1")

    def big(self) -> None:
        """Send more than is kept."""
        self.answer(bytes(9_000_000))

    def missing(self) -> None:
        """Say that there is nothing."""
        self.answer(b"no such page", status=404)

    def slow(self) -> None:
        """Say nothing for longer than the limit."""
        time.sleep(3)
        self.close_connection = True

    def dripping(self) -> None:
        """Send for ever, a little at a time."""
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        try:
            for _ in range(30):
                self.wfile.write(b"x" * 10)
                time.sleep(0.2)
        except OSError:
            self.close_connection = True

    def answer(
        self, body: bytes, *, status: int = 200, kind: str = "text/plain", location: str = "", cookie: str = ""
    ) -> None:
        """Send an answer."""
        self.send_response(status)
        for name, value in (("Content-Type", kind), ("Location", location), ("Set-Cookie", cookie)):
            if value:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            self.close_connection = True


@dataclass(frozen=True)
class Site:
    """The server, a pinned way to it, and what was recorded."""

    server: HttpsServer
    evidence: list[Evidence] = field(default_factory=list)
    redactor: Redactor = field(default_factory=Redactor)

    def web(self, tls: str = "") -> Web:
        """Make a way to ask the server."""
        pin = tls or f"sha256:{self.server.fingerprint}"
        return Web(tls=pin, limits=LIMITS, record=self.evidence.append, redact=self.redactor)

    def url(self, path: str) -> str:
        """Give a page's address."""
        return self.server.url + path


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A running server."""
    with running_https(tmp_path, Pages) as server:
        yield Site(server)


def test_pinned(site: Site) -> None:
    """A page of a server whose certificate is pinned is read and recorded."""
    answer = site.web().request("GET", site.url("/echo"))
    assert (answer.status, answer.json()["method"], answer.final_url) == (200, "GET", site.url("/echo"))
    assert answer.headers["content-type"] == "application/json"
    (evidence,) = site.evidence
    assert (evidence.kind, evidence.label, evidence.status) == ("http", f"GET {site.url('/echo')}", "200")
    assert evidence.body == answer.text
    assert evidence.viewpoint is Viewpoint.HERE


def test_pin_as_people_write_it(site: Site) -> None:
    """Colons and capitals in a fingerprint do not matter."""
    digits = site.server.fingerprint.upper()
    pin = "sha256:" + ":".join(digits[i : i + 2] for i in range(0, 64, 2))
    assert site.web(pin).request("GET", site.url("/echo")).status == 200


def test_wrong_pin(site: Site) -> None:
    """Another certificate than the pinned one is refused, and nothing was sent."""
    with pytest.raises(ObservationError, match=r"(?i)TLS: .*fingerprint"):
        site.web("sha256:" + "0" * 64).request("GET", site.url("/echo"))
    assert site.evidence[0].status == ""
    assert "TLS" in site.evidence[0].errors


def test_unverified(site: Site) -> None:
    """With ``verify`` a certificate that nobody vouches for is refused; the way forward is named."""
    with pytest.raises(ObservationError, match=r"(?is)certificate.*tls: sha256:"):
        site.web("verify").request("GET", site.url("/echo"))


def test_pin_must_be_whole() -> None:
    """A pin that is none is an error, not an unchecked connection."""
    for tls in ("sha256:abc", "none", "", "md5:" + "0" * 64, "SHA256"):
        with pytest.raises(ObservationError, match="neither"):
            fingerprint(tls)


def test_environment_has_no_say(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy, no .netrc and no certificate bundle is taken from the environment."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password s3cret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "certificate.pem"))
    assert "Authorization" not in site.web().request("GET", site.url("/echo")).json()["headers"]
    with pytest.raises(ObservationError, match="TLS"):
        site.web("verify").request("GET", site.url("/echo"))


def test_json_body(site: Site) -> None:
    """A JSON body is sent with its content type, and shown behind the address."""
    asked = site.web().request("POST", site.url("/echo"), json={"method": "getVersion"}).json()
    assert (asked["body"], asked["headers"]["Content-Type"]) == ('{"method": "getVersion"}', "application/json")
    assert site.evidence[0].label == f'POST {site.url("/echo")} {{"method": "getVersion"}}'


def test_headers_and_login(site: Site) -> None:
    """Headers, cookies and a Basic login are sent."""
    web = site.web()
    answer = web.request("GET", site.url("/echo"), headers={"X-A": "b"}, auth=("u", "p"), cookies={"c": "d"})
    headers = answer.json()["headers"]
    assert (headers["X-A"], headers["Cookie"]) == ("b", "c=d")
    assert headers["Authorization"] == "Basic " + base64.b64encode(b"u:p").decode()


def test_nothing_is_kept_between(site: Site) -> None:
    """A cookie is handed to the caller and not sent again by itself."""
    web = site.web()
    assert web.request("GET", site.url("/echo")).cookies == {"session": "abc"}
    assert "Cookie" not in web.request("GET", site.url("/echo")).json()["headers"]


def test_redirect(site: Site) -> None:
    """A redirect is followed with its cookie, and each exchange is recorded."""
    answer = site.web().request("GET", site.url("/away"))
    assert (answer.final_url, answer.json()["headers"]["Cookie"]) == (site.url("/echo"), "seen=yes")
    assert [(one.label, one.status) for one in site.evidence] == [
        (f"GET {site.url('/away')}", "302"),
        (f"GET {site.url('/echo')}", "200"),
    ]
    assert site.evidence[0].body == "Location: /echo"


def test_redirect_not_followed(site: Site) -> None:
    """Where it is asked for, a redirect is the answer."""
    answer = site.web().request("GET", site.url("/away"), follow=False)
    assert (answer.status, answer.headers["location"]) == (302, "/echo")


def test_wrong_is_an_answer(site: Site) -> None:
    """A page that is not there is an answer, not an error."""
    assert site.web().request("GET", site.url("/missing")).status == 404


@pytest.mark.parametrize("path", ["/accents", "/latin"])
def test_text(site: Site, path: str) -> None:
    """Text is read in the encoding that the server names, else as UTF-8."""
    assert site.web().request("GET", site.url(path)).text == "è"


def test_no_json(site: Site) -> None:
    """An answer that is no JSON is an error where JSON is asked for."""
    with pytest.raises(ObservationError, match="not JSON"):
        site.web().request("GET", site.url("/accents")).json()


def test_big_body(site: Site) -> None:
    """8 MiB of a body are kept, and much less of it as evidence."""
    answer = site.web().request("GET", site.url("/big"))
    assert len(answer.body) == 8 * 1024 * 1024
    assert (len(site.evidence[0].body), site.evidence[0].truncated) == (1024, True)


@pytest.mark.parametrize("path", ["/slow", "/dripping"])
def test_slow(site: Site, path: str) -> None:
    """An answer that does not come, or does not end, within the limit is an error; what is meant is the whole."""
    began = time.monotonic()
    with pytest.raises(ObservationError, match="no answer within 2 s"):
        site.web().request("GET", site.url(path))
    assert time.monotonic() - began < 4


def test_nobody_there(site: Site) -> None:
    """A closed port is an error, and recorded."""
    url = f"https://127.0.0.1:{free_port()}/"
    with pytest.raises(ObservationError, match=r"GET https://127\.0\.0\.1.*refused"):
        site.web().request("GET", url)
    assert site.evidence[0].label == f"GET {url}"


@pytest.mark.parametrize("url", ["nonsense", "ftp://127.0.0.1/", "https://"])
def test_no_url(site: Site, url: str) -> None:
    """What is no web address is an error."""
    with pytest.raises(ObservationError):
        site.web().request("GET", url)


def test_secrets_are_out(site: Site) -> None:
    """A secret is in no part of the evidence: not in the address, the body sent, the body that came."""
    site.redactor.add(SECRET)
    web = site.web()
    answer = web.request("POST", site.url("/echo?p=s3cret%2Fpassw0rd"), json={"p": SECRET}, auth=("u", SECRET))
    assert SECRET in answer.text, "the check itself sees what came"
    text = site.evidence[0].model_dump_json()
    assert "s3cret" not in text
    assert base64.b64encode(f"u:{SECRET}".encode()).decode()[4:-4] not in text
    assert site.evidence[0].redacted == 5


def test_secret_in_an_error(site: Site) -> None:
    """A secret in the address is not in the error either."""
    site.redactor.add(SECRET)
    with pytest.raises(ObservationError) as raised:
        site.web().request("GET", f"https://127.0.0.1:{free_port()}/{SECRET}")
    assert "s3cret" not in str(raised.value)
    assert "s3cret" not in site.evidence[0].model_dump_json()


class Hasty(BaseHTTPRequestHandler):
    """Breaks each connection off at its second question, without a word."""

    protocol_version = "HTTP/1.1"
    connections = 0

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def setup(self) -> None:
        """Count."""
        type(self).connections += 1
        self.answered = False
        super().setup()

    def do_GET(self) -> None:
        """Answer once."""
        if self.answered:
            self.close_connection = True
            return
        self.answered = True
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")


def test_a_doorbells_kept_connection_that_broke_is_made_anew(tmp_path: Path) -> None:
    """That a server gave a connection up between two rings is no missing answer."""
    Hasty.connections = 0
    with running_https(tmp_path, Hasty) as server:
        bell = Doorbell("GET", server.url, tls=f"sha256:{server.fingerprint}", seconds=5)
        assert [bell.ring() for _ in range(3)] == [(200, b"ok")] * 3
        bell.close()
    assert Hasty.connections == 3


def test_a_doorbell_says_why_in_few_words() -> None:
    """The reason is the one at the bottom, without what the libraries put around it."""
    bell = Doorbell("GET", f"https://127.0.0.1:{free_port()}/", tls="sha256:" + "0" * 64, seconds=5)
    with pytest.raises(ObservationError, match=r"^\[Errno \d+\] Connection refused$"):
        bell.ring()
