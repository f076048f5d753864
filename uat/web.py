"""Web pages as seen from here: every exchange recorded; the one file of this room that knows requests."""

from __future__ import annotations

import json as json_text
import re
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, ProtocolError, ReadTimeoutError

from uat.errors import ObservationError
from uat.model import Evidence, JsonValue, Limits, Viewpoint
from uat.redact import Redactor
from uat.ssh.output import KEPT_BYTES

_PIECE_BYTES = 65536
_SAFE = ("GET", "HEAD", "OPTIONS")
_LABEL_CHARACTERS = 2000
"""Of a request's body, shown behind the address."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a web server answered; ``body`` is its first 8 MiB, header names are in lower case.

    ``cookies`` are those set on the whole way, redirects included: hand them on to stay logged in.
    """

    status: int
    headers: dict[str, str]
    body: bytes
    encoding: str
    seconds: float
    final_url: str
    cookies: dict[str, str]

    @property
    def text(self) -> str:
        """The body as text; what cannot be decoded becomes U+FFFD."""
        return self.body.decode(self.encoding, errors="replace")

    def json(self) -> JsonValue:
        """Read the body as JSON.

        :raises ObservationError: it is not JSON.
        """
        try:
            return json_text.loads(self.body)
        except ValueError as error:
            raise ObservationError(f"{self.final_url}: the answer is not JSON ({error})") from None


class Doors:
    """Connections to web servers that are kept open between exchanges, and nothing else of them."""

    def __init__(self) -> None:
        self._adapters: dict[str | None, _Adapter] = {}
        self._opening = threading.Lock()

    def adapter(self, pin: str | None) -> _Adapter:
        """Give the open connections to servers under one TLS rule."""
        with self._opening:
            return self._adapters.setdefault(pin, _Adapter(pin))

    def close(self) -> None:
        """Close them all: behind a reboot they lead nowhere."""
        with self._opening:
            adapters, self._adapters = self._adapters, {}
        for adapter in adapters.values():
            adapter.close()


class Web:
    """Asks web pages, one exchange at a time and each on its own: no cookies, no session is kept between two.

    Nothing is taken from the environment: no proxy, no .netrc, no certificate bundle. The PBX and the laptop
    are in one network or VPN; a proxy in between would be what is looked at.
    """

    def __init__(
        self,
        *,
        tls: str,
        limits: Limits,
        record: Callable[[Evidence], None],
        redact: Redactor,
        doors: Doors | None = None,
        turn: AbstractContextManager[object] | None = None,
    ) -> None:
        """:param tls: ``verify``, or ``sha256:<fingerprint>`` of the only certificate that is accepted.
        :param doors: kept connections; each exchange opens one of its own when left out.
        :param turn: held during an exchange.
        """
        self._doors = doors
        self._turn = turn or nullcontext()
        self._pin = None if tls == "verify" else fingerprint(tls)
        self._limits = limits
        self._record = record
        self._redact = redact

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | str | None = None,
        json: JsonValue = None,
        auth: tuple[str, str] | None = None,
        follow: bool = True,
        cookies: Mapping[str, str] | None = None,
    ) -> Answer:
        """Ask once and record it.

        :param json: sent as the body, with its content type.
        :param auth: user and password (Basic).
        :param follow: go where redirects lead; each is recorded.
        :raises ObservationError: no answer: refused, TLS, or not within ``limits.web``.
        """
        sent = json_text.dumps(json) if json is not None else body
        label = f"{method} {url}{_shown(sent)}"
        said = dict(headers or {}) | ({"Content-Type": "application/json"} if json is not None else {})
        request = requests.Request(
            method, url, headers=said, data=sent, auth=auth, cookies=dict(cookies) if cookies else None
        )
        with self._turn:
            taken_at, began = datetime.now(UTC), time.monotonic()
            try:
                return self._ask(request, label=label, follow=follow, taken_at=taken_at)
            except (requests.RequestException, HTTPError, OSError, ValueError) as error:
                problem = self._redact.clean(f"{method} {url}: {_why(error, self._limits.web)}")
                seconds = time.monotonic() - began
                self._keep(label, b"", status="", errors=problem, taken_at=taken_at, seconds=seconds)
                raise ObservationError(problem) from None

    def _ask(self, request: requests.Request, *, label: str, follow: bool, taken_at: datetime) -> Answer:
        """Ask over a kept connection what may be asked twice (RFC 9110, 9.2.2): it may just have been closed."""
        if self._doors is not None and request.method in _SAFE:
            session = _session(self._doors.adapter(self._pin), self._pin)
            try:
                return self._exchange(session, request, label=label, follow=follow, taken_at=taken_at)
            except requests.ConnectionError as error:
                if not (error.args and isinstance(error.args[0], ProtocolError)):
                    raise
        with _session(_Adapter(self._pin), self._pin) as session:
            return self._exchange(session, request, label=label, follow=follow, taken_at=taken_at)

    def _exchange(
        self, session: requests.Session, request: requests.Request, *, label: str, follow: bool, taken_at: datetime
    ) -> Answer:
        began = time.monotonic()
        with (
            session.send(
                session.prepare_request(request), timeout=self._limits.web, allow_redirects=follow, stream=True
            ) as response,
        ):
            body = _read(response, until=began + self._limits.web)
            seconds = time.monotonic() - began
            self._keep_redirects(response, label=label, taken_at=taken_at)
            last = f"{response.request.method} {response.url}" if response.history else label
            self._keep(last, body, status=str(response.status_code), taken_at=taken_at, seconds=seconds)
            return _answer(response, body, seconds=seconds, cookies=session.cookies.get_dict())

    def _keep_redirects(self, response: requests.Response, *, label: str, taken_at: datetime) -> None:
        for hop in response.history:
            name = label if hop is response.history[0] else f"{hop.request.method} {hop.url}"
            place = f"Location: {hop.headers.get('location', '')}".encode()
            seconds = hop.elapsed.total_seconds()
            self._keep(name, place, status=str(hop.status_code), taken_at=taken_at, seconds=seconds)

    def _keep(
        self, label: str, body: bytes, *, status: str, taken_at: datetime, seconds: float, errors: str = ""
    ) -> None:
        cleaned = self._redact.body(body, cap=self._limits.evidence_bytes)
        clean_label, in_label = self._redact.clean_bytes(label.encode())
        self._record(
            Evidence(
                kind="http",
                label=clean_label.decode(errors="replace"),
                status=status,
                body=cleaned.text,
                errors=errors,
                sha256=cleaned.sha256,
                size_bytes=cleaned.size_bytes,
                truncated=cleaned.is_truncated or len(body) >= KEPT_BYTES,
                redacted=cleaned.redacted + in_label,
                taken_at=taken_at,
                seconds=round(seconds, 3),
                viewpoint=Viewpoint.HERE,
            )
        )


class Doorbell:
    """Asks one address again and again, over a connection that is kept: only what it answers, nothing is recorded."""

    def __init__(self, method: str, url: str, *, tls: str, seconds: float, json: JsonValue = None) -> None:
        """:param seconds: for one answer, all of it."""
        self._pin = None if tls == "verify" else fingerprint(tls)
        self._request = requests.Request(method, url, json=json)
        self._seconds = seconds
        self._kept: requests.Session | None = None

    def ring(self) -> tuple[int, bytes]:
        """Ask once; give the status and the body's beginning. A kept connection that broke is made anew once.

        :raises ObservationError: no answer; its cause says whether something refused or all was silent.
        """
        while True:
            is_new = self._kept is None
            try:
                return self._ask()
            except (requests.RequestException, HTTPError, OSError, ValueError) as error:
                self.close()
                if is_new or isinstance(error, requests.Timeout | ReadTimeoutError):
                    raise ObservationError(_core(error, self._seconds)) from error

    def close(self) -> None:
        """Give the connection up."""
        if self._kept is not None:
            self._kept.close()
        self._kept = None

    def _ask(self) -> tuple[int, bytes]:
        self._kept = session = self._kept or _session(_Adapter(self._pin), self._pin)
        until = time.monotonic() + self._seconds
        asked = session.prepare_request(self._request)
        with session.send(asked, timeout=self._seconds, allow_redirects=False, stream=True) as response:
            return response.status_code, _read(response, until=until)


def _session(adapter: _Adapter, pin: str | None) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.verify = pin is None  # off only together with the pin, which is then what decides
    return session


class _Adapter(HTTPAdapter):
    """Accepts one certificate only (``pin``), or those that the computer or certifi's list trusts."""

    def __init__(self, pin: str | None) -> None:
        self._pin = pin
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Hand the pin, or the computer's own trusted certificates, to the connections."""
        if self._pin:
            kwargs.update(assert_fingerprint=self._pin, assert_hostname=False)
        else:
            kwargs.update(ssl_context=ssl.create_default_context())
        super().init_poolmanager(*args, **kwargs)


def fingerprint(tls: str) -> str:
    """Read ``sha256:<fingerprint>`` (colons and case do not matter) into 64 hexadecimal digits.

    :raises ObservationError: it is something else.
    """
    kind, _, value = tls.partition(":")
    digits = value.replace(":", "").lower()
    if kind.lower() != "sha256" or not re.fullmatch("[0-9a-f]{64}", digits):
        raise ObservationError(f"tls: '{tls}' is neither 'verify' nor 'sha256:' with 64 hexadecimal digits")
    return digits


def _shown(sent: bytes | str | None) -> str:
    text = sent.decode(errors="replace") if isinstance(sent, bytes) else sent
    return f" {text[:_LABEL_CHARACTERS]}" if text else ""


def _read(response: requests.Response, *, until: float) -> bytes:
    """Read a body up to the cap; the time is for the whole of it, not for each piece."""
    kept = bytearray()
    while piece := response.raw.read1(_PIECE_BYTES, decode_content=True):  # what is there, without waiting for more
        kept += piece
        if len(kept) >= KEPT_BYTES:
            break
        if time.monotonic() > until:
            raise requests.Timeout("the answer began, and did not end")
    return bytes(kept[:KEPT_BYTES])


def _answer(response: requests.Response, body: bytes, *, seconds: float, cookies: dict[str, str]) -> Answer:
    said = response.encoding or "utf-8"
    if "charset" not in response.headers.get("content-type", "").lower():
        said = "utf-8"  # requests would assume Latin-1 for text (RFC 2616); RFC 8259 and HTML 5 say UTF-8
    return Answer(
        status=response.status_code,
        headers={name.lower(): value for name, value in response.headers.items()},
        body=body,
        encoding=said if _is_encoding(said) else "utf-8",
        seconds=seconds,
        final_url=response.url,
        cookies=cookies,
    )


def _is_encoding(name: str) -> bool:
    try:
        "".encode(name)
    except LookupError:
        return False
    return True


def _core(error: BaseException, limit: float) -> str:
    """Say why there was no answer in the words of what lies at the bottom, without the libraries around it."""
    if isinstance(error, requests.Timeout | ReadTimeoutError):
        return f"no answer within {limit:g} s"
    while (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    return str(error)


def _why(error: Exception, limit: float) -> str:
    """Say why there was no answer, in words that name the fault."""
    if isinstance(error, requests.exceptions.SSLError):
        return f"TLS: {error}. A certificate that the customer vouches for can be pinned: tls: sha256:<fingerprint>"
    if isinstance(error, requests.Timeout | ReadTimeoutError):
        return f"no answer within {limit:g} s"
    return f"no answer: {error}"
