"""Show a machine's host key, and store it as trusted once a person has compared it."""

from __future__ import annotations

import getpass
from argparse import ArgumentParser, Namespace
from pathlib import Path

from tvox_uat._desk import complain, typed
from uat import trust
from uat.host import parse_address
from uat.options import SSH_CONFIG, NoChecklistError, choose_checklist, load_checklist
from uat.ssh.known_hosts import file_of


def arguments(parser: ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("host", metavar="HOST", help="[user@]host[:port]")
    parser.add_argument(
        "--fingerprint", metavar="SHA256:...", help="store the key if it has this one, without asking"
    )
    parser.add_argument("--jump", metavar="HOST", help="the machine to go through; it must be trusted already")
    whose = parser.add_mutually_exclusive_group()
    whose.add_argument("--checklist", metavar="FILE", help="the customer's checklist (default: the only one here)")
    whose.add_argument("--customer", metavar="NAME", help="the customer, as the checklist names it")
    whose.add_argument("--known-hosts", metavar="FILE", help="another file than the customer's own")
    parser.add_argument("--replace", action="store_true", help="store the key in place of the one that was known")
    parser.add_argument("--reason", metavar="TEXT", help="why the key changed; asked for with --replace")


def run(options: Namespace) -> int:
    """Do it; give the exit code."""
    request = trust.Request(
        address=parse_address(options.host, config=SSH_CONFIG.expanduser(), jump=options.jump),
        path=_known_hosts(options),
        fingerprint=options.fingerprint,
        may_replace=options.replace,
        reason=options.reason,
    )
    is_trusted = trust.trust(request, ask=getpass.getpass, read=typed, say=print, complain=complain)
    return 0 if is_trusted else 1


def _known_hosts(options: Namespace) -> Path:
    """Find the file: the one that is named, else that of the customer, else of the folder's only checklist."""
    if options.known_hosts:
        return Path(options.known_hosts).expanduser()
    if options.customer:
        return file_of(options.customer)
    named = [options.checklist] if options.checklist else []
    try:
        return file_of(load_checklist(choose_checklist(named, "", Path.cwd()), options.host).customer)
    except NoChecklistError as error:
        raise NoChecklistError(f"for which customer? Give --customer NAME or --checklist FILE ({error})") from error
