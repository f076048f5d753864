"""What runs by the clock: timers of systemd, and the programs that crontabs name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from uat.checks._shell import ask
from uat.checks.timer import crontabs
from uat.errors import ObservationError
from uat.model import Severity
from uat.probe import Probe
from uat.proposal import Found, Proposal

_QUESTION = (
    "if [ -d /run/systemd/system ]; then systemctl list-unit-files --type=timer --no-legend --no-pager; fi; true"
)
_ENABLED = re.compile(r"^(\S+)\.timer +enabled\b", re.MULTILINE)

_PROGRAM = re.compile(r"(?:^|[\s;&|(])((?:/[\w.+-]+)+)")
_GOES = re.compile(r"\bcd\s+\S+")
_SHELLS = re.compile(
    r"/(usr/)?s?bin/(ba|da)?sh|/(usr/)?bin/(env|nice|ionice|flock|timeout|test|php|python[\d.]*|perl)|/(dev|run)/.*"
)
"""What only starts the program that is meant, or is none."""


def discover(probe: Probe) -> Found:
    """List the timers that are enabled, and the jobs of cron by the program that they run."""
    timers = sorted(set(_ENABLED.findall(ask(probe, _QUESTION).text)))
    notes: tuple[str, ...] = ()
    try:
        jobs, _ = crontabs(probe)
    except ObservationError as error:
        jobs, notes = [], (str(error),)
    programs = sorted({program for _, line in jobs for program in _programs(line)})
    return Found(proposals=(*map(_timer, timers), *map(_job, programs)), notes=notes)


def _programs(line: str) -> Iterator[str]:
    """Find the first program of a job: a path, since nothing else can be told from its words for sure."""
    yield from [path for path in _PROGRAM.findall(_GOES.sub("", line)) if not _SHELLS.fullmatch(path)][:1]


def _timer(name: str) -> Proposal:
    return Proposal(
        about=name,
        title={"it": f"Il timer {name} è attivo", "en": f"The timer {name} is enabled"},
        area="machine_services",
        severity=Severity.MINOR,
        kind="timer",
        inputs={"name": name},
        expect={"enabled": True},
    )


def _job(program: str) -> Proposal:
    name = program.rpartition("/")[2]
    return Proposal(
        about=f"cron-{name}",
        title={"it": f"Il lavoro pianificato {name} c'è ancora", "en": f"The scheduled job {name} is still there"},
        area="machine_services",
        kind="timer",
        inputs={"matches": re.escape(program)},
        expect={"exists": True, "enabled": True, "lines": {"nothing_lost": True}},
    )
