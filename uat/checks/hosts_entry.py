"""Look which addresses the machine's hosts file gives a name.

What the machine's programs make of the name in the end, hosts file and DNS together, is seen by ``dns``.

Example::

    - id: NET-07
      title: {it: Il nome del secondo nodo è nel file hosts, en: The second node's name is in the hosts file}
      hosts_entry: {name: tvox2.acme.it}
      expect: {exists: true, addresses: [10.20.30.42]}
"""

from __future__ import annotations

from collections.abc import Iterator

from uat.checks._inputs import Name, is_address
from uat.checks._shell import ask, complaint, is_absent
from uat.errors import ObservationError
from uat.model import Field, Record
from uat.probe import Probe

_QUESTION = "cat /etc/hosts"


class Inputs(Record):
    """Which name."""

    name: Name = Field(description="a host's name or an alias, as it stands in the file; case means nothing")


class Observed(Record):
    """The lines that hold the name."""

    exists: bool
    addresses: tuple[str, ...] = Field(default=(), description="in the file's order, each once: the first one wins")


def observe(inputs: Inputs, probe: Probe) -> Observed:
    """Read the hosts file; where there is none, it holds no name."""
    name = inputs.name.lower()
    addresses = dict.fromkeys(address for address, names in entries(probe) if name in names)
    return Observed(exists=bool(addresses), addresses=tuple(addresses))


def entries(probe: Probe) -> tuple[tuple[str, list[str]], ...]:
    """Read the hosts file: each address with its names, in lower case."""
    output = ask(probe, _QUESTION, understood=None)
    if is_absent(output):
        return ()
    if output.exit_code != 0:
        raise ObservationError(f"cannot read the hosts file: {complaint(output)}")
    return tuple(_entries(output.text))


def _entries(text: str) -> Iterator[tuple[str, list[str]]]:
    """Read hosts(5): an address, its names, a comment from ``#`` on; a line with no address means nothing."""
    for line in text.split("\n"):
        address, *names = line.partition("#")[0].lower().split() or [""]
        if is_address(address):
            yield address, names
