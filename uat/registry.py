"""A folder is a registry: the word in the YAML is a file's name in a package."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path
from types import ModuleType

from uat.language.wording import unknown_word


def names(package: str) -> tuple[str, ...]:
    """List the words that a socket knows: its modules, without those that begin with an underscore."""
    path = importlib.import_module(package).__path__
    found = (module.name for module in pkgutil.iter_modules(path))
    return tuple(sorted(name for name in found if not name.startswith("_")))


def files(folder: Path) -> tuple[Path, ...]:
    """List the files of a folder that are words too, by the same rule; none when there is no such folder."""
    return tuple(sorted(file for file in folder.glob("*.py") if not file.name.startswith("_")))


def load(package: str, word: str) -> ModuleType:
    """Import the module that a word names.

    :raises KeyError: no such file in the socket; the message says the nearest right word.
    """
    if word not in names(package):
        raise KeyError(unknown_word("word", word, names(package)))
    return importlib.import_module(f"{package}.{word}")
