"""The command line ``tvox-uat``: what is done beside a pytest session, by a person."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Sequence
from pathlib import Path

from uat.errors import ExitCode, UnreachableError
from uat.host import HostKey, host_key_of, parse_address
from uat.model import Limits
from uat.ssh.known_hosts import known_keys, refusal, store

_KNOWN_HOSTS = Path("~/.ssh/known_hosts")
_SSH_CONFIG = Path("~/.ssh/config")
_CONSOLE = """\
Read it on the machine's own console:
  for f in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf $f; done
CentOS 6 prints MD5 there; this prints the part behind "SHA256:", with a "=" at its end:
  awk '{print $2}' /etc/ssh/ssh_host_rsa_key.pub | base64 -d | openssl dgst -sha256 -binary | base64"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; give the process's exit code: 0 done, 1 not done, 2 wrong usage, 11 unreachable or refused."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except (UnreachableError, ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return ExitCode.UNREACHABLE if isinstance(error, UnreachableError) else 2


def trust(options: argparse.Namespace) -> int:
    """Show a machine's host key, and store it as trusted once a person has compared it."""
    path = options.known_hosts.expanduser()
    address = parse_address(options.host, config=_SSH_CONFIG.expanduser(), jump=options.jump)
    seen = host_key_of(address, limits=Limits(), known_hosts=path, ask=getpass.getpass)
    known = known_keys(path, address.host, address.port)
    if any(key.fingerprint == seen.fingerprint and not key.is_revoked for key in known):
        print(f"{address}: {seen.kind} {seen.fingerprint} is trusted already")
        return 0
    if known:
        raise UnreachableError(refusal(path, address, seen))
    print(f"{address} shows the host key {seen.kind} {seen.fingerprint}")
    if not _is_confirmed(seen, options.fingerprint):
        print("That is not the fingerprint shown. Nothing was stored.", file=sys.stderr)
        return 1
    store(path, seen.line)
    print(f"Trusted from now on; stored in {path}")
    return 0


def _is_confirmed(seen: HostKey, fingerprint: str | None) -> bool:
    """Compare the key with the fingerprint that was given, or that a person reads on the machine's console."""
    if fingerprint is None:
        print(_CONSOLE)
        try:
            fingerprint = input("Type the fingerprint that the console shows: ")
        except EOFError:
            return False
    return fingerprint.strip().removeprefix("SHA256:").rstrip("=") == seen.fingerprint.removeprefix("SHA256:")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tvox-uat", description="What is done beside a UAT session.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    one = commands.add_parser("trust", help="show a machine's host key and store it as trusted")
    one.add_argument("host", metavar="HOST", help="[user@]host[:port]")
    one.add_argument("--fingerprint", metavar="SHA256:...", help="store the key if it has this one, without asking")
    one.add_argument("--jump", metavar="HOST", help="the machine to go through; it must be trusted already")
    one.add_argument("--known-hosts", type=Path, default=_KNOWN_HOSTS, metavar="FILE", help="default: %(default)s")
    one.set_defaults(command=trust)
    return parser


if __name__ == "__main__":
    sys.exit(main())
