"""Finds, on the machine, the lines of a log that match and are not older than a moment; brings back the last ones."""

from __future__ import annotations

import re
from shlex import quote

from uat.checks._shell import complaint, is_absent
from uat.checks._since import Start, written
from uat.errors import ObservationError
from uat.model import Record
from uat.probe import Probe

_LINES_AT_MOST = 20
_LINE_BYTES = 1000

_DATES = r"""
function month(name) { return sprintf("%02d", (index("JanFebMarAprMayJunJulAugSepOctNovDec", name) + 2) / 3) }
function zone(rest) { return rest ~ /^[.,0-9]* ?(Z|[+-]00:?00)/ ? " UTC" : "" }
function at(line,   s, t, y) {
  s = substr(line, 1, 160)
  if (match(s, /[12][0-9][0-9][0-9][-\/][01][0-9][-\/][0-3][0-9][T ][0-2][0-9]:[0-5][0-9]:[0-6][0-9]/)) {
    t = substr(s, RSTART, 19); y = substr(s, RSTART + 19)
    gsub("/", "-", t); sub("T", " ", t)
    return t zone(y)
  }
  if (match(s, /[0-3][0-9]\/[A-Z][a-z][a-z]\/[12][0-9][0-9][0-9]:[0-2][0-9]:[0-5][0-9]:[0-6][0-9]/)) {
    t = substr(s, RSTART, 20); y = substr(s, RSTART + 20)
    return substr(t, 8, 4) "-" month(substr(t, 4, 3)) "-" substr(t, 1, 2) " " substr(t, 13) zone(y)
  }
  if (match(s, /[A-Z][a-z][a-z] [ 0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-6][0-9]/)) {
    t = substr(s, RSTART, 15); y = substr(s, RSTART + 15)
    t = "-" month(substr(t, 1, 3)) "-" sprintf("%02d", substr(t, 5, 2)) " " substr(t, 8)
    if (match(y, /^[.,0-9]* [12][0-9][0-9][0-9]([] ]|$)/) && match(y, / [12]/)) return substr(y, RSTART + 1, 4) t
    y = substr(tomorrow, 1, 4)
    return ((y t) > tomorrow ? y - 1 : y) t
  }
  return ""
}
function is_new(line,   t) { t = at(line); return t == "" ? -1 : (t >= (t ~ /UTC$/ ? utc : cut)) }
"""
"""awk that reads the time of a line: ISO 8601, the web servers', syslog's (RFC 3164, which has no year)."""

_PROGRAM = r"""
search=$1 source=$2 pattern=$3 at=$4 boot=$5
cut=$(date -d "@$at" '+%Y-%m-%d %H:%M:%S') || exit 2
utc=$(date -u -d "@$at" '+%Y-%m-%d %H:%M:%S'); tomorrow=$(date -d tomorrow '+%Y-%m-%d %H:%M:%S')
echo | grep -aP -e "$pattern" >/dev/null; [ $? -le 1 ] || exit 2
dating() { awk -v cut="$cut" -v utc="$utc" -v tomorrow="$tomorrow" -v lo="$lo" -v hi="$hi" \
  -v lines="$lines" -v bytes="$bytes" "$dates $1"; }
piece() { tail -c +$(($2 + 1)) -- "$1" | head -c "$3" | tr '\000' .; }
begin() {
  lo=0; hi=$(stat -L -c %s -- "$1"); [ "$hi" -gt 0 ] || { echo 0; return; }
  while [ $((hi - lo)) -gt 65536 ]; do
    middle=$(((lo + hi) / 2))
    case $(piece "$1" $middle 65536 | dating 'NR > 1 { r = is_new($0); if (r >= 0) { print r; exit } }') in
      0) lo=$middle ;;
      *) hi=$middle ;;
    esac
  done
  piece "$1" $lo $((hi - lo + 65536)) | dating '
    NR > 1 || lo == 0 { r = is_new($0); if (r >= 0) told = 1; if (r == 1) { print lo; found = 1; exit } }
    { lo += length($0) + 1 }
    END { if (!found) print told ? hi : "undated" }'
}
since() { tr '\000' . | dating '!new { r = is_new($0); if (r >= 0) told = 1; new = r == 1 } new
  END { if (NR && !told) print "no time can be read in its lines" > "/dev/stderr" }'; }
from_file() {
  case $1 in
    *.gz) gzip -dc -- "$1" | since; return ;;
    *.bz2) bzip2 -dc -- "$1" | since; return ;;
    *.xz) xz -dc -- "$1" | since; return ;;
  esac
  offset=$(begin "$1")
  if [ "$offset" = undated ]; then echo "no time can be read in the lines of $1" >&2; return; fi
  tail -c +$((offset + 1)) -- "$1"
}
from_files() {
  eight='[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]'; IFS=
  for f in $1; do
    for g in "$f" "$f".[0-9]* "$f"-$eight* "${f%.*}"-$eight*."${f##*.}"*; do
      [ -f "$g" ] && stat -L -c '%Y %n' -- "$g"
    done
  done | sort -u | sort -n | while IFS=' ' read -r changed f; do
    [ "$changed" -lt "$at" ] || from_file "$f"
  done
}
from_journal() { journalctl --no-pager -o short-iso --since "@$at" "$@" | grep -av '^-- '; }
from_kernel() {
  log=/var/log/messages; [ ! -f /var/log/kern.log ] || log=/var/log/kern.log
  if [ -d /run/systemd/system ] && { [ "$at" -ge "$boot" ] || [ -d /var/log/journal ]; }; then
    from_journal _TRANSPORT=kernel
  elif [ "$at" -ne "$boot" ] && [ -f $log ]; then
    from_files $log | grep -a ' kernel: '
  elif [ "$at" -le "$boot" ]; then
    from_ring
  else
    from_ring | since
  fi
}
from_ring() { dmesg | awk -v boot="$boot" '
  match($0, /^\[ *[0-9]+\.[0-9]+\] /) { s = substr($0, 2) + 0; printf "%s ", strftime("%Y-%m-%d %H:%M:%S", boot + s) }
  { print }'; }
counted() { grep -aP -e "$pattern" | tr -d '\000' | dating '
  { n++; if (n == 1) first = $0; last = $0; kept[n % lines] = substr($0, 1, bytes) }
  END { print n + 0; print at(first); print at(last)
    for (i = n < lines ? 1 : n - lines + 1; i <= n; i++) print kept[i % lines] }' |
  { for i in 1 2 3; do
      IFS= read -r word; case $i$word in 1*) echo "$word" ;; [23]) echo ;; *) date -d "$word" +%s ;; esac
    done; cat; }; }
case $search in
  from_path) IFS=; ls -d -- $source >/dev/null || exit 9; from_files "$source" | counted ;;
  from_unit) [ -d /run/systemd/system ] || exit 8; from_journal -u "$source" | counted ;;
  from_kernel) from_kernel | counted ;;
esac
"""
"""A log is in the order of time: where the new lines begin is found by halving, without reading what is before.

``from_kernel``: the journal, if it reaches back over the boot that may lie between; else, since the boot, the ring
buffer, which begins there and has no times on CentOS 6; else syslog's file. The program is the shell's input:
where the evidence is shown stands one line, not a page.
"""


class Found(Record):
    """The lines that matched: how many, when the first and the last was written, and the last of them."""

    exists: bool
    count: int = 0
    first_at: str | None = None
    last_at: str | None = None
    lines: tuple[str, ...] = ()


def in_files(path: str, pattern: str, start: Start, probe: Probe, *, deadline: float | None = None) -> Found:
    """Search a file, or all that a pattern of the shell names, with what was rotated away since.

    :raises ObservationError: it may not be read, has no times, or takes too long.
    """
    return _find("from_path", path, pattern, start, probe, deadline)


def in_journal(unit: str, pattern: str, start: Start, probe: Probe, *, deadline: float | None = None) -> Found:
    """Search what the journal has of a unit; without systemd there is none."""
    return _find("from_unit", unit, pattern, start, probe, deadline)


def in_kernel(pattern: str, start: Start, probe: Probe, *, deadline: float | None = None) -> Found:
    """Search the kernel's log."""
    return _find("from_kernel", "kernel", pattern, start, probe, deadline)


def _find(search: str, source: str, pattern: str, start: Start, probe: Probe, deadline: float | None) -> Found:
    words = " ".join(quote(str(word)) for word in (search, source, pattern, start.at, start.boot))
    program = f"lines={_LINES_AT_MOST} bytes={_LINE_BYTES} dates='{_DATES}'{_PROGRAM}"
    output = probe.run(f"sh -s {words}", deadline=deadline, stdin=program.encode())
    if output.exit_code == 8 or (output.exit_code == 9 and is_absent(output)):
        return Found(exists=False)
    if output.exit_code != 0 or output.stderr:
        raise ObservationError(f"cannot search {source}: {complaint(output)}")
    facts = re.match(r"(\d+)\n(\d*)\n(\d*)\n", output.text)
    if not facts:
        raise ObservationError(f"no count came back of {source}: {output.text[:80]!r}")
    first, last = (written(int(time)) if time else None for time in facts.groups()[1:])
    lines = tuple(line.rstrip("\r") for line in output.text[facts.end() :].split("\n")[:-1])
    return Found(exists=True, count=int(facts[1]), first_at=first, last_at=last, lines=lines)
