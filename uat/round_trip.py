"""A person's YAML file, changed in one place and otherwise left as it is; the one file that imports ruamel.yaml."""

from __future__ import annotations

import io
import re
import secrets
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.resolver import VersionedResolver
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, SingleQuotedScalarString

from uat.errors import ChecklistError, Problem
from uat.model import JsonValue, Source

_LONGEST_LINE = 1_000_000
_ROW_INDENT = 2
_PLAIN = re.compile(r"-?\d+(?:\.\d+)?%?|(?:\./)?[\w/](?:[\w ./@()'’%+-]*[\w./@()'’%+-])?")


class _Texts(VersionedResolver):
    """Takes every scalar for text, as the language does; nothing at all is none."""

    @property
    def versioned_resolver(self) -> Any:
        """Give the only rule."""
        return {"": [("tag:yaml.org,2002:null", re.compile("^$"))]}


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A file while it is changed; a path is a row of keys that leads to a list of rows, each with its ``id``."""

    tree: CommentedMap

    def lines(self, *path: str) -> dict[str, int]:
        """Give the ids of the rows of a list, each with its line, which counts from 0."""
        rows = (row for row in self._list(path) if isinstance(row, CommentedMap) and "id" in row)
        return {str(row["id"]): row.lc.line for row in rows}

    def append(
        self, path: Sequence[str], row: Mapping[str, JsonValue], *, above: str = "", flow: bool = False
    ) -> None:
        """Put a row at a list's end, with a comment above it; a list that is not there yet is made.

        :param flow: the row on one line.
        """
        parent = self._parent(path)
        rows = parent.get(path[-1])
        if not isinstance(rows, CommentedSeq):
            parent[path[-1]] = rows = CommentedSeq()
        rows.append(_written(row, flow=flow))
        if above:
            indent = _ROW_INDENT * len(path)
            rows.yaml_set_comment_before_after_key(len(rows) - 1, before=above, indent=indent)

    def put(self, path: Sequence[str], text: str) -> bool:
        """Give a key its text, if nothing is written there; tell whether it was."""
        parent = self._parent(path)
        if parent.get(path[-1]) is not None:
            return False
        parent[path[-1]] = text
        return True

    def extend(self, word: str) -> bool:
        """Add a word to ``extends``; tell whether it was not there yet."""
        bases = self.tree.get("extends")
        if isinstance(bases, CommentedSeq):
            if word in bases:
                return False
            bases.append(word)
        elif bases is None:
            self.tree.pop("extends", None)
            self.tree.insert(0, "extends", word)
        elif bases == word:
            return False
        else:
            self.tree["extends"] = _written([bases, word], flow=True)
        return True

    def text(self) -> str:
        """Write the file."""
        out = io.StringIO()
        _yaml().dump(self.tree, out)
        return out.getvalue()

    def _list(self, path: Sequence[str]) -> Sequence[Any]:
        rows: Any = self.tree
        for key in path:
            rows = rows.get(key) if isinstance(rows, CommentedMap) else None
        return rows if isinstance(rows, CommentedSeq) else ()

    def _parent(self, path: Sequence[str]) -> CommentedMap:
        parent = self.tree
        for key in path[:-1]:
            if not isinstance(parent.get(key), CommentedMap):
                parent[key] = CommentedMap()
            parent = parent[key]
        return parent


def draft(text: str, *, name: str) -> Draft:
    """Read a file's text.

    :raises ChecklistError: it is no YAML, or no mapping.
    """
    try:
        tree = _yaml().load(text)
    except YAMLError as error:
        raise ChecklistError([Problem(source=Source(file=name), message=f"this is not YAML: {error}")]) from None
    if not isinstance(tree, CommentedMap):
        raise ChecklistError([Problem(source=Source(file=name), message="a checklist is a mapping")])
    return Draft(tree=tree)


def write(path: Path, text: str) -> None:
    """Write a file whole or not at all, with the line ends that it had."""
    is_there = path.exists()
    end = "\r\n" if is_there and b"\r\n" in path.read_bytes() else "\n"
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        fresh.write_text(text, encoding="utf-8", newline=end)
        if is_there:
            shutil.copymode(path, fresh)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def inline(value: JsonValue) -> str:
    """Write a value on one line, with quotes where they are due."""
    out = io.StringIO()
    _yaml().dump(CommentedMap(value=_written(value, flow=True)), out)
    return out.getvalue().removeprefix("value:").strip()


def _yaml() -> YAML:
    yaml = YAML()
    yaml.Resolver = _Texts
    yaml.preserve_quotes = True
    yaml.width = _LONGEST_LINE
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _written(value: JsonValue, *, flow: bool) -> Any:
    """Make what is written of a value: all leaves are text, and inside a row everything stands on one line."""
    if isinstance(value, Mapping):
        made = CommentedMap((_scalar(key), _written(one, flow=True)) for key, one in value.items())
        if flow:
            made.fa.set_flow_style()
        return made
    if isinstance(value, list | tuple):
        rows = CommentedSeq(_written(one, flow=True) for one in value)
        if flow:
            rows.fa.set_flow_style()
        return rows
    if isinstance(value, bool):
        return "true" if value else "false"
    return _scalar(str(value))


def _scalar(text: str) -> str:
    """Quote whatever is not plain beyond doubt: readers differ on the rest."""
    if _PLAIN.fullmatch(text):
        return text
    is_double = not text.isprintable() or ("'" in text and not {'"', "\\"} & {*text})
    quoted: str = DoubleQuotedScalarString(text) if is_double else SingleQuotedScalarString(text)
    return quoted
