"""What a tool cost: seconds as the way to the machine saw them and as a whole, CPU on the target, memory here."""

from __future__ import annotations

import ctypes
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.sshd import Sshd, descendants

_TICKS = os.sysconf("SC_CLK_TCK")
_SUBREAPER = 36
_ORPHANS_AT_MOST = 5.0
_LAST_WORDS = 0.5
"""Seconds in which the processes of a connection that is over may end, before their CPU is counted."""


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Seconds and megabytes: from the first byte to the last answer, the whole process, CPU there, memory here."""

    observation: float
    whole: float
    target_cpu: float
    memory_mb: float


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a tool ended, what it said, and what it cost."""

    exit_code: int
    output: str
    cost: Cost


@dataclass(frozen=True, kw_only=True)
class Way:
    """The way to the machine: its port here, and the process that makes it long."""

    port: int
    process: subprocess.Popen[str]
    sshd: Sshd
    known_hosts: Path


@contextmanager
def way_to(sshd: Sshd, rtt_ms: int, folder: Path) -> Iterator[Way]:
    """Put so many milliseconds of round trip between here and a machine."""
    command = [sys.executable, "-m", "tests.bench.wan", str(sshd.port), str(rtt_ms)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdin is not None
        port = int(process.stdout.readline())
        known = folder / f"known_hosts-{port}"
        known.write_text(sshd.known_hosts.read_text().replace(str(sshd.port), str(port)))
        try:
            yield Way(port=port, process=process, sshd=sshd, known_hosts=known)
        finally:
            process.stdin.close()


def measure(
    way: Way, command: Sequence[str], *, stdin: str = "", environment: Mapping[str, str] | None = None
) -> Ended:
    """Run a tool to its end and count; every connection that it opens must be over with it."""
    assert way.process.stdout is not None
    before, began = cpu_of(way.sshd), time.monotonic()
    # Without .pyc files Python would compile everything anew at each start; nobody works like that.
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**clean, **(environment or {})},
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(stdin)
        process.stdin.close()
        output = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    whole = time.monotonic() - began
    orphans = _cpu_of_orphans({way.process.pid, way.sshd.process.pid})
    seen = [json.loads(way.process.stdout.readline())]
    time.sleep(_LAST_WORDS)
    while _is_waiting(way.process):
        seen.append(json.loads(way.process.stdout.readline()))
    cost = Cost(
        observation=max(one["ended"] for one in seen) - min(one["began"] for one in seen),
        whole=whole,
        target_cpu=cpu_of(way.sshd) - before + orphans,
        memory_mb=used.ru_maxrss / 1024,
    )
    return Ended(exit_code=process.returncode, output=output, cost=cost)


def adopt_orphans() -> None:
    """Become the parent of what a server leaves behind (prctl(2), PR_SET_CHILD_SUBREAPER): its CPU counts too."""
    ctypes.CDLL(None, use_errno=True).prctl(_SUBREAPER, 1, 0, 0, 0)


def cpu_of(sshd: Sshd) -> float:
    """Count the CPU of a server, of all that lives under it and all it waited for, in seconds (proc(5))."""
    return sum(map(_ticks, (sshd.process.pid, *descendants(sshd.process.pid)))) / _TICKS


def _cpu_of_orphans(known: set[int]) -> float:
    """Count the CPU of what a server did not wait for: a shell whose connection was closed. Wait for it here."""
    ticks, until = 0, time.monotonic() + _ORPHANS_AT_MOST
    while (left := set(_children()) - known) and time.monotonic() < until:
        for pid in left:
            if _is_zombie(pid):
                ticks += _ticks(pid)
                os.waitpid(pid, 0)
        time.sleep(0.05)
    return ticks / _TICKS


def _children() -> Iterator[int]:
    for path in Path("/proc/self/task").glob("*/children"):
        yield from map(int, path.read_text().split())


def _stat(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:  # it is gone
        return []


def _is_zombie(pid: int) -> bool:
    return _stat(pid)[:1] == ["Z"]


def _ticks(pid: int) -> int:
    """Count the ticks of a process and of the children it has waited for, of user and system."""
    return sum(map(int, _stat(pid)[11:15]))


def _is_waiting(process: subprocess.Popen[str]) -> bool:
    """Tell whether a further line is there."""
    return bool(select.select([process.stdout], [], [], 0)[0])
