"""Declare an upgrade over that will not be gone on with, by name and with a reason."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from procedure import conclusion
from procedure.custody import hold_here
from procedure.hypervisors import choose
from reports import html
from reports.words import speak
from tvox_uat._desk import add_desk, desk, typed
from uat.errors import ExitCode
from uat.journal import read


def arguments(parser: ArgumentParser) -> None:
    """Say what the command takes."""
    add_desk(parser)
    parser.add_argument("--reason", metavar="TEXT", help="why, and agreed with whom; it is kept in the evidence")
    parser.add_argument("--case", default="", metavar="NUMBER", help="Telenia's case number")


def run(options: Namespace) -> int:
    """Do it; give the exit code."""
    session = desk(options)
    language = speak(session.checklist.language)
    run, folder = conclusion.find(session)
    begun = [step for step in run.steps if step.was_begun]
    where = " ".join(filter(None, (begun[-1].name, begun[-1].release)))
    print(language.say("conclude.found", run=run.header.id, operator=run.header.operator, step=where))
    if not (reason := options.reason or typed(language.say("conclude.reason"))):
        print(language.say("conclude.no_reason"), file=sys.stderr)
        return 1
    with hold_here(choose(session.checklist.system.hypervisor).machine.uuid, run=run.header.id):
        conclusion.conclude(run, folder, operator=session.header.operator, reason=reason, case=options.case)
        why = conclusion.let_go(session, run)
        session.drop_connection()
    html.write(read(folder), folder)
    print(language.say("conclude.done", folder=str(folder)))
    if why:
        print(language.say("conclude.still_held", why=why), file=sys.stderr)
    return ExitCode.UNREACHABLE if why else 0
