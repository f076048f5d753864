"""One entry under ``checks:`` becomes a Check: its kind's inputs and expectations are held against that kind."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType, ModuleType

from uat import expect
from uat.errors import Problem
from uat.language.fitting import as_table, fit, names, problem
from uat.language.operands import ExpectationProblem
from uat.language.speech import by_language
from uat.language.wording import unknown_word, wrong_value
from uat.language.yaml_marks import Entry, Node, Rows, Table, Text, find, plain
from uat.model import Check, Expectation, JsonValue, Phase, Record, Source

WORDED = ("title", "why", "remedy", "reference", "disabled")
FIELDS = ("id", *WORDED, "area", "tags", "severity", "retry_for", "locks", "licence")
_JUDGED, _MOVES, _ENABLED = "expect", "moves", "enabled"
KEYS = (*FIELDS, _ENABLED, "each", _JUDGED, _MOVES)
"""What may be written in a check beside its kind."""


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Reads entries; ``language`` is that of a text which does not say its own, ``words`` are the kinds'."""

    words: tuple[str, ...]
    load: Callable[[str], ModuleType]
    language: str
    problems: list[Problem]

    def read(self, table: Table, holes: Collection[Source] = ()) -> Check | None:
        """Make a check of an entry; None when something is wrong, and then there are more problems.

        :param holes: where a variable without a value stands; what is wrong there is not wrong, and not checked.
        """
        inner = replace(self, problems=[])
        check = inner._read(inner._enabled(table), holes)
        found = [one for one in inner.problems if one.source not in holes]
        self.problems.extend(found if check else found or inner.problems)
        return None if found else check

    def _read(self, table: Table, holes: Collection[Source]) -> Check | None:
        word = self._kind(table)
        unsaid = [key for key in ("severity", "retry_for") if key in table.entries]
        unsaid = [key for key in unsaid if table.entries[key].value.source in holes]
        fields = self._worded(table.only(key for key in FIELDS if key not in unsaid))
        if word is None:
            fit(Check, fields, problems=self.problems, known={**_NOTHING, "source": table.source})
            return None
        kind = self.load(word)
        known = {
            "kind": word,
            "inputs": self._inputs(kind.Inputs, table.entries[word]),
            "expect": self._expect(kind, table, word),
            "moves": self._moves(kind, table.get(_MOVES)),
            "source": table.source,
        }
        return fit(Check, fields, problems=self.problems, known=known)

    def _enabled(self, table: Table) -> Table:
        """Take away what keeps a check from being looked at, where it was enabled."""
        node = table.get(_ENABLED)
        if node is None:
            return table
        if plain(node) not in ("true", "false"):
            self.problems.append(problem(node.source, wrong_value("bool_parsing", "", plain(node))))
        left_out = (_ENABLED, "disabled") if plain(node) == "true" else (_ENABLED,)
        return table.only(key for key in table.entries if key not in left_out)

    def _kind(self, table: Table) -> str | None:
        """Find the one key that names a kind."""
        words = self.words
        others = {key: one for key, one in table.entries.items() if key not in KEYS}
        unknown = [key for key in others if key not in words]
        found = [key for key in others if key in words]
        for key in unknown:
            message = unknown_word("field or kind", key, (*KEYS, *words))
            self.problems.append(problem(others[key].key, message))
        for key in found[1:]:
            message = f"a check has one kind, and '{found[0]}' is there already; write a second check"
            self.problems.append(problem(others[key].key, message))
        if not found and not unknown:
            message = f"what is to be looked at is missing; one of: {', '.join(words)}"
            self.problems.append(problem(table.source, message))
        return found[0] if found else None

    def _worded(self, table: Table) -> Table:
        """Give every text that is read by people its language."""
        entries = {"title": _untitled(table), **table.entries}
        for key in WORDED:
            if key in table.entries:
                entries[key] = by_language(table.entries[key], self.language, self.problems)
        return Table(entries=entries, source=table.source)

    def _inputs(self, inputs: type[Record], entry: Entry) -> dict[str, JsonValue]:
        table = entry.value
        if isinstance(table, Text) and table.value:
            example = f"{{{names(inputs)[0]}: {table.value}}}" if names(inputs) else "{}"
            message = f"{wrong_value('dict_type', '', table.value)}; perhaps {example}"
            self.problems.append(problem(table.source, message))
            return {}
        made = fit(inputs, as_table(table, self.problems), problems=self.problems)
        return made.model_dump(mode="json", by_alias=True) if made else plain(as_table(table, []))

    def _moves(self, kind: ModuleType, node: Node | None) -> tuple[str, ...]:
        """Give the properties that change by themselves: the kind's own (``MOVES``), and those written here."""
        own = tuple(getattr(kind, "MOVES", ()))
        if node is None:
            return own
        if not isinstance(node, Rows):
            self.problems.append(problem(node.source, wrong_value("list_type", "", plain(node))))
            return own
        for item in node.items:
            if plain(item) not in names(kind.Observed):
                message = unknown_word("property", str(plain(item)), names(kind.Observed))
                self.problems.append(problem(item.source, message))
        return tuple(dict.fromkeys((*own, *map(str, plain(node)))))

    def _expect(self, kind: ModuleType, table: Table, word: str) -> dict[Phase, tuple[Expectation, ...]]:
        before = len(self.problems)
        node = table.get(_JUDGED)
        block = as_table(node, self.problems) if node else Table(entries={}, source=table.source)
        try:
            found = expect.parse_block(plain(block), kind.Observed)
        except ExpectationProblem as error:
            self.problems.extend(_placed(block, error))
            return {}
        if not found and hasattr(kind, "observe") and len(self.problems) == before:
            properties = ", ".join(names(kind.Observed))
            message = f"this check asserts nothing; write under 'expect' what must hold of: {properties}"
            self.problems.append(problem(table.entries[_JUDGED if node else word].key, message))
        return found


def _untitled(table: Table) -> Entry:
    return Entry(table.source, Table(entries={}, source=table.source))


_NOTHING: Mapping[str, JsonValue] = MappingProxyType({"kind": "", "inputs": {}})
"""What is known of a check whose kind is not."""


def _placed(block: Table, error: ExpectationProblem) -> list[Problem]:
    places = [(find(block, fault.path), fault) for fault in error.faults]
    return [problem(at.key if fault.is_key else at.value.source, fault.message) for at, fault in places]
