"""Run a command that only looks, and take what it says.

A check never changes the machine; a program cannot see whether a command keeps to that, so a person says it.

Example::

    - id: DB-01
      title: {it: Gli utenti ci sono tutti, en: All users are there}
      command:
        run: mysql -N -e 'select count(*) from ast_callcenter.ast_utenti'
        reviewed_by: M. Rossi
        deadline: 20s
      expect: {exit_code: 0, number: {unchanged: true}}
"""

from __future__ import annotations

import re
from shlex import quote

from uat.checks._inputs import Name, Said
from uat.checks._shell import ask, complaint
from uat.errors import ObservationError
from uat.model import Duration, Field, Record
from uat.probe import Probe

MOVES = ("errors", "lines", "number", "output")
"""What changes by itself between two looks."""

_OUTPUT_BYTES = 1 << 20

_WHO = (
    "id -un && id -u {user} >/dev/null && "
    'if [ "$(id -u)" != 0 ] && [ "$(id -un)" != {user} ]; then sudo -n -u {user} true; fi'
)


class Inputs(Record):
    """What to run."""

    run: Said = Field(description="a command line for a POSIX shell")
    user: Name | None = Field(
        default=None,
        description="runs it, from /, through su or sudo; default: who logs in",
    )
    deadline: Duration | None = Field(default=None, description="default: limits.command")
    reviewed_by: Said = Field(description="the person who made sure that it only looks")


class Observed(Record):
    """What the command left behind."""

    exit_code: int
    output: str = Field(description="without line ends at the end, as $(...) gives it")
    errors: str = Field(description="the same of the standard error")
    number: int | float | None = Field(description="the first number in the output")
    lines: tuple[str, ...]


def observe(inputs: Inputs, probe: Probe) -> Observed:
    """Run the command as it stands, in the login's own language and path."""
    output = probe.run(as_user(inputs.run, inputs.user, probe), deadline=inputs.deadline)
    if output.exit_code in (126, 127) and output.stderr:
        raise ObservationError(f"the command could not be started: {complaint(output)}")
    text = output.text.rstrip("\n")
    if len(output.stdout) > _OUTPUT_BYTES:
        raise ObservationError(f"the command says more than {_OUTPUT_BYTES} bytes; let it say less (grep, tail)")
    return Observed(
        exit_code=output.exit_code,
        output=text,
        errors=output.errors.rstrip("\n"),
        number=_first_number(text),
        lines=tuple(text.splitlines()),
    )


def as_user(run: str, user: str | None, probe: Probe) -> str:
    """Wrap a command so that a user of the machine runs it, from /; sudo must do it without a password.

    :param user: None: whoever logs in, and the command stays as it is.
    """
    if user is None:
        return run
    who = quote(user)
    login = ask(probe, _WHO.format(user=who)).text.strip()
    if login == user:
        return run
    if login == "root":
        return f"cd / && su -s /bin/sh {who} -c {quote(run)}"
    return f"cd / && sudo -n -u {who} /bin/sh -c {quote(run)}"


def _first_number(text: str) -> int | float | None:
    found = re.search(r"-?\d+(\.\d+)?", text)
    if not found:
        return None
    return float(found[0]) if found[1] else int(found[0])
