"""Write the language as a JSON Schema, for editors."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from tvox_uat._desk import add_own_kinds, vocabulary
from uat import schema


def arguments(parser: ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("to", nargs="?", type=Path, metavar="FILE", help="default: print it")
    add_own_kinds(parser)


def run(options: Namespace) -> int:
    """Do it; give the exit code."""
    text = schema.text(vocabulary(options))
    if options.to:
        options.to.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return 0
