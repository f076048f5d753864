"""`tvox-uat show`: the resolved list, each field with the place it came from."""

from __future__ import annotations

from pathlib import Path

import pytest

import tvox_uat
from uat.show import show

BASE = """variables:
  unit: {description: the service, default: asterisk}
  trunks: {description: the trunks}
checks:
  - id: A
    area: Base
    service: {name: "{unit}"}
    expect: {running: true}
  - {id: B, each: trunks, manual: {do: "Call {row}", see: it rings}}
  - {id: C, manual: {do: x, see: y}}
"""
ACME = """extends: base
customer: ACME
variables:
  trunks: [{id: one}]
skip:
  - {id: C, reason: no fax}
checks:
  - id: A
    severity: blocker
"""


def shown(folder: Path, **variables: str) -> list[list[str]]:
    """Show a customer's checklist; give its lines without the folder, cut where there are two blanks."""
    (folder / "base.yaml").write_text(BASE)
    (folder / "acme.yaml").write_text(ACME)
    lines = "\n".join(show(folder / "acme.yaml", variables)).replace(f"{folder}/", "").splitlines()
    return [[part.strip() for part in line.split("  ") if part.strip()] for line in lines]


def test_each_field_has_its_place(tmp_path: Path) -> None:
    """A field says the file and line it came from, a variable filled in; a default says that it is one."""
    found = shown(tmp_path)
    start = found.index(["A", "(acme.yaml:8)"])
    assert found[start + 1 : start + 6] == [
        ["area", "Base", "base.yaml:6"],
        ["service.name", "asterisk", "base.yaml:7"],
        ["expect.running", "true", "base.yaml:8"],
        ["severity", "blocker", "acme.yaml:9"],
        ["retry_for", "-", "default"],
    ]


def test_the_rest_of_the_file_is_shown(tmp_path: Path) -> None:
    """What stands outside the checks has its place, too."""
    found = shown(tmp_path)
    assert ["customer", "ACME", "acme.yaml:2"] in found
    assert ["variables.unit.default", "asterisk", "base.yaml:2"] in found
    assert ["skip.C.reason", "no fax", "acme.yaml:6"] in found


def test_what_is_not_looked_at_says_why(tmp_path: Path) -> None:
    """A check that is left out says its outcome and reason; a row stands at its row."""
    found = shown(tmp_path)
    assert ["C", "(base.yaml:10)", "skipped: no fax"] in found
    assert ["B.one", "(acme.yaml:4)"] in found


def test_a_given_variable_says_so(tmp_path: Path) -> None:
    """What --var gives is shown as that."""
    assert ["variables.unit", "kamailio", "--var:1"] in shown(tmp_path, unit="kamailio")


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A checklist that is wrong is not shown; the mistakes are told."""
    shown(tmp_path)
    assert tvox_uat.main(["show", str(tmp_path / "acme.yaml"), "--var=unit=x"]) == 0
    assert "service.name" in capsys.readouterr().out
    assert tvox_uat.main(["show", str(tmp_path / "acme.yaml"), "--var=unti=x"]) == 2
    assert "did you mean 'unit'?" in capsys.readouterr().err
