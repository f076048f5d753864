"""Variables of a checklist: ``{name}`` in a text.

Only ``{name}`` is a variable, where the name is lower case (``[a-z][a-z0-9_]*``); ``{{name}}`` is the text
``{name}``. Every other brace stays as it is written, so that regular expressions (``\\d{2}``), JSON
(``{"a": {"b": 1}}``) and shell (``awk '{print $2}'``) need no care. ``$`` means nothing: ``${name}`` is a
dollar and a variable. What a variable puts in is not looked through again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from uat.errors import Problem
from uat.language.fitting import problem
from uat.language.wording import unknown_word
from uat.language.yaml_marks import NAME, Entry, Node, Rows, Table, Text

_USE = re.compile(rf"\{{\{{({NAME})\}}\}}|\{{({NAME})\}}")

BUILT_IN: Mapping[str, str] = MappingProxyType({"customer": "customer", "host": "system.ssh", "web": "system.web"})
"""What every checklist has, and the field that it comes from."""


def resolve(written: Table, fields: Mapping[str, Text | None], problems: list[Problem]) -> dict[str, str]:
    """Give every variable its text; variables may be made of others.

    :param written: the checklist's ``variables:``.
    :param fields: the texts of the fields that built-in variables come from.
    """
    nodes: dict[str, Text] = {}
    for name, entry in written.entries.items():
        if wrong := _wrong_variable(name, entry.value):
            problems.append(problem(entry.key, wrong))
        elif isinstance(entry.value, Text):
            nodes[name] = entry.value
    nodes.update({name: text for name in BUILT_IN if (text := fields.get(name))})
    return _Resolution(nodes, problems).all()


def fill(node: Node, values: Mapping[str, str], problems: list[Problem]) -> Node:
    """Give the same node with its variables filled in; keys are left alone."""
    match node:
        case Text(is_blank=True):
            problems.append(problem(node.source, 'nothing is written after this; an empty text is ""'))
            return node
        case Text():
            return _filled(node, values, problems, values.__getitem__)
        case Rows():
            return Rows(items=tuple(fill(item, values, problems) for item in node.items), source=node.source)
        case Table():
            return fill_table(node, values, problems)


def fill_table(table: Table, values: Mapping[str, str], problems: list[Problem]) -> Table:
    """Fill in a mapping's values."""
    entries = {key: Entry(one.key, fill(one.value, values, problems)) for key, one in table.entries.items()}
    return Table(entries=entries, source=table.source)


def host_of(ssh: str) -> str:
    """Give the host of ``[user@]host[:port]``, also of ``[2001:db8::1]:22``."""
    address = ssh.rpartition("@")[2]
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address.partition(":")[0] if address.count(":") == 1 else address


def _wrong_variable(name: str, value: Node) -> str | None:
    if not re.fullmatch(NAME, name):
        return f"'{name}' cannot be a variable; lower case letters, digits and '_', a letter first"
    if name in BUILT_IN or name == "patch":
        return f"'{name}' is built in; call this variable otherwise"
    return None if isinstance(value, Text) else "a variable is one text"


def _filled(text: Text, known: Mapping[str, object], problems: list[Problem], value_of: Callable[[str], str]) -> Text:
    def put(use: re.Match[str]) -> str:
        if use[1]:
            return f"{{{use[1]}}}"
        if use[2] in known:
            return value_of(use[2])
        problems.append(problem(text.source, _undefined(use[2], known)))
        return use[0]

    value = _USE.sub(put, text.value) if "{" in text.value else text.value
    return text if value == text.value else Text(value=value, source=text.source)


def _undefined(name: str, known: Mapping[str, object]) -> str:
    if name in BUILT_IN:
        return f"'{{{name}}}' comes from '{BUILT_IN[name]}', which is not written"
    return f"{unknown_word('variable', name, known)} The text itself is written {{{{{name}}}}}"


class _Resolution:
    """Resolves variables that are made of variables."""

    def __init__(self, nodes: Mapping[str, Text], problems: list[Problem]) -> None:
        self._nodes = nodes
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
            text = _filled(self._nodes[name], self._nodes, self._problems, self._value).value
            self._values[name] = host_of(text) if name == "host" else text
            self._trail.pop()
        return self._values[name]
