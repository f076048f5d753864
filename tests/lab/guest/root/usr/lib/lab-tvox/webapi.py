#!/usr/bin/python3
"""The documented part of the TVox WebAPI (JSON-RPC 2.0 on /tvox/webapi) and the pages /occ and /client.

Methods, parameters and results are the vendor's (integration guide, CRMGestioneTelefonica: AutenticazioneTVoxWebAPI,
ChiamateServizioUtente). Error codes and their words are not documented: those here are the lab's own.
"""

import json
import secrets
import time
from collections.abc import Callable
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

RELEASE = Path("/etc/lab-tvox/release").read_text(encoding="ascii").strip()
WEBAPI_VERSION = ".".join(RELEASE.split(".")[:2]) + ".0"
USERS = json.loads(Path("/etc/lab-tvox/users.json").read_text(encoding="utf-8"))
PAGES = {"/occ": "occ.html", "/client": "client.html"}
WWW = Path("/var/lib/lab-tvox/www")
SESSIONS: dict[str, str] = {}


class RpcError(Exception):
    """A JSON-RPC error: the code, and what it says."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def get_version(params: list[Any], _session: str) -> list[str]:
    """Return the release and the WebAPI version; asks for no login."""
    return [RELEASE, WEBAPI_VERSION]


def login(params: list[Any], _session: str) -> dict[str, Any]:
    """Open a session for `[version, username, password]`."""
    if len(params) != 3 or not all(isinstance(param, str) for param in params):
        raise RpcError(-32602, "Invalid params")
    version, username, password = params
    if version != WEBAPI_VERSION:
        raise RpcError(-32001, f"Wrong version {version}, expected {WEBAPI_VERSION}")
    user = USERS.get(username)
    if user is None or user["password"] != password:
        raise RpcError(-32002, "Wrong username or password")
    if not {"TVOX_SUPERVISOR", "TVOX_SUPERUSER"} & set(user["profileRoles"]):
        raise RpcError(-32003, "User is neither superuser nor supervisor")
    session = secrets.token_hex(16).upper()
    SESSIONS[session] = username
    return logged_user(username, user, session)


def logged_user(username: str, user: dict[str, Any], session: str) -> dict[str, Any]:
    """Return the object of a successful login, with the vendor's fields."""
    return {
        "username": username,
        "surname": user["surname"],
        "name": user["name"],
        "publicUsername": f"{user['name']} {user['surname']}",
        "accessToken": secrets.token_hex(20),
        "sessionId": session,
        "status": "LOGGED",
        "language": "it",
        "anonymous": False,
        "pwdChangeable": True,
        "chatUserId": secrets.token_hex(8),
        "chatAuthToken": secrets.token_hex(16),
        "chatUri": "https://pbx.lab.example/chat",
        "profileRoles": user["profileRoles"],
        "userPermissions": user["userPermissions"],
        "logged": True,
    }


def get_service_current_calls(params: list[Any], session: str) -> list[dict[str, Any]]:
    """Return the current service calls of the user `[username]`, newest first; asks for a session."""
    if session not in SESSIONS:
        raise RpcError(-32004, "Not logged in")
    if len(params) != 1 or params[0] not in USERS:
        raise RpcError(-32602, "Invalid params")
    started = int(time.time()) - 42
    calls = [
        {"callId": f"{started}.7@d92061befe", "service": "Assistenza", "clid": "0451234567", "status": "RINGING"}
    ]
    return calls if params[0] == "mrossi" else []


METHODS: dict[str, Callable[[list[Any], str], Any]] = {
    "getVersion": get_version,
    "login": login,
    "getServiceCurrentCalls": get_service_current_calls,
}


def answer(body: bytes, session: str) -> dict[str, Any]:
    """Return the JSON-RPC answer to a request's body."""
    try:
        request = json.loads(body)
    except ValueError:
        return failure(None, RpcError(-32700, "Parse error"))
    if not isinstance(request, dict) or request.get("jsonrpc") != "2.0":
        return failure(None, RpcError(-32600, "Invalid Request"))
    method = METHODS.get(str(request.get("method")))
    try:
        if method is None:
            raise RpcError(-32601, "Method not found")
        params = request.get("params", [])
        if not isinstance(params, list):
            raise RpcError(-32602, "Invalid params")
        return {"jsonrpc": "2.0", "id": request.get("id"), "result": method(params, session)}
    except RpcError as error:
        return failure(request.get("id"), error)


def failure(number: object, error: RpcError) -> dict[str, Any]:
    """Return a JSON-RPC error object."""
    return {"jsonrpc": "2.0", "id": number, "error": {"code": error.code, "message": str(error)}}


class Handler(BaseHTTPRequestHandler):
    """GET for the pages, POST for the WebAPI."""

    protocol_version = "HTTP/1.1"
    server_version = "lab-webapi"

    def do_GET(self) -> None:
        """Serve /occ and /client."""
        page = PAGES.get(self.path.partition("?")[0].rstrip("/"))
        if page is None:
            self.reply(404, "text/plain", b"Not found\n")
            return
        self.reply(200, "text/html; charset=utf-8", (WWW / page).read_bytes())

    do_HEAD = do_GET  # noqa: N815 - the name is http.server's

    def do_POST(self) -> None:
        """Answer a JSON-RPC request; a login also sets the session's cookie."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.partition("?")[0] != "/tvox/webapi":
            self.reply(404, "text/plain", b"Not found\n")
            return
        reply = answer(body, self.session())
        result = reply.get("result")
        cookie = result.get("sessionId") if isinstance(result, dict) else None
        self.reply(200, "application/json", json.dumps(reply).encode(), cookie)

    def session(self) -> str:
        """Return the session of the request's cookie, or an empty word."""
        cookie = SimpleCookie(self.headers.get("Cookie") or "").get("JSESSIONID")
        return cookie.value if cookie else ""

    def reply(self, status: int, kind: str, body: bytes, session: str | None = None) -> None:
        """Send one answer."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if session:
            self.send_header("Set-Cookie", f"JSESSIONID={session}; Path=/tvox; Secure; HttpOnly")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent: nginx keeps the access log."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", 8080), Handler).serve_forever()
