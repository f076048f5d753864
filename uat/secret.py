"""Secrets: a checklist names where one is (``env:NAME``, ``file:PATH``, ``ask``), never the secret itself."""

from __future__ import annotations

import getpass
import os
import threading
from collections.abc import Callable
from pathlib import Path

from uat.errors import ObservationError
from uat.redact import Redactor

Ask = Callable[[str], str]


def is_reference(text: str) -> bool:
    """Tell whether a text names a secret."""
    return text == "ask" or text.startswith(("env:", "file:"))


def resolve(reference: str, *, ask: Ask | None = None, purpose: str = "") -> str:
    """Fetch a secret.

    :param ask: asks a person, given the prompt; the terminal without echo when left out.
    :param purpose: what the secret is for, for the prompt.
    :raises ObservationError: there is none where the reference points, or this is no reference.
    """
    kind, _, place = reference.partition(":")
    if reference == "ask":
        return _asked(ask or getpass.getpass, purpose)
    if kind == "env" and place:
        return _from_environment(place)
    if kind == "file" and place:
        return _from_file(Path(place).expanduser())
    raise ObservationError("a secret must be written as env:NAME, file:PATH or ask")


def _asked(ask: Ask, purpose: str) -> str:
    try:
        answer = ask(f"Password ({purpose}): " if purpose else "Password: ")
    except EOFError:
        answer = ""
    if not answer:
        raise ObservationError(f"no password was typed{f' ({purpose})' if purpose else ''}")
    return answer


def _from_environment(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise ObservationError(f"env:{name}: the environment variable {name} is not set; set it and start again")
    return value


def _from_file(path: Path) -> str:
    try:
        value = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ObservationError(f"file:{path}: cannot be read: {error}") from None
    if not value:
        raise ObservationError(f"file:{path}: is empty")
    return value


class Secrets:
    """The secrets of a session: each is fetched once, and kept out of all evidence from then on."""

    def __init__(self, *, ask: Ask | None = None) -> None:
        self.redactor = Redactor()
        self._ask = ask
        self._known: dict[tuple[str, str], str] = {}
        self._lock = threading.Lock()

    def get(self, reference: str, *, purpose: str = "") -> str:
        """Give a secret; a person is asked once per purpose.

        :raises ObservationError: there is none where the reference points.
        """
        key = (reference, purpose if reference == "ask" else "")
        with self._lock:
            if key not in self._known:
                self._known[key] = resolve(reference, ask=self._ask, purpose=purpose)
                self.redactor.add(self._known[key])
            return self._known[key]
