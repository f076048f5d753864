"""Makes one checklist of several files: each has the last word over those before it.

Of ``system``, ``upgrade``, ``contacts``, ``variables`` and ``limits`` a later file replaces single fields; of
``checks`` single fields of the check with the same id, and single inputs as long as the kind is the same; of
``skip`` and ``waivers`` the one with the same id.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from uat.errors import Problem
from uat.language.fitting import as_table, problem
from uat.language.wording import unknown_word, wrong_value
from uat.language.yaml_marks import Entry, Node, Page, Rows, Table, Text, plain
from uat.model import Source

FIELDS = ("customer", "change", "language", "timezone")
SECTIONS = ("system", "upgrade", "contacts", "variables", "limits")
LISTS = ("skip", "waivers", "checks")
KEYS = ("extends", *FIELDS, *SECTIONS, *LISTS)

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, kw_only=True)
class Layers:
    """The files of a checklist as one; ``sha256`` is of all of them, in order."""

    fields: Table
    sections: Mapping[str, Table]
    lists: Mapping[str, Mapping[str, Table]]
    sha256: str


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
    return _joined([as_table(node, problems) for node in written] or [nowhere])


def _rows(tables: Sequence[Table], name: str, kinds: Collection[str], problems: list[Problem]) -> dict[str, Table]:
    whole: dict[str, Table] = {}
    for table in tables:
        for id, row in _rows_by_id(table.get(name), problems).items():
            whole[id] = _overridden(whole[id], row, kinds) if id in whole and name == "checks" else row
    return whole


def _rows_by_id(node: Node | None, problems: list[Problem]) -> dict[str, Table]:
    if node is None:
        return {}
    if not isinstance(node, Rows):
        problems.append(problem(node.source, wrong_value("list_type", "", plain(node))))
        return {}
    rows: dict[str, Table] = {}
    for item in node.items:
        row = as_table(item, problems)
        id = _id_of(row, item, problems)
        if id in rows:
            first = rows[id].entries["id"].value.source
            problems.append(problem(row.entries["id"].value.source, f"the id '{id}' is taken: {first}"))
        elif id:
            rows[id] = row
    return rows


def _id_of(row: Table, item: Node, problems: list[Problem]) -> str | None:
    if not isinstance(item, Table):
        return None
    id = row.get("id")
    if not isinstance(id, Text) or not id.value:
        problems.append(problem(id.source if id else row.source, "'id' is missing"))
        return None
    if not _ID.fullmatch(id.value):
        message = f"'{id.value}' cannot be an id; up to 64 letters, digits, '.', '_', '-', a letter or digit first"
        problems.append(problem(id.source, message))
        return None
    return id.value


def _overridden(base: Table, over: Table, kinds: Collection[str]) -> Table:
    """Replace single fields of a check; another kind replaces the kind."""
    kind = next((key for key in over.entries if key in kinds), None)
    if kind is None:
        return base.joined(over)
    kept = base.only(key for key in base.entries if key == kind or key not in kinds)
    return kept.joined(over).joined(_inputs(kind, base.get(kind), over.entries[kind], source=over.source))


def _inputs(kind: str, base: Node | None, over: Entry, *, source: Source) -> Table:
    is_more = isinstance(base, Table) and isinstance(over.value, Table)
    value = base.joined(over.value) if is_more else over.value  # type: ignore[union-attr,arg-type]
    return Table(entries={kind: Entry(over.key, value)}, source=source)
