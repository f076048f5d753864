"""The words of a language: reads `languages/*.yaml`, and says them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

DEFAULT = "en"
"""What is spoken when a checklist asks for a language that has no file."""


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, kw_only=True)
class Language:
    """One file of `languages/`: texts by dotted key, such as `outcome.passed`."""

    code: str
    phrases: Mapping[str, str]

    def say(self, key: str, **values: object) -> str:
        """Give a text with its `{places}` filled in.

        :raises KeyError: the file has no such text; a test keeps this from happening.
        """
        return self.phrases[key].format(**values)

    def count(self, key: str, number: int, **values: object) -> str:
        """Give the text for a number of things: its `one` or its `other`, with `{n}` filled in."""
        form = "one" if number == 1 else "other"
        return self.say(f"{key}.{form}", n=number, **values)

    def name(self, section: str, word: str) -> str:
        """Give the name of a word that may come from elsewhere (a fact, an area), else the word itself."""
        return self.phrases.get(f"{section}.{word}") or word.replace("_", " ")

    def section(self, name: str) -> dict[str, str]:
        """Give all texts of one section by what follows its name."""
        start = f"{name}."
        return {key.removeprefix(start): text for key, text in self.phrases.items() if key.startswith(start)}


def languages() -> tuple[str, ...]:
    """List the codes of the languages there are: the file names."""
    folder = files("reports").joinpath("languages")
    return tuple(sorted(file.name.removesuffix(".yaml") for file in folder.iterdir() if file.name.endswith(".yaml")))


@cache
def speak(code: str) -> Language:
    """Read a language; one that has no file is spoken in English."""
    known = code if code in languages() else DEFAULT
    text = files("reports").joinpath("languages", f"{known}.yaml").read_text(encoding="utf-8")
    return Language(code=known, phrases=dict(_flat(yaml.load(text, Loader=_LOADER))))


def _flat(tree: Mapping[str, Any], start: str = "") -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{start}{key}.")
        else:
            yield f"{start}{key}", str(value).strip()
