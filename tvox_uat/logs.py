"""Collect the logs of a run for Telenia; read-only on the machine."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from procedure import logs
from tvox_uat._desk import add_desk, desk


def arguments(parser: ArgumentParser) -> None:
    """Say what the command takes."""
    add_desk(parser)
    parser.add_argument("--run", metavar="ID", help="default: the newest upgrade of the checklist's change")


def run(options: Namespace) -> int:
    """Do it; give the exit code."""
    session = desk(options)
    run, folder = logs.run_of(session, options.run)
    try:
        made = logs.collect(session, run, folder)
    finally:
        session.drop_connection()
    print(f"{made.path}\nsha256 {made.sha256}")
    for one in made.manifest.missing:
        print(f"  not in it: {one.name}: {one.reason}")
    return 0 if made.manifest.reached else 1
