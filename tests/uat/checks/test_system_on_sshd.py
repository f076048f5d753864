"""The kinds that read what the system says of itself, over a real sshd on this computer."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.uat.checks.looking import look
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
