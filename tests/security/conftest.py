"""Fixtures of the tests of security: an engineer's desk."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.security.desk import Desk
from tests.sshd import Sshd


@pytest.fixture
def desk(sshd: Sshd, tmp_path: Path) -> Desk:
    """A desk with a checklist of one check; the machine is not trusted yet."""
    made = Desk(folder=tmp_path / "desk", server=sshd)
    made.home.mkdir(parents=True)
    made.write()
    return made
