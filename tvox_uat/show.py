"""Show a checklist as it is resolved, and where each field came from."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from tvox_uat._desk import add_variables, say
from uat import show
from uat.options import parse_variables


def arguments(parser: ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("file", type=Path, metavar="FILE")
    add_variables(parser)


def run(options: Namespace) -> int:
    """Do it; give the exit code."""
    say("\n".join(show.show(options.file, parse_variables(options.var))))
    return 0
