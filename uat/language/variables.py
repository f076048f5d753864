"""Variables of a checklist: ``{name}`` in a text.

Only ``{name}`` is a variable, where the name is lower case (``[a-z][a-z0-9_]*``); ``{{name}}`` is the text
``{name}``. Every other brace stays as it is written, so that regular expressions (``\\d{2}``), JSON
(``{"a": {"b": 1}}``) and shell (``awk '{print $2}'``) need no care. ``$`` means nothing: ``${name}`` is a
dollar and a variable. What a variable puts in is not looked through again.

A variable is one text, a list of rows for ``each``, or ``{description: ..., default: ...}``; without a default it
has no value until a customer's file gives it one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from uat.errors import Problem
from uat.language.fitting import problem
from uat.language.wording import unknown_word
from uat.language.yaml_marks import NAME, Entry, Node, Rows, Table, Text
from uat.model import Source

_USE = re.compile(rf"\{{\{{({NAME})\}}\}}|\{{({NAME})\}}")

BUILT_IN: Mapping[str, str] = MappingProxyType(
    {
        "customer": "customer",
        "host": "system.ssh",
        "web": "system.web",
        "web_host": "system.web",
        "web_port": "system.web",
    }
)
"""What every checklist has, and the field that it comes from."""

MAX_CHARACTERS = 65_536
"""What variables may put into one text: they may be made of each other, and grow."""

_RESERVED = ("patch", "row")
_DESCRIBED = ("description", "default")


@dataclass(frozen=True, kw_only=True)
class Values:
    """What variables stand for.

    ``empty`` are described and have no value; ``lists`` are those that hold the rows of ``each``.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    empty: frozenset[str] = frozenset()
    lists: Mapping[str, Rows] = field(default_factory=dict)

    def also(self, **texts: str) -> Values:
        """Give the same with some more."""
        return replace(self, texts={**self.texts, **texts})


def resolve(written: Table, fields: Mapping[str, Text | None], problems: list[Problem]) -> Values:
    """Give every variable its text; variables may be made of others.

    :param written: the checklist's ``variables:``.
    :param fields: the texts of the fields that built-in variables come from; one that is not written has no value.
    """
    values = {name: _value_of(name, entry, problems) for name, entry in written.entries.items()}
    nodes = {name: value for name, value in values.items() if isinstance(value, Text) and not value.is_blank}
    nodes.update({name: text for name in BUILT_IN if (text := fields.get(name))})
    lists = {name: value for name, value in values.items() if isinstance(value, Rows)}
    blank = {name for name, value in values.items() if isinstance(value, Text) and value.is_blank}
    empty = _empty(nodes, blank | {name for name in BUILT_IN if name not in nodes})
    written_out = {name: text for name, text in nodes.items() if name not in empty}
    return Values(texts=_Resolution(written_out, empty, problems).all(), empty=empty, lists=lists)


def fill(node: Node, values: Values, problems: list[Problem]) -> Node:
    """Give the same node with its variables filled in; keys are left alone."""
    return Filling(values=values, problems=problems).node(node)


def fill_table(table: Table, values: Values, problems: list[Problem]) -> Table:
    """Fill in a mapping's values."""
    return Filling(values=values, problems=problems).table(table)


@dataclass(frozen=True, kw_only=True)
class Filling:
    """Fills variables in.

    ``row`` are the variables of one row of ``each``: a text that has one of them in it is then found at the row.
    With ``holes`` a text whose variable has no value stays as it is, and its place is written down there. ``is_open``
    says that there are no rows, so that nobody knows their variables.
    """

    values: Values
    problems: list[Problem]
    row: Mapping[str, Text] = field(default_factory=dict)
    holes: dict[Source, str] | None = None
    is_open: bool = False

    def node(self, node: Node) -> Node:
        """Give the same node with its variables filled in; keys are left alone."""
        match node:
            case Text(is_blank=True):
                self.problems.append(problem(node.source, 'nothing is written after this; an empty text is ""'))
                return node
            case Text():
                return self._text(node)
            case Rows():
                holes = len(self.holes or ())
                items = tuple(map(self.node, node.items))
                return self._around(Rows(items=items, source=node.source), holes)
            case Table():
                holes = len(self.holes or ())
                return self._around(self.table(node), holes)

    def table(self, table: Table) -> Table:
        """Fill in a mapping's values."""
        entries = {key: Entry(one.key, self.node(one.value)) for key, one in table.entries.items()}
        return Table(entries=entries, source=table.source)

    def _around(self, node: Node, holes: int) -> Node:
        """Write down what a hole stands in: nobody can tell either whether that is right."""
        if self.holes is not None and len(self.holes) > holes:
            self.holes[node.source] = next(reversed(self.holes.values()))
        return node

    def _text(self, text: Text) -> Text:
        if "{" not in text.value:
            return text
        used = uses(text)
        lacking = self._lacking(used)
        if lacking and self.holes is not None:
            self.holes[text.source] = lacking
            return text
        known = {**self.values.texts, **{name: value.value for name, value in self.row.items()}}
        before = len(self.problems)
        filled = _filled(text, known, self.values.empty, self.problems, known.__getitem__)
        if self.holes is not None and len(self.problems) > before:
            self.holes[text.source] = ""  # told already: what it leads to need not be
        row = next((self.row[name] for name in used if name in self.row), None)
        return Text(value=filled.value, source=row.source) if row else filled

    def _lacking(self, used: Collection[str]) -> str:
        """Give the first variable that has no value: a described one, or any where there are no rows yet."""
        unknown = (name for name in used if name not in self.values.texts and name not in self.row)
        return next((name for name in sorted(unknown) if self.is_open or name in self.values.empty), "")


def host_of(ssh: str) -> str:
    """Give the host of ``[user@]host[:port]``, also of ``[2001:db8::1]:22``."""
    address = ssh.rpartition("@")[2]
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address.partition(":")[0] if address.count(":") == 1 else address


def _part(name: str, text: str) -> str:
    """Give what a built-in variable takes of the field that it comes from."""
    if name in ("host", "web_host"):
        return host_of(text)
    return port_of(text) if name == "web_port" else text


def port_of(web: str) -> str:
    """Give the port of ``host[:port]``; where none is written, that of HTTPS."""
    return web[web.rindex(host_of(web)) + len(host_of(web)) :].lstrip("]").lstrip(":") or "443"


def _value_of(name: str, entry: Entry, problems: list[Problem]) -> Node:
    """Give the text or the rows of a variable; a blank text when it is described only."""
    blank = Text(value="", source=entry.key, is_blank=True)
    if wrong := _wrong_name(name):
        problems.append(problem(entry.key, wrong))
        return blank
    if not isinstance(entry.value, Table):
        return entry.value
    for key, one in entry.value.entries.items():
        if key not in _DESCRIBED:
            problems.append(problem(one.key, unknown_word("field", key, _DESCRIBED)))
    value = entry.value.get("default") or blank
    if isinstance(value, Table):
        problems.append(problem(value.source, "a variable is one text, or a list of rows for 'each'"))
        return blank
    return value


def _empty(nodes: Mapping[str, Text], blank: Collection[str]) -> frozenset[str]:
    """Add to the variables without a value those that are made of one."""
    empty = set(blank)
    while more := {name for name, text in nodes.items() if name not in empty and uses(text) & empty}:
        empty |= more
    return frozenset(empty)


def uses(text: Text) -> set[str]:
    """Name the variables that a text has in it."""
    return {use[2] for use in _USE.finditer(text.value) if use[2]} if "{" in text.value else set()


def used_in(node: Node) -> tuple[str, ...]:
    """Name the variables that a value has in its texts, in the order in which they stand there."""
    match node:
        case Text():
            return tuple(sorted(uses(node)))
        case Rows():
            return tuple(dict.fromkeys(name for item in node.items for name in used_in(item)))
        case Table():
            return tuple(dict.fromkeys(name for entry in node.entries.values() for name in used_in(entry.value)))


def _wrong_name(name: str) -> str | None:
    if not re.fullmatch(NAME, name):
        return f"'{name}' cannot be a variable; lower case letters, digits and '_', a letter first"
    if name in BUILT_IN or name in _RESERVED:
        return f"'{name}' is built in; call this variable otherwise"
    return None


def _filled(
    text: Text,
    known: Collection[str],
    empty: Collection[str],
    problems: list[Problem],
    value_of: Callable[[str], str],
) -> Text:
    length = 0

    def put(use: re.Match[str]) -> str:
        nonlocal length
        if use[1]:
            return f"{{{use[1]}}}"
        if use[2] not in known:
            problems.append(problem(text.source, _undefined(use[2], known, empty)))
            return use[0]
        value = value_of(use[2])
        length += len(value)
        return value if length <= MAX_CHARACTERS else ""

    value = _USE.sub(put, text.value) if "{" in text.value else text.value
    if length > MAX_CHARACTERS:
        message = f"variables make more than {MAX_CHARACTERS} characters of this; that is no checklist"
        problems.append(problem(text.source, message))
    return text if value == text.value else Text(value=value, source=text.source)


def _undefined(name: str, known: Collection[str], empty: Collection[str]) -> str:
    if name in BUILT_IN:
        return f"'{{{name}}}' comes from '{BUILT_IN[name]}', which is not written"
    if name in empty:
        return f"the variable '{name}' has no value; write it under 'variables', or give --var {name}=..."
    said = unknown_word("variable", name, known)
    return f"{said}{'' if said.endswith('?') else '.'} The text itself is written {{{{{name}}}}}"


class _Resolution:
    """Resolves variables that are made of variables."""

    def __init__(self, nodes: Mapping[str, Text], empty: Collection[str], problems: list[Problem]) -> None:
        self._nodes = nodes
        self._empty = empty
        self._problems = problems
        self._values: dict[str, str] = {}
        self._trail: list[str] = []

    def all(self) -> dict[str, str]:
        for name in self._nodes:
            self._value(name)
        return self._values

    def _value(self, name: str) -> str:
        if name in self._trail:
            message = f"'{name}' is made of itself: {' -> '.join([*self._trail, name])}"
            self._problems.append(problem(self._nodes[name].source, message))
            return ""
        if name not in self._values:
            self._trail.append(name)
            text = _filled(self._nodes[name], self._nodes, self._empty, self._problems, self._value).value
            self._values[name] = _part(name, text)
            self._trail.pop()
        return self._values[name]
