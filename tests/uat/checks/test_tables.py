"""Each kind against what CentOS 6, CentOS 7, AlmaLinux 8 and Debian 12 print; the rows are in tables/."""

from __future__ import annotations

import time
from types import ModuleType

import pytest

from tests.uat.checks.recording import Recording, Row
from uat import registry
from uat.errors import ObservationError
from uat.model import Limits, System
from uat.probe import Probe

SYSTEMS = {"CentOS 6", "CentOS 7", "AlmaLinux 8", "Debian 12"}
TABLES = registry.names("tests.uat.checks.tables")
ROWS = [(word, row) for word in TABLES for row in registry.load("tests.uat.checks.tables", word).ROWS]


def look(word: str, row: Row) -> tuple[object, Recording]:
    """Let a kind look at a recorded machine; give what it observed and what it asked."""
    kind: ModuleType = registry.load("uat.checks", word)
    recording = Recording(answers=row.answers)
    probe = Probe(connection=recording, system=System(), limits=Limits())
    return kind.observe(kind.Inputs.model_validate(row.inputs), probe), recording


@pytest.mark.parametrize(("word", "row"), ROWS, ids=[f"{word}-{row.system}-{row.fact}" for word, row in ROWS])
def test_row(word: str, row: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a machine prints becomes what is observed, or the reason why nothing can be; nothing else is asked."""
    if row.now is not None:
        monkeypatch.setattr(time, "time", lambda: row.now)
    if row.error is not None:
        with pytest.raises(ObservationError) as caught:
            look(word, row)
        assert row.error in str(caught.value)
        return
    observed, recording = look(word, row)
    assert observed.model_dump(mode="json") == row.observed
    assert recording.asked == list(row.answers)


@pytest.mark.parametrize("word", TABLES)
def test_every_system_has_its_row(word: str) -> None:
    """Each kind that asks the machine has rows of all four systems."""
    assert {row.system for row in registry.load("tests.uat.checks.tables", word).ROWS} == SYSTEMS


@pytest.mark.parametrize(("word", "row"), ROWS, ids=[f"{word}-{row.system}-{row.fact}" for word, row in ROWS])
def test_source_is_named(word: str, row: Row) -> None:
    """Each row says where its answers are from, and only Debian 12 and public recordings are called recorded."""
    kind, _, place = row.source.partition(": ")
    assert kind in ("recorded", "documented")
    assert place
