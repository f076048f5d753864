"""The words around a command on the machine: a deadline that holds there, low priority, nothing left behind."""

from __future__ import annotations

import math
from shlex import quote

_LOOK = """\
exec 3<&0
if command -v timeout >/dev/null 2>&1; then
  timeout -s KILL "$1" sh -c "$2" <&3 3<&- &
  job=$!
else
  setsid sh -c "$2" <&3 3<&- &
  job=$!
  setsid sh -c 'sleep "$1"; kill -s KILL -- "-$2"' sh "$1" $job </dev/null >/dev/null 2>&1 3<&- &
  watch=$!
fi
exec 3<&- 2>/dev/null
wait $job
code=$?
kill -s KILL -- "-$job"
[ -z "$watch" ] || { kill -s KILL $watch; kill -s KILL -- "-$watch"; }
exit $code
"""
"""$1 seconds, $2 the command. ``timeout`` (coreutils 7.0 and later, so CentOS 6 too) leads a process group of its
own and ends it whole; what the command leaves running in that group ends with it. Without ``timeout`` a second
session watches. fd 3 hands on stdin, which a shell takes away from what it starts with ``&`` (POSIX 2.9.3.1)."""

_CHANGE = """\
if command -v timeout >/dev/null 2>&1; then exec timeout -s KILL "$1" sh -c "$2"; fi
exec sh -c "$2"
"""


def looking(command: str, seconds: float, nice: int) -> str:
    """Wrap a command that only looks: plain C locale, low priority, ended with all it started.

    What puts itself into a session of its own (setsid, screen, a service) is left alone.
    """
    return f"exec env LC_ALL=C nice -n {nice} sh -c {quote(_LOOK)} look {whole(seconds)} {quote(command)}"


def changing(command: str, seconds: float) -> str:
    """Wrap a command that changes the machine: nothing of ours may stick to what it starts.

    A service started with low priority or in another locale would keep both after the upgrade.
    """
    return f"exec sh -c {quote(_CHANGE)} change {whole(seconds)} {quote(command)}"


def whole(seconds: float) -> int:
    """Round a deadline up to whole seconds: old ``timeout`` and ``sleep`` take no fractions everywhere."""
    return max(1, math.ceil(seconds))
