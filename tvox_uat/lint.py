"""Say everything that is wrong with checklists at once; 1 when there is anything."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from tvox_uat._desk import add_variables, say
from uat import lint
from uat.options import parse_variables


def arguments(parser: ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    add_variables(parser)


def run(options: Namespace) -> int:
    """Do it; give the exit code."""
    findings = [lint.lint(path, parse_variables(options.var)) for path in options.files]
    for finding in findings:
        say("\n".join(lint.lines(finding)))
    return 1 if any(finding.problems for finding in findings) else 0
