"""`tvox-uat kinds`: what can be checked, from the kinds' own files."""

from __future__ import annotations

import pytest

import tvox_uat
from uat import registry
from uat.kinds import every_kind, one_kind, unit_of
from uat.vocabulary import Vocabulary

KINDS = registry.names("uat.checks")


def test_every_kind_has_its_sentence() -> None:
    """One line a kind, each with what it is for."""
    assert [line.split()[0] for line in every_kind(Vocabulary())] == list(KINDS)
    assert all(line.rstrip().endswith(".") for line in every_kind(Vocabulary()))


@pytest.mark.parametrize("word", KINDS)
def test_a_kind_tells_all(word: str) -> None:
    """Every field that a kind takes and observes is there, and its example."""
    kind, text = registry.load("uat.checks", word), "\n".join(one_kind(word, Vocabulary()))
    names = [field.alias or name for one in (kind.Inputs, kind.Observed) for name, field in one.model_fields.items()]
    assert [name for name in names if f"\n  {name} " not in text] == []
    assert "\n  - id: " in text.partition("\nexample\n")[2].join(["\n", ""])


def test_types_units_and_defaults() -> None:
    """A field says its type and unit, whether it must be written, its default, and what changes by itself."""
    text = " ".join(" ".join(one_kind("http", Vocabulary())).split())
    assert "method GET, HEAD, POST default: GET" in text
    assert "url text required" in text
    assert "seconds number, seconds the whole exchange with its redirects; changes by itself" in text
    assert "deadline duration, such as 30s" in " ".join(" ".join(one_kind("command", Vocabulary())).split())


@pytest.mark.parametrize(
    ("name", "unit"), [("size_bytes", "bytes"), ("free_percent", "%"), ("days_left", "days"), ("count", "")]
)
def test_units(name: str, unit: str) -> None:
    """A property's name carries its unit."""
    assert unit_of(name) == unit


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    """A word that is no kind is told with the nearest one."""
    assert tvox_uat.main(["kinds"]) == 0
    assert tvox_uat.main(["kinds", "servce"]) == 2
    assert "did you mean 'service'?" in capsys.readouterr().err
