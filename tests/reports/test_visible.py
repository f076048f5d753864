"""What a hostile text becomes before anybody sees it."""

from __future__ import annotations

import pytest

from reports.visible import excerpt, on_one_line, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Però: 5 € “sì” 日本", "Però: 5 € “sì” 日本"),
        ("one\r\ntwo\n\tthree", "one\ntwo\n\tthree"),
        ("\x1b[31mred\x1b[0m", "⟨ESC⟩[31mred⟨ESC⟩[0m"),
        ("\x00\x07\x08", "⟨NUL⟩⟨BEL⟩⟨BS⟩"),
        ("over\rwritten", "over⟨CR⟩written"),
        ("\x7f\x9b2J", "⟨U+007F⟩⟨U+009B⟩2J"),
        ("a\u202etxt.exe", "a⟨U+202E⟩txt.exe"),
        ("\u2066x\u2069", "⟨U+2066⟩x⟨U+2069⟩"),
        ("zero\u200bwidth\ufeff", "zero⟨U+200B⟩width⟨U+FEFF⟩"),
        ("soft\u00adhyphen", "soft⟨U+00AD⟩hyphen"),
        ("line\u2028break", "line⟨U+2028⟩break"),
        ("tag\U000e0041", "tag⟨U+E0041⟩"),
        ("broken \ufffd and \ud800", "broken \ufffd and ⟨U+D800⟩"),
        ("\uffff", "⟨U+FFFF⟩"),
    ],
)
def test_what_would_hide_is_shown(text: str, shown: str) -> None:
    """Plain text stays; what a screen would obey, hide or turn around becomes visible."""
    assert visible(text) == shown


def test_one_line_is_one_line() -> None:
    """A text of several lines can stand in a cell."""
    assert on_one_line("  a\nb\tc ") == "a ⏎ b c"


def test_one_line_has_an_end() -> None:
    """A text without end is cut, and says so."""
    assert on_one_line("x" * 1000, limit=10) == "x" * 9 + "…"


def test_a_short_text_is_its_own_excerpt() -> None:
    """What is short is shown whole."""
    assert excerpt("short", limit_bytes=100).omitted_bytes == 0


def test_an_excerpt_counts_what_it_omits() -> None:
    """Head, tail and what lies between are the whole."""
    text = "è" * 5000
    part = excerpt(text, limit_bytes=1001)
    assert len(part.head.encode()) + len(part.tail.encode()) + part.omitted_bytes == len(text.encode())


def test_an_excerpt_cuts_between_characters() -> None:
    """No half character is left at the cut."""
    part = excerpt("è" * 100, limit_bytes=51)
    assert set(part.head + part.tail) == {"è"}
