"""The style: legible by day and by night, on paper and on a phone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

STYLE = (Path(__file__).parents[2] / "reports" / "style.css").read_text(encoding="utf-8")
PAIRS = [
    ("ink", "paper"),
    ("soft", "paper"),
    ("link", "paper"),
    ("bad", "paper"),
    ("caution", "paper"),
    ("soft", "faint"),
    ("ink", "faint"),
    *((tone, f"{tone}-paper") for tone in ("good", "caution", "bad", "calm")),
    *(("soft", f"{tone}-paper") for tone in ("good", "caution", "bad")),
    *(("link", f"{tone}-paper") for tone in ("good", "caution", "bad")),
]


def palette(dark: bool) -> dict[str, tuple[int, int, int]]:
    """Read the colours of a scheme."""
    block = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)[1 if dark else 0]
    found = re.findall(r"--([a-z-]+): #([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})", block)
    return {name: (int(red, 16), int(green, 16), int(blue, 16)) for name, red, green, blue in found}


def luminance(colour: tuple[int, int, int]) -> float:
    """WCAG 2.2, relative luminance."""
    red, green, blue = (part / 255 for part in colour)
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (red, green, blue)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "paper"), PAIRS)
def test_text_stands_out_from_its_ground(ink: str, paper: str, dark: bool) -> None:
    """WCAG 2.2 AA, 1.4.3: 4.5 to 1."""
    colours = palette(dark)
    bright, dim = sorted((luminance(colours[ink]), luminance(colours[paper])), reverse=True)
    assert (bright + 0.05) / (dim + 0.05) >= 4.5


@pytest.mark.parametrize(
    "rule",
    [
        "@page { size: A4;",
        "thead { display: table-header-group; }",
        "break-inside: avoid",
        "pre-wrap",
        "overflow-wrap: anywhere",
    ],
)
def test_paper_is_thought_of(rule: str) -> None:
    """A4, repeated table heads, no row cut in two, no long line cut off."""
    assert rule in STYLE


def test_nothing_is_fetched() -> None:
    """No font, no picture, no other file."""
    assert not re.search(r"url\(|@import|@font-face", STYLE)
