"""The kinds of text that checks take, each with words for what is wrong with another."""

from __future__ import annotations

import re
from typing import Annotated

from uat.model import AfterValidator


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


def _expression(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return _said(value)


Path = Annotated[str, AfterValidator(_path)]
"""Of a file or directory on the machine, from the root; wildcards mean nothing."""

Name = Annotated[str, AfterValidator(_name)]
"""Of a service, package or user, as its tool is told."""

Url = Annotated[str, AfterValidator(_url)]
"""The whole address of a web page."""

Said = Annotated[str, AfterValidator(_said)]
"""Not empty."""

Expression = Annotated[str, AfterValidator(_expression)]
"""A regular expression, searched."""
