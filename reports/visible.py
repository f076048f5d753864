"""Make any text safe to look at: what would hide, move or colour other text becomes visible itself."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_UNUSUAL = re.compile(r"[^\n\t\x20-\x7e\xa0-\xac\xae-\u02ff]")
_HIDDEN = {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"}
"""Unicode 15, 4.5: controls, formats (bidi, zero width), lone surrogates, unassigned, separators."""

_CONTROLS = (
    "NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "HT", "LF", "VT", "FF", "CR", "SO", "SI",
    "DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC", "FS", "GS", "RS", "US",
)  # fmt: skip
"""ASCII's own names (RFC 20); the Unicode pictures of them are missing in many fonts."""


@dataclass(frozen=True, kw_only=True)
class Excerpt:
    """The beginning and the end of a long text; `omitted_bytes` is what lies between, in UTF-8."""

    head: str
    tail: str = ""
    omitted_bytes: int = 0


def visible(text: str) -> str:
    """Replace what a screen would obey or hide: ESC becomes `⟨ESC⟩`, a bidi override `⟨U+202E⟩`.

    Line breaks and tabs stay; `\\r\\n` is one line break. What is returned is legal in XML 1.0.
    """
    return _UNUSUAL.sub(_shown, text.replace("\r\n", "\n"))


def on_one_line(text: str, *, limit: int = 300) -> str:
    """Make a text visible as a single line of at most so many characters."""
    line = visible(text.strip()).replace("\n", " ⏎ ").replace("\t", " ")
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def excerpt(text: str, *, limit_bytes: int) -> Excerpt:
    """Keep the first and the last half of a text longer than the limit, cut between characters."""
    raw = text.encode("utf-8", "surrogatepass")
    if len(raw) <= limit_bytes:
        return Excerpt(head=visible(text))
    half = limit_bytes // 2
    head, tail = raw[:half].decode("utf-8", "ignore"), raw[-half:].decode("utf-8", "ignore")
    omitted = len(raw) - len(head.encode()) - len(tail.encode())
    return Excerpt(head=visible(head), tail=visible(tail), omitted_bytes=omitted)


def _shown(match: re.Match[str]) -> str:
    character = match.group()
    code = ord(character)
    if code < 0x20:
        return f"⟨{_CONTROLS[code]}⟩"
    if unicodedata.category(character) in _HIDDEN:
        return f"⟨U+{code:04X}⟩"
    return character
