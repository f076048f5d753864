"""Count the lines of a log that match, since the boot, since pre, or of the last hours.

A file is searched on the machine together with what was rotated away from it meanwhile (``.1``, ``-20261122.gz``);
each line is as old as the time at its beginning, or at the beginning of a line above it. On CentOS 7 the journal
may begin at the last boot: take the file there when ``before`` must reach over it.

Example::

    - id: TEL-20
      title: {it: La scheda DAHDI non perde il sincronismo, en: The DAHDI card keeps its timing}
      log: {kernel: true, matches: 'dahdi: Detected time shift', since: boot}
      expect: {count: 0}
    - id: TEL-21
      title: {it: Nessun nuovo errore di Asterisk, en: No new error of Asterisk}
      log: {path: /var/log/asterisk/messages, matches: '\\bERROR\\b', since: before}
      expect: {exists: true, count: {at_most: 5}}
"""

from __future__ import annotations

from uat.checks._inputs import Expression, Name, Path
from uat.checks._lines import Found, in_files, in_journal, in_kernel
from uat.checks._since import Since, Start, start_of
from uat.model import Duration, Field, Record, model_validator
from uat.probe import Probe

MOVES = ("count", "first_at", "last_at", "lines", "looked_at")
"""What changes by itself between two looks."""


class Inputs(Record):
    """Which log, by ``path``, ``unit`` or ``kernel``; which lines of it; and since when."""

    path: Path | None = Field(default=None, description="of a file; * and ? stand for what they do in a shell")
    unit: Name | None = Field(default=None, description="a systemd unit, in the journal")
    kernel: bool = Field(default=False, description="the kernel's log")
    matches: Expression = Field(description="searched in each line, with its time, by grep -P; bytes, not letters")
    since: Since = Field(
        default="boot",
        description="boot; before (since this check was looked at in pre, where it counts nothing); or a duration",
    )
    deadline: Duration | None = Field(default=None, description="default: limits.command")

    @model_validator(mode="after")
    def _has_one(self) -> Inputs:
        if sum((self.path is not None, self.unit is not None, self.kernel)) != 1:
            raise ValueError("a log is told by 'path', by 'unit' or by 'kernel: true', one of them")
        return self


class Observed(Record):
    """The lines that match; times are UTC, by the machine's own clock."""

    exists: bool = Field(description="the file; for a unit: a journal")
    count: int
    first_at: str | None = Field(
        description="when the first was written: 2026-11-28T22:04:05Z; None: none, or not told"
    )
    last_at: str | None = Field(description="the same of the last")
    lines: tuple[str, ...] = Field(description="the last 20, each cut at 1000 bytes")
    looked_at: str = Field(description="when the look began; `since: before` begins at that of pre")


def observe(inputs: Inputs, probe: Probe) -> Observed:
    """Let the machine search, from the moment on that is meant."""
    start = start_of(inputs.since, probe)
    return Observed(**_search(inputs, start, probe).model_dump(), looked_at=start.looked_at)


def _search(inputs: Inputs, start: Start, probe: Probe) -> Found:
    if inputs.path is not None:
        return in_files(inputs.path, inputs.matches, start, probe, deadline=inputs.deadline)
    if inputs.unit is not None:
        return in_journal(inputs.unit, inputs.matches, start, probe, deadline=inputs.deadline)
    return in_kernel(inputs.matches, start, probe, deadline=inputs.deadline)
