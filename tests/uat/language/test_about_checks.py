"""Waivers and skips: which checks they are about, and until when."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.uat.writing import HEAD, loaded, refused
from uat.model import Source, Waiver
from uat.observe import waiver_of

CHECKS = "checks:\n" + "".join(
    f"  - {{id: {id}, clock: , expect: {{synchronised: true}}}}\n" for id in ("WEB-01", "WEB-02", "TEL-01")
)


def written(*waivers: tuple[str, str]) -> str:
    """Write waivers: which checks, until when."""
    entries = (f"{{id: '{id}', reason: r, approved_by: M, until: {until}}}" for id, until in waivers)
    return f"{HEAD}waivers: [{', '.join(entries)}]\n{CHECKS}"


@pytest.mark.parametrize(
    ("id", "waived"),
    [
        ("WEB-01", ["WEB-01"]),
        ("WEB-*", ["WEB-01", "WEB-02"]),
        ("*-01", ["WEB-01", "TEL-01"]),
        ("WEB-0?", ["WEB-01", "WEB-02"]),
    ],
)
def test_a_pattern_waives_several(tmp_path: Path, id: str, waived: list[str]) -> None:
    """A waiver is about one check, or about all that its pattern finds."""
    made = loaded(tmp_path, written((id, "2099-01-01")))
    assert [check.id for check in made.checks if waiver_of(check, made)] == waived


@pytest.mark.parametrize(("id", "near"), [("WEB-1", "WEB-01"), ("TEL-*-x", "TEL-01"), ("web-*", "WEB-01")])
def test_a_waiver_of_no_check_is_an_error(tmp_path: Path, id: str, near: str) -> None:
    """A waiver that matches no check is told with the nearest id."""
    (said,) = refused(tmp_path, written((id, "2099-01-01")))
    assert said.startswith(f"acme.yaml:3:16: unknown check '{id}'; ")
    assert near in said


def test_the_last_day_counts() -> None:
    """A waiver holds on its last day, and not on the next."""
    waiver = Waiver(id="A", reason="r", approved_by="M", until=date(2027, 1, 31), source=Source(file="a"))
    assert waiver.holds_on(date(2027, 1, 31))
    assert not waiver.holds_on(date(2027, 2, 1))


def test_one_that_holds_comes_first(tmp_path: Path) -> None:
    """Of several waivers one that holds counts, and of those the check's own."""
    made = loaded(tmp_path, written(("WEB-01", "2020-01-01"), ("*", "2099-01-01"), ("WEB-02", "2099-01-01")))
    found = {check.id: waiver_of(check, made) for check in made.checks}
    assert {id: one.id for id, one in found.items() if one} == {"WEB-01": "*", "WEB-02": "WEB-02", "TEL-01": "*"}
