"""Expected changes: which checks they are about, and what these expect then."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.uat.writing import HEAD, loaded, refused
from uat.model import Phase
from uat.restored import as_before

CHECKS = """variables: {new: 22.0.17}
checks:
  - {id: P-1, package: {name: tvox}, expect: {installed: true, version: {unchanged: true, at_least: "20"}}}
  - {id: P-2, package: {name: tvox}, expect: {version: 21.0.26}}
"""


def written(*changes: str) -> str:
    """Write expected changes before two checks of a package."""
    return f"{HEAD}expected_changes: [{', '.join(changes)}]\n{CHECKS}"


def due(folder: Path, *changes: str) -> dict[str, list[str]]:
    """Give what the checks expect of the version after the upgrade."""
    made = loaded(folder, written(*changes))
    return {
        check.id: [f"{one.operator} {one.operand}" for one in check.expect[Phase.POST] if one.property == "version"]
        for check in made.checks
    }


def test_a_change_takes_the_place_of_as_before(tmp_path: Path) -> None:
    """What is to change is no longer to be unchanged, or to be the old value; the rest of the check stays."""
    change = "{id: 'P-*', property: version, from: 21.0.26, to: '{new}', reason: r}"
    assert due(tmp_path, change) == {"P-1": ["at_least 20", "equals 22.0.17"], "P-2": ["equals 22.0.17"]}


def test_a_change_to_anything(tmp_path: Path) -> None:
    """What is only to be something else must be other than before."""
    change = "{id: P-1, property: version, changed: true, reason: r}"
    assert due(tmp_path, change) == {"P-1": ["at_least 20", "changed True"], "P-2": ["equals 21.0.26"]}


def test_before_the_upgrade_nothing_is_different(tmp_path: Path) -> None:
    """In pre a check expects what it did; after a rollback, too, and no change is expected any more."""
    made = loaded(tmp_path, written("{id: P-2, property: version, to: '22', reason: r}"))
    assert [one.operand for one in made.checks[1].expect[Phase.PRE]] == ["21.0.26"]
    back = as_before(made)
    assert back.expected_changes == ()
    assert back.checks[1].expect[Phase.POST] == made.checks[1].expect[Phase.PRE]


def test_one_check_may_change_in_several_properties(tmp_path: Path) -> None:
    """Of one check each property is named once; a later file has the last word on it."""
    one = "{id: P-1, property: version, to: '22', reason: r}"
    other = "{id: P-1, property: installed, to: false, reason: r}"
    base = f"expected_changes: [{one}]\n"
    made = loaded(tmp_path, f"extends: base\n{written(one.replace('22', '23'), other)}", base=base)
    assert [(change.property, change.after) for change in made.expected_changes] == [
        ("version", "23"),
        ("installed", "false"),
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("{id: P-3, property: version, to: a, reason: r}", "3:25: unknown check 'P-3'; did you mean 'P-2'?"),
        (
            "{id: P-1, property: verson, to: a, reason: r}",
            "3:20: P-1: unknown property 'verson'; did you mean",
        ),
        ("{id: P-1, property: installed, to: si, reason: r}", "3:20: P-1: true or false is due here, not 'si'"),
        ("{id: P-1, property: installed, from: si, to: 'true', reason: r}", "3:20: P-1: true or false is due here"),
        (
            "{id: P-1, property: version, reason: r}",
            "3:20: write what it changes 'from' and 'to', or",
        ),
        ("{id: P-1, property: version, to: a, changed: true, reason: r}", "3:20: write what it changes 'from'"),
        ("{id: P-1, property: version, to: a}", "3:20: 'reason' is missing"),
        ("{id: P-1, to: a, reason: r}", "3:20: 'property' is missing"),
    ],
)
def test_wrong(tmp_path: Path, change: str, said: str) -> None:
    """A change that cannot be is told at its place."""
    lines = refused(tmp_path, written(change))
    assert len(lines) == 1
    assert lines[0].startswith(f"acme.yaml:{said}")
