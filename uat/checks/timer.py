"""Look at what runs by the clock: a timer of systemd, or lines of the machine's crontabs.

Scripts in ``/etc/cron.daily`` and its like are no lines of a crontab: a ``file`` check sees them.

Example::

    - id: SYS-11
      title: {it: I registri vengono ruotati, en: Logs are rotated}
      timer: {name: logrotate}
      expect: {enabled: true, last_at: {not: "null"}}
    - id: DATA-02
      title: {it: Il backup notturno è pianificato, en: The nightly backup is planned}
      timer: {matches: 'tvox_backup\\.sh'}
      expect: {exists: true, enabled: true, lines: {unchanged: true}}
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from shlex import quote

from uat.checks._inputs import Expression, Name
from uat.checks._shell import ask, complaint
from uat.checks._since import written
from uat.errors import ObservationError
from uat.model import Field, Record, model_validator
from uat.probe import Probe

MOVES = ("last_at", "next_at")
"""What changes by itself between two looks."""

_TIMER = (
    "if [ -d /run/systemd/system ]; then echo systemd; sed -n 's/^btime /BootedAt=/p' /proc/stat; "
    "TZ=UTC systemctl show -p LoadState -p UnitFileState -p LastTriggerUSec -p NextElapseUSecRealtime "
    "-p NextElapseUSecMonotonic {name}; else echo other; fi"
)
_ENABLED = {"enabled", "static", "alias", "indirect"}
"""systemctl(1), is-enabled: the states that end with 0, without those that a reboot ends (``-runtime``)."""

_SECONDS = {"y": 31_557_600, "month": 2_629_800, "w": 604_800, "d": 86_400, "h": 3_600, "min": 60, "s": 1}
"""systemd.time(7); systemctl of systemd 219 writes also moments as a span, since 1970."""

_CRONTABS = (
    "[ ! -f /etc/debian_version ] || echo debian; ps -A -o comm= | grep -x -e cron -e crond | sort -u; echo --; "
    "for f in /etc/crontab /etc/cron.d /var/spool/cron /var/spool/cron/crontabs; do "
    'if [ -d "$f" ]; then ls "$f" >/dev/null; fi; '
    'for g in "$f" "$f"/*; do if [ -f "$g" ]; then grep -aH "" -- "$g"; fi; done; done; true'
)
_IGNORED = r"#|.*(~|\.rpmsave|\.rpmorig|\.rpmnew|\.swp)$"
"""What cronie (src/database.c, not_a_crontab) passes over in /etc/cron.d; Debian's cron(8) also names with dots."""


class Inputs(Record):
    """Either a timer of systemd by ``name``, or the lines of crontabs in which an expression ``matches``."""

    name: Name | None = Field(default=None, description="of the timer; .timer may be left out")
    matches: Expression | None = Field(
        default=None, description="searched in each line of a crontab, comments left out"
    )

    @model_validator(mode="after")
    def _has_one(self) -> Inputs:
        if (self.name is None) == (self.matches is None):
            raise ValueError("a timer is told by 'name', a line of a crontab by what 'matches', one of them")
        return self


class Observed(Record):
    """Whether it is there and will run; times are UTC and, for crontabs, not known."""

    exists: bool
    enabled: bool = Field(description="comes up by itself after a reboot; for crontabs: a cron runs now")
    last_at: str | None = Field(default=None, description="2026-11-28T22:04:05Z; None: never, or not known")
    next_at: str | None = Field(default=None, description="the same of the next time")
    lines: tuple[str, ...] = Field(default=(), description="of crontabs: 'file: line', sorted, blanks made one")


def observe(inputs: Inputs, probe: Probe) -> Observed:
    """Ask systemd for the timer, or read all crontabs."""
    if inputs.matches is not None:
        return _cron(inputs.matches, probe)
    name = f"{(inputs.name or '').removesuffix('.timer')}.timer"
    output = ask(probe, _TIMER.format(name=quote(name)))
    facts = dict(re.findall(r"^(\w+)=(.*)$", output.text, re.MULTILINE))
    if output.text.startswith("other\n") or facts.get("LoadState") == "not-found":
        return Observed(exists=False, enabled=False)
    if not {"LoadState", "UnitFileState", "BootedAt"} <= facts.keys():
        raise ObservationError(f"systemctl did not tell how {name} is: {complaint(output)}")
    times = (_moment(facts.get("NextElapseUSecRealtime", "")), _after_boot(facts))
    return Observed(
        exists=True,
        enabled=facts["LoadState"] != "masked" and facts["UnitFileState"] in _ENABLED,
        last_at=_told(_moment(facts.get("LastTriggerUSec", ""))),
        next_at=_told(min((time for time in times if time), default=None)),
    )


def _told(seconds: int | None) -> str | None:
    return written(seconds) if seconds else None


def _moment(said: str) -> int | None:
    """Read ``Wed 2026-11-25 00:00:01 UTC``, or the span since 1970 that systemd 219 makes of it."""
    found = re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", said)
    if found:
        return int(datetime.fromisoformat(found[0]).replace(tzinfo=UTC).timestamp())
    return _span(said)


def _after_boot(facts: dict[str, str]) -> int | None:
    span = _span(facts.get("NextElapseUSecMonotonic", ""))
    return int(facts["BootedAt"]) + span if span else None


def _span(said: str) -> int | None:
    """Read ``46y 10month 3w 4d 5h 44min 20.5s``; ``n/a``, ``infinity`` and nothing at all are none."""
    parts = re.findall(r"(\d+(?:\.\d+)?)(y|month|w|d|h|min|s)\b", said)
    return int(sum(float(number) * _SECONDS[unit] for number, unit in parts)) or None


def _cron(matches: str, probe: Probe) -> Observed:
    jobs, is_run = crontabs(probe)
    found = {f"{path}: {' '.join(line.split())}" for path, line in jobs if re.search(matches, line)}
    return Observed(exists=bool(found), enabled=bool(found) and is_run, lines=tuple(sorted(found)))


def crontabs(probe: Probe) -> tuple[list[tuple[str, str]], bool]:
    """Read the jobs of all crontabs: each file and line; and whether a cron runs now."""
    output = ask(probe, _CRONTABS)
    if output.stderr:
        raise ObservationError(f"cannot read all crontabs: {complaint(output)}")
    head, _, text = output.text.partition("--\n")
    known = head.split()
    jobs = [
        (path, line)
        for path, line in re.findall(r"^(/[^:\n]*):(.*)$", text, re.MULTILINE)
        if _is_job(line) and not _is_ignored(path, is_debian="debian" in known)
    ]
    return jobs, bool({"cron", "crond"} & set(known))


def _is_job(line: str) -> bool:
    """Tell a job from a comment, a variable (crontab(5)) and nothing."""
    return bool(re.match(r"\s*[^#\s]", line)) and not re.match(r"\s*[\w\"']+\s*=", line)


def _is_ignored(path: str, *, is_debian: bool) -> bool:
    folder, _, name = path.rpartition("/")
    if folder != "/etc/cron.d":
        return False
    return bool(re.match(_IGNORED, name)) or (is_debian and "." in name)
