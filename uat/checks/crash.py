"""Look for what crashed: failed units, core dumps, processes killed for want of memory, panics of the kernel.

Core dumps are looked for where systemd, abrt, apport and kdump keep them and where ``kernel.core_pattern`` says;
where it names no directory, in the working directories of what runs now.

Example::

    - id: SYS-10
      title: {it: "Dall'aggiornamento non è caduto niente", en: Nothing has crashed since before the upgrade}
      severity: blocker
      crash: {since: before}
      expect: {failed_units: {nothing_new: true}, core_dumps: [], oom_kills: 0, panics: []}
"""

from __future__ import annotations

import re

from uat.checks._lines import in_kernel
from uat.checks._shell import ask, complaint
from uat.checks._since import Since, Start, start_of
from uat.errors import ObservationError
from uat.model import Field, Record
from uat.probe import Probe

MOVES = ("looked_at",)
"""What changes by itself between two looks."""

_FAILED = (
    "if [ -d /run/systemd/system ]; then echo systemd; "
    "systemctl list-units --state=failed --all --full --no-legend --no-pager; else echo other; fi"
)

_DUMPS = rb"""
at=$1
pattern=$(cat /proc/sys/kernel/core_pattern) || exit 2
found() { directory=$1; shift; [ ! -d "$directory" ] || find "$directory" -maxdepth "$@" -type f -printf '%T@ %p\n'; }
new() { awk -v at="$at" '$1 + 0 >= at'; }
elf() {
  while IFS= read -r line; do
    case $(head -c 18 -- "${line#* }" | od -An -v -tx1 | tr -d ' \n') in
      7f454c46????????????????????????0400) echo "$line" ;;
    esac
  done
}
elsewhere() {
  case $pattern in
    \|*) return ;;
    /*) directory=${pattern%%%*}; echo "${directory%/*}/" ;;
    *) for process in /proc/[0-9]*; do readlink "$process/cwd"; done 2>/dev/null | sort -u ;;
  esac
}
name=$(printf %s "${pattern##*/}" | sed 's/%./*/g')
{
  found /var/lib/systemd/coredump 1 -name 'core.*'
  found /var/spool/abrt 2 -name 'coredump*'
  found /var/tmp/abrt 2 -name 'coredump*'
  found /var/crash 2 \( -name '*.crash' -o -name vmcore -o -name vmcore-incomplete \)
  found /sys/fs/pstore 1
} | new
elsewhere | while IFS= read -r directory; do
  found "$directory" 1 \( -name "$name" -o -name "$name.[0-9]*" \)
done | new | elf
[ ! -d /run/systemd/system ] ||
  journalctl --no-pager -o cat --since "@$at" MESSAGE_ID=fc2e22bc6ee647b6b90729ab34a250b1 | grep -a '^Process [0-9]'
true
"""
"""Files and their times (core(5); kdump.conf(5); abrt.conf(5)), then what systemd-coredump(8) told the journal.

A file that merely has the name of a core dump is none: its ELF header says ET_CORE (elf(5)).
"""

_KILLED = r"Killed process \d+"
"""Once for each (mm/oom_kill.c of Linux 2.6.32 to 6.1); old ones say "Kill process" before."""

_PANIC = r"Kernel panic - not syncing|kernel BUG at |Oops: [0-9a-f]+ \[#"


class Inputs(Record):
    """Since when."""

    since: Since = Field(
        default="boot",
        description="boot; before (since this check was looked at in pre, where nothing is new yet); or a duration",
    )


class Observed(Record):
    """What crashed since then; ``failed_units`` are those of now."""

    failed_units: tuple[str, ...] | None = Field(description="sorted; None: no systemd runs")
    core_dumps: tuple[str, ...] = Field(description="paths, sorted; without a file: 'asterisk (1234)'")
    oom_kills: int = Field(description="processes that the kernel killed because memory ran out")
    panics: tuple[str, ...] = Field(description="the kernel's last such lines, then dumps of the whole memory")
    looked_at: str = Field(description="when the look began; `since: before` begins at that of pre")


def observe(inputs: Inputs, probe: Probe) -> Observed:
    """Ask systemd, look where dumps are kept, and search the kernel's log."""
    start = start_of(inputs.since, probe)
    files, dumped = _dumps(start, probe)
    of_kernel = {path for path in files if path.startswith("/sys/") or "/vmcore" in path}
    return Observed(
        failed_units=_failed(probe),
        core_dumps=tuple(sorted({*files - of_kernel, *_without_file(files, dumped)})),
        oom_kills=in_kernel(_KILLED, start, probe).count,
        panics=(*in_kernel(_PANIC, start, probe).lines, *sorted(of_kernel)),
        looked_at=start.looked_at,
    )


def _failed(probe: Probe) -> tuple[str, ...] | None:
    """Read systemctl's list; newer ones put a mark before each unit, also with ``--no-legend``."""
    manager, *lines = ask(probe, _FAILED).text.splitlines()
    if manager == "other":
        return None
    units = [re.match(r"(?:[^\w\s]+\s+)?(\S+)\s", line) for line in lines if line.strip()]
    if manager != "systemd" or None in units:
        raise ObservationError(f"systemctl listed something else: {lines}")
    return tuple(sorted(unit[1] for unit in units if unit))


def _dumps(start: Start, probe: Probe) -> tuple[set[str], list[tuple[str, str]]]:
    """Give the files, and process number and name of each dump that the journal tells of."""
    output = probe.run(f"sh -s {start.at}", stdin=_DUMPS)
    if output.exit_code != 0 or output.stderr or output.is_truncated:
        raise ObservationError(f"cannot look for core dumps everywhere: {complaint(output)}")
    files = re.findall(r"^[\d.]+ (/.*)$", output.text, re.MULTILINE)
    return set(files), re.findall(r"^Process (\d+) \((.*)\) of user ", output.text, re.MULTILINE)


def _without_file(files: set[str], dumped: list[tuple[str, str]]) -> set[str]:
    return {f"{name} ({pid})" for pid, name in dumped if not any(f".{pid}." in path for path in files)}
