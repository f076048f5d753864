"""Shows a checklist as it is resolved: every field, its value, and the file and line that it came from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from uat.checklist import Whole, load_whole
from uat.language.yaml_marks import Node, Rows, Table, Text, plain
from uat.model import Check, Source
from uat.observe import left_out

_VALUE = 72


def show(path: Path, variables: Mapping[str, str] | None = None) -> Iterator[str]:
    """Write the resolved list.

    :raises ChecklistError: it cannot be used as it is written.
    """
    whole = load_whole(path, variables=variables, may_be_base=True)
    yield from _aligned(_about(whole))
    for check in whole.checklist.checks:
        reason = left_out(check, whole.checklist)
        yield ""
        yield f"{check.id}  ({_place(check.source)}){f'  {reason[0]}: {reason[1]}' if reason else ''}"
        yield from _aligned(_check(check, whole.checks[check.id]))


_Row = tuple[str, str, str]
"""A field's name, its value, and where it came from."""


def _about(whole: Whole) -> Iterator[_Row]:
    yield from _leaves("", whole.fields)
    for name, section in whole.sections.items():
        yield from _leaves(name, section) if section.entries else ()
    for name in ("skip", "waivers", "expected_changes"):
        for id, table in whole.lists[name].items():
            yield from _leaves(f"{name}.{id}", table.only(key for key in table.entries if key != "id"))


def _check(check: Check, table: Table) -> Iterator[_Row]:
    """List a check's fields, and of those that are not written the defaults that matter to a reader."""
    written = Table(entries={k: one for k, one in table.entries.items() if k != "id"}, source=table.source)
    yield from ((f"  {name}", value, place) for name, value, place in _leaves("", written))
    for name in ("area", "severity", "retry_for"):
        if name not in table.entries:
            yield f"  {name}", str(getattr(check, name) or "-"), "default"


def _leaves(name: str, node: Node) -> Iterator[_Row]:
    match node:
        case Table() if node.entries:
            for key, entry in node.entries.items():
                yield from _leaves(f"{name}.{key}" if name else key, entry.value)
        case Rows() if any(not isinstance(item, Text) for item in node.items):
            for index, item in enumerate(node.items):
                yield from _leaves(f"{name}.{index}", item)
        case _:
            yield name, _written(node), _place(node.source)


def _written(node: Node) -> str:
    value = plain(node)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = " ".join(str(text).split())
    return text if len(text) <= _VALUE else f"{text[: _VALUE - 3]}..."


def _place(source: Source) -> str:
    return f"{source.file}:{source.line}"


def _aligned(rows: Iterator[_Row]) -> Iterator[str]:
    found = list(rows)
    names = max((len(name) for name, _, _ in found), default=0)
    values = max((len(value) for _, value, _ in found), default=0)
    yield from (f"{name:<{names}}  {value:<{values}}  {place}" for name, value, place in found)
