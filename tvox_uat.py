"""The command line ``tvox-uat``: what is done beside a pytest session, by a person."""

from __future__ import annotations

import argparse
import getpass
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from procedure import adoption, conclusion
from procedure import logs as collecting
from procedure import stage as staging
from procedure.adoption import AdoptionError
from procedure.conclusion import ConclusionError
from procedure.custody import hold_here
from procedure.hypervisors import choose
from procedure.person import Person
from procedure.standing import look
from reports import html
from reports.standing import lines as standing_lines
from reports.words import speak
from uat import kinds as telling
from uat import lint as linting
from uat import schema as schemas
from uat import show as showing
from uat import trust as trusting
from uat.answers import Channel
from uat.desk import open_desk
from uat.errors import ExitCode, ProcedureError, TvoxError, UnreachableError
from uat.host import parse_address
from uat.journal import JournalError, read
from uat.options import NoChecklistError, choose_checklist, load_checklist, parse_variables
from uat.session import Session
from uat.ssh.known_hosts import file_of

_EVIDENCE = Path("evidence")
_SSH_CONFIG = Path("~/.ssh/config")
_GO_ON = "What arrived stays on the machine. To go on from there: tvox-uat stage {}"


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


def trust(options: argparse.Namespace) -> int:
    """Show a machine's host key, and store it as trusted once a person has compared it."""
    request = trusting.Request(
        address=parse_address(options.host, config=_SSH_CONFIG.expanduser(), jump=options.jump),
        path=_known_hosts(options),
        fingerprint=options.fingerprint,
        may_replace=options.replace,
        reason=options.reason,
    )
    is_trusted = trusting.trust(request, ask=getpass.getpass, read=_typed, say=print, complain=_complain)
    return 0 if is_trusted else 1


def status(options: argparse.Namespace) -> int:
    """Say where a change stands and what to do next; nothing is changed."""
    session = _desk(options)
    try:
        standing = look(session, ask=_person(session))
    finally:
        session.drop_connection()
    checklist = session.checklist
    for line in standing_lines(standing, language=checklist.language, timezone=checklist.timezone):
        print(line.text)
    return 0


def adopt(options: argparse.Namespace) -> int:
    """Take over an upgrade whose computer is lost, by name and with a reason; `--resume` goes on with it."""
    session = _desk(options)
    say = speak(session.checklist.language).say
    try:
        owner = adoption.find(session, ask=_person(session))
        since = f"{owner.since.astimezone(ZoneInfo(session.checklist.timezone)):%Y-%m-%d %H:%M}"
        holder = say("status.held", operator=owner.operator, computer=owner.computer, run=owner.run, since=since)
        print(say("adopt.found", holder=holder))
        if not (reason := options.reason or _typed(say("adopt.reason"))):
            print(say("adopt.no_reason"), file=sys.stderr)
            return 1
        command = f"{_pytest(options)} --resume"
        session.header = session.header.model_copy(update={"command": _pytest(options)})
        folder = adoption.adopt(session, owner, operator=session.header.operator, reason=reason)
    finally:
        session.drop_connection()
    print(say("adopt.done", folder=str(folder), command=command))
    return 0


def conclude(options: argparse.Namespace) -> int:
    """Declare an upgrade over that will not be gone on with, by name and with a reason."""
    session = _desk(options)
    language = speak(session.checklist.language)
    run, folder = conclusion.find(session)
    begun = [step for step in run.steps if step.was_begun]
    where = " ".join(filter(None, (begun[-1].name, begun[-1].release)))
    print(language.say("conclude.found", run=run.header.id, operator=run.header.operator, step=where))
    if not (reason := options.reason or _typed(language.say("conclude.reason"))):
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


def _typed(question: str) -> str:
    try:
        return input(question).strip()
    except EOFError:
        return ""


def _desk(options: argparse.Namespace) -> Session:
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


def _person(session: Session) -> Person:
    phrases = speak(session.checklist.language).section("ask")
    return Person(Channel(phrases=phrases, read=input, write=print), is_there=sys.stdin.isatty())


def _pytest(options: argparse.Namespace) -> str:
    """Give the pytest command that goes on with what this command was asked for."""
    given = {"tvox-host": options.tvox_host, "identity": options.identity, "operator": options.operator}
    if options.known_hosts:
        given["known-hosts"] = str(options.known_hosts)
    if options.evidence != _EVIDENCE:
        given["evidence"] = str(options.evidence)
    words = [f"--{name}={value}" for name, value in given.items() if value]
    words += [f"--var={one}" for one in options.var]
    return shlex.join(["pytest", "--phase=upgrade", *words, *([str(options.checklist)] if options.checklist else [])])


def stage(options: argparse.Namespace) -> int:
    """Bring a checklist's patches onto the machine days before the upgrade, or take them away again."""
    session = _desk(options)
    checklist, go_on = session.checklist, _GO_ON.format(session.checklist.path)
    if not checklist.upgrade.patches:
        raise ValueError(f"{checklist.path}: no patches stand under 'upgrade'")
    try:
        if options.remove:
            is_done = staging.remove(checklist, session, say=_say)
        else:
            is_done = staging.stage(checklist, session, say=_say, every=5 if sys.stdout.isatty() else 30)
    except KeyboardInterrupt:
        print(f"\nStopped. {go_on}", file=sys.stderr)
        return 1
    except ProcedureError as error:
        raise UnreachableError(f"{error.facts.get('error')}. {go_on}") from None
    finally:
        session.drop_connection()
    return 0 if is_done else 1


def _say(line: str) -> None:
    print(line, flush=True)


def _complain(line: str) -> None:
    print(line, file=sys.stderr)


def _known_hosts(options: argparse.Namespace) -> Path:
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


def logs(options: argparse.Namespace) -> int:
    """Collect the logs of a run for Telenia; 1 when its machine did not answer and the bundle lacks what is there."""
    session = _desk(options)
    run, folder = collecting.run_of(session, options.run)
    try:
        made = collecting.collect(session, run, folder)
    finally:
        session.drop_connection()
    print(f"{made.path}\nsha256 {made.sha256}")
    for one in made.manifest.missing:
        print(f"  not in it: {one.name}: {one.reason}")
    return 0 if made.manifest.reached else 1


def lint(options: argparse.Namespace) -> int:
    """Say everything that is wrong with checklists at once; 1 when there is anything."""
    findings = [linting.lint(path, parse_variables(options.var)) for path in options.files]
    for finding in findings:
        _say("\n".join(linting.lines(finding)))
    return 1 if any(finding.problems for finding in findings) else 0


def show(options: argparse.Namespace) -> int:
    """Show a checklist as it is resolved, and where each field came from."""
    _say("\n".join(showing.show(options.file, parse_variables(options.var))))
    return 0


def kinds(options: argparse.Namespace) -> int:
    """Tell what can be checked."""
    _say("\n".join(telling.one_kind(options.word) if options.word else telling.every_kind()))
    return 0


def schema(options: argparse.Namespace) -> int:
    """Write the language as a JSON Schema, for editors."""
    if options.to:
        options.to.write_text(schemas.text(), encoding="utf-8")
    else:
        sys.stdout.write(schemas.text())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tvox-uat", description="What is done beside a UAT session.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    one = commands.add_parser("trust", help="show a machine's host key and store it as trusted")
    one.add_argument("host", metavar="HOST", help="[user@]host[:port]")
    one.add_argument("--fingerprint", metavar="SHA256:...", help="store the key if it has this one, without asking")
    one.add_argument("--jump", metavar="HOST", help="the machine to go through; it must be trusted already")
    whose = one.add_mutually_exclusive_group()
    whose.add_argument("--checklist", metavar="FILE", help="the customer's checklist (default: the only one here)")
    whose.add_argument("--customer", metavar="NAME", help="the customer, as the checklist names it")
    whose.add_argument("--known-hosts", metavar="FILE", help="another file than the customer's own")
    one.add_argument("--replace", action="store_true", help="store the key in place of the one that was known")
    one.add_argument("--reason", metavar="TEXT", help="why the key changed; asked for with --replace")
    one.set_defaults(command=trust)
    one = commands.add_parser("status", help="say where a change stands, and what to do next; changes nothing")
    _add_desk(one)
    one.set_defaults(command=status)
    one = commands.add_parser("adopt", help="take over an upgrade whose computer is lost")
    _add_desk(one)
    one.add_argument("--reason", metavar="TEXT", help="why; it is kept on both sides")
    one.set_defaults(command=adopt)
    one = commands.add_parser("conclude", help="declare an upgrade over that will not be gone on with")
    _add_desk(one)
    one.add_argument("--reason", metavar="TEXT", help="why, and agreed with whom; it is kept in the evidence")
    one.add_argument("--case", default="", metavar="NUMBER", help="Telenia's case number")
    one.set_defaults(command=conclude)
    one = commands.add_parser("stage", help="bring the patches onto the machine days before, and verify them there")
    _add_desk(one)
    one.add_argument("--remove", action="store_true", help="take away what was staged and not yet used")
    one.set_defaults(command=stage)
    one = commands.add_parser("logs", help="collect the logs of a run for Telenia; read-only on the machine")
    _add_desk(one)
    one.add_argument("--run", metavar="ID", help="default: the newest upgrade of the checklist's change")
    one.set_defaults(command=logs)
    _add_language(commands)
    return parser


def _add_language(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands about how a checklist is written; none of them connects to anything."""
    one = commands.add_parser("lint", help="say everything that is wrong with checklists, at once")
    one.add_argument("files", nargs="+", type=Path, metavar="FILE")
    _add_variables(one)
    one.set_defaults(command=lint)
    one = commands.add_parser("show", help="show a checklist as it is resolved, and where each field came from")
    one.add_argument("file", type=Path, metavar="FILE")
    _add_variables(one)
    one.set_defaults(command=show)
    one = commands.add_parser("kinds", help="tell what can be checked; of one kind its fields and an example")
    one.add_argument("word", nargs="?", metavar="KIND")
    one.set_defaults(command=kinds)
    one = commands.add_parser("schema", help="write the language as a JSON Schema, for editors")
    one.add_argument("to", nargs="?", type=Path, metavar="FILE", help="default: print it")
    one.set_defaults(command=schema)


def _add_variables(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--var", action="append", default=[], metavar="NAME=VALUE", help="a variable; wins over the file's"
    )


def _add_desk(parser: argparse.ArgumentParser) -> None:
    """Add what every command needs that looks at a customer's machine."""
    parser.add_argument("checklist", nargs="?", type=Path, help="default: the only customer's file in checklists/")
    parser.add_argument("--tvox-host", metavar="[USER@]HOST[:PORT]", help="the machine; wins over system.ssh")
    _add_variables(parser)
    parser.add_argument("--identity", metavar="FILE", help="the private key that logs in (default: as ssh does)")
    parser.add_argument("--known-hosts", type=Path, metavar="FILE", help="default: the customer's own file")
    parser.add_argument("--evidence", type=Path, default=_EVIDENCE, metavar="DIR", help="default: %(default)s")
    parser.add_argument("--operator", default="", metavar="NAME", help="who you are (default: the login name)")


if __name__ == "__main__":
    sys.exit(main())
