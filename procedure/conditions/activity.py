"""Nobody else is patching the machine, and no attempt was left unfinished.

A rehearsal is no patch: one whose session was killed ends by itself, and changes nothing meanwhile.
What the vendor's updater is called is not documented (inferred: ``updater`` or a ``tvox....run`` in its command).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import PurePosixPath

from procedure.attempt import ROOT, directory_of
from procedure.conditions import Area, Finding, Ground, found
from procedure.rehearsal import is_rehearsal
from uat.checks._shell import ask

AREA = Area.MACHINE
_PROCESSES = "LC_ALL=C ps -ewwo pid=,user=,lstart=,args="
_PROCESS = re.compile(r"\s*(?P<pid>\d+)\s+(?P<user>\S+)\s+(?P<since>\w+ \w+ +\d+ [\d:]+ \d+)\s+(?P<command>.*)")
_UPDATER = re.compile(r"(^|[\s/])(tvox[\w.-]*\.run|[\w.-]*updater[\w.-]*)(\s|$)|^SCREEN .*tvox-uat-", re.IGNORECASE)
_ATTEMPTS = f"""cd {ROOT} 2>/dev/null || exit 0
for d in *; do
    [ -f "$d/command" ] && [ ! -f "$d/rc" ] && stat -c '%Y %U %n' "$d/command"
done; true"""


def look(ground: Ground) -> Finding:
    """List the processes that look like a patch, and our own attempts without an end: what, who, since when."""
    mine = directory_of(ground.session.header.id, "")
    patches = [patch.on_target or patch.file or "" for patch in ground.checklist.upgrade.patches]
    names = {PurePosixPath(path).name for path in patches}
    processes = list(patching(ask(ground.probe, _PROCESSES).text, names=names, mine=mine))
    attempts = list(unfinished(ask(ground.probe, _ATTEMPTS).text, mine=mine))
    return found(not processes and not attempts, processes=processes, attempts=attempts)


def patching(listed: str, *, names: set[str], mine: str) -> Iterator[str]:
    """Give the processes of ``ps`` that run a patch.

    :param names: what the planned patches' files are called.
    :param mine: how the paths of this run's own attempts begin; those do not count.
    """
    for line in listed.splitlines():
        one = _PROCESS.fullmatch(line)
        if one is None or mine in one["command"] or is_rehearsal(one["command"]):
            continue
        words = {PurePosixPath(word).name for word in one["command"].split()}
        if _UPDATER.search(one["command"]) or words & names:
            yield f"{one['pid']} {one['user']}, {one['since']}: {one['command'][:200]}"


def unfinished(listed: str, *, mine: str) -> Iterator[str]:
    """Give the attempts without an exit code; the lines are time, owner and file."""
    for line in listed.splitlines():
        seconds, owner, path = line.split(" ", 2)
        directory = f"{ROOT}/{path.rpartition('/')[0]}"
        if not directory.startswith(mine) and not is_rehearsal(directory):
            yield f"{directory} {owner}, {datetime.fromtimestamp(int(seconds), UTC):%Y-%m-%d %H:%M} UTC"
