"""What crashed, on a machine with a /var and tools of the test's own."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from tests.uat.checks.looking import Shell, look, machine, needs_root
from uat.errors import ObservationError

CORE = b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x04\x00" + bytes(46)
"""The header of a core dump (elf(5): e_type 4, ET_CORE), little endian."""
PROGRAM = CORE[:16] + b"\x02\x00" + CORE[18:]

QUIET = {"dmesg": "[    0.000000] Linux version 3.10.0-1160.el7.x86_64\n", "journalctl": "", "systemctl": ""}

pytestmark = needs_root


def put(path: Path, data: bytes = CORE, *, hours: float = 0) -> str:
    """Write a file so many hours ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    moment = time.time() - 3600 * hours
    os.utime(path, (moment, moment))
    return str(path)


def test_quiet(tmp_path: Path) -> None:
    """Where nothing crashed all is empty, and a machine without systemd has no failed units to tell of."""
    observed = look(machine(tmp_path, **QUIET).probe, "crash")
    assert observed.pop("looked_at")
    assert observed == {"failed_units": None, "core_dumps": (), "oom_kills": 0, "panics": ()}


def test_kept_dumps(tmp_path: Path) -> None:
    """Dumps that systemd, abrt, apport and kdump keep are found if they are new; kdump's is a panic."""
    shell = machine(tmp_path, core_pattern="|/usr/lib/systemd/systemd-coredump %P %u", **QUIET)
    put(shell.var / "lib/systemd/coredump/core.asterisk.0.6f0c.1234.1764042846000000.zst")
    put(shell.var / "lib/systemd/coredump/core.old.0.6f0c.77.1764042846000000.zst", hours=5)
    put(shell.var / "spool/abrt/ccpp-2026-11-25-03:54:06-812/coredump")
    put(shell.var / "spool/abrt/ccpp-2026-11-25-03:54:06-812/executable")
    put(shell.var / "crash/_usr_sbin_kamailio.0.crash", b"ProblemType: Crash")
    put(shell.var / "crash/127.0.0.1-2026-11-25-03:54:06/vmcore")
    put(shell.var / "crash/127.0.0.1-2026-11-25-03:54:06/vmcore-dmesg.txt")
    observed = look(shell.probe, "crash", since="1h")
    assert observed["core_dumps"] == (
        "/var/crash/_usr_sbin_kamailio.0.crash",
        "/var/lib/systemd/coredump/core.asterisk.0.6f0c.1234.1764042846000000.zst",
        "/var/spool/abrt/ccpp-2026-11-25-03:54:06-812/coredump",
    )
    assert observed["panics"] == ("/var/crash/127.0.0.1-2026-11-25-03:54:06/vmcore",)


def test_pattern_with_a_directory(tmp_path: Path) -> None:
    """Where the pattern names a directory, what it would call a dump is one if it has a dump's header."""
    cores = tmp_path / "cores"
    shell = machine(tmp_path, core_pattern=f"{cores}/%e-%p.core", **QUIET)
    found = put(cores / "asterisk-12.core")
    put(cores / "old-1.core", hours=5)
    put(cores / "program-3.core", PROGRAM)
    put(cores / "empty-4.core", b"")
    put(cores / "other")
    assert look(shell.probe, "crash", since="1h")["core_dumps"] == (found,)


def test_pattern_without_a_directory(tmp_path: Path) -> None:
    """Where it names none, dumps lie where the programs that run now work."""
    shell = machine(tmp_path, **QUIET)
    works = tmp_path / "it's here"
    found = {put(works / "core"), put(works / "core.812")}
    put(works / "core.txt")
    (works / "core.d").mkdir()
    with subprocess.Popen(["sleep", "60"], cwd=works) as daemon:
        observed = look(shell.probe, "crash", since="1h")
        daemon.kill()
    assert {path for path in observed["core_dumps"] if path.startswith(str(tmp_path))} == found


def test_dump_of_a_real_crash(tmp_path: Path) -> None:
    """What the kernel itself leaves behind of a program that crashes is a core dump."""
    if Path("/proc/sys/kernel/core_pattern").read_text().strip() != "core":
        pytest.skip("the kernel gives core dumps to a program here")
    shell = machine(tmp_path, **QUIET)
    subprocess.run(["sh", "-c", "ulimit -c unlimited; sh -c 'kill -SEGV $$'"], cwd=tmp_path, check=False)
    left = [str(path) for path in tmp_path.glob("core*") if path.name != "core_pattern"]
    if not left:
        pytest.skip("core dumps may not be written here")
    with subprocess.Popen(["sleep", "60"], cwd=tmp_path) as daemon:
        observed = look(shell.probe, "crash", since="1h")
        daemon.kill()
    assert set(left) <= set(observed["core_dumps"])


TOLD = """\
Process 1234 (asterisk) of user 0 dumped core.

Stack trace of thread 1234:
#0  0x00007f0000000000 n/a (asterisk)
Process 77 (tvox (worker)) of user 48 dumped core.
"""
"""As systemd-coredump of systemd 239 writes it, by ``journalctl -o cat``."""


def test_dumps_that_the_journal_tells_of(tmp_path: Path) -> None:
    """A dump of which only the journal knows is told by its name; one whose file is there is not told twice."""
    shell = machine(tmp_path, systemd=True, core_pattern="|/x", **{**QUIET, "journalctl": TOLD})
    path = put(shell.var / "lib/systemd/coredump/core.asterisk.0.6f0c.1234.1764042846000000.lz4")
    observed = look(shell.probe, "crash", since="1h")
    assert observed["core_dumps"] == (path.removeprefix(str(tmp_path)), "tvox (worker) (77)")


FAILED = {
    "CentOS 7": "asterisk.service loaded failed failed SYSV: PBX\nkdump.service loaded failed failed Crash\n",
    "AlmaLinux 8": "* asterisk.service loaded failed failed PBX\n* kdump.service loaded failed failed Crash\n",
    "Debian 12": "\u25cf kdump.service    loaded failed failed x\n\u25cf asterisk.service loaded failed failed y\n\n",
}
"""By systemctl(1) of systemd 219, 239 (C locale) and 252 (UTF-8), ``list-units --state=failed --no-legend``."""


@pytest.mark.parametrize("system", FAILED)
def test_failed_units(system: str, tmp_path: Path) -> None:
    """Failed units are read with and without a mark before them."""
    shell = machine(tmp_path, systemd=True, **{**QUIET, "systemctl": FAILED[system]})
    assert look(shell.probe, "crash")["failed_units"] == ("asterisk.service", "kdump.service")


KERNELS = {
    "CentOS 6": (
        "Out of memory: Kill process 812 (asterisk) score 903 or sacrifice child\n"
        "Killed process 812, UID 0, (asterisk) total-vm:1873148kB, anon-rss:1021212kB, file-rss:128kB\n"
        "BUG: unable to handle kernel NULL pointer dereference at (null)\n"
        "Oops: 0000 [#1] SMP \n"
    ),
    "CentOS 7": (
        "[ 3118.384572] Out of memory: Kill process 812 (asterisk) score 903 or sacrifice child\n"
        "[ 3118.384691] Killed process 812 (asterisk) total-vm:1873148kB, anon-rss:1021212kB\n"
        "[ 3119.384572] Oops: 0002 [#1] SMP \n"
    ),
    "AlmaLinux 8": (
        "[ 3118.384691] Out of memory: Killed process 812 (asterisk) total-vm:1873148kB, anon-rss:1021212kB\n"
        "[ 3119.384572] Oops: 0000 [#1] SMP NOPTI\n"
    ),
}
"""By mm/oom_kill.c and arch/x86/kernel/dumpstack.c of Linux 2.6.32, 3.10 and 4.18."""


@pytest.mark.parametrize("system", KERNELS)
def test_kernel(system: str, tmp_path: Path) -> None:
    """Each process killed for want of memory counts once, and the kernel's own crash is told in its words."""
    observed = look(machine(tmp_path, **{**QUIET, "dmesg": KERNELS[system]}).probe, "crash")
    assert observed["oom_kills"] == 1
    (panic,) = observed["panics"]
    assert "Oops: 00" in panic


def test_nonsense(tmp_path: Path) -> None:
    """An answer of systemctl that is no list, and a place that cannot be looked into, are errors."""
    shell = machine(tmp_path, systemd=True, **{**QUIET, "systemctl": "what?\n"})
    with pytest.raises(ObservationError, match="listed something else"):
        look(shell.probe, "crash")
    bad = Shell(
        inside=shell.inside, environment={**shell.environment, "PATH": f"{tmp_path}/bad:{os.environ['PATH']}"}
    )
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "find").write_text("#!/bin/sh\necho 'find: /var/crash: Permission denied' >&2\n")
    (tmp_path / "bad" / "find").chmod(0o755)
    with pytest.raises(ObservationError, match="cannot look for core dumps everywhere: find: /var/crash"):
        look(bad.probe, "crash")
