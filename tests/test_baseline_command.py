"""``tvox-uat baseline`` on a real machine that moves."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

import tvox_uat
from tests.sshd import Sshd

CHECKLIST = """\
customer: ACME S.p.A.
language: en
checks:
  - {{id: A-1, command: {{run: "date +%N", reviewed_by: M. Rossi}}, expect: {{lines: {{unchanged: true}}}}}}
  - {{id: A-2, directory: {{path: {folder}/spool}}, expect: {{exists: true}}}}
  - {{id: A-3, file: {{path: {folder}/acme.yaml}}, expect: {{sha256: {{unchanged: true}}}}}}
  - {{id: A-5, directory: {{path: {folder}/spool}}, expect: {{files: {{unchanged: true}}}}}}
  - {{id: A-4, http: {{url: "http://127.0.0.1:1/"}}, expect: {{status: 200}}}}
"""


@pytest.fixture
def command(sshd: Sshd, tmp_path: Path) -> list[str]:
    """What is typed for a machine with a spool folder."""
    path = tmp_path / "acme.yaml"
    path.write_text(CHECKLIST.format(folder=tmp_path), encoding="utf-8")
    (tmp_path / "spool").mkdir()
    for name in ("one", "two"):
        (tmp_path / "spool" / name).touch()
    login = (f"--tvox-host={sshd.address}", f"--identity={sshd.key}", f"--known-hosts={sshd.known_hosts}")
    return ["baseline", str(path), "--every=1ms", *login]


def test_what_moves_is_proposed(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What moved is said with what to do, each in its own words; what stood still is counted."""
    monkeypatch.setattr(time, "sleep", lambda seconds: (tmp_path / "spool" / "new").touch())
    assert tvox_uat.main([*command, "--times=2"]) == 0
    told = capsys.readouterr().out
    assert "no tolerance covers it: leave it out" in told.partition("A-1")[2].partition("A-2")[0]
    assert "Write beside the kind:  moves: [files]" in told.partition("A-2")[2].partition("A-5")[0]
    assert "Write under expect:  files: {drift: 100%}" in told.partition("A-5")[2]
    assert "A-3" not in told
    assert "One check did not move in 2 looks." in told


def test_what_cannot_be_seen_each_time(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A check that could not be looked at is counted apart, not taken for one that stands still."""
    assert tvox_uat.main([*command, "--times=2"]) == 0
    assert "One check could not be looked at each time" in capsys.readouterr().out


def test_ctrl_c(command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C shows what was seen until then; after one look there is nothing to compare."""
    pauses = iter([None])

    def pause(seconds: float) -> None:
        if next(pauses, KeyboardInterrupt) is KeyboardInterrupt:
            raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", pause)
    assert tvox_uat.main([*command, "--times=5"]) == 0
    told = capsys.readouterr().out
    assert "Stopped after 2 looks." in told
    assert "A-1" in told
    assert tvox_uat.main([*command, "--times=5"]) == 1
    assert "Stopped after one look." in capsys.readouterr().out


def test_one_look_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One look has nothing to be compared with."""
    assert tvox_uat.main(["baseline", str(tmp_path / "acme.yaml"), "--times=1"]) == 2
    assert "at least two" in capsys.readouterr().err
