"""The records: strict, frozen, and the same after a journey through JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from uat import checklist
from uat.model import (
    Check,
    Checklist,
    Header,
    InvalidRecord,
    Outcome,
    Phase,
    Result,
    Run,
    Source,
    parse_duration,
)

EXAMPLE = Path(__file__).parents[2] / "checklists" / "example-customer.yaml"
HERE = Source(file="a.yaml", line=3, column=5)
NOW = datetime(2026, 11, 28, 21, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("500ms", 0.5), ("30s", 30), ("3m", 180), ("1h30m", 5400), ("1h 30m", 5400), ("7d", 604800), ("1.5s", 1.5)],
)
def test_duration(written: str, seconds: float) -> None:
    """A duration is read by its unit."""
    assert parse_duration(written) == seconds


@pytest.mark.parametrize("written", ["3", "", "m", "3 minutes", "3mm", "-3m", "3m!", "true"])
def test_no_duration(written: str) -> None:
    """A duration without its unit is refused: 3 what?"""
    with pytest.raises(ValueError, match="is not a duration"):
        parse_duration(written)


def test_strict() -> None:
    """A record takes no unknown field and cannot be changed."""
    with pytest.raises(InvalidRecord):
        Source.model_validate({"file": "a", "row": 1})
    with pytest.raises(InvalidRecord):
        HERE.line = 4


def test_source() -> None:
    """A place prints as editors and compilers write it."""
    assert str(HERE) == "a.yaml:3:5"


def test_words() -> None:
    """A title in a language that it lacks is given in one that it has, else the id stands for it."""
    check = Check(id="A", title={"it": "Prova"}, kind="clock", inputs={}, source=HERE)
    assert [check.words("it"), check.words("en")] == ["Prova", "Prova"]
    assert check.model_copy(update={"title": {}}).words("it") == "A"


def test_journey() -> None:
    """A whole checklist comes back from JSON as it went in."""
    made = checklist.load(EXAMPLE)
    assert Checklist.model_validate_json(made.model_dump_json()) == made


def test_last_result_counts() -> None:
    """Of several results of one check in one phase the last one written counts."""
    header = Header(
        id="1",
        phase=Phase.PRE,
        started_at=NOW,
        operator="",
        tool="",
        checklist=Checklist(customer="A"),
        planned={},
    )
    results = [
        Result(check_id="A", phase=phase, outcome=outcome, started_at=NOW)
        for phase, outcome in [
            (Phase.PRE, Outcome.FAILED),
            (Phase.PRE, Outcome.PASSED),
            (Phase.POST, Outcome.ERROR),
        ]
    ]
    found = Run(header=header, results=tuple(results)).of(Phase.PRE)
    assert {id: result.outcome for id, result in found.items()} == {"A": Outcome.PASSED}
