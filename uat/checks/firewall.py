"""List the rules of the machine's firewall, as the kernel has them: whoever set them, and without counters.

What firewalld, Docker or a script of one's own made is all among them; nft is asked, and iptables where it has rules
of its own. The rules are sorted: one that moved within its chain is not noticed.

Example::

    - id: NET-10
      title: {it: Il firewall non ha perso regole, en: The firewall has lost no rules}
      firewall: {}
      expect: {active: true, rules: {nothing_lost: true}}
    - id: NET-11
      title: {it: In ingresso valgono le stesse regole, en: The same rules hold for what comes in}
      firewall: {chain: INPUT}
      expect: {rules: {unchanged: true}, count: {at_least: 1}}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from uat.checks._inputs import Name
from uat.checks._shell import ADMIN_PATH, ask
from uat.errors import ObservationError
from uat.model import Field, Record
from uat.probe import Probe

_QUESTION = (
    ADMIN_PATH + "nft=no; if command -v nft >/dev/null 2>&1; then nft=yes; nft -s -nn list ruleset || exit; fi; "
    "for family in ip ip6; do tool=${family}tables; whose=$($tool -V 2>&1); "
    "for save in $tool-save $tool-legacy-save; do "
    "command -v $save >/dev/null 2>&1 || continue; "
    'case "$nft $save $whose" in "yes $tool-save "*nf_tables*|*" $tool-legacy-save "*legacy*) continue ;; esac; '
    'echo "* $family"; $save || exit; done; done'
)
"""``iptables -V`` (1.8 and later) tells whose rules it shows: nft's, listed already, or its own (legacy)."""

_COUNTED = re.compile(r"\s*\b(?:packets \d+ bytes \d+|expires [\w.]+)|^\[\d+:\d+\] ")

_BLOCK = re.compile(r"(?P<kind>\w[\w ]*?) (?P<name>\S+) \{|\}")

_Rule = tuple[str, str]
"""The chain or set it stands in, and the rule as it is read."""


class Inputs(Record):
    """All rules, or those of one chain."""

    chain: Name | None = Field(default=None, description="its name, in whatever table: INPUT, filter_IN_public")


class Observed(Record):
    """What holds; a chain that lets through what no rule names adds nothing to it."""

    active: bool = Field(description="there is at least one rule, or a chain that refuses what no rule names")
    rules: tuple[str, ...] = Field(description="sorted: 'ip filter INPUT: -p udp --dport 5060 -j ACCEPT'")
    count: int


def observe(inputs: Inputs, probe: Probe) -> Observed:
    """Read what nft lists, then what iptables and ip6tables have of their own."""
    meant = [text for chain, text in rules(probe) if inputs.chain in (None, chain)]
    return Observed(active=bool(meant), rules=tuple(sorted(meant)), count=len(meant))


def rules(probe: Probe) -> list[_Rule]:
    """List all rules, each with the chain or set it stands in."""
    return [*_read(ask(probe, _QUESTION).text)]


def _read(text: str) -> Iterator[_Rule]:
    listed, *saved = re.split(r"^\* (?=ip6?$)", text, flags=re.MULTILINE)
    yield from _nft(listed)
    for part in saved:
        family, _, rules = part.partition("\n")
        yield from _iptables(family, rules)


def _nft(text: str) -> Iterator[_Rule]:
    """Read ``nft list ruleset`` (nft(8)): tables, in them chains of rules, and sets with elements."""
    blocks: list[tuple[str, str]] = []
    for line in _joined(text):
        block = _BLOCK.fullmatch(line)
        if block and block["kind"]:
            blocks.append((block["kind"], block["name"]))
        elif block and blocks:
            blocks.pop()
        elif len(blocks) == 2:
            table, (kind, name) = " ".join(blocks[0]).removeprefix("table "), blocks[1]
            yield from ((name, f"{table} {name}: {rule}") for rule in _nft_rules(kind, line))
        elif not blocks:
            raise ObservationError(f"nft listed something that cannot be read: {line!r}")


def _joined(text: str) -> Iterator[str]:
    """Give the lines without comments and counters; elements of a set that go on over several in one."""
    whole = re.sub(r",\n\s*", ", ", text)
    lines = (_COUNTED.sub("", line.strip()) for line in whole.splitlines())
    return (line for line in lines if line and not line.startswith("#"))


def _nft_rules(kind: str, line: str) -> Iterator[str]:
    if kind == "chain":
        policy = re.fullmatch(r"type .* hook .*; policy (\w+);", line)
        if not policy and not re.match(r"type .* hook ", line):
            yield line
        elif policy and policy[1] != "accept":
            yield f"policy {policy[1]}"
    elif kind in ("set", "map"):
        elements = re.fullmatch(r"elements = \{ (.*) \}", line)
        yield from elements[1].split(", ") if elements else ()


def _iptables(family: str, text: str) -> Iterator[_Rule]:
    """Read ``iptables-save`` (iptables-save(8))."""
    table = ""
    for line in _joined(text):
        rule = re.fullmatch(r"-A (\S+) (.*)", line)
        policy = re.fullmatch(r":(\S+) (\S+)(?: \[\d+:\d+\])?", line)
        if line.startswith("*"):
            table = line[1:]
        elif rule:
            yield rule[1], f"{family} {table} {rule[1]}: {rule[2]}"
        elif policy and policy[2] not in ("-", "ACCEPT"):
            yield policy[1], f"{family} {table} {policy[1]}: policy {policy[2]}"
        elif not policy and line != "COMMIT":
            raise ObservationError(f"iptables-save wrote something that cannot be read: {line!r}")
