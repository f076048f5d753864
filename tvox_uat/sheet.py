"""Write a checklist as a document for the customer's approval before the run, as a page and for Word."""

from __future__ import annotations

import os
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from reports.sheet import Sheet, make
from reports.sheet_html import html
from reports.sheet_word import word
from reports.words import languages
from tvox_uat._desk import add_variables, complain, say
from uat.options import load_checklist

_FORMATS: Mapping[str, Callable[[Sheet, datetime], bytes]] = MappingProxyType(
    {
        "html": lambda sheet, at: html(sheet).encode(),
        "docx": lambda sheet, at: word(sheet, at=at),
    }
)
_BOTH = "both"


def arguments(parser: ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("file", type=Path, metavar="FILE")
    add_variables(parser)
    parser.add_argument("--format", choices=(*_FORMATS, _BOTH), help="default: both, or what --to ends with")
    parser.add_argument("--language", choices=languages(), help="default: the checklist's own")
    parser.add_argument(
        "--to", type=Path, metavar="PATH", help="a file or a folder (default: FILE.sheet.html, .docx)"
    )
    parser.add_argument("--replace", action="store_true", help="write over a sheet that is there already")


def run(options: Namespace) -> int:
    """Do it; give the exit code."""
    checklist = load_checklist(options.file, "", options.var)
    at = datetime.now(UTC)
    sheet = make(checklist, at=at, language=options.language)
    paths = _paths(options.file, options.to, options.format)
    there = [str(path) for path in paths.values() if os.path.lexists(path)]
    if there and not options.replace:
        complain(sheet.formats.language.say("sheet.exists", files=", ".join(there)))
        return 1
    for name, path in paths.items():
        _write(path, _FORMATS[name](sheet, at))
        say(str(path))
    return 0


def _paths(file: Path, to: Path | None, chosen: str | None) -> dict[str, Path]:
    """Choose what is written, and where.

    :raises ValueError: there is no such folder; the name ends with one format, and another one is asked for.
    """
    if to and not to.parent.is_dir():
        raise ValueError(f"--to {to}: there is no folder {to.parent}; make it first")
    ending = to.suffix.removeprefix(".") if to else ""
    if to is None or to.is_dir():
        to = (to or file.parent) / f"{file.stem}.sheet"
    elif ending in _FORMATS:
        if (chosen or ending) != ending:
            raise ValueError(f"--to {to} ends with .{ending}, and --format asks for {chosen}; leave one of them out")
        return {ending: to}
    words = [chosen] if chosen and chosen != _BOTH else list(_FORMATS)
    return {one: to.with_name(f"{to.name}.{one}") for one in words}


def _write(path: Path, data: bytes) -> None:
    """Write a file in one go: whoever opens it finds the old one or the new one, whole."""
    descriptor, fresh = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        Path(fresh).replace(path)
    finally:
        Path(fresh).unlink(missing_ok=True)
