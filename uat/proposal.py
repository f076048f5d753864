"""What discovery finds on a machine: checks that it proposes, and values for the variables of the standard list."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from uat.model import Field, JsonValue, Record, Severity, Words

AREAS: Mapping[str, Words] = MappingProxyType(
    {
        "machine_services": {"it": "La macchina: servizi e processi", "en": "The machine: services and processes"},
        "machine_network": {"it": "La macchina: rete", "en": "The machine: network"},
        "machine_system": {"it": "La macchina: sistema e programmi", "en": "The machine: system and programs"},
        "machine_data": {"it": "La macchina: dischi e dati", "en": "The machine: disks and data"},
        "machine_web": {"it": "La macchina: pagine e certificati", "en": "The machine: pages and certificates"},
    }
)
"""The chapters of the report that proposals belong to."""

_LONGEST = 46
"""Of what an id is made of: with `DISC-`, the source's word and a row it stays below the language's 64 signs."""


class Proposal(Record):
    """A check that may be made of something on the machine.

    The first property under ``expect`` is what it is about: when that does not hold now, nothing is proposed. Another
    one that does not hold is left out. ``covered_by`` is a variable: a list that goes through its rows, or
    names it in a check, looks at the same already.
    """

    about: str = Field(description="what it is made of, the same at every look: a name, a path")
    title: Words
    area: str
    kind: str
    inputs: dict[str, JsonValue]
    expect: dict[str, JsonValue]
    severity: Severity = Severity.MAJOR
    retry_for: str = ""
    covered_by: str = ""


class Found(Record):
    """What one source found: ``rows`` and ``texts`` are values of variables; ``notes`` say what cannot be looked at.

    ``present`` is what is there as well, but is not proposed: it has not vanished.
    """

    proposals: tuple[Proposal, ...] = ()
    present: tuple[str, ...] = ()
    rows: dict[str, tuple[dict[str, str], ...]] = {}
    texts: dict[str, str] = {}
    notes: tuple[str, ...] = ()


def slug(about: str) -> str:
    """Make a part of an id: letters, digits, ``.``, ``_``, ``-``; a long one ends with a part of its hash."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", about).strip("-._") or "root"
    if len(plain) <= _LONGEST:
        return plain
    return f"{plain[: _LONGEST - 7]}-{hashlib.sha256(about.encode()).hexdigest()[:6]}"


def id_of(source: str, about: str) -> str:
    """Give the id of what a source proposes: ``DISC-UNIT-asterisk``."""
    return f"{prefix(source)}{slug(about)}"


def prefix(source: str) -> str:
    """Give how the ids of a source begin."""
    return f"DISC-{source.upper().replace('_', '-')}-"


def by_id(source: str, found: Found) -> Iterator[tuple[str, Proposal]]:
    """Yield the proposals with their ids; of several with one id the first."""
    seen: set[str] = set()
    for proposal in found.proposals:
        id = id_of(source, proposal.about)
        if id not in seen:
            seen.add(id)
            yield id, proposal
