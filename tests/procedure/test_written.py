"""The answers of the night before: a small language in English and in the checklist's own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from procedure.preflight import conditions, questions
from procedure.written import read_written
from reports.words import speak
from uat.errors import ChecklistError
from uat.model import Checklist
from uat.options import check_answers

ENGLISH = """
answered_by: M. Rossi
preflight:
  role: stand_alone
  customisations: {answer: agreed, note: case 4711}
  licence: yes
  mcs: 22.1.0
  keep: 72h
  console: {answer: no, answered_by: G. Verdi}
"""
ITALIAN = """
answered_by: M. Rossi
preflight:
  role: singolo
  customisations: {answer: concordate, note: case 4711}
  licence: sì
  mcs: 22.1.0
  keep: 72h
  console: {answer: no, answered_by: G. Verdi}
"""


def written(folder: Path, text: str, language: str = "it") -> dict[str, tuple[str, str, str]]:
    path = folder / "answers.yaml"
    path.write_text(text, "utf-8")
    given = read_written(path, questions(), speak(language).section("ask"))
    return {name: (said.answer, said.note, said.answered_by) for name, said in given.items()}


@pytest.mark.parametrize(("text", "language"), [(ENGLISH, "it"), (ENGLISH, "en"), (ITALIAN, "it")])
def test_answers_in_both_languages(text: str, language: str, tmp_path: Path) -> None:
    """English words count everywhere, those of the checklist's language as well; a name may stand with an answer."""
    assert written(tmp_path, text, language) == {
        "role": ("stand_alone", "", "M. Rossi"),
        "customisations": ("agreed", "case 4711", "M. Rossi"),
        "licence": ("yes", "", "M. Rossi"),
        "mcs": ("22.1.0", "", "M. Rossi"),
        "keep": ("72h", "", "M. Rossi"),
        "console": ("no", "", "G. Verdi"),
    }


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("licence: perhaps", "3:12: unknown answer 'perhaps'"),
        ("licence:", "3:3: unknown answer ''"),
        ("licenze: yes", "3:3: unknown question of the preflight 'licenze'; did you mean 'licence'"),
        ("identity: yes", "3:3: unknown question of the preflight 'identity'"),
        ("customisations: agreed", "3:19: 'agreed' counts only with a note"),
        ("keep: forever", "3:9: unknown answer 'forever'"),
        ("mcs: {answer: none, notes: x}", "3:23: unknown field 'notes'; did you mean 'note'"),
        ("licence: [yes]", "3:12: "),
    ],
)
def test_a_mistake_is_named_with_its_place(line: str, said: str, tmp_path: Path) -> None:
    """Every mistake has file, line and column, and the nearest right word."""
    with pytest.raises(ChecklistError) as error:
        written(tmp_path, f"answered_by: M. Rossi\npreflight:\n  {line}\n")
    assert f"answers.yaml:{said}" in str(error.value)


def test_an_answer_without_a_name(tmp_path: Path) -> None:
    """An answer that nobody gave is none."""
    with pytest.raises(ChecklistError, match="answered_by"):
        written(tmp_path, "preflight:\n  licence: yes\n")


def test_the_section_is_none_of_the_checks(tmp_path: Path) -> None:
    """What is answered for the preflight is no mistake among the answers of the checks."""
    path = tmp_path / "answers.yaml"
    path.write_text(ENGLISH, "utf-8")
    check_answers(str(path), Checklist(customer="ACME"))


def test_a_file_without_the_section(tmp_path: Path) -> None:
    """Nothing answered is nothing written."""
    assert written(tmp_path, "answers: {A-1: passed}\nanswered_by: M. Rossi\n") == {}


PAGE = (Path(__file__).parents[2] / "docs" / "preflight.md").read_text("utf-8")


def test_the_documented_answers_can_be_read(tmp_path: Path) -> None:
    """The file in the documentation is one that works."""
    (block,) = re.findall(r"^```\n(answered_by.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert written(tmp_path, block)["keep"] == ("24h", "poco spazio sul datastore", "G. Verdi")


def test_the_documentation_names_every_condition() -> None:
    """The table has a row for each condition, in the order in which they are looked at."""
    assert tuple(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)) == conditions()
