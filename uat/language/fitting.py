"""Turns a mapping of the checklist into a record; what does not fit is said at its place in the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar, get_args

from uat.errors import Problem
from uat.language.wording import unknown_word, wrong_value
from uat.language.yaml_marks import Node, Table, plain, trail
from uat.model import InvalidRecord, JsonValue, Record, Source

R = TypeVar("R", bound=Record)


def fit(
    record: type[R], table: Table, *, problems: list[Problem], known: Mapping[str, JsonValue] | None = None
) -> R | None:
    """Make a record of a mapping; None when it does not fit, and then ``problems`` has grown.

    Text becomes a number or a truth only where the record's field is one (pydantic's lax mode).

    :param known: fields that the checklist does not write.
    """
    added = known or {}
    before = len(problems)
    for key in table.entries.keys() & added.keys():
        words = [name for name in names(record) if name not in added]
        problems.append(problem(table.entries[key].key, unknown_word("field", key, words)))
    try:
        made = record.model_validate({**plain(table), **added})
    except InvalidRecord as error:
        problems.extend(_explained(record, table, error))
        return None
    return made if len(problems) == before else None


def names(record: type[Record]) -> tuple[str, ...]:
    """List the fields of a record as they are written."""
    return tuple(field.alias or name for name, field in record.model_fields.items())


def problem(source: Source, message: str) -> Problem:
    """Say what is wrong, and where."""
    return Problem(source=source, message=message)


def as_table(node: Node, problems: list[Problem]) -> Table:
    """Take a node for a mapping; what is none is a problem and an empty mapping, nothing at all only the latter."""
    if isinstance(node, Table):
        return node
    if not getattr(node, "is_blank", False):
        problems.append(problem(node.source, wrong_value("dict_type", "", plain(node))))
    return Table(entries={}, source=node.source)


def _explained(record: type[Record], table: Table, error: InvalidRecord) -> Iterator[Problem]:
    """Give one problem a place: a union says several things about one value, and what is said inside it is meant."""
    told: set[Source] = set()
    details = error.errors(include_url=False)
    trails = [trail(table, detail["loc"]) for detail in details]
    around = {entry.value.source for one in trails for entry in one[:-1]}
    for detail, found in zip(details, (one[-1] for one in trails), strict=True):
        path, kind = detail["loc"], detail["type"]
        source = found.key if kind == "extra_forbidden" else found.value.source
        if kind == "missing":
            yield problem(source, f"'{path[-1]}' is missing")
        elif source not in told and not (kind.endswith("_type") and source in around):
            told.add(source)
            yield problem(source, _message(record, path, kind, said=detail["msg"], value=detail["input"]))


def _message(record: type[Record], path: tuple[int | str, ...], kind: str, *, said: str, value: Any) -> str:
    if kind == "extra_forbidden":
        return unknown_word("field", str(path[-1]), names(_record_at(record, path[:-1])))
    if kind in ("enum", "literal_error"):
        words = [word.strip("'") for word in said.partition("should be ")[2].replace(" or ", ", ").split(", ")]
        return unknown_word("word", str(value), words)
    return wrong_value(kind, said, value)


def _record_at(record: type[Record], path: tuple[int | str, ...]) -> type[Record]:
    """Find the record that a path inside a record leads to."""
    for step in path:
        fields = {field.alias or name: field.annotation for name, field in record.model_fields.items()}
        record = next(_records_in(fields.get(str(step))), record)
    return record


def _records_in(annotation: Any) -> Iterator[type[Record]]:
    if isinstance(annotation, type) and issubclass(annotation, Record):
        yield annotation
    for part in get_args(annotation):
        yield from _records_in(part)
