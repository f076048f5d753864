"""The TVox WebAPI as Telenia documents it (tdoc, AutenticazioneTVoxWebAPI.rst), on a real HTTPS server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tests.https import HttpsServer, running_https
from tests.uat.checks.recording import Recording
from uat.checks import webapi
from uat.errors import ObservationError
from uat.model import JsonValue, Limits, System
from uat.probe import Probe

SESSION, TOKEN, CHAT = "5E55104F00D", "acce55-t0ken", "chat-t0ken"
CALLS = [{"callId": "1605867847.783@d92061befe"}]


class Api(BaseHTTPRequestHandler):
    """The documented methods; an id of its own in every reply, as in the vendor's examples."""

    broken: ClassVar[str | None] = None

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        """Answer a call."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        said = {"jsonrpc": "2.0", "id": 77, **self.reply(asked["method"], asked["params"])}
        body = (self.broken or json.dumps(said)).encode()
        self.send_response(200 if self.path == "/tvox/webapi" else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def reply(self, method: str, params: list[JsonValue]) -> dict[str, JsonValue]:
        """Give result or error."""
        if method == "getVersion":
            return {"result": ["22.0.17", "22.0.0"]}
        if method == "login" and params == ["22.0.0", "uat", "s3cret"]:
            opened = {"sessionId": SESSION, "accessToken": TOKEN, "chatAuthToken": CHAT, "status": "LOGGED"}
            return {"result": opened}
        if method == "login":
            return {"error": {"code": -1, "message": "Wrong username or password"}}
        if f"JSESSIONID={SESSION}" not in self.headers.get("Cookie", ""):
            return {"error": {"code": -2, "message": "Not logged in"}}
        return {"result": CALLS}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpsServer]:
    """Run the WebAPI."""
    with running_https(tmp_path_factory.mktemp("https"), Api) as running:
        yield running


@pytest.fixture
def probe(server: HttpsServer, monkeypatch: pytest.MonkeyPatch) -> Probe:
    """Make a probe of a machine whose web pages are the server."""
    monkeypatch.setenv("UAT_PASSWORD", "s3cret")
    monkeypatch.setenv("WRONG_PASSWORD", "guess")
    system = System(web=f"127.0.0.1:{server.port}", tls=f"sha256:{server.fingerprint}")
    return Probe(connection=Recording(answers={}), system=system, limits=Limits())


def look(probe: Probe, method: str, *, password: str | None = None) -> webapi.Observed:
    """Ask a method, with a login or without."""
    login = {"user": "uat", "password": f"env:{password}"} if password else None
    return webapi.observe(webapi.Inputs.model_validate({"method": method, "login": login}), probe)


def test_version(probe: Probe) -> None:
    """getVersion gives the server's and the WebAPI's version, without a login."""
    observed = look(probe, "getVersion")
    assert (observed.server, observed.api, observed.error) == ("22.0.17", "22.0.0", None)


def test_method_after_login(probe: Probe) -> None:
    """A method is called with the session that the login opened."""
    assert look(probe, "getServiceCurrentCalls", password="UAT_PASSWORD").result == CALLS


def test_method_without_login(probe: Probe) -> None:
    """The API's own message is a result."""
    observed = look(probe, "getServiceCurrentCalls")
    assert (observed.error, observed.result, observed.server) == ("Not logged in", None, "22.0.17")


def test_login_refused(probe: Probe) -> None:
    """A refused login is a result with the API's message, and the method is not called."""
    observed = look(probe, "getServiceCurrentCalls", password="WRONG_PASSWORD")
    assert (observed.error, observed.result) == ("Wrong username or password", None)
    assert len(probe.take_evidence()) == 2


def test_no_token_in_evidence(probe: Probe) -> None:
    """Neither password, session nor tokens are in what is recorded; the exchange is."""
    look(probe, "getServiceCurrentCalls", password="UAT_PASSWORD")
    evidence = probe.take_evidence()
    recorded = " ".join(one.label + one.body for one in evidence)
    assert [word for word in ("s3cret", SESSION, TOKEN, CHAT) if word in recorded] == []
    assert [json.loads(one.label.partition("webapi ")[2])["method"] for one in evidence] == [
        "getVersion",
        "login",
        "getServiceCurrentCalls",
    ]


@pytest.mark.parametrize("broken", ["<html>Service unavailable</html>", "[]", "{}", '{"result": "22.0.17"}'])
def test_nonsense_is_an_error(probe: Probe, monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    """An answer that is no JSON-RPC, or no version, is an error."""
    monkeypatch.setattr(Api, "broken", broken)
    with pytest.raises(ObservationError):
        look(probe, "getVersion")


def test_without_web(tmp_path: Path) -> None:
    """A checklist that does not say where the web pages are is told so."""
    probe = Probe(connection=Recording(answers={}), system=System(), limits=Limits())
    with pytest.raises(ObservationError, match=r"write system\.web"):
        look(probe, "getVersion")
