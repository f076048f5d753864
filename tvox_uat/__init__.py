"""The command line ``tvox-uat``: what is done beside a pytest session, by a person.

A folder is a registry: the command's word is a file's name here, its help that file's docstring. A command's file has
``arguments(parser)`` and ``run(options)``, which gives the exit code; it may import all three rooms.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from procedure.adoption import AdoptionError
from procedure.conclusion import ConclusionError
from uat import registry
from uat.errors import ExitCode, ProcedureError, TvoxError, UnreachableError
from uat.journal import JournalError
from uat.options import NoChecklistError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; give the process's exit code: 0 done, 1 not done, 2 wrong usage, 11 unreachable or refused."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except (TvoxError, NoChecklistError, ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return _exit_code(error)


def _exit_code(error: Exception) -> int:
    if isinstance(error, UnreachableError):
        return ExitCode.UNREACHABLE
    if isinstance(error, ProcedureError):
        return error.exit_code
    return 1 if isinstance(error, AdoptionError | ConclusionError | JournalError) else 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tvox-uat", description="What is done beside a UAT session.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for word in registry.names(__name__):
        module = registry.load(__name__, word)
        text = (module.__doc__ or "").strip().split("\n\n")[0]
        command = commands.add_parser(word, help=text[:1].lower() + text[1:].rstrip("."), description=text)
        module.arguments(command)
        command.set_defaults(command=module.run)
    return parser
