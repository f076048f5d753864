"""Fixtures for every test: a real sshd."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sshd import Sshd, is_available, running_sshd


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    """A running sshd that the current user logs in to with a key; it listens on 127.0.0.1 only."""
    if not is_available():
        pytest.skip("no /usr/sbin/sshd or ssh-keygen here (Debian: openssh-server, openssh-client)")
    with running_sshd(tmp_path / "sshd") as server:
        yield server
