"""Makes the pages of a run again from its journal: ``python -m reports JOURNAL [--language it] [--to FOLDER]``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from reports.html import write
from reports.words import languages
from uat.journal import JournalError, read


def main(arguments: Sequence[str] | None = None) -> int:
    """Read a journal, write its pages and say where they are; 2 when it cannot be read, or they not be written."""
    options = _parser().parse_args(arguments)
    try:
        run = read(options.journal)
    except JournalError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    folder = options.to or (options.journal if options.journal.is_dir() else options.journal.parent)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        written = write(run, folder, options.language)
    except OSError as error:
        sys.stderr.write(f"{folder}: the pages cannot be written ({error})\n")
        return 2
    for path in written:
        sys.stdout.write(f"{path}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m reports", description="Make the pages of a run again.")
    parser.add_argument("journal", type=Path, help="journal.jsonl, or the folder it lies in")
    parser.add_argument("--language", choices=languages(), help="default: the checklist's")
    parser.add_argument("--to", type=Path, metavar="FOLDER", help="default: beside the journal")
    return parser


if __name__ == "__main__":
    sys.exit(main())
