"""One check with rows (``each:``) becomes a check for each row, with the row's variables in all its texts.

::

    variables:
      trunks:                              # several checks may go through the same rows
        - {id: telecom, peer: TI-1}
        - {id: voda, peer: VF-2}
    checks:
      - id: TEL-02
        title: "Il trunk {peer} è registrato"
        each: trunks                       # or the rows themselves; a row that is one text is its own id: [201, 202]
        command: {run: "asterisk -rx 'pjsip show registration {peer}'", reviewed_by: M. Rossi}
        expect: {output: {contains: Registered}}

These are ``TEL-02.telecom`` and ``TEL-02.voda``, each with its own result; ``{row}`` is the row's id.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from uat.errors import Problem
from uat.language.fitting import problem
from uat.language.layers import ID, PLAIN_ID, overridden, rows_by_id
from uat.language.variables import BUILT_IN, Filling, Values
from uat.language.wording import unknown_word, wrong_value
from uat.language.yaml_marks import NAME, Entry, Node, Rows, Table, Text, plain

MAX_CHECKS = 5_000
MAX_NODES = 200_000
"""What the rows of a whole checklist may come to."""


@dataclass(frozen=True, kw_only=True)
class Entered:
    """One check as it is entered, and the row it is made for; ``rowless`` when it has no rows yet."""

    table: Table
    row: Mapping[str, Text] = field(default_factory=dict)
    rowless: str = ""


@dataclass(frozen=True, kw_only=True)
class Spread:
    """Spreads checks over their rows; ``kinds`` are the words of the kinds of checks."""

    values: Values
    kinds: Collection[str]
    problems: list[Problem]

    def checks(self, written: Mapping[str, Table]) -> dict[str, Entered]:
        """Give every check, in order; an entry with the id of a row changes single fields of that row's check."""
        whole: dict[str, Entered] = {}
        nodes = 0
        for id, table in written.items():
            if self._parent(id, written):
                continue
            made = dict(self._rows(id, table)) if "each" in table.entries else {id: Entered(table=table)}
            nodes += len(made) * _size(table)
            if len(whole) + len(made) > MAX_CHECKS or (len(made) > 1 and nodes > MAX_NODES):
                message = f"the rows make too much of this: more than {MAX_CHECKS} checks, or {MAX_NODES} values"
                self.problems.append(problem(table.source, message))
                return whole
            whole.update(made)
        self._override(whole, written)
        return whole

    def _override(self, whole: dict[str, Entered], written: Mapping[str, Table]) -> None:
        for id, table in written.items():
            parent = self._parent(id, written)
            if parent and id in whole:
                one = whole[id]
                whole[id] = Entered(table=overridden(one.table, table, self.kinds), row=one.row)
            elif parent:
                rows = [one.removeprefix(f"{parent}.") for one in whole if one.startswith(f"{parent}.")]
                message = unknown_word(f"row of '{parent}'", id.removeprefix(f"{parent}."), rows)
                self.problems.append(problem(table.entries["id"].value.source, message))

    def _parent(self, id: str, written: Mapping[str, Table]) -> str:
        """Give the check with rows that an id is a row of."""
        parts = id.split(".")
        above = (".".join(parts[:count]) for count in range(1, len(parts)))
        return next((one for one in above if one in written and "each" in written[one].entries), "")

    def _rows(self, id: str, table: Table) -> Iterator[tuple[str, Entered]]:
        bare = table.only(key for key in table.entries if key != "each")
        rows, name = self._list(table.entries["each"].value)
        if rows is not None and not rows.items:
            yield id, Entered(table=bare, rowless=name or "each")
            return
        tables = rows_by_id(_in_full(rows), PLAIN_ID, self.problems) if rows else {}
        columns = list(dict.fromkeys(key for row in tables.values() for key in row.entries))
        for row_id, row in tables.items():
            if variables := self._variables(row, columns):
                own = f"{id}.{row_id}"
                if not ID.fullmatch(own):
                    message = f"'{own}' cannot be {PLAIN_ID.due}"
                    self.problems.append(problem(row.entries["id"].value.source, message))
                yield own, Entered(table=_named(bare, own, row), row=variables)

    def _list(self, node: Node) -> tuple[Rows | None, str]:
        """Find the rows: written here, or the variable that holds them."""
        if isinstance(node, Rows):
            return node, ""
        nothing = Rows(items=(), source=node.source)
        if isinstance(node, Table) or node.is_blank:
            is_wrong = isinstance(node, Table)
            self.problems.extend(
                [problem(node.source, wrong_value("list_type", "", plain(node)))] if is_wrong else []
            )
            return (None, "") if is_wrong else (nothing, "")
        if node.value in self.values.empty:
            return nothing, node.value
        if node.value in self.values.lists:
            return self.values.lists[node.value], node.value
        lists = sorted({*self.values.lists, *self.values.empty})
        self.problems.append(problem(node.source, unknown_word("list of rows", node.value, lists)))
        return None, ""

    def _variables(self, row: Table, columns: Collection[str]) -> dict[str, Text]:
        """Give a row's variables, filled in with those of the checklist; none when something is wrong."""
        before = len(self.problems)
        for key, entry in row.entries.items():
            if key != "id" and (wrong := _wrong_column(key)):
                self.problems.append(problem(entry.key, wrong))
            elif not isinstance(entry.value, Text):
                self.problems.append(problem(entry.value.source, "a row's variable is one text"))
        for key in columns:
            if key not in row.entries:
                self.problems.append(problem(row.source, f"'{key}' is missing in this row; other rows have it"))
        filled = Filling(values=self.values, problems=self.problems).table(row)
        if len(self.problems) > before:
            return {}
        texts = {key: one.value for key, one in filled.entries.items() if isinstance(one.value, Text)}
        return {("row" if key == "id" else key): text for key, text in texts.items()}


def _named(table: Table, id: str, row: Table) -> Table:
    """Give a check the id of its row, and the row's place."""
    own = Entry(table.entries["id"].key, Text(value=id, source=row.source))
    return Table(entries={**table.entries, "id": own}, source=row.source)


def _in_full(rows: Rows) -> Rows:
    """Write a row that is one text as the mapping it stands for."""
    items = (
        Table(entries={"id": Entry(one.source, one)}, source=one.source) if isinstance(one, Text) else one
        for one in rows.items
    )
    return Rows(items=tuple(items), source=rows.source)


def _wrong_column(name: str) -> str:
    if not re.fullmatch(NAME, name):
        return f"'{name}' cannot be a variable; lower case letters, digits and '_', a letter first"
    if name in BUILT_IN or name in ("row", "patch"):
        return f"'{name}' is built in; call this variable otherwise"
    return ""


def _size(node: Node) -> int:
    match node:
        case Text():
            return 1
        case Rows():
            return 1 + sum(map(_size, node.items))
        case Table():
            return 1 + sum(_size(entry.value) for entry in node.entries.values())
