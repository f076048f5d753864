"""Take over an upgrade whose computer is lost, by name and with a reason; `--resume` goes on with it."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from zoneinfo import ZoneInfo

from procedure import adoption
from reports.words import speak
from tvox_uat._desk import add_desk, desk, person, pytest_command, typed


def arguments(parser: ArgumentParser) -> None:
    """Say what the command takes."""
    add_desk(parser)
    parser.add_argument("--reason", metavar="TEXT", help="why; it is kept on both sides")


def run(options: Namespace) -> int:
    """Do it; give the exit code."""
    session = desk(options)
    say = speak(session.checklist.language).say
    try:
        owner = adoption.find(session, ask=person(session))
        since = f"{owner.since.astimezone(ZoneInfo(session.checklist.timezone)):%Y-%m-%d %H:%M}"
        holder = say("status.held", operator=owner.operator, computer=owner.computer, run=owner.run, since=since)
        print(say("adopt.found", holder=holder))
        if not (reason := options.reason or typed(say("adopt.reason"))):
            print(say("adopt.no_reason"), file=sys.stderr)
            return 1
        command = f"{pytest_command(options)} --resume"
        session.header = session.header.model_copy(update={"command": pytest_command(options)})
        folder = adoption.adopt(session, owner, operator=session.header.operator, reason=reason)
    finally:
        session.drop_connection()
    print(say("adopt.done", folder=str(folder), command=command))
    return 0
