"""The documentation's pages and the YAML blocks on them."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
BOTH_LANGUAGES = [ROOT / "docs" / "checklist.md", ROOT / "docs" / "upgrade.md"]
"""Each has a page beside it that says the same in Italian: ``checklist.it.md``."""

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Block:
    """A fenced block: where it stands, by page and number, and what it says."""

    place: str
    text: str

    @property
    def is_answers(self) -> bool:
        """Tell whether it is a file of answers, not of checks."""
        return self.text.startswith("answered_by:")

    @property
    def plain(self) -> Any:
        """What it says to YAML: without comments, in the order of the page."""
        return yaml.load(self.text, yaml.BaseLoader)

    @property
    def checks(self) -> list[dict[str, Any]]:
        """The checks that it writes."""
        said = self.plain
        return said if isinstance(said, list) else said.get("checks", [])

    def whole(self, system: str = "{web: pbx.acme.it}") -> str:
        """Make a checklist of it: a list of checks, or a part of one, gets what is missing before it."""
        text = self.text
        if text.startswith("- "):
            text = f"system: {system}\nchecks:\n{textwrap.indent(text, '  ')}"
        return text if re.search("^customer:", text, re.MULTILINE) else f"customer: ACME\n{text}"


def blocks(language: str, *pages: Path) -> list[Block]:
    """List the blocks of a language, on these pages or on all."""
    return [block for page in pages or PAGES for block in _blocks(page, language)]


def italian(page: Path) -> Path:
    """Give the Italian page of an English one."""
    return page.with_suffix(".it.md")


def headings(page: Path) -> list[str]:
    """List the signs before a page's headings, outside of blocks: ``##``."""
    return re.findall(r"^(#+) ", _FENCE.sub("", page.read_text("utf-8")), re.MULTILINE)


def _blocks(page: Path, language: str) -> Iterator[Block]:
    for number, (word, text) in enumerate(_FENCE.findall(page.read_text("utf-8")), 1):
        if word == language:
            yield Block(place=f"{page.name}#{number}", text=text)
