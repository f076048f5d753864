"""Look several times, and propose which properties move by themselves; changes nothing, here or there."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from zoneinfo import ZoneInfo

from reports.formats import Formats
from reports.words import Language, speak
from tvox_uat._desk import add_desk, desk, say
from uat.model import Checklist, parse_duration
from uat.volatility import Look, Moved, chosen, looks, moved

_SHOWN = 60


def arguments(parser: ArgumentParser) -> None:
    """Say what the command takes."""
    add_desk(parser)
    parser.add_argument("--times", type=int, default=3, metavar="N", help="how often; default: %(default)s")
    parser.add_argument("--every", type=parse_duration, default="20s", metavar="TIME", help="default: %(default)s")


def run(options: Namespace) -> int:
    """Do it; give the exit code: 0 also when something moved, 1 when fewer than two looks came about."""
    if options.times < 2:
        raise ValueError(f"--times {options.times}: at least two looks can be compared")
    session = desk(options)
    words, seen = speak(session.checklist.language), list[Look]()
    try:
        for look in looks(session, times=options.times, every=options.every):
            seen.append(look)
            say(words.count("baseline.looked", len(look), look=len(seen), times=options.times))
    except KeyboardInterrupt:
        say(words.count("baseline.stopped", len(seen)))
    finally:
        session.drop_connection()
    if len(seen) < 2:
        return 1
    _tell(session.checklist, seen, words)
    return 0


def _tell(checklist: Checklist, seen: list[Look], words: Language) -> None:
    """Say by check what moved, and what to write."""
    formats = Formats(language=words, zone=ZoneInfo(checklist.timezone))
    still = unseen = 0
    for check in chosen(checklist):
        observed = [look[check.id] for look in seen if check.id in look]
        if len(observed) < len(seen):
            unseen += 1
            continue
        found = tuple(moved(check, observed))
        still += not found
        if found:
            say(f"\n{check.id}  {check.words(words.code)}")
        for one in found:
            least, most = (formats.value(one.name, value, limit=_SHOWN) for value in (one.least, one.most))
            say(f"  {words.say('baseline.moved', name=one.name, least=least, most=most)}")
            say(f"    {_proposal(one, words)}")
    say("\n" + words.count("baseline.still", still, looks=len(seen)))
    if unseen:
        say(words.count("baseline.unseen", unseen))


def _proposal(one: Moved, words: Language) -> str:
    if not one.line:
        return words.say("baseline.leave")
    if one.is_compared:
        return words.say("baseline.compared", line=one.line)
    return words.say("baseline.proposed", line=one.line)
