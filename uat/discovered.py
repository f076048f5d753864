"""The file that discovery writes beside the customer's: a base that keeps whatever a person changes in it.

At its end, in lines that begin with ``#:``, stands what was proposed so far: what a person has taken out does not
come back as long as its name stands there.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from textwrap import wrap

from uat.discover import Looked, Survey, entry
from uat.model import Record
from uat.proposal import AREAS, prefix
from uat.round_trip import Draft, draft

MARK = "#:"
_NAMES = f"{MARK}   "
_WIDTH = 110


class Wording(Record):
    """What the file says, in the customer's language.

    ``head`` opens a new file; ``seen`` stands before what was observed, ``gone`` above what is there no more;
    ``refused`` and ``failed`` begin a line on what could not be proposed; ``proposed`` explains the list at the end.
    """

    head: str
    seen: str
    gone: str
    refused: str
    failed: str
    proposed: str
    gone_beginning: str


class State(Record):
    """A file as it stands: its text without the list at the end, and the names in that list."""

    body: str
    proposed: frozenset[str] = frozenset()


class Made(Record):
    """What was done to the file."""

    text: str
    added: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    back: tuple[str, ...] = ()


def place(customer: Path) -> Path:
    """Say where the file of a customer stands: beside the customer's own."""
    return customer.with_name(f"{customer.stem}-discovered.yaml")


def read(path: Path) -> State | None:
    """Read a file that discovery wrote before; None when there is none."""
    if not path.exists():
        return None
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    names = (name for line in lines if line.startswith(_NAMES) for name in line.removeprefix(MARK).split())
    body = "\n".join(line for line in lines if not line.startswith(MARK)).rstrip("\n")
    return State(body=f"{body}\n", proposed=frozenset(names))


def known(state: State | None, *, name: str) -> frozenset[str]:
    """Give the ids of checks that are not to be proposed: those that the file has, and those that it had."""
    if state is None:
        return frozenset()
    return state.proposed | draft(state.body, name=name).lines("checks").keys()


def written(state: State | None, surveyed: Survey, looked: Sequence[Looked], *, wording: Wording, name: str) -> Made:
    """Write the file anew: what is new is added, what is gone is marked, all else stays as it is.

    :param state: the file as it stands; None: there is none yet.
    :param looked: the new proposals, looked at.
    """
    body, back = _unmarked(state, surveyed, wording, name) if state else (_new(wording), ())
    made = draft(body, name=name)
    proposed = set(state.proposed if state else ())
    gone = tuple(_gone(made, body, _absent(made, surveyed, proposed), wording))
    values = tuple(_values(made, surveyed, proposed))
    checks = [one for one in looked if not one.refused]
    for index, one in enumerate(checks):
        header = f"\n{_ruler(one.source)}\n" if state is None and _is_first(checks, index) else ""
        made.append(["checks"], entry(one.id, one.proposal), above=f"{header}{wording.seen} {one.seen}")
    text = _remarked(made.text(), gone, wording, name)
    proposed |= {*values, *(one.id for one in checks)}
    tail = _tail(surveyed, looked, proposed, wording)
    added = (*values, *(one.id for one in checks))
    return Made(text=f"{text.rstrip()}\n\n{tail}", added=added, gone=tuple(id for _, id in gone), back=back)


def _new(wording: Wording) -> str:
    head = "\n".join(f"# {line}".rstrip() for line in wording.head.splitlines())
    areas = "\n".join(f"  {word}: {{it: '{said['it']}', en: '{said['en']}'}}" for word, said in AREAS.items())
    return f"# yaml-language-server: $schema=schema.json\n{head}\n\nareas:\n{areas}\n\nvariables:\n\nchecks:\n"


def _ruler(source: str) -> str:
    return f"---------------------------------------------------------------- {source}"


def _is_first(checks: Sequence[Looked], index: int) -> bool:
    return index == 0 or checks[index - 1].source != checks[index].source


def _values(made: Draft, surveyed: Survey, proposed: Collection[str]) -> Iterator[str]:
    """Add rows and texts to the variables; what a person took out, or wrote otherwise, stays so."""
    for found in surveyed.found.values():
        for variable, rows in found.rows.items():
            present = {*made.lines("variables", variable)}
            for row in rows:
                name = f"{variable}/{row['id']}"
                if row["id"] not in present and name not in proposed:
                    present.add(row["id"])
                    made.append(["variables", variable], row, flow=True)
                    yield name
        for variable, text in found.texts.items():
            if variable not in proposed and made.put(["variables", variable], text):
                yield variable


_Place = tuple[tuple[str, ...], str]
"""A list by its path, and the id of one of its rows."""


def _absent(made: Draft, surveyed: Survey, proposed: Collection[str]) -> Iterator[_Place]:
    """Find what was proposed and is not on the machine; of a source that could not tell, nothing."""
    for word, found in surveyed.found.items():
        there = surveyed.there(word)
        for id in made.lines("checks"):
            if id.startswith(prefix(word)) and id not in there:
                yield ("checks",), id
        for variable, rows in found.rows.items():
            ids = {row["id"] for row in rows}
            for id in made.lines("variables", variable):
                if f"{variable}/{id}" in proposed and id not in ids:
                    yield ("variables", variable), id


def _gone(made: Draft, body: str, absent: Iterable[_Place], wording: Wording) -> Iterator[_Place]:
    """Find what is absent and does not say so yet."""
    lines = body.splitlines()
    for path, id in absent:
        if not _is_marked(lines, made.lines(*path)[id], wording):
            yield path, id


def _remarked(text: str, gone: Sequence[_Place], wording: Wording, name: str) -> str:
    """Put the remark above what is gone."""
    made, lines = draft(text, name=name), text.splitlines()
    at = {made.lines(*path)[id] for path, id in gone}
    out: list[str] = []
    for number, line in enumerate(lines):
        if number in at:
            out.append(f"{re.match(' *', line)[0]}# {wording.gone}")  # type: ignore[index]  # blanks, or none, match
        out.append(line)
    return "\n".join(out) + "\n"


def _unmarked(state: State, surveyed: Survey, wording: Wording, name: str) -> tuple[str, tuple[str, ...]]:
    """Take the remark away from what is there again."""
    made, lines = draft(state.body, name=name), state.body.splitlines()
    absent = set(_absent(made, surveyed, state.proposed))
    paths = [("checks",), *(("variables", variable) for found in surveyed.found.values() for variable in found.rows)]
    sources = tuple(map(prefix, surveyed.found))
    again = {
        line: id
        for path in paths
        for id, line in made.lines(*path).items()
        if (path, id) not in absent and _is_marked(lines, line, wording)
        if path != ("checks",) or id.startswith(sources)
    }
    kept = [line for number, line in enumerate(lines) if number + 1 not in again]
    return "\n".join(kept) + "\n", tuple(again.values())


def _is_marked(lines: Sequence[str], number: int, wording: Wording) -> bool:
    return number > 0 and lines[number - 1].strip().startswith(f"# {wording.gone_beginning}")


def _tail(surveyed: Survey, looked: Sequence[Looked], proposed: Collection[str], wording: Wording) -> str:
    """Write what was not proposed and why, then the names of what was."""
    lines = [f"{MARK} {wording.failed} {word}: {_one_line(why)}" for word, why in surveyed.failed.items()]
    lines += [
        f"{MARK} {wording.failed} {_one_line(note)}" for found in surveyed.found.values() for note in found.notes
    ]
    lines += [f"{MARK} {wording.refused} {one.id}: {_one_line(one.refused)}" for one in looked if one.refused]
    lines += [f"{MARK} {line}" for line in wording.proposed.splitlines()]
    lines += wrap(
        " ".join(sorted(proposed)),
        _WIDTH,
        initial_indent=_NAMES,
        subsequent_indent=_NAMES,
        break_on_hyphens=False,
        break_long_words=False,
    )
    return "\n".join(lines) + "\n"


def _one_line(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
