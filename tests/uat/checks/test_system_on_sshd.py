"""The kinds that read what the system says of itself, over a real sshd on this computer."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.uat.checks.looking import Shell, look
from uat.checks import memory
from uat.probe import Probe


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Path]:
    """Mount a small file system, for reading only, at a path with a blank and a quote."""
    point = tmp_path / "it's here"
    point.mkdir()
    if os.getuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "ro,size=64k", "uat", point]).returncode:
        pytest.skip("only root mounts, and not in every container")
    yield point
    subprocess.run(["umount", point], check=True)


def test_mount(probe: Probe, mounted: Path) -> None:
    """What was mounted is seen with its source, type and options; the directory above is no mount point."""
    observed = look(probe, "mount", path=str(mounted))
    assert (observed["source"], observed["type"], observed["read_only"]) == ("uat", "tmpfs", True)
    assert "size=64k" in observed["options"]
    assert look(probe, "mount", path=str(mounted.parent))["mounted"] is False


def test_memory(probe: Probe) -> None:
    """The memory is as large as the C library says, and some of it is available."""
    observed = look(probe, "memory")
    assert observed["total_bytes"] == os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert 0 < int(observed["available_bytes"]) < int(observed["total_bytes"])


def test_memory_estimated_as_the_kernel_does() -> None:
    """What is estimated for an old kernel is close to what this one says itself."""
    lines = [line.split() for line in Path("/proc/meminfo").read_text().splitlines()]
    account = {words[0].rstrip(":"): int(words[1]) for words in lines}
    account["least"] = int(Path("/proc/sys/vm/min_free_kbytes").read_text())
    assert memory._estimate(account) == pytest.approx(account["MemAvailable"], abs=account["MemTotal"] / 20)


def test_load(probe: Probe) -> None:
    """The averages are the kernel's, and the CPUs are those that the C library counts."""
    observed = look(probe, "load")
    assert observed["cpus"] == os.sysconf("SC_NPROCESSORS_ONLN")
    assert float(observed["fifteen_minutes"]) == pytest.approx(os.getloadavg()[2], abs=0.5)


@pytest.mark.parametrize("name", ["root", "nobody", "www-data"])
def test_user(probe: Probe, name: str) -> None:
    """A user is what the C library says, with all its groups."""
    entry = pwd.getpwnam(name)
    groups = sorted(grp.getgrgid(gid).gr_name for gid in os.getgrouplist(name, entry.pw_gid))
    observed = look(probe, "user", name=name)
    assert [observed[field] for field in ("uid", "gid", "home", "shell")] == list(entry[2:4]) + list(entry[5:7])
    assert list(observed["groups"]) == groups


def test_no_user(probe: Probe) -> None:
    """A user that nobody made does not exist."""
    assert look(probe, "user", name="no-such-user")["exists"] is False


@pytest.mark.parametrize(
    ("password", "locked"),
    [("$6$s4lt$h4sh", False), ("!$6$s4lt$h4sh", True), ("!!", True), ("*", True), ("", False)],
)
def test_locked_user(tmp_path: Path, password: str, locked: bool) -> None:
    """A lock is seen by the first sign of the password, and not a letter of the password leaves the machine."""
    getent = tmp_path / "getent"
    own = shutil.which("getent")
    entry = f"root:{password}:19000:0:99999:7:::"
    getent.write_text(f'#!/bin/sh\n[ "$1" = shadow ] && echo \'{entry}\' || exec {own} "$@"\n')
    getent.chmod(0o755)
    probe = Shell(environment={"PATH": f"{tmp_path}:{os.environ['PATH']}"}).probe
    assert look(probe, "user", name="root")["locked"] is locked
    assert "s4lt" not in probe.take_evidence()[0].body


@pytest.mark.skipif(os.access("/etc/shadow", os.R_OK), reason="who runs this may read the passwords, as root may")
def test_untold_lock(probe: Probe) -> None:
    """Who may not read the passwords does not learn whether one is locked."""
    assert look(probe, "user", name="root")["locked"] is None


@pytest.mark.parametrize("entry", grp.getgrall()[:5], ids=lambda entry: entry.gr_name)
def test_group(probe: Probe, entry: grp.struct_group) -> None:
    """A group is what the C library says, with those whose first group it is."""
    first = {user.pw_name for user in pwd.getpwall() if user.pw_gid == entry.gr_gid}
    expected = {"exists": True, "gid": entry.gr_gid, "members": tuple(sorted({*entry.gr_mem, *first}))}
    assert look(probe, "group", name=entry.gr_name) == expected


def test_no_group(probe: Probe) -> None:
    """A group that nobody made does not exist."""
    assert look(probe, "group", name="no-such-group")["exists"] is False


@pytest.mark.parametrize("name", ["net.ipv4.ip_forward", "net/ipv4/tcp_rmem", "kernel.hostname"])
def test_kernel_parameter(probe: Probe, name: str) -> None:
    """A parameter has the value that the kernel gives, by either way of writing its name."""
    value = Path("/proc/sys", name.replace(".", "/")).read_text().split()
    assert look(probe, "kernel_parameter", name=name) == {"exists": True, "value": " ".join(value)}


def test_no_kernel_parameter(probe: Probe) -> None:
    """A parameter that this kernel has not does not exist."""
    assert look(probe, "kernel_parameter", name="net.ipv4.no_such_thing")["exists"] is False
