"""What commands share: the desk that a customer's machine is looked at from, and how a person is spoken with."""

from __future__ import annotations

import getpass
import shlex
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from procedure.person import Person
from reports.words import speak
from uat.answers import Channel
from uat.desk import open_desk
from uat.session import Session
from uat.vocabulary import Vocabulary, beside

_EVIDENCE = Path("evidence")


def add_desk(parser: ArgumentParser) -> None:
    """Add what every command needs that looks at a customer's machine."""
    parser.add_argument("checklist", nargs="?", type=Path, help="default: the only customer's file in checklists/")
    parser.add_argument("--tvox-host", metavar="[USER@]HOST[:PORT]", help="the machine; wins over system.ssh")
    add_variables(parser)
    parser.add_argument("--identity", metavar="FILE", help="the private key that logs in (default: as ssh does)")
    parser.add_argument("--known-hosts", type=Path, metavar="FILE", help="default: the customer's own file")
    parser.add_argument("--evidence", type=Path, default=_EVIDENCE, metavar="DIR", help="default: %(default)s")
    parser.add_argument("--operator", default="", metavar="NAME", help="who you are (default: the login name)")


def add_variables(parser: ArgumentParser) -> None:
    """Add what gives variables a value."""
    parser.add_argument(
        "--var", action="append", default=[], metavar="NAME=VALUE", help="a variable; wins over the file's"
    )


def add_own_kinds(parser: ArgumentParser) -> None:
    """Add what tells where a partner's own kinds are."""
    parser.add_argument("--checklist", type=Path, metavar="FILE", help="with the own kinds that stand beside it")


def vocabulary(options: Namespace) -> Vocabulary:
    """Give the words that there are: the project's, and those beside the checklist that was named."""
    return beside(options.checklist) if options.checklist else Vocabulary()


def desk(options: Namespace) -> Session:
    """Open the checklist that was asked for, and the way to its machine."""
    return open_desk(
        options.checklist,
        host=options.tvox_host or "",
        variables=options.var,
        identity=options.identity,
        known_hosts=options.known_hosts,
        evidence=options.evidence,
        operator=options.operator,
        ask=getpass.getpass if sys.stdin.isatty() else None,
    )


def person(session: Session) -> Person:
    """Give the person at the terminal, if there is one."""
    phrases = speak(session.checklist.language).section("ask")
    return Person(Channel(phrases=phrases, read=input, write=print), is_there=sys.stdin.isatty())


def pytest_command(options: Namespace) -> str:
    """Give the pytest command that goes on with what this command was asked for."""
    given = {"tvox-host": options.tvox_host, "identity": options.identity, "operator": options.operator}
    if options.known_hosts:
        given["known-hosts"] = str(options.known_hosts)
    if options.evidence != _EVIDENCE:
        given["evidence"] = str(options.evidence)
    words = [f"--{name}={value}" for name, value in given.items() if value]
    words += [f"--var={one}" for one in options.var]
    return shlex.join(["pytest", "--phase=upgrade", *words, *([str(options.checklist)] if options.checklist else [])])


def typed(question: str) -> str:
    """Ask for a line; nothing when there is nobody."""
    try:
        return input(question).strip()
    except EOFError:
        return ""


def say(line: str) -> None:
    """Say a line at once."""
    print(line, flush=True)


def complain(line: str) -> None:
    """Say what went wrong."""
    print(line, file=sys.stderr)
