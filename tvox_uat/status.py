"""Say where a change stands and what to do next; changes nothing."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from procedure.standing import look
from reports import standing as telling
from tvox_uat._desk import add_desk, desk, person


def arguments(parser: ArgumentParser) -> None:
    """Say what the command takes."""
    add_desk(parser)


def run(options: Namespace) -> int:
    """Do it; give the exit code."""
    session = desk(options)
    try:
        standing = look(session, ask=person(session))
    finally:
        session.drop_connection()
    checklist = session.checklist
    for line in telling.lines(standing, language=checklist.language, timezone=checklist.timezone):
        print(line.text)
    return 0
