"""Real archives in a real folder, read by the machine's own tools."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import random
import shutil
import tarfile
import time
import zipfile
from pathlib import Path

import pytest

from tests.uat.checks.looking import Shell, look
from uat.probe import Probe
from uat.ssh.output import Output

TEXT = random.Random(5).randbytes(200_000)
MYSQL = b"-- MySQL dump 10.13  Distrib 5.7.44, for Linux (x86_64)\n--\n" + b"INSERT INTO x VALUES (1);\n" * 9000
MYSQL_END = b"-- Dump completed on 2026-11-25  3:54:06\n"
MARIADB = b"/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19  Distrib 10.11.6-MariaDB\n"
POSTGRES = b"--\n-- PostgreSQL database dump\n--\n\nCREATE TABLE x ();\n"
POSTGRES_END = b"--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict abc\n"


def tar(data: bytes = TEXT) -> bytes:
    """Make a tar of one file."""
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as archive:
        member = tarfile.TarInfo("conf")
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return whole.getvalue()


def zipped() -> bytes:
    """Make a zip of one file."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("conf", TEXT)
    return whole.getvalue()


def flipped(data: bytes) -> bytes:
    """Change one bit in the middle."""
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


WHOLE = {
    "tar": tar(),
    "tar.gz": gzip.compress(tar()),
    "tar.bz2": bz2.compress(tar()),
    "tar.xz": lzma.compress(tar()),
    "zip": zipped(),
    "gz": gzip.compress(TEXT),
    "gz with something behind": gzip.compress(TEXT) + b"of another kind",
    "bz2": bz2.compress(TEXT),
    "xz": lzma.compress(TEXT),
    "mysql.sql": MYSQL + MYSQL_END,
    "mariadb.sql": MARIADB + MYSQL_END,
    "mysql.sql.gz": gzip.compress(MYSQL + MYSQL_END),
    "postgres.sql": POSTGRES + POSTGRES_END,
    "postgres.sql.xz": lzma.compress(POSTGRES + POSTGRES_END),
}
BROKEN = {
    "empty": b"",
    "cut tar": tar()[:100_000],
    "cut tar.gz": gzip.compress(tar())[:100_000],
    "cut tar in a whole gz": gzip.compress(tar()[:100_000]),
    "cut gz": gzip.compress(TEXT)[:100_000],
    "cut zip": zipped()[:100_000],
    "cut xz": lzma.compress(TEXT)[:100_000],
    "gz with a wrong bit": flipped(gzip.compress(TEXT)),
    "bz2 with a wrong bit": flipped(bz2.compress(TEXT)),
    "zip with a wrong bit": flipped(zipped()),
    "tar.bz2 with a wrong bit": flipped(bz2.compress(tar())),
    "mysql.sql without its end": MYSQL,
    "mysql.sql.gz without its end": gzip.compress(MYSQL),
    "postgres.sql without its end": POSTGRES,
}


def put(path: Path, data: bytes, *, hours: float = 0) -> None:
    """Write a file so many hours ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    moment = time.time() - 3600 * hours
    os.utime(path, (moment, moment))


@pytest.mark.parametrize("kind", WHOLE)
def test_whole(kind: str, probe: Probe, tmp_path: Path) -> None:
    """A whole backup can be read, whatever it is called."""
    if kind == "zip" and not shutil.which("unzip"):
        pytest.skip("no unzip here")
    put(tmp_path / "it's -b ü.bak", WHOLE[kind])
    assert look(probe, "backup", folder=str(tmp_path), name="*.bak")["readable"] is True


@pytest.mark.parametrize("kind", BROKEN)
def test_broken(kind: str, probe: Probe, tmp_path: Path) -> None:
    """A backup that was cut off or has a wrong bit cannot be read."""
    if "zip" in kind and not shutil.which("unzip"):
        pytest.skip("no unzip here")
    put(tmp_path / "b", BROKEN[kind])
    assert look(probe, "backup", folder=str(tmp_path), name="b")["readable"] is False


def test_unknown_kind(probe: Probe, tmp_path: Path) -> None:
    """Of a file that is no archive nobody can say whether it is whole."""
    put(tmp_path / "b", TEXT)
    assert look(probe, "backup", folder=str(tmp_path), name="b")["readable"] is None


def test_tool_missing(tmp_path: Path) -> None:
    """Where the machine has no tool for an archive, nobody can say whether it is whole."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("sh", "ls", "date", "find", "head", "od", "tr", "cut", "cat"):
        (tools / name).symlink_to(shutil.which(name) or "")
    put(tmp_path / "folder" / "b", gzip.compress(TEXT))
    shell = Shell(environment={"PATH": str(tools)})
    observed = look(shell.probe, "backup", folder=str(tmp_path / "folder"), name="b")
    assert (observed["exists"], observed["readable"]) == (True, None)


def test_newest(probe: Probe, tmp_path: Path) -> None:
    """The newest of those that are meant is looked at, and all of them are counted."""
    put(tmp_path / "tvox-1.tar.gz", WHOLE["tar.gz"], hours=48)
    put(tmp_path / "tvox-2.tar.gz", WHOLE["tar.gz"], hours=24)
    put(tmp_path / "other.tar.gz", b"")
    put(tmp_path / "deep" / "tvox-3.tar.gz", WHOLE["tar.gz"], hours=12)
    (tmp_path / "tvox-4.tar.gz").mkdir()
    observed = look(probe, "backup", folder=str(tmp_path), name="tvox-?.tar.gz")
    assert observed["age_hours"] == pytest.approx(24, abs=0.1)
    observed["age_hours"] = None
    assert observed == {
        "exists": True,
        "name": "tvox-2.tar.gz",
        "age_hours": None,
        "size_bytes": len(WHOLE["tar.gz"]),
        "count": 2,
        "readable": True,
    }
    deeper = look(probe, "backup", folder=str(tmp_path), matches=r"^tvox-\d", depth=2)
    assert (deeper["name"], deeper["count"]) == ("deep/tvox-3.tar.gz", 3)


def test_untested(probe: Probe, tmp_path: Path) -> None:
    """A backup that is not to be read through is not."""
    put(tmp_path / "b", BROKEN["cut gz"])
    observed = look(probe, "backup", folder=str(tmp_path), name="b", test=False)
    assert (observed["exists"], observed["readable"]) == (True, None)


def test_absent(probe: Probe, tmp_path: Path) -> None:
    """Without the folder, or without such a file in it, there is no backup."""
    for folder in (tmp_path, tmp_path / "no"):
        observed = look(probe, "backup", folder=str(folder), name="*.tar.gz")
        assert observed == {
            "exists": False,
            "name": "",
            "age_hours": None,
            "size_bytes": None,
            "count": 0,
            "readable": None,
        }


def test_limit_of_its_own(tmp_path: Path) -> None:
    """Reading a backup has a limit of its own, which a check may set."""
    put(tmp_path / "b", WHOLE["gz"])
    limits: list[float | None] = []

    class Limited(Shell):
        def run(self, command: str, *, deadline: float | None = None, stdin: bytes = b"") -> Output:
            limits.append(deadline)
            return super().run(command, stdin=stdin)

    look(Limited().probe, "backup", folder=str(tmp_path), name="b")
    look(Limited().probe, "backup", folder=str(tmp_path), name="b", deadline="20m")
    assert limits == [None, 300.0, None, 1200.0]
