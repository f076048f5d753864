"""Tell what can be checked; of one kind its fields and an example."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from tvox_uat._desk import add_own_kinds, say, vocabulary
from uat import kinds


def arguments(parser: ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("word", nargs="?", metavar="KIND")
    add_own_kinds(parser)


def run(options: Namespace) -> int:
    """Do it; give the exit code."""
    words = vocabulary(options)
    say("\n".join(kinds.one_kind(options.word, words) if options.word else kinds.every_kind(words)))
    return 0
