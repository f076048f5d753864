"""Look at a parameter of the running kernel, as sysctl names it.

What runs is looked at, not what a file under /etc says: after a reboot the two differ where nobody wrote it down.

Example::

    - id: NET-02
      title: {it: Il server non fa da router, en: The server does not act as a router}
      kernel_parameter: {name: net.ipv4.ip_forward}
      expect: {exists: true, value: 0}
    - id: NET-03
      title: {it: Le code di rete sono come prima, en: The network's queues are as before}
      kernel_parameter: {name: net/core/rmem_max}
      expect: {value: {unchanged: true, at_least: 262144}}
"""

from __future__ import annotations

import re
from shlex import quote

from uat.checks._shell import ask, complaint, is_absent
from uat.errors import ObservationError
from uat.model import Field, Record, field_validator
from uat.probe import Probe

_ROOT = "/proc/sys/"


class Inputs(Record):
    """Which parameter."""

    name: str = Field(description="with dots or with slashes; a dot inside a part is then written as the other sign")

    @field_validator("name")
    @classmethod
    def _is_parameter(cls, value: str) -> str:
        if not re.fullmatch(r"\w[\w@:+-]*([./][\w@:+-]+)+", value):
            raise ValueError(
                f"'{value}' is no kernel parameter: parts joined by dots or slashes, net.ipv4.ip_forward"
            )
        return value


class Observed(Record):
    """What the kernel says."""

    exists: bool
    value: str = Field(default="", description="several numbers with one blank between them")


def observe(inputs: Inputs, probe: Probe) -> Observed:
    """Read it under /proc/sys."""
    output = ask(probe, f"cat {quote(_ROOT + _path(inputs.name))}", understood=None)
    if is_absent(output):
        return Observed(exists=False)
    if output.exit_code != 0:
        raise ObservationError(f"cannot read the kernel parameter {inputs.name}: {complaint(output)}")
    return Observed(exists=True, value="\n".join(" ".join(line.split()) for line in output.text.splitlines()))


def _path(name: str) -> str:
    """Turn a name into a path (sysctl.d(5)): after a dot first, dots and slashes change places."""
    first = re.search("[./]", name)
    return name.translate(str.maketrans("./", "/.")) if first and first[0] == "." else name
