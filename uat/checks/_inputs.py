"""The kinds of text that checks take, each with words for what is wrong with another."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Annotated, TypeVar

from uat.model import AfterValidator, Field
from uat.secret import is_reference

Content = TypeVar("Content")


def is_address(text: str) -> bool:
    """Tell whether a text is an address, IPv4 or IPv6."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _path(value: str) -> str:
    if not value.startswith("/"):
        raise ValueError(f"a path on the machine begins with '/': '/{value}'?")
    return value


def _name(value: str) -> str:
    if not re.fullmatch(r"\w[\w@:.+\\-]*", value):
        raise ValueError(f"'{value}' is not a name: letters, digits and @ : . + - _ only")
    return value


def _url(value: str) -> str:
    if not re.match(r"https?://[^/\s]", value):
        raise ValueError(f"an address begins with https:// or http://, and '{value}' does not")
    return value


def _said(value: str) -> str:
    if not value.strip():
        raise ValueError("something must be written here")
    return value


def _any(value: dict[str, Content]) -> dict[str, Content]:
    if not value:
        raise ValueError("something must be written here, such as {it: ..., en: ...}")
    return value


def _expression(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return _said(value)


def _secret(value: str) -> str:
    if not is_reference(value):
        raise ValueError("a password does not stand in a checklist; write env:NAME, file:PATH or ask")
    return value


def _language(value: str) -> str:
    if not re.fullmatch("[a-z]{2}", value):
        raise ValueError(f"'{value}' is no language; two letters are due, such as it or en")
    return value


Path = Annotated[str, AfterValidator(_path)]
"""Of a file or directory on the machine, from the root; wildcards mean nothing."""

Name = Annotated[str, AfterValidator(_name)]
"""Of a service, package or user, as its tool is told."""

Url = Annotated[str, AfterValidator(_url)]
"""The whole address of a web page."""

Said = Annotated[str, AfterValidator(_said)]
"""Not empty."""

Secret = Annotated[
    str, AfterValidator(_secret), Field(description="where the password is: env:NAME, file:PATH or ask")
]
"""Not a password but the place where it is kept."""

Language = Annotated[str, AfterValidator(_language)]
"""Of a text, by its code (ISO 639-1)."""

ByLanguage = Annotated[dict[Language, Content], AfterValidator(_any)]
"""What people read, in one language or several."""

Expression = Annotated[str, AfterValidator(_expression)]
"""A regular expression, searched."""
