"""Secrets are taken out in every form in which they travel."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html import escape
from shlex import quote as shell_quote
from urllib.parse import quote, quote_plus

import pytest

from uat.redact import Redactor

SECRET = "p&ss w/rd'\"+ü?"


@pytest.fixture
def redactor() -> Redactor:
    """One that knows a secret with every awkward character."""
    redactor = Redactor()
    redactor.add(SECRET)
    return redactor


FORMS = {
    "plain": SECRET,
    "url": quote(SECRET, safe=""),
    "url path": quote(SECRET),
    "form": quote_plus(SECRET),
    "url lower case": re.sub("%..", lambda found: found[0].lower(), quote(SECRET, safe="")),
    "json": json.dumps({"password": SECRET}),
    "json unicode": json.dumps({"password": SECRET}, ensure_ascii=False),
    "html": escape(SECRET),
    "shell": shell_quote(SECRET),
    "base64": base64.b64encode(SECRET.encode()).decode(),
    "base64 url": base64.urlsafe_b64encode(SECRET.encode()).decode(),
    "basic": base64.b64encode(f"u:{SECRET}".encode()).decode(),
    "basic longer": base64.b64encode(f"us:{SECRET}".encode()).decode(),
    "basic longest": base64.b64encode(f"usr:{SECRET}\n".encode()).decode(),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_form(redactor: Redactor, form: str) -> None:
    """A secret is taken out in this form, and counted."""
    clean, count = redactor.clean_bytes(f"before {form} after".encode())
    assert count == 1
    assert clean.startswith(b"before ")
    assert clean.endswith(b" after")
    assert not any(text.encode() in clean for text in FORMS.values())
    for piece in ("rd'", "w/r", "w%2Fr"):
        assert piece.encode() not in clean


def test_count(redactor: Redactor) -> None:
    """Every place counts."""
    assert redactor.body(f"{SECRET}-{SECRET}".encode(), cap=1000).redacted == 2


def test_before_the_cap(redactor: Redactor) -> None:
    """A secret across the cap is not cut in half: it is taken out first."""
    body = redactor.body(b"x" * 1020 + SECRET.encode() + b"y" * 100, cap=1024)
    assert body.text == "x" * 1020 + "[red"
    assert body.is_truncated


def test_hash_of_the_whole(redactor: Redactor) -> None:
    """Hash and size are of the whole redacted body, not of what the cap leaves."""
    body = redactor.body(b"x" * 2000 + SECRET.encode(), cap=1024)
    whole = b"x" * 2000 + b"[redacted]"
    assert (body.sha256, body.size_bytes) == (hashlib.sha256(whole).hexdigest(), len(whole))


def test_valid_text(redactor: Redactor) -> None:
    """A body is text that JSON can hold, whatever bytes came; control characters stay."""
    body = redactor.body(b"\0\x1b[2J\xff\xed\xa0\x80\x9b", cap=1024)
    assert body.text == "\0\x1b[2J\\xff\\xed\\xa0\\x80\\x9b"
    json.dumps(body.text).encode()


def test_overlapping_secrets() -> None:
    """Of two secrets that begin alike the longer one is taken out whole."""
    redactor = Redactor()
    redactor.add("secret")
    redactor.add("secret-and-more")
    assert redactor.clean("a secret-and-more b secret c") == "a [redacted] b [redacted] c"


def test_nothing_known() -> None:
    """Without secrets, and with an empty one, everything stays."""
    redactor = Redactor()
    redactor.add("")
    assert redactor.clean("abc") == "abc"


def test_short_secret() -> None:
    """A short secret (a PIN) is taken out as it is; its base64 is too common to be looked for inside others."""
    redactor = Redactor()
    redactor.add("0612")
    assert redactor.clean("pin=0612") == "pin=[redacted]"


def test_value(redactor: Redactor) -> None:
    """A JSON value is cleaned in all its texts; other values stay what they are."""
    value = {"a": [SECRET, 1, None, True], SECRET: {"b": f"x{SECRET}"}}
    assert redactor.clean_value(value) == {"a": ["[redacted]", 1, None, True], "[redacted]": {"b": "x[redacted]"}}


def test_clean_surrogates(redactor: Redactor) -> None:
    """A text with half a character (an odd file name) comes out valid."""
    redactor.clean("a\udcffb").encode()
