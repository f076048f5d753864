"""``tvox-uat init``."""

from __future__ import annotations

import builtins
import re
import sys
from pathlib import Path

import pytest

import tvox_uat
from tests.uat.test_customer_file import INTERVIEW, STANDARD
from uat.checklist import load
from uat.round_trip import draft

FILE = Path("checklists/acme-spa.yaml")
INIT = ["init", "--customer", "ACME S.p.A."]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a small standard list."""
    (tmp_path / "checklists").mkdir()
    (tmp_path / "checklists/standard.yaml").write_text(STANDARD, "utf-8")
    (tmp_path / "checklists/interview.yaml").write_text(INTERVIEW, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    return tmp_path


def text() -> str:
    """Read what was written."""
    return FILE.read_text("utf-8")


@pytest.mark.parametrize("language", ["it", "en"])
def test_nothing_is_known(language: str) -> None:
    """Without a terminal nothing is asked; what is written is right as it stands, and discover keeps it so."""
    assert tvox_uat.main([*INIT, "--language", language]) == 0
    made = load(FILE)
    assert (made.customer, made.language, len(made.checks)) == ("ACME S.p.A.", language, 4)
    assert text().startswith("# yaml-language-server: $schema=schema.json\n")
    assert Path("checklists/schema.json").exists()
    assert draft(text(), name="x").text() == text()


def test_every_variable_stands_there() -> None:
    """Each variable has its line, in the order of the files, below its description; licences have theirs."""
    tvox_uat.main(INIT)
    lines = [line.strip() for line in text().splitlines()]
    names = ("# main_number:", "# page_seconds: 3", "# trunks:   # un elenco, una riga per ognuno", "# last:")
    assert sorted(map(lines.index, names)) == [lines.index(name) for name in names]
    assert lines[lines.index("# main_number:") - 1] == "# il numero"
    assert "#   - {id: ..., name: ..., path: ...}" in lines
    assert "# units   (lo scrive tvox-uat discover)" in lines
    assert "# FAX: false" in lines


def test_what_is_commented_out_is_right() -> None:
    """Taking the # away from machine, night and contacts makes a list that is right, but for the patch's hash."""
    tvox_uat.main(INIT)
    head, skeleton, rest = re.split(r"(?=# -+ La macchina)|(?=# -+ Che cosa)", text())
    bare = re.sub(r"(?m)^  # ", "  ", skeleton).replace("sha256: ...", f"sha256: {'0' * 64}")
    FILE.write_text(head.replace("# change", "change") + bare + rest, "utf-8")
    made = load(FILE)
    assert made.upgrade.window
    assert [patch.release for patch in made.upgrade.patches] == ["22.0.17"]
    assert made.system.hypervisor["manual"]["vm"] == "TVOX1"
    assert (made.change, made.system.web) == ("CHG0042", "pbx.acme.it")
    assert set(made.contacts) == {"telenia", "customer"}


def test_answers(tmp_path: Path) -> None:
    """A file of answers is written into the list; what it does not say stays a comment."""
    (tmp_path / "a.yaml").write_text(
        "main_number: '0612'\ntrunks:\n  - {id: ti, name: 'TI: 1', path: occ}\n", "utf-8"
    )
    assert tvox_uat.main([*INIT, "--answers", "a.yaml"]) == 0
    assert "  main_number: 0612\n" in text()
    assert "TEL-02.ti" in {check.id for check in load(FILE).checks}
    assert "  # last:\n" in text()


def test_wrong_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An answer to no question is a mistake, and nothing is written."""
    (tmp_path / "a.yaml").write_text("main_nunber: 1\n", "utf-8")
    assert tvox_uat.main([*INIT, "--answers", "a.yaml"]) == 2
    assert "main_nunber" in capsys.readouterr().err
    assert not FILE.exists()


def test_never_written_over(capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is there is not touched, whatever is asked."""
    FILE.write_text("mio", "utf-8")
    assert tvox_uat.main(INIT) == 2
    assert text() == "mio"
    assert "--to" in capsys.readouterr().err


class Keyboard:
    """A terminal at which somebody types."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *typed: str) -> None:
        self.lines = list(typed)
        monkeypatch.setattr(builtins, "input", self)
        monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)

    def __call__(self, question: str) -> str:
        """Type the next line, then Ctrl-C."""
        if not self.lines:
            raise KeyboardInterrupt
        return self.lines.pop(0)


def test_interview(monkeypatch: pytest.MonkeyPatch) -> None:
    """At a terminal each variable is asked, and the answers are written."""
    Keyboard(monkeypatch, "0457777777", "", "", "fine")
    assert tvox_uat.main(INIT) == 0
    assert "  main_number: 0457777777\n" in text()
    assert "  last: fine\n" in text()
    assert "  # page_seconds: 3\n" in text()


def test_ctrl_c(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C writes what was answered, and says that there is more."""
    Keyboard(monkeypatch, "0457777777")
    assert tvox_uat.main(INIT) == 1
    assert "  main_number: 0457777777\n" in text()
    assert "le risposte date finora" in capsys.readouterr().out
    assert load(FILE)
