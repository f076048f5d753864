"""The chapters of a list, and texts by language."""

from __future__ import annotations

from pathlib import Path

import pytest

from uat.checklist import load
from uat.errors import ChecklistError
from uat.model import Checklist

HEAD = "customer: ACME\nareas:\n  telephony: {it: Telefonia, en: Telephony}\n  rete: Rete\n"
MANUAL = "manual: {do: Chiamare, see: Risponde}"


def loaded(folder: Path, checks: str, head: str = HEAD) -> Checklist:
    """Load a checklist with some checks."""
    path = folder / "acme.yaml"
    path.write_text(f"{head}checks:\n{checks}", encoding="utf-8")
    return load(path)


def problems(folder: Path, checks: str, head: str = HEAD) -> list[str]:
    """Give what is wrong, without the file's name."""
    with pytest.raises(ChecklistError) as caught:
        loaded(folder, checks, head)
    return [str(one).removeprefix(f"{folder / 'acme.yaml'}:") for one in caught.value.problems]


def test_titles_by_language(tmp_path: Path) -> None:
    """An area has a title in each language; one that says no language has that of the file."""
    made = loaded(tmp_path, f"  - {{id: A, {MANUAL}}}\n")
    assert made.areas == {"telephony": {"it": "Telefonia", "en": "Telephony"}, "rete": {"it": "Rete"}}


@pytest.mark.parametrize(
    ("said", "word"),
    [("telephony", "telephony"), ("Telefonia", "telephony"), ("Telephony", "telephony"), ("Fax", "Fax")],
)
def test_one_chapter_once(tmp_path: Path, said: str, word: str) -> None:
    """A check that says an area's title is in the same chapter as one that says its word."""
    assert loaded(tmp_path, f"  - {{id: A, area: {said}, {MANUAL}}}\n").checks[0].area == word


@pytest.mark.parametrize(
    ("titles", "message"),
    [
        ("{italian: Telefonia}", "3:15: 'italian' is no language; two letters are due, such as it or en"),
        ("{it: [Telefonia]}", "3:19: a text is due here, not a list"),
        ("[Telefonia]", "3:14: a mapping is due here, not a list"),
    ],
)
def test_no_title(tmp_path: Path, titles: str, message: str) -> None:
    """What is no text by language is said at its place."""
    head = f"customer: ACME\nareas:\n  telephony: {titles}\n"
    assert message in problems(tmp_path, f"  - {{id: A, {MANUAL}}}\n", head)


def test_steps_by_language(tmp_path: Path) -> None:
    """What a person is asked to do may be said in each language; one step may stand alone."""
    steps = "manual: {do: {it: [Chiamare il 600, Parlare], en: Call 600}, see: {it: Eco, en: Echo}}"
    inputs = loaded(tmp_path, f"  - {{id: A, {steps}}}\n").checks[0].inputs
    assert inputs["do"] == {"it": ["Chiamare il 600", "Parlare"], "en": ["Call 600"]}
    assert inputs["see"] == {"it": "Eco", "en": "Echo"}


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ("{do: {it: []}, see: x}", "at least one step must be written here"),
        ("{do: {eng: [Call]}, see: x}", "'eng' is no language; two letters are due, such as it or en"),
        ("{do: [Call, {}], see: x}", 'a text is due here, not a mapping; if it is a variable, quote it: "{name}"'),
        ("{do: Call, see: [x]}", "a text is due here, not a list"),
    ],
)
def test_no_steps(tmp_path: Path, steps: str, message: str) -> None:
    """Of what is neither a text nor one by language exactly one thing is said: what is wrong inside it."""
    assert [one.partition(": ")[2] for one in problems(tmp_path, f"  - {{id: A, manual: {steps}}}\n")] == [message]


def test_reference(tmp_path: Path) -> None:
    """A check says where it is documented what is looked at."""
    made = loaded(tmp_path, f"  - {{id: A, reference: guida 22, {MANUAL}}}\n")
    assert made.checks[0].reference == {"it": "guida 22"}
