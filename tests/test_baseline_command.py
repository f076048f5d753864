"""``tvox-uat baseline`` on a real machine that moves."""

from __future__ import annotations

from pathlib import Path

import pytest

import tvox_uat
from tests.sshd import Sshd

CHECKLIST = """\
customer: ACME S.p.A.
language: en
checks:
  - {id: A-1, command: {run: "date +%N", reviewed_by: M. Rossi}, expect: {number: {unchanged: true}}}
  - {id: A-2, file: {path: /etc/hosts}, expect: {sha256: {unchanged: true}}}
  - {id: A-3, file: {path: /nowhere}, expect: {exists: true}, retry_for: 10m}
"""


def test_what_moves_is_proposed(sshd: Sshd, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What moved between two looks is said with its line, what stood still is counted, and nothing is tried again."""
    path = tmp_path / "acme.yaml"
    path.write_text(CHECKLIST, encoding="utf-8")
    login = (f"--tvox-host={sshd.address}", f"--identity={sshd.key}", f"--known-hosts={sshd.known_hosts}")
    assert tvox_uat.main(["baseline", str(path), "--times=2", "--every=1ms", *login]) == 0
    told = capsys.readouterr().out
    assert "A-1" in told and "number: {drift: " in told
    assert "A-2" not in told
    assert "2 checks did not move in 2 looks." in told


def test_one_look_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One look has nothing to be compared with."""
    assert tvox_uat.main(["baseline", str(tmp_path / "acme.yaml"), "--times=1"]) == 2
    assert "at least two" in capsys.readouterr().err
