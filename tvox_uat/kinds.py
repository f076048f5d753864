"""Tell what can be checked; of one kind its fields and an example."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from tvox_uat._desk import say
from uat import kinds


def arguments(parser: ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("word", nargs="?", metavar="KIND")


def run(options: Namespace) -> int:
    """Do it; give the exit code."""
    say("\n".join(kinds.one_kind(options.word) if options.word else kinds.every_kind()))
    return 0
