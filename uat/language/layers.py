"""Makes one checklist of several files: each has the last word over those before it.

Of ``system``, ``upgrade``, ``contacts``, ``areas``, ``variables``, ``licences`` and ``limits`` a later file replaces
single fields; of ``checks`` single fields of the check with the same id, single inputs as long as the kind is the
same, and rows of ``each`` by their id; of ``skip`` and ``waivers`` the one with the same id, of ``expected_changes``
the one of the same property. A variable keeps its description when a later file gives it a value.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from types import MappingProxyType

from uat.errors import Problem
from uat.language.fitting import as_table, problem
from uat.language.wording import unknown_word, wrong_value
from uat.language.yaml_marks import Entry, Node, Page, Rows, Table, Text, plain
from uat.model import Source

FIELDS = ("customer", "change", "language", "timezone")
SECTIONS = ("system", "upgrade", "contacts", "areas", "variables", "licences", "limits")
LISTS = ("skip", "waivers", "expected_changes", "checks")
GIVEN = "--var"
"""Where a variable stands that the command line gives."""

KEYS = ("extends", *FIELDS, *SECTIONS, *LISTS)

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_PATTERN = re.compile(r"[A-Za-z0-9._*?\[\]!-]{1,64}")


@dataclass(frozen=True, kw_only=True)
class Naming:
    """How something is called by its id, and by another field where one id is not enough."""

    written: re.Pattern[str]
    due: str
    beside: str = ""


PLAIN_ID = Naming(written=ID, due="an id; up to 64 letters, digits, '.', '_', '-', a letter or digit first")
_SEVERAL = Naming(written=_PATTERN, due="the id of checks; * and ? stand for any")
_NAMING = MappingProxyType(
    {"skip": _SEVERAL, "waivers": _SEVERAL, "expected_changes": replace(_SEVERAL, beside="property")}
)


@dataclass(frozen=True, kw_only=True)
class Layers:
    """The files of a checklist as one; ``sha256`` is of all of them, in order."""

    fields: Table
    sections: Mapping[str, Table]
    lists: Mapping[str, Mapping[str, Table]]
    sha256: str

    def given(self, values: Mapping[str, str], problems: list[Problem]) -> Layers:
        """Let values of the command line win over those of the files; only what the files know can be given."""
        if not values:
            return self
        source = Source(file=GIVEN)
        known = self.sections["variables"].entries
        problems.extend(
            problem(source, unknown_word("variable", name, known)) for name in values if name not in known
        )
        texts = {name: Text(value=value, source=source) for name, value in values.items()}
        entries = {name: Entry(source, text) for name, text in texts.items()}
        written = self.sections["variables"].joined(Table(entries=entries, source=source))
        whole = sha256(f"{self.sha256}{sorted(values.items())}".encode()).hexdigest()
        return replace(self, sections={**self.sections, "variables": written}, sha256=whole)


def merge(pages: Sequence[Page], *, kinds: Collection[str], problems: list[Problem]) -> Layers:
    """Merge files, bases first; what is wrong with their outline is added to ``problems``.

    :param kinds: the words of the kinds of checks.
    """
    tables = [_outlined(page, problems) for page in pages]
    return Layers(
        fields=_joined([table.only(FIELDS) for table in tables]),
        sections={name: _section(tables, name, problems) for name in SECTIONS},
        lists={name: _rows(tables, name, kinds, problems) for name in LISTS},
        sha256=sha256(b"".join(page.content for page in pages)).hexdigest(),
    )


def _outlined(page: Page, problems: list[Problem]) -> Table:
    """Give a file's known keys, without those that nothing is written under."""
    problems.extend(page.problems)
    for key, entry in page.table.entries.items():
        if key not in KEYS:
            problems.append(problem(entry.key, unknown_word("field", key, KEYS)))
    entries = page.table.entries.items()
    return page.table.only(key for key, one in entries if key in KEYS and not _is_blank(one.value))


def _is_blank(node: Node) -> bool:
    return isinstance(node, Text) and node.is_blank


def _joined(tables: Sequence[Table]) -> Table:
    whole = Table(entries={}, source=tables[-1].source)
    for table in tables:
        whole = whole.joined(table)
    return whole


def _section(tables: Sequence[Table], name: str, problems: list[Problem]) -> Table:
    written = [node for table in tables if (node := table.get(name))]
    nowhere = Table(entries={}, source=tables[-1].source)
    sections = [as_table(node, problems) for node in written] or [nowhere]
    return _described(sections) if name == "variables" else _joined(sections)


def _described(tables: Sequence[Table]) -> Table:
    """Join variables: a value that is written over a description becomes its default; nothing is no value."""
    whole = Table(entries={}, source=tables[-1].source)
    for table in tables:
        for name, entry in table.entries.items():
            base = whole.get(name)
            if base and _is_blank(entry.value):
                continue
            over = _declaration(entry) if base and not _is_blank(base) else entry.value
            if base and isinstance(over, Table):
                over = _declaration(Entry(entry.key, base)).joined(over)
            whole = whole.joined(Table(entries={name: Entry(entry.key, over)}, source=table.source))
    return whole


def _declaration(entry: Entry) -> Table:
    value = entry.value
    if isinstance(value, Table):
        return value
    entries = {} if _is_blank(value) else {"default": Entry(entry.key, value)}
    return Table(entries=entries, source=value.source)


def _rows(tables: Sequence[Table], name: str, kinds: Collection[str], problems: list[Problem]) -> dict[str, Table]:
    whole: dict[str, Table] = {}
    for table in tables:
        for id, row in rows_by_id(table.get(name), _NAMING.get(name, PLAIN_ID), problems).items():
            whole[id] = overridden(whole[id], row, kinds) if id in whole and name == "checks" else row
    return whole


def rows_by_id(node: Node | None, naming: Naming, problems: list[Problem]) -> dict[str, Table]:
    """Read a list of mappings, each with an ``id`` of its own, by that id."""
    if node is None:
        return {}
    if not isinstance(node, Rows):
        problems.append(problem(node.source, wrong_value("list_type", "", plain(node))))
        return {}
    rows: dict[str, Table] = {}
    for item in node.items:
        row = as_table(item, problems)
        id = _id_of(row, item, naming, problems)
        if id in rows:
            first = rows[id].entries["id"].value.source
            problems.append(problem(row.entries["id"].value.source, f"the id '{id}' is taken: {first}"))
        elif id:
            rows[id] = row
    return rows


def _id_of(row: Table, item: Node, naming: Naming, problems: list[Problem]) -> str | None:
    if not isinstance(item, Table):
        return None
    id = row.get("id")
    if not isinstance(id, Text) or not id.value:
        problems.append(problem(id.source if id else row.source, "'id' is missing"))
        return None
    if not naming.written.fullmatch(id.value):
        problems.append(problem(id.source, f"'{id.value}' cannot be {naming.due}"))
        return None
    beside = row.get(naming.beside)
    return f"{id.value} {plain(beside)}" if beside else id.value


def overridden(base: Table, over: Table, kinds: Collection[str]) -> Table:
    """Replace single fields of a check; another kind replaces the kind, and a row of ``each`` that of its id."""
    over = _with_rows(base, over)
    kind = next((key for key in over.entries if key in kinds), None)
    if kind is None:
        return base.joined(over)
    kept = base.only(key for key in base.entries if key == kind or key not in kinds)
    return kept.joined(over).joined(_inputs(kind, base.get(kind), over.entries[kind], source=over.source))


def row_id(row: Node) -> str:
    """Give the id of a row of ``each``, which may stand alone; empty when there is none."""
    id = row.get("id") if isinstance(row, Table) else row
    return id.value if isinstance(id, Text) else ""


def _with_rows(base: Table, over: Table) -> Table:
    """Put a base's rows before those that are written over it; the row with the same id changes single fields."""
    rows, more = base.get("each"), over.get("each")
    if not isinstance(rows, Rows) or not isinstance(more, Rows):
        return over
    known = {row_id(item): item for item in rows.items}
    written = {row_id(item) for item in more.items}
    changed = tuple(_row(known.get(row_id(item)), item) for item in more.items)
    kept = tuple(item for item in rows.items if row_id(item) not in written)
    each = Entry(over.entries["each"].key, Rows(items=(*kept, *changed), source=more.source))
    return Table(entries={**over.entries, "each": each}, source=over.source)


def _row(base: Node | None, over: Node) -> Node:
    return base.joined(over) if isinstance(base, Table) and isinstance(over, Table) else over


def _inputs(kind: str, base: Node | None, over: Entry, *, source: Source) -> Table:
    is_more = isinstance(base, Table) and isinstance(over.value, Table)
    value = base.joined(over.value) if is_more else over.value  # type: ignore[union-attr,arg-type]
    return Table(entries={kind: Entry(over.key, value)}, source=source)
