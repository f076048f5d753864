"""Look at a group of the machine and at who is in it.

Example::

    - id: SYS-08
      title: {it: Il gruppo ha ancora i suoi membri, en: The group still has its members}
      group: {name: asterisk}
      expect: {exists: true, gid: {unchanged: true}, members: {includes: asterisk, nothing_lost: true}}
"""

from __future__ import annotations

from shlex import quote

from uat.checks._inputs import Name
from uat.checks._shell import ask
from uat.errors import ObservationError
from uat.model import Field, Record
from uat.probe import Probe

_QUESTION = "getent group {name} && cut -d: -f1,4 /etc/passwd"
"""getent(1) ends with 2 where there is no such key. A group does not list whose first group it is: passwd(5) does."""

_NOT_THERE = 2


class Inputs(Record):
    """Which group."""

    name: Name = Field(description="digits alone are taken for a gid")


class Observed(Record):
    """The group as the machine's programs see it."""

    exists: bool
    gid: int | None = Field(default=None, description="None: no such group")
    members: tuple[str, ...] = Field(
        default=(), description="whom the group lists, and the users in /etc/passwd whose first group it is; sorted"
    )


def observe(inputs: Inputs, probe: Probe) -> Observed:
    """Ask for the group's entry, and for the first group of each local user."""
    output = ask(probe, _QUESTION.format(name=quote(inputs.name)), understood=(0, _NOT_THERE))
    if output.exit_code == _NOT_THERE:
        return Observed(exists=False)
    entry, *users = [*output.text.splitlines(), ""]
    fields = entry.split(":")
    if len(fields) != 4 or not fields[2].isdecimal():
        raise ObservationError(f"getent told something else of the group {inputs.name}: {output.text[:200]!r}")
    listed = set(fields[3].split(",")) - {""}
    first = {name for name, _, gid in (line.partition(":") for line in users) if gid == fields[2]}
    return Observed(exists=True, gid=int(fields[2]), members=tuple(sorted(listed | first)))
