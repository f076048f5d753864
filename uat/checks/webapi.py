"""Ask the TVox WebAPI (JSON-RPC 2.0): the release, and what the methods that only look tell.

Telenia, tdoc, T/CRMGestioneTelefonica/AutenticazioneTVoxWebAPI.rst: POST to /tvox/webapi; ``getVersion`` needs
no login and gives the server's and the WebAPI's version; ``login`` takes the latter, user and password; later
calls carry the cookie JSESSIONID. There is no logout.

Example::

    - id: REL-01
      title: {it: La release è quella attesa, en: The release is the expected one}
      severity: blocker
      webapi: {method: getVersion}
      expect:
        pre: {server: {matches: '^21[.]'}}
        post: {server: 22.0.17}
    - id: CC-01
      title: {it: Le chiamate del servizio si leggono, en: The calls of the service can be read}
      webapi:
        method: getServiceCurrentCalls
        params: [uat]
        login: {user: uat, password: env:TVOX_PASSWORD}
      expect: {error: null, result: []}
"""

from __future__ import annotations

import json
import re

from uat.checks.http import Login
from uat.errors import ObservationError
from uat.model import Evidence, Field, JsonValue, Record, field_validator
from uat.probe import Probe
from uat.web import Answer, Web

MOVES = ("result", "seconds")
"""What changes by itself between two looks."""

_LOOKS = re.compile(r"(get|search|find|list|count|is|has)([A-Z]\w*)?$")

_EFFECTS = {
    "login": "opens a session; give 'login: {user: ..., password: ...}' beside the method that needs it",
    "dialNumber": "places a call",
    "dialNumberByEmail": "places a call",
    "hangupCall": "drops a call",
    "recOn": "starts a recording",
    "recOff": "stops a recording",
    "sendSms": "sends an SMS, which costs",
}
"""The documented methods that do something (tdoc, T/CRMGestioneTelefonica)."""

_TOKENS = {"sessionId", "accessToken", "chatAuthToken"}
"""What a login's result holds that opens the door to whoever reads it."""


class Inputs(Record):
    """What is asked."""

    method: str = "getVersion"
    params: tuple[JsonValue, ...] = Field(default=(), description="in the documented order")
    login: Login | None = Field(default=None, description="a Superuser or Supervisor")

    @field_validator("method")
    @classmethod
    def _only_looks(cls, value: str) -> str:
        if value in _EFFECTS:
            raise ValueError(f"a check only looks; {value} {_EFFECTS[value]}")
        if not _LOOKS.match(value):
            raise ValueError(f"{value} is not known to only look: its name begins with no get, search, find, list")
        return value


class Observed(Record):
    """What the WebAPI said; ``error`` is its own message, of the login or of the method."""

    server: str | None = Field(description="the release, as getVersion tells it")
    api: str | None = Field(description="the WebAPI's own version")
    result: JsonValue = None
    error: str | None = None
    seconds: float = Field(description="the last exchange")


class _Reply(Record):
    """One reply; the id is not looked at, the vendor's own examples give back another one."""

    result: JsonValue = None
    error: str | None = None
    seconds: float


def observe(inputs: Inputs, probe: Probe) -> Observed:
    """Ask for the version; then log in if need be, and call the method."""
    reply = _call(probe.web, probe, "getVersion", params=())
    server, api = _versions(reply)
    if inputs.method != "getVersion" and reply.error is None:
        reply = _method(inputs, api or "", probe)
    seconds = round(reply.seconds, 3)
    return Observed(server=server, api=api, result=reply.result, error=reply.error, seconds=seconds)


def _versions(reply: _Reply) -> tuple[str | None, str | None]:
    """Read ``["10.26.32", "10.26.0"]``."""
    if reply.error is not None:
        return None, None
    if not isinstance(reply.result, list) or [type(part) for part in reply.result] != [str, str]:
        raise ObservationError(f"getVersion answered something else than two versions: {reply.result!r:.200}")
    return reply.result[0], reply.result[1]


def _method(inputs: Inputs, api: str, probe: Probe) -> _Reply:
    if inputs.login is None:
        return _call(probe.web, probe, inputs.method, params=inputs.params)
    opened = _log_in(inputs.login, api, probe)
    if opened.error is not None:
        return opened
    cookies = {"JSESSIONID": str(opened.result)}
    return _call(probe.web, probe, inputs.method, params=inputs.params, cookies=cookies)


def _log_in(login: Login, api: str, probe: Probe) -> _Reply:
    """Open a session; the reply's result is its id, and neither it nor the tokens come into the evidence."""
    password = probe.secret(login.password, purpose=f"{login.user}, WebAPI")
    held: list[Evidence] = []
    web = Web(tls=probe.system.tls, limits=probe.limits, record=held.append, redact=probe.redactor)
    try:
        reply = _call(web, probe, "login", params=(api, login.user, password))
        session = reply.result if isinstance(reply.result, dict) else {}
        for name in _TOKENS & session.keys():
            probe.redactor.add(str(session[name] or ""))
    finally:
        for evidence in held:
            probe.record(_cleaned(evidence, probe))
    if reply.error is None and not session.get("sessionId"):
        raise ObservationError("login answered neither a session nor an error")
    return _Reply(result=session.get("sessionId"), error=reply.error, seconds=reply.seconds)


def _cleaned(evidence: Evidence, probe: Probe) -> Evidence:
    """Take out what has become known as secret since the evidence was recorded."""
    body = probe.redactor.body(evidence.body.encode(), cap=probe.limits.evidence_bytes)
    changed = {"body": body.text, "sha256": body.sha256, "redacted": evidence.redacted + body.redacted}
    return evidence.model_copy(update=changed) if body.redacted else evidence


def _call(
    web: Web, probe: Probe, method: str, *, params: tuple[JsonValue, ...], cookies: dict[str, str] | None = None
) -> _Reply:
    """Make one JSON-RPC call.

    :raises ObservationError: no answer, or one that is no JSON-RPC.
    """
    if not probe.system.web:
        raise ObservationError("webapi: the checklist does not say where the web pages are; write system.web")
    url = f"https://{probe.system.web}/tvox/webapi"
    asked = {"jsonrpc": "2.0", "method": method, "params": list(params), "id": 1}
    answer = web.request("POST", url, json=asked, cookies=cookies)
    reply = _document(answer)
    error = reply.get("error")
    return _Reply(result=reply.get("result"), error=_message(error), seconds=answer.seconds)


def _document(answer: Answer) -> dict[str, JsonValue]:
    try:
        reply = answer.json()
    except ObservationError:
        reply = None
    if not isinstance(reply, dict) or not {"result", "error"} & reply.keys():
        raise ObservationError(f"{answer.final_url}: status {answer.status}, and no JSON-RPC answer")
    return reply


def _message(error: JsonValue) -> str | None:
    """Give an error object's own message (JSON-RPC 2.0, 5.1), or whatever stands in its place."""
    if error is None:
        return None
    return str(error["message"]) if isinstance(error, dict) and "message" in error else json.dumps(error)
