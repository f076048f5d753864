"""Takes secrets out of whatever is kept, in the forms in which they travel."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from dataclasses import dataclass
from html import escape
from shlex import quote as shell_quote
from typing import Any
from urllib.parse import quote, quote_plus

MARK = "[redacted]"
_SHORTEST_BASE64 = 4
"""Fewer characters of base64 that are the secret's alone would be found in half of all texts."""


@dataclass(frozen=True, kw_only=True)
class Cleaned:
    """A body fit to be kept: without secrets, capped, valid text; hash and size are of the whole, redacted."""

    text: str
    sha256: str
    size_bytes: int
    is_truncated: bool
    redacted: int


class Redactor:
    """Knows the secrets of a session; may be used by many threads."""

    def __init__(self) -> None:
        self._forms: frozenset[bytes] = frozenset()
        self._pattern: re.Pattern[bytes] | None = None
        self._lock = threading.Lock()

    def add(self, secret: str) -> None:
        """Register a secret: from now on it is taken out, as it is, URL-encoded, base64, or quoted."""
        if not secret:
            return
        with self._lock:
            self._forms = self._forms | _forms(secret)
            longest_first = sorted(self._forms, key=len, reverse=True)
            self._pattern = re.compile(b"|".join(re.escape(form) for form in longest_first))

    def clean_bytes(self, raw: bytes) -> tuple[bytes, int]:
        """Take the secrets out; give what is left and how many there were."""
        return self._pattern.subn(MARK.encode(), raw) if self._pattern else (raw, 0)

    def clean(self, text: str) -> str:
        """Take the secrets out of a text."""
        return self.clean_bytes(text.encode(errors="surrogatepass"))[0].decode(errors="replace")

    def clean_value(self, value: Any) -> Any:
        """Take the secrets out of all texts of a JSON value, names of mappings too."""
        if isinstance(value, str):
            return self.clean(value)
        if isinstance(value, dict):
            return {self.clean(str(name)): self.clean_value(item) for name, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.clean_value(item) for item in value]
        return value

    def body(self, raw: bytes, *, cap: int) -> Cleaned:
        """Make a body fit to be kept: secrets first, then the hash, then the cap, then text.

        What is no UTF-8 is shown as ``\\xff``; control characters stay, for the reports to show.
        """
        clean, count = self.clean_bytes(raw)
        return Cleaned(
            text=clean[:cap].decode("utf-8", errors="backslashreplace"),
            sha256=hashlib.sha256(clean).hexdigest(),
            size_bytes=len(clean),
            is_truncated=len(clean) > cap,
            redacted=count,
        )


def _forms(secret: str) -> frozenset[bytes]:
    """List the ways a secret is written: plain, in a URL, in JSON, HTML, a shell, and in base64."""
    percent = {quote(secret, safe=""), quote(secret), quote_plus(secret)}
    lower = {re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), form) for form in percent}
    quoted = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], escape(secret)}
    shell = {shell_quote(secret).strip("'")}
    python = {repr(secret)[1:-1], ascii(secret)[1:-1]}
    words = {secret, *_hexadecimal(secret)} | python | percent | lower | quoted | shell
    return frozenset(word.encode(errors="surrogatepass") for word in words) | _base64_forms(secret.encode())


def _hexadecimal(secret: str) -> tuple[str, str]:
    digits = secret.encode(errors="surrogatepass").hex()
    return digits, digits.upper()


def _base64_forms(secret: bytes) -> frozenset[bytes]:
    """Give what is the secret's alone in base64, wherever in a longer text it begins (``user:secret``)."""
    found = {base64.b64encode(secret), base64.urlsafe_b64encode(secret), base64.b64encode(secret).rstrip(b"=")}
    for before in range(3):
        text = base64.b64encode(b"\0" * before + secret)
        first = -(-before * 8 // 6)  # characters that hold bits of what stands before
        last = (before + len(secret)) * 8 // 6  # and none of what follows
        core = text[first:last]
        if len(core) >= _SHORTEST_BASE64:
            found |= {core, core.replace(b"+", b"-").replace(b"/", b"_")}
    return frozenset(found)
