"""Bring a checklist's patches onto the machine days before the upgrade, or take them away again."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from procedure import stage
from tvox_uat._desk import add_desk, desk, say
from uat.errors import ProcedureError, UnreachableError

_GO_ON = "What arrived stays on the machine. To go on from there: tvox-uat stage {}"


def arguments(parser: ArgumentParser) -> None:
    """Say what the command takes."""
    add_desk(parser)
    parser.add_argument("--remove", action="store_true", help="take away what was staged and not yet used")


def run(options: Namespace) -> int:
    """Do it; give the exit code."""
    session = desk(options)
    checklist, go_on = session.checklist, _GO_ON.format(session.checklist.path)
    if not checklist.upgrade.patches:
        raise ValueError(f"{checklist.path}: no patches stand under 'upgrade'")
    try:
        if options.remove:
            is_done = stage.remove(checklist, session, say=say)
        else:
            is_done = stage.stage(checklist, session, say=say, every=5 if sys.stdout.isatty() else 30)
    except KeyboardInterrupt:
        print(f"\nStopped. {go_on}", file=sys.stderr)
        return 1
    except ProcedureError as error:
        raise UnreachableError(f"{error.facts.get('error')}. {go_on}") from None
    finally:
        session.drop_connection()
    return 0 if is_done else 1
