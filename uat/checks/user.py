"""Look at a user of the machine, wherever the machine has its users from.

testinfra's ``user`` is not asked: it brings the password's hash here to tell whether there is one.

Example::

    - id: SYS-07
      title: {it: L'utente del motore telefonico c'è ancora, en: The telephony engine's user is still there}
      user: {name: asterisk}
      expect: {exists: true, uid: {unchanged: true}, groups: {includes: dialout}, shell: /sbin/nologin, locked: true}
"""

from __future__ import annotations

from shlex import quote

from uat.checks._inputs import Name
from uat.checks._shell import ask
from uat.errors import ObservationError
from uat.model import Field, Record
from uat.probe import Probe

_QUESTION = (
    "getent passwd {name} && {{ id -G {name}; "
    """state=$(getent shadow {name} | awk -F: '{{print ($2 ~ /^[!*]/) ? "locked" : "open"; exit}}'); """
    'echo "${{state:-untold}}"; '
    "getent group $(id -G {name}) | cut -d: -f1,3; }}"
)
"""getent(1) ends with 2 where there is no such key. Of the password only the first sign is looked at, over there."""

_NOT_THERE = 2

_LOCKED = {"locked": True, "open": False, "untold": None}


class Inputs(Record):
    """Which user."""

    name: Name = Field(description="digits alone are taken for a uid")


class Observed(Record):
    """The user as the machine's programs see it; where there is none, numbers are None and texts empty."""

    exists: bool
    uid: int | None = None
    gid: int | None = Field(default=None, description="of the first group")
    groups: tuple[str, ...] = Field(
        default=(), description="all, the first too, sorted; a nameless one by its number"
    )
    home: str = ""
    shell: str = Field(default="", description="empty means /bin/sh (passwd(5))")
    locked: bool | None = Field(
        default=None,
        description="no password opens it; a key still may. None: the login is not root, or the user not local",
    )


def observe(inputs: Inputs, probe: Probe) -> Observed:
    """Ask for the entry, the groups, and whether the password is locked (``!`` or ``*``: shadow(5))."""
    output = ask(probe, _QUESTION.format(name=quote(inputs.name)), understood=(0, _NOT_THERE))
    if output.exit_code == _NOT_THERE:
        return Observed(exists=False)
    entry, gids, state, *groups = [*output.text.splitlines(), "", "", ""]
    fields = entry.split(":")
    if len(fields) != 7 or not (fields[2] + fields[3]).isdecimal() or state not in _LOCKED:
        raise ObservationError(f"getent and id told something else of {inputs.name}: {output.text[:200]!r}")
    return Observed(
        exists=True,
        uid=int(fields[2]),
        gid=int(fields[3]),
        groups=_named(gids.split(), groups),
        home=fields[5],
        shell=fields[6],
        locked=_LOCKED[state],
    )


def _named(gids: list[str], groups: list[str]) -> tuple[str, ...]:
    """Give each group its name, by lines of ``name:gid``."""
    names = {gid: name for name, _, gid in (line.rpartition(":") for line in groups)}
    return tuple(sorted({names.get(gid, gid) for gid in gids}))
