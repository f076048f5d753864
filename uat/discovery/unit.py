"""Services that run: those of systemd, of Upstart, and SysV scripts.

Left out is what belongs to the operating system's own plumbing or to a login, and comes and goes with it.
"""

from __future__ import annotations

import re

from uat.checks._shell import ADMIN_PATH, ask
from uat.errors import ObservationError
from uat.probe import Probe
from uat.proposal import Found, Proposal, slug

VARIABLES = ("units",)
"""What it gives the standard list."""

_QUESTION = (
    ADMIN_PATH + "if [ -d /run/systemd/system ]; then echo systemd; "
    "systemctl list-units --type=service --state=active --full --no-legend --no-pager; "
    "else echo others; initctl list 2>/dev/null; echo --; for f in /var/lock/subsys/*; do "
    'if [ -x "/etc/init.d/${f##*/}" ]; then echo "${f##*/}"; fi; done; fi'
)

_UNIT = re.compile(r"^\W*(\S+)\.service\s+\S+\s+active\s+(\S+)", re.MULTILINE)
"""``asterisk.service loaded active running Asterisk``; systemd 219 and later put a mark before some."""
_JOB = re.compile(r"^(\S+) start/running", re.MULTILINE)
"""initctl(8) of CentOS 6; an instance, which has a blank and a name in brackets, is left out.

Its scripts leave a file in /var/lock/subsys while they run: none of them is started only to be asked.
"""

_PLUMBING = re.compile(
    r"systemd-.*|dbus.*|polkit|.*getty.*|user@.*|user-runtime-dir@.*|sshd?@.*|session-.*|rtkit-daemon|packagekit|"
    r"udisks2|lvm2-.*|dm-event|tty|control-alt-delete|.*\\x.*|upower|colord|accounts-daemon|fwupd.*"
)


def discover(probe: Probe) -> Found:
    """Take every service that runs; whether it comes up by itself is seen when it is looked at."""
    text = ask(probe, _QUESTION, understood=None).text
    names = sorted({name for name in _running(text) if not _PLUMBING.fullmatch(name)})
    if not names:
        raise ObservationError(f"no service runs, or nobody tells: {text[:80]!r}")
    return Found(
        proposals=tuple(map(_proposal, names)),
        rows={"units": tuple({"id": slug(name), "unit": name} for name in names)},
    )


def _running(text: str) -> list[str]:
    manager, _, listed = text.partition("\n")
    if manager == "systemd":
        return [name for name, state in _UNIT.findall(listed) if state == "running"]
    jobs, _, scripts = listed.partition("--\n")
    return [*_JOB.findall(jobs), *scripts.split()]


def _proposal(name: str) -> Proposal:
    return Proposal(
        about=name,
        title={
            "it": f"Il servizio {name} è attivo e riparte da solo",
            "en": f"The service {name} runs and starts by itself",
        },
        area="machine_services",
        kind="service",
        inputs={"name": name},
        expect={"running": True, "enabled": True},
        retry_for="3m",
        covered_by="units",
    )
