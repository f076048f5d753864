"""Write the language as a JSON Schema, for editors."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from uat import schema


def arguments(parser: ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("to", nargs="?", type=Path, metavar="FILE", help="default: print it")


def run(options: Namespace) -> int:
    """Do it; give the exit code."""
    if options.to:
        options.to.write_text(schema.text(), encoding="utf-8")
    else:
        sys.stdout.write(schema.text())
    return 0
