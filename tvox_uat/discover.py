"""Look at a live machine, and write a base of checks that hold there now beside the customer's file."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from reports.words import Language, speak
from tvox_uat._desk import add_desk, desk, say
from uat import discover, discovered, lint
from uat.options import parse_variables
from uat.round_trip import draft, write
from uat.session import Session


def arguments(parser: ArgumentParser) -> None:
    """Say what the command takes."""
    add_desk(parser)


def run(options: Namespace) -> int:
    """Do it; give the exit code."""
    session = desk(options)
    try:
        return _discover(session, ssh=options.tvox_host or "", variables=parse_variables(options.var))
    finally:
        session.drop_connection()


def _discover(session: Session, *, ssh: str, variables: dict[str, str]) -> int:
    customer = Path(session.checklist.path)
    path, words = discovered.place(customer), speak(session.checklist.language)
    state = discovered.read(path)
    known = discovered.known(state, name=str(path))
    covered = discover.covered(customer, ssh=ssh, variables=variables)
    say(words.say("discover.asking", host=str(session.settings.address)))
    surveyed = discover.survey(session)
    new = [one for one in surveyed.proposals() if one[1] not in known and one[2].covered_by not in covered]
    say(words.say("discover.looking", count=len(new)))
    looked = discover.look(session, customer, new, ssh=ssh, variables=variables)
    made = discovered.written(state, surveyed, looked, wording=_wording(words, session), name=str(path))
    _tell(words, surveyed, looked, made)
    write(path, made.text)
    say(words.say("discover.wrote", path=str(path), added=len(made.added)))
    _extend(words, customer, path)
    finding = lint.lint(customer, {**variables})
    say("\n".join(lint.lines(finding)))
    return 1 if finding.problems else 0


def _wording(words: Language, session: Session) -> discovered.Wording:
    date = f"{datetime.now(ZoneInfo(session.checklist.timezone)):%Y-%m-%d}"
    return discovered.Wording(
        head=words.say("discover.head", customer=session.checklist.customer),
        seen=words.say("discover.seen", date=date),
        gone=words.say("discover.gone", date=date),
        gone_beginning=words.say("discover.gone", date=""),
        refused=words.say("discover.refused", date=date),
        failed=words.say("discover.failed", date=date),
        proposed=words.say("discover.proposed"),
    )


def _tell(
    words: Language, surveyed: discover.Survey, looked: tuple[discover.Looked, ...], made: discovered.Made
) -> None:
    """Say what every source found, and what could not be told."""
    for word, found in surveyed.found.items():
        new = [one for one in looked if one.source == word]
        kept = [one for one in new if not one.refused]
        values = [name for name in made.added if name.partition("/")[0] in {*found.rows, *found.texts}]
        count = {"found": len(found.proposals), "checks": len(kept), "values": len(values)}
        say(words.say("discover.source", source=word, **count))
        for one in new:
            if one.refused:
                say(f"  {words.say('discover.not_proposed', id=one.id, why=one.refused)}")
        for note in found.notes:
            say(f"  {note}")
    for word, why in surveyed.failed.items():
        say(words.say("discover.silent", source=word, why=why))
    for id in made.gone:
        say(words.say("discover.vanished", id=id))
    for id in made.back:
        say(words.say("discover.back", id=id))


def _extend(words: Language, customer: Path, path: Path) -> None:
    """Let the customer's file extend what was written."""
    made = draft(customer.read_text(encoding="utf-8-sig"), name=str(customer))
    if made.extend(f"./{path.name}"):
        write(customer, made.text())
        say(words.say("discover.extends", customer=str(customer), path=f"./{path.name}"))
