"""YAML as plain text, lists and mappings, each with its place in the file; the one file that imports yaml.

The language is a part of YAML: no types (``NO``, ``0612``, ``22:30`` stay text), no tags, no merge keys, no
repeated keys, one document a file. Anchors are allowed; what they unfold to is counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import yaml

from uat.errors import ChecklistError, Problem
from uat.model import JsonValue, Source

MAX_BYTES = 2_000_000
MAX_NODES = 150_000
"""Enough for 5,000 checks."""
MAX_DEPTH = 30

NAME = "[a-z][a-z0-9_]*"
"""What a variable may be called."""

_Event: TypeAlias = Any
"""One of the parser's events; the stubs do not say that each has marks."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")


@dataclass(frozen=True, kw_only=True)
class Text:
    """A scalar as it is written; ``is_blank`` when nothing stands there, not even quotes."""

    value: str
    source: Source
    is_blank: bool = False


@dataclass(frozen=True, kw_only=True)
class Rows:
    """A list."""

    items: tuple[Node, ...]
    source: Source


class Entry(NamedTuple):
    """One key of a mapping: where it stands, and its value."""

    key: Source
    value: Node


@dataclass(frozen=True, kw_only=True)
class Table:
    """A mapping, in the order of the file."""

    entries: Mapping[str, Entry]
    source: Source

    def get(self, key: str) -> Node | None:
        """Give the value of a key, or nothing."""
        entry = self.entries.get(key)
        return entry.value if entry else None

    def only(self, keys: Iterable[str]) -> Table:
        """Give the same mapping with some of its keys."""
        wanted = set(keys)
        return Table(entries={k: e for k, e in self.entries.items() if k in wanted}, source=self.source)

    def joined(self, other: Table) -> Table:
        """Give both mappings in one; where both have a key, the other's counts."""
        return Table(entries={**self.entries, **other.entries}, source=other.source)


Node: TypeAlias = Text | Rows | Table


@dataclass(frozen=True, kw_only=True)
class Page:
    """One file: where it is, its mapping, its bytes, and what is wrong with it although it could be read."""

    path: Path
    table: Table
    content: bytes
    problems: tuple[Problem, ...]


def read(path: Path, *, name: str) -> Page:
    """Read one file; ``name`` is what the marks call it.

    :raises ChecklistError: it cannot be read, or is no YAML, or no mapping.
    """
    content = _content(path, name)
    text = _decoded(content, name)
    _refuse_crowd(text, name)
    builder = _Builder(name, _events(text, name))
    table = builder.document()
    return Page(path=path, table=table, content=content, problems=tuple(builder.problems))


def plain(node: Node) -> JsonValue:
    """Give the value without its marks."""
    match node:
        case Text():
            return node.value
        case Rows():
            return [plain(item) for item in node.items]
        case Table():
            return {key: plain(entry.value) for key, entry in node.entries.items()}


def find(node: Node, path: Iterable[str | int]) -> Entry:
    """Give the place and the value at a path; a step that is not in the file is passed over."""
    return trail(node, path)[-1]


def trail(node: Node, path: Iterable[str | int]) -> tuple[Entry, ...]:
    """Give all places and values on the way along a path, the first one the node itself."""
    found = [Entry(node.source, node)]
    for step in path:
        value = found[-1].value
        if isinstance(value, Table) and step in value.entries:
            found.append(value.entries[str(step)])
        elif isinstance(value, Rows) and isinstance(step, int) and step < len(value.items):
            found.append(Entry(value.items[step].source, value.items[step]))
    return tuple(found)


def stop(source: Source, message: str) -> ChecklistError:
    """Make the error of a file that cannot be read on."""
    return ChecklistError([Problem(source=source, message=message)])


def _content(path: Path, name: str) -> bytes:
    source = Source(file=name)
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise stop(source, "there is no such file") from None
    except OSError as error:
        raise stop(source, f"the file cannot be read: {error.strerror}") from error
    if len(content) > MAX_BYTES:
        raise stop(source, f"the file is larger than {MAX_BYTES // 1_000_000} MB; this is no checklist")
    return content


def _decoded(content: bytes, name: str) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8", "replace")
        message = f"byte 0x{content[error.start]:02x} is not UTF-8; save the file as UTF-8"
        raise stop(_place(before, name), message) from None
    if bad := _UNREADABLE.search(text):
        message = f"the invisible character U+{ord(bad[0]):04X} is not allowed; delete it"
        raise stop(_place(text[: bad.start()], name), message)
    return text


def _place(before: str, name: str) -> Source:
    lines = re.split(r"\r\n|\r|\n", before)
    return Source(file=name, line=len(lines), column=len(lines[-1]) + 1)


def _events(text: str, name: str) -> Iterator[_Event]:
    try:
        yield from yaml.parse(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line if mark else 0
        source = Source(file=name, line=line + 1, column=(mark.column if mark else 0) + 1)
        said = ", ".join(part for part in (error.context, error.problem) if part)
        if "maximum nesting depth" in said:  # libyaml 0.2.6 and later stops at 1000 before we see anything
            raise stop(source, f"more than {MAX_DEPTH} levels") from None
        raise stop(source, f"this is not YAML: {said}{_advice(text, line)}") from None
    except yaml.YAMLError as error:
        raise stop(Source(file=name), f"this is not YAML: {error}") from None


def _refuse_crowd(text: str, name: str) -> None:
    """Count what stands in the file before anything is built of it, which costs ten times as much.

    :raises ChecklistError: there is more than a checklist has.
    """
    values = 0
    for event in _events(text, name):
        values += isinstance(event, yaml.NodeEvent)
        if values > MAX_NODES:
            raise _crowded(Source(file=name, line=event.start_mark.line + 1, column=event.start_mark.column + 1))


def _crowded(source: Source) -> ChecklistError:
    return stop(source, f"more than {MAX_NODES} values; this is no checklist")


def _advice(text: str, line: int) -> str:
    lines = [*text.splitlines(), ""]
    near = "\n".join(lines[max(0, line - 1) : line + 1])
    if re.search(r"^ *\t", near, re.MULTILINE):
        return "; indent with spaces, not with tabs"
    if re.search(r"\{" + NAME + r"\}", near):
        return '; quote a text that has a {name} in it: "{name}"'
    return ""


@dataclass
class _Builder:
    """Builds the nodes of one file out of the parser's events."""

    name: str
    events: Iterator[_Event]
    problems: list[Problem] = field(default_factory=list)
    anchors: dict[str, tuple[Node, int]] = field(default_factory=dict)
    count: int = 0

    def document(self) -> Table:
        next(self.events)
        if isinstance(next(self.events), yaml.StreamEndEvent):
            raise stop(Source(file=self.name), "the file is empty")
        node = self._node(next(self.events), 0)
        next(self.events)
        after = next(self.events)
        if not isinstance(after, yaml.StreamEndEvent):
            self._wrong(after, "a second document begins here; a checklist is one document")
        if not isinstance(node, Table):
            raise stop(node.source, "a checklist is a mapping: 'customer: ...', 'checks: ...'")
        return node

    def _source(self, event: _Event) -> Source:
        return Source(file=self.name, line=event.start_mark.line + 1, column=event.start_mark.column + 1)

    def _wrong(self, event: _Event, message: str) -> None:
        self.problems.append(Problem(source=self._source(event), message=message))

    def _node(self, event: _Event, depth: int) -> Node:
        self._grow(event, 1)
        if depth > MAX_DEPTH:
            raise stop(self._source(event), f"more than {MAX_DEPTH} levels")
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        before = self.count
        if getattr(event, "tag", None) is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._wrong(event, f"the tag '{tag}' is not part of the language; delete it")
        node = self._untagged(event, depth)
        if event.anchor:
            self.anchors[event.anchor] = (node, self.count - before + 1)
        return node

    def _untagged(self, event: _Event, depth: int) -> Node:
        if isinstance(event, yaml.SequenceStartEvent):
            return Rows(items=tuple(self._items(depth)), source=self._source(event))
        if isinstance(event, yaml.MappingStartEvent):
            return self._table(event, depth)
        is_blank = not event.value and event.start_mark.index == event.end_mark.index
        return Text(value=event.value, source=self._source(event), is_blank=is_blank)

    def _grow(self, event: _Event, nodes: int) -> None:
        self.count += nodes
        if self.count > MAX_NODES:
            raise _crowded(self._source(event))

    def _alias(self, event: _Event) -> Node:
        if event.anchor not in self.anchors:
            raise stop(self._source(event), f"there is no anchor '&{event.anchor}' before this")
        node, size = self.anchors[event.anchor]
        self._grow(event, size)
        return node

    def _items(self, depth: int) -> Iterator[Node]:
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            yield self._node(event, depth + 1)

    def _table(self, start: _Event, depth: int) -> Node:
        entries: dict[str, Entry] = {}
        is_bare = False
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._node(event, depth + 1)
            after = next(self.events)
            is_bare = not entries and event.end_mark.index == after.start_mark.index
            value = _blank_at_key(key.source, self._node(after, depth + 1))
            if self._is_good_key(event, key, entries):
                entries[plain(key)] = Entry(key.source, value)
        table = Table(entries=entries, source=self._source(start))
        return self._unquoted(start, table) if is_bare and start.flow_style else table

    def _is_good_key(self, event: _Event, key: Node, entries: Mapping[str, Entry]) -> bool:
        if not isinstance(key, Text):
            self._wrong(event, 'a key must be text; quote it if it begins with a bracket: "{name}"')
        elif key.value == "<<":
            self._wrong(event, "the merge key '<<' is not part of the language; use 'extends'")
        elif key.value in entries:
            first = entries[key.value].key
            self._wrong(event, f"repeated key '{key.value}'; the first is in line {first.line}")
        else:
            return True
        return False

    def _unquoted(self, start: _Event, table: Table) -> Node:
        """Recognise ``name: {unit}``, which YAML reads as a mapping with the key ``unit`` and no value."""
        key = next(iter(table.entries), "")
        if not re.fullmatch(NAME, key):
            return table
        self._wrong(start, f'text is due here, and YAML reads this as a mapping; quote it: "{{{key}}}"')
        return Text(value=f"{{{key}}}", source=table.source)


def _blank_at_key(key: Source, value: Node) -> Node:
    """Say that nothing is written where the key stands: parsers differ in where nothing is."""
    is_blank = isinstance(value, Text) and value.is_blank
    return Text(value="", source=key, is_blank=True) if is_blank else value
