"""Look whether a service is there, runs, and comes up by itself after a reboot.

systemd, Upstart and SysV scripts, in this order, as CentOS 6 and 7, AlmaLinux 8 and Debian 12 have them.
testinfra's ``service`` is not asked: it takes ``ast`` for ``asterisk`` and cannot say whether a SysV service
exists.

Example::

    - id: TEL-01
      title: {it: Il motore telefonico è attivo, en: The telephony engine is running}
      severity: blocker
      retry_for: 3m
      service: {name: asterisk}
      expect: {running: true, enabled: true}
"""

from __future__ import annotations

import re
from shlex import quote

from uat.checks._inputs import Name
from uat.checks._shell import ADMIN_PATH, ask, complaint
from uat.errors import ObservationError
from uat.model import Field, Record
from uat.probe import Probe
from uat.ssh.output import Output

_QUESTION = (
    "{path}if [ -d /run/systemd/system ]; "
    "then echo systemd; systemctl show -p LoadState -p ActiveState -p UnitFileState {name}; "
    "elif [ -x {script} ]; then echo script; service {name} status; "
    "elif [ -f {job} ]; then echo upstart; initctl status {name} && grep '^start on' {job}; "
    "else echo nothing; fi"
)
_LINKS = "ls -d /etc/rc[2345].d/S[0-9][0-9]{name}"

_RUNNING = {"active", "reloading"}
_ENABLED = {"enabled", "static", "alias", "indirect"}
"""systemctl(1), is-enabled: the states that end with 0, without those that a reboot ends (``-runtime``)."""

_BY_SCRIPT = {"", "bad", "generated"}
"""What systemd 219 (CentOS 7) and later say of a unit made from a SysV script: nothing, or that it was made."""


class Inputs(Record):
    """Which service."""

    name: Name = Field(description="as systemctl or service is told")


class Observed(Record):
    """How the service is.

    A SysV script under systemd stays active when its program has died: a ``process`` check sees that.
    """

    exists: bool
    running: bool = Field(description="active; not while it is still starting")
    enabled: bool = Field(description="comes up by itself after a reboot")


def observe(inputs: Inputs, probe: Probe) -> Observed:
    """Ask whichever init system runs the machine."""
    script, job = quote(f"/etc/init.d/{inputs.name}"), quote(f"/etc/init/{inputs.name}.conf")
    question = _QUESTION.format(path=ADMIN_PATH, name=quote(inputs.name), script=script, job=job)
    output = ask(probe, question, understood=None)
    manager, _, said = output.text.partition("\n")
    if manager == "systemd":
        return _systemd(inputs.name, output, probe)
    if manager == "upstart":
        return _upstart(output)
    if manager == "script":
        return Observed(exists=True, running=_is_running(output, said), enabled=_is_linked(inputs.name, probe))
    if manager == "nothing":
        return Observed(exists=False, running=False, enabled=False)
    raise ObservationError(f"cannot ask for the service {inputs.name}: {complaint(output)}")


def _systemd(name: str, output: Output, probe: Probe) -> Observed:
    properties = dict(re.findall(r"^(\w+State)=(.*)$", output.text, re.MULTILINE))
    if not {"LoadState", "ActiveState", "UnitFileState"} <= properties.keys():
        raise ObservationError(f"systemctl did not tell the state of {name}: {complaint(output)}")
    if properties["LoadState"] == "not-found":
        return Observed(exists=False, running=False, enabled=False)
    state = "masked" if properties["LoadState"] == "masked" else properties["UnitFileState"]
    enabled = _is_linked(name, probe) if state in _BY_SCRIPT else state in _ENABLED
    return Observed(exists=True, running=properties["ActiveState"] in _RUNNING, enabled=enabled)


def _upstart(output: Output) -> Observed:
    """Read ``NAME start/running, process 1234`` (initctl(8) of CentOS 6) and the job's own ``start on``."""
    state = re.search(r"\b(?:start|stop)/([\w-]+)", output.text)
    if not state:
        raise ObservationError(f"initctl did not tell the job's state: {complaint(output)}")
    enabled = re.search(r"^start on", output.text, re.MULTILINE) is not None
    return Observed(exists=True, running=state[1] == "running", enabled=enabled)


def _is_running(output: Output, said: str) -> bool:
    """Read the exit code of a script's ``status`` (LSB 5.0, 20.2): 0 running; 1, 2, 3 not."""
    is_usage = re.search(r"\busage:", said + output.errors, re.IGNORECASE)
    if is_usage or output.exit_code not in (0, 1, 2, 3):
        raise ObservationError(f"the service's script cannot tell its status: {said.strip() or complaint(output)}")
    return output.exit_code == 0


def _is_linked(name: str, probe: Probe) -> bool:
    """Look for a start link in the run levels that the machine works in (ls: 2, no such link)."""
    question = _LINKS.format(name=quote(name.removesuffix(".service")))
    return bool(ask(probe, question, understood=(0, 1, 2)).stdout)
