"""Reads a checklist: YAML becomes records, or everything that is wrong with it, each at file:line:column."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from uat.errors import ChecklistError, Problem
from uat.language.areas import in_areas, read_areas
from uat.language.changes import expecting
from uat.language.check_entry import Reader
from uat.language.each import Entered, Spread
from uat.language.extends import read_all
from uat.language.fitting import as_table, fit, problem
from uat.language.layers import GIVEN, Layers, merge
from uat.language.licences import apply_licences
from uat.language.plan import read_system, read_upgrade
from uat.language.variables import BUILT_IN, Filling, Values, fill_table, resolve
from uat.language.wording import unknown_word
from uat.language.yaml_marks import Entry, Table, Text, plain
from uat.model import (
    Absence,
    Check,
    Checklist,
    Contact,
    ExpectedChange,
    Lack,
    Limits,
    OwnKind,
    Skip,
    Source,
    Upgrade,
    Waiver,
)
from uat.vocabulary import SOCKET, vocabulary_of

R = TypeVar("R", Skip, Waiver, ExpectedChange)


@dataclass(frozen=True, kw_only=True)
class Whole:
    """A checklist with what it was made of: the mappings of all files as one, each text with its place."""

    checklist: Checklist
    fields: Table
    sections: Mapping[str, Table]
    lists: Mapping[str, Mapping[str, Table]]
    checks: Mapping[str, Table]


def load(
    path: Path,
    *,
    search: Sequence[Path] = (),
    ssh: str = "",
    variables: Mapping[str, str] | None = None,
    kinds: str = SOCKET,
) -> Checklist:
    """Read a checklist with all that it extends.

    Variables are filled in (see `uat.language.variables`), secrets are left as the references they are, and each
    check has been held against its kind: what is returned can be run.

    :param search: where a word under ``extends`` is looked for first; then beside the file that says it, then
        among the project's own checklists.
    :param ssh: the machine as the command line names it; it wins over ``system.ssh``.
    :param variables: values of variables, as the command line gives them; they win over the checklist's.
    :param kinds: the package of the kinds of checks.
    :raises ChecklistError: with every problem there is, in the order of the files.
    """
    return load_whole(path, search=search, ssh=ssh, variables=variables, kinds=kinds).checklist


def load_whole(
    path: Path,
    *,
    search: Sequence[Path] = (),
    ssh: str = "",
    variables: Mapping[str, str] | None = None,
    kinds: str = SOCKET,
    may_be_base: bool = False,
) -> Whole:
    """Read a checklist as `load` does, and keep what it was made of.

    :param may_be_base: a file that names no customer is read as a base for others: nobody knows their machine yet.
    :raises ChecklistError: with every problem there is, in the order of the files.
    """
    pages = read_all(path, search)
    problems: list[Problem] = []
    vocabulary = vocabulary_of(pages, kinds)
    words = vocabulary.words
    layers = merge(pages, kinds=words, problems=problems).given(variables or {}, problems)
    is_base = may_be_base and "customer" not in layers.fields.entries
    reading = _Reading(layers, Source(file=str(path)), words, is_base=is_base, problems=problems)
    made = reading.checklist(ssh, cache(vocabulary.load))
    if problems:
        files = [GIVEN, *(page.table.source.file for page in pages)]
        raise ChecklistError(sorted(dict.fromkeys(problems), key=lambda one: _order(one.source, files)))
    used = {check.kind for check in made.checks}
    own = tuple(one for one in vocabulary.own if one.word in used)
    known = {"path": str(path), "sha256": _digest(layers, own), "own_kinds": own}
    checklist = made.model_copy(update=known)
    return Whole(
        checklist=checklist,
        fields=layers.fields,
        sections=layers.sections,
        lists=layers.lists,
        checks=reading.filled,
    )


def _digest(layers: Layers, own: Sequence[OwnKind]) -> str:
    """Give the digest of the files, and of the own kinds by which the checks look."""
    if not own:
        return layers.sha256
    return sha256("\n".join([layers.sha256, *(f"{one.word} {one.sha256}" for one in own)]).encode()).hexdigest()


def _order(source: Source, files: Sequence[str]) -> tuple[int, int, int]:
    return files.index(source.file), source.line, source.column


@dataclass
class _Reading:
    """One checklist while it is read; ``start`` is where the customer's file begins."""

    layers: Layers
    start: Source
    words: tuple[str, ...]
    is_base: bool = False
    problems: list[Problem] = field(default_factory=list)
    filled: dict[str, Table] = field(default_factory=dict)

    def checklist(self, ssh: str, load_kind: Callable[[str], ModuleType]) -> Checklist:
        system = self._system(ssh)
        values = self._values(system)
        language, zone = self._language(), self._zone()
        spread = Spread(values=values, kinds=self.words, problems=self.problems)
        entered = spread.checks(self.layers.lists["checks"])
        areas = read_areas(self.layers.sections["areas"], language=language, problems=self.problems)
        checks = in_areas(tuple(self._checks(entered, spread, language=language, load_kind=load_kind)), areas)
        changes = self._about_checks("expected_changes", ExpectedChange, entered, values)
        upgrade = read_upgrade(self.layers.sections["upgrade"], values, zone=zone, problems=self.problems)
        return Checklist(
            customer=self._text("customer", default="" if self.is_base else None),
            change=self._text("change", default=""),
            language=language,
            timezone=zone.key,
            system=read_system(system, values, self.problems),
            upgrade=upgrade,
            contacts=self._contacts(),
            areas=areas,
            limits=self._limits(upgrade),
            checks=apply_licences(
                self.layers.sections["licences"],
                expecting(checks, changes, load=load_kind, problems=self.problems),
                self.problems,
            ),
            skips=self._about_checks("skip", Skip, entered, values),
            waivers=self._about_checks("waivers", Waiver, entered, values),
            expected_changes=changes,
        )

    def _text(self, name: str, *, default: str | None = None) -> str:
        node = self.layers.fields.get(name)
        if isinstance(node, Text) and node.value:
            return node.value
        if node is not None:
            self.problems.append(problem(node.source, f"a text is due for '{name}'"))
        elif default is None:
            self.problems.append(problem(self.start, f"'{name}' is missing"))
        return default or ""

    def _language(self) -> str:
        language = self._text("language", default="it")
        if not re.fullmatch("[a-z]{2}", language):
            message = f"'{language}' is no language; two letters are due, such as it or en"
            self.problems.append(problem(self.layers.fields.entries["language"].value.source, message))
        return language

    def _zone(self) -> zoneinfo.ZoneInfo:
        name = self._text("timezone", default="Europe/Rome")
        try:
            return zoneinfo.ZoneInfo(name)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            message = unknown_word("time zone", name, sorted(zoneinfo.available_timezones()))
            self.problems.append(problem(self.layers.fields.entries["timezone"].value.source, message))
            return zoneinfo.ZoneInfo("UTC")

    def _limits(self, upgrade: Upgrade) -> Limits:
        """Give the limits; how long the snapshot is kept is chosen with the customer, and that choice wins."""
        limits = fit(Limits, self.layers.sections["limits"], problems=self.problems) or Limits()
        if upgrade.keep_snapshot is None:
            return limits
        return limits.model_copy(update={"keep_snapshot": upgrade.keep_snapshot.seconds})

    def _system(self, ssh: str) -> Table:
        """Give ``system:``; what the command line says wins."""
        written = self.layers.sections["system"]
        if not ssh:
            return written
        named = Text(value=ssh, source=self.start)
        return written.joined(Table(entries={"ssh": Entry(self.start, named)}, source=written.source))

    def _values(self, system: Table) -> Values:
        fields = {
            "customer": self.layers.fields.get("customer"),
            "system.ssh": system.get("ssh"),
            "system.web": system.get("web"),
        }
        texts = {name: node if isinstance(node := fields[place], Text) else None for name, place in BUILT_IN.items()}
        return resolve(self.layers.sections["variables"], texts, self.problems)

    def _checks(
        self,
        entered: Mapping[str, Entered],
        spread: Spread,
        *,
        language: str,
        load_kind: Callable[[str], ModuleType],
    ) -> Iterator[Check]:
        reader = Reader(words=self.words, load=load_kind, language=language, problems=self.problems)
        for one in entered.values():
            holes: dict[Source, str] = {}
            filling = Filling(
                values=spread.values,
                problems=self.problems,
                row=one.row,
                holes=holes,
                is_open=bool(one.rowless),
            )
            table = filling.table(self._opened(one.table))
            check = reader.read(table, holes)
            if check:
                self.filled[check.id] = table
                yield _lacking(check, one, holes)

    def _opened(self, table: Table) -> Table:
        """Allow ``clock:``, a kind that takes nothing."""
        entries = {
            key: Entry(one.key, as_table(one.value, []))
            for key, one in table.entries.items()
            if key in self.words and isinstance(one.value, Text) and one.value.is_blank
        }
        return table.joined(Table(entries=entries, source=table.source))

    def _contacts(self) -> dict[str, Contact]:
        tables = {
            name: as_table(entry.value, self.problems)
            for name, entry in self.layers.sections["contacts"].entries.items()
        }
        made = {name: fit(Contact, table, problems=self.problems) for name, table in tables.items()}
        return {name: contact for name, contact in made.items() if contact}

    def _about_checks(self, name: str, record: type[R], entered: Collection[str], values: Values) -> tuple[R, ...]:
        """Read a list of entries that each speak of one check, of all rows of one, or of all that a pattern finds."""
        written: Mapping[str, Table] = self.layers.lists["checks"]
        found: list[R] = []
        for one in self.layers.lists[name].values():
            table = fill_table(one, values, self.problems)
            id = str(plain(table.entries["id"].value))
            pattern = f"{id}.*" if id in written and id not in entered else id
            if not any(fnmatchcase(known, pattern) for known in entered):
                place = table.entries["id"].value.source
                self.problems.append(problem(place, unknown_word("check", id, dict.fromkeys((*entered, *written)))))
            self._until(table)
            made = fit(record, table, problems=self.problems, known={"source": table.source})
            found.extend([made.model_copy(update={"id": pattern})] if made else [])
        return tuple(found)

    def _until(self, table: Table) -> None:
        until = table.get("until")
        if not isinstance(until, Text):
            return
        try:
            date.fromisoformat(until.value)
        except ValueError:
            message = f"a date is due here, such as 2027-01-31, not '{until.value}'"
            self.problems.append(problem(until.source, message))


def _lacking(check: Check, entered: Entered, holes: Mapping[Source, str]) -> Check:
    """Say of a check why it does not apply: it has no rows, or a variable has no value."""
    if entered.rowless:
        return check.model_copy(update={"absent": Absence(lack=Lack.ROWS, name=entered.rowless)})
    if holes:
        name = next(iter(holes.values()))
        return check.model_copy(update={"absent": Absence(lack=Lack.VARIABLE, name=name)})
    return check
