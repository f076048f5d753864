"""Ask a web page or a REST service, as seen from here.

Example::

    - id: WEB-01
      title: {it: La pagina di amministrazione risponde, en: The administration page answers}
      retry_for: 2m
      http: {url: "https://{web}/occ"}
      expect: {status: 200, title: {contains: OCC}, seconds: {at_most: 2}}
    - id: WEB-02
      title: {it: Il servizio REST dice di essere attivo, en: The REST service says that it is up}
      http:
        url: https://{web}/tvox/rest/system
        headers: {Accept: application/json}
        login: {user: uat, password: env:TVOX_PASSWORD}
      expect: {status: 200, json: {status: up}}
"""

from __future__ import annotations

import html
import json
import re
import warnings
from enum import StrEnum

from uat.checks._inputs import Said, Secret, Url
from uat.model import Field, JsonValue, Record
from uat.probe import Probe
from uat.web import Answer

MOVES = ("body", "headers", "json", "seconds")
"""What changes by itself between two looks."""

_BODY_CHARACTERS = 262_144

_TITLE = re.compile(r"<title\b[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)


class Method(StrEnum):
    """How it is asked. POST is for services that are read by it (search, GraphQL): a check only looks."""

    GET = "GET"
    HEAD = "HEAD"
    POST = "POST"


class Login(Record):
    """Who asks."""

    user: Said
    password: Secret


class Inputs(Record):
    """What is asked, and how."""

    url: Url
    method: Method = Method.GET
    headers: dict[str, str] = {}
    body: str | None = Field(default=None, description="sent as it stands; its type goes into headers")
    login: Login | None = Field(default=None, description="HTTP Basic")
    follow: bool = Field(default=True, description="go where redirects lead")


with warnings.catch_warnings():
    # The field is named as the checklist names it; pydantic warns of a deprecated method of that name.
    warnings.filterwarnings("ignore", message='Field name "json"', category=UserWarning)

    class Observed(Record):
        """What was answered in the end."""

        status: int
        body: str = Field(description="as text, the first 262144 characters")
        headers: dict[str, str] = Field(description="names in lower case")
        json: JsonValue = Field(default=None, description="the body read as JSON; None if it is none")
        title: str = Field(description="of an HTML page, blanks and line ends made one blank; else empty")
        seconds: float = Field(description="the whole exchange with its redirects")
        final_url: str


def observe(inputs: Inputs, probe: Probe) -> Observed:
    """Ask once; no answer at all is an error, any answer is a result."""
    answer = probe.web.request(
        inputs.method.value,
        inputs.url,
        headers=inputs.headers,
        body=inputs.body,
        auth=_basic(inputs.login, probe),
        follow=inputs.follow,
    )
    return Observed(
        status=answer.status,
        body=answer.text[:_BODY_CHARACTERS],
        headers=answer.headers,
        json=_json(answer),
        title=_title(answer.text),
        seconds=round(answer.seconds, 3),
        final_url=answer.final_url,
    )


def _basic(login: Login | None, probe: Probe) -> tuple[str, str] | None:
    """Fetch the password of a login."""
    if login is None:
        return None
    return login.user, probe.secret(login.password, purpose=f"{login.user}, web")


def _json(answer: Answer) -> JsonValue:
    try:
        return json.loads(answer.body)
    except ValueError:
        return None


def _title(page: str) -> str:
    found = _TITLE.search(page)
    return " ".join(html.unescape(found[1]).split()) if found else ""
