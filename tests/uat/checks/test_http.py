"""Web pages, on a real HTTPS server."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from tests.https import HttpsServer, running_https
from tests.sshd import free_port
from tests.uat.checks.recording import Recording
from uat.checks import http
from uat.errors import ObservationError
from uat.model import JsonValue, Limits, System
from uat.probe import Probe

PAGE = "<html><head><TITLE lang=it>\n  Caff&egrave;  &amp;\n OCC</TITLE></head><body>benvenuti</body></html>"


class Pages(BaseHTTPRequestHandler):
    """A page, a redirect to it, JSON, and a place that wants a login."""

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer by path."""
        getattr(self, self.path.strip("/"), self.missing)()

    def do_HEAD(self) -> None:
        """Answer by path, without the body."""
        self.do_GET()

    def occ(self) -> None:
        """A page with a title."""
        self.answer(PAGE, "text/html; charset=utf-8")

    def old(self) -> None:
        """A redirect."""
        self.answer("", "text/plain", status=302, Location="/occ")

    def state(self) -> None:
        """JSON."""
        self.answer('{"status": "up", "nodes": [1, 2]}', "application/json")

    def private(self) -> None:
        """A page for one user."""
        right = "Basic " + base64.b64encode(b"uat:s3cret").decode()
        is_right = self.headers.get("Authorization") == right
        self.answer("in" if is_right else "out", "text/plain", status=200 if is_right else 401)

    def missing(self) -> None:
        """Nothing."""
        self.answer("nothing here", "text/plain", status=404)

    def answer(self, body: str, kind: str, *, status: int = 200, **headers: str) -> None:
        """Send an answer."""
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body.encode())), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body.encode())


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpsServer]:
    """Run the pages."""
    with running_https(tmp_path_factory.mktemp("https"), Pages) as running:
        yield running


def look(server: HttpsServer, path: str, **inputs: JsonValue) -> http.Observed:
    """Look at a page."""
    system = System(tls=f"sha256:{server.fingerprint}")
    probe = Probe(connection=Recording(answers={}), system=system, limits=Limits())
    return http.observe(http.Inputs.model_validate({"url": server.url + path, **inputs}), probe)


def test_page(server: HttpsServer) -> None:
    """A page gives its status, text, headers in lower case, and title without entities and line ends."""
    observed = look(server, "/occ")
    assert (observed.status, observed.body, observed.title) == (200, PAGE, "Caffè & OCC")
    assert observed.headers["content-type"] == "text/html; charset=utf-8"
    assert observed.json is None


def test_redirect_followed(server: HttpsServer) -> None:
    """A redirect is followed, and where it led is told."""
    observed = look(server, "/old")
    assert (observed.status, observed.final_url) == (200, f"{server.url}/occ")


def test_redirect_kept(server: HttpsServer) -> None:
    """With follow: false the redirect itself is observed."""
    observed = look(server, "/old", follow=False)
    assert (observed.status, observed.headers["location"]) == (302, "/occ")


def test_json(server: HttpsServer) -> None:
    """A body that is JSON is also observed as data."""
    assert look(server, "/state").json == {"status": "up", "nodes": [1, 2]}


def test_json_keeps_its_name(server: HttpsServer) -> None:
    """The record calls the field json, as a checklist does."""
    assert look(server, "/state").model_dump(mode="json")["json"]["status"] == "up"


def test_missing_page_is_a_result(server: HttpsServer) -> None:
    """404 is a result, not an error."""
    assert look(server, "/nope").status == 404


def test_head(server: HttpsServer) -> None:
    """HEAD brings no body."""
    observed = look(server, "/occ", method="HEAD")
    assert (observed.status, observed.body) == (200, "")


def test_login(server: HttpsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The password is taken from where the checklist says it is."""
    monkeypatch.setenv("UAT_PASSWORD", "s3cret")
    assert look(server, "/private", login={"user": "uat", "password": "env:UAT_PASSWORD"}).body == "in"
    assert look(server, "/private").status == 401


def test_refused(server: HttpsServer) -> None:
    """No answer at all is an error."""
    nobody = HttpsServer(port=free_port(), fingerprint=server.fingerprint)
    with pytest.raises(ObservationError, match="no answer"):
        look(nobody, "/occ")
