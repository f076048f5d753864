"""A bundle of logs as a file: deterministic, verifiable by a stranger, leading nowhere else."""

from __future__ import annotations

import stat
import subprocess
import zipfile
from pathlib import Path

import pytest

from procedure import bundle
from procedure.bundle import Manifest, Missing
from tests.procedure.afterwards import TAKEN

MANIFEST = Manifest(
    run="7f3a0001",
    customer="ACME",
    change="CHG1",
    made_at=TAKEN,
    made_by="Anna",
    tool="tvox-uat",
    reached=True,
    missing=(Missing(name="machine/kernel.log", reason="dmesg: not permitted"),),
)
FILES = {"here/journal.jsonl": b"{}\n", "machine/var/log/messages": b"\xff\x00 text\n"}


def test_the_same_files_give_the_same_bytes() -> None:
    """Whenever and in whatever order: the bundle of the same files is the same."""
    backwards = dict(reversed(FILES.items()))
    assert bundle.pack(MANIFEST, FILES) == bundle.pack(MANIFEST, backwards)


def test_a_stranger_can_verify_it(tmp_path: Path) -> None:
    """sha256sum -c holds for the bundle and for what is in it, with no tool of ours."""
    made = bundle.write(tmp_path, MANIFEST, FILES)
    subprocess.run(["sha256sum", "-c", f"{made.path.name}.sha256"], cwd=tmp_path, check=True, capture_output=True)
    zipfile.ZipFile(made.path).extractall(tmp_path / "out")
    subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=tmp_path / "out", check=True, capture_output=True)
    assert (tmp_path / "out/machine/var/log/messages").read_bytes() == b"\xff\x00 text\n"


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    """The file and everything in it are for their owner alone, and nothing is a link."""
    made = bundle.write(tmp_path, MANIFEST, FILES)
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    modes = {about.external_attr >> 16 for about in zipfile.ZipFile(made.path).infolist()}
    assert modes == {stat.S_IFREG | 0o600}


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A bundle of the same second, or a link in its place, is refused."""
    made = bundle.write(tmp_path, MANIFEST, FILES)
    with pytest.raises(FileExistsError):
        bundle.write(tmp_path, MANIFEST, FILES)
    made.path.unlink()
    made.path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExistsError):
        bundle.write(tmp_path, MANIFEST, FILES)
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/passwd", "a//b", "./a", "a\nb", "C:x", "a\\..\\b", ""])
def test_a_name_that_leads_elsewhere(name: str) -> None:
    """A name that leads out of the bundle, on any system, is refused."""
    with pytest.raises(ValueError, match="lead out"):
        bundle.pack(MANIFEST, {name: b""})


def test_what_was_made_is_found(tmp_path: Path) -> None:
    """The bundles of a run are found, the newest first; a changed one and another run's are not."""
    first = bundle.write(tmp_path, MANIFEST, FILES)
    second = bundle.write(tmp_path, MANIFEST.model_copy(update={"made_at": TAKEN.replace(year=2027)}), {})
    bundle.write(tmp_path, MANIFEST.model_copy(update={"run": "7f3a0002"}), {})
    assert [one.sha256 for one in bundle.made(tmp_path, "7f3a0001")] == [second.sha256, first.sha256]
    second.path.write_bytes(second.path.read_bytes()[:-1])
    assert [one.sha256 for one in bundle.made(tmp_path, "7f3a0001")] == [first.sha256]
