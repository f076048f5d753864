"""The file that a customer's checklist begins as."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uat.customer_file import Bases, Parts, Question, ask, bases, check_answers, create, slug, written
from uat.errors import ChecklistError

STANDARD = """\
extends: ./interview.yaml
variables: {last: {description: alla fine}}
checks:
  - id: TEL-01
    title: "{main_number} risponde"
    licence: FAX
    manual: {do: "Chiamare {main_number} da {host}", see: Risponde}
  - id: TEL-02
    title: "{name}"
    each: trunks
    http: {url: "https://{web}/{path}"}
    expect: {status: 200, seconds: {at_most: "{page_seconds}"}}
  - id: PLT-01
    each: units
    licence: FT
    service: {name: "{unit}"}
    expect: {running: true}
  - {id: FAX-01, licence: FAX, manual: {do: Spedire, see: Arriva}}
"""
INTERVIEW = """\
variables:
  main_number: {description: {it: il numero, en: the number}}
  page_seconds: {description: quanti secondi, default: "3"}
  trunks: {description: i trunk}
  units: {description: i servizi}
checks: []
"""


@pytest.fixture
def found(tmp_path: Path) -> Bases:
    """What two small bases want to know."""
    (tmp_path / "standard.yaml").write_text(STANDARD, "utf-8")
    (tmp_path / "interview.yaml").write_text(INTERVIEW, "utf-8")
    return bases("standard", tmp_path)


def test_order(found: Bases) -> None:
    """Variables come in the order of the files, bases first; licences in that of the checks, each once."""
    assert [one.name for one in found.questions] == ["main_number", "page_seconds", "trunks", "units", "last"]
    assert list(found.licences) == ["FAX", "FT"]


def test_the_opposite_of_the_base() -> None:
    """A line of a licence says the opposite of what holds while it is a comment."""
    said = Bases(questions=(), licences={"FT": False, "FAX": True})
    parts = Parts(**dict.fromkeys(Parts.model_fields, ""))
    text = written("ACME", said, {}, language="it", extends="standard", parts=parts)
    assert "  # FT: true\n  # FAX: false" in text


def test_rows(found: Bases) -> None:
    """What stands in the rows of a variable is read off the checks that go through them."""
    assert {one.name: one.columns for one in found.questions if one.columns} == {
        "trunks": ("id", "name", "path"),
        "units": ("id", "unit"),
    }


def test_discovered(found: Bases) -> None:
    """What discovery writes is known as such."""
    assert [one.name for one in found.questions if one.is_discovered] == ["units"]


def test_words(found: Bases) -> None:
    """A description is told in the language that is asked for, or in its only one."""
    assert [one.words("en") for one in found.questions[:2]] == ["the number", "quanti secondi"]


def test_no_base(tmp_path: Path) -> None:
    """A base that is not there is said, with the nearest one."""
    (tmp_path / "acme-house.yaml").write_text("checks: []\n", "utf-8")
    with pytest.raises(ChecklistError, match="did you mean 'acme-house'"):
        bases("acme-hause", tmp_path)


def interview(found: tuple[Question, ...], *typed: str | BaseException) -> tuple[dict[str, object], list[str]]:
    """Be asked, and answer so; give the answers and what was said."""
    lines: Iterator[str | BaseException] = iter(typed)
    answers: dict[str, object] = {}
    said: list[str] = []

    def read(question: str) -> str:
        said.append(question)
        line = next(lines)
        if isinstance(line, BaseException):
            raise line
        return line

    ask(found, language="it", read=read, write=said.append, wrong="servono: {}".format, answers=answers)
    return answers, said


def test_interview(found: Bases) -> None:
    """Each variable is asked with its description; Enter leaves it out, and rows go on until Enter."""
    typed = (" 0457777777 ", "", "ti, TI 1, occ", "solo due, TI", "vf,VF,client", "", "fine")
    answers, said = interview(found.questions, *typed)
    assert answers == {
        "main_number": "0457777777",
        "trunks": [{"id": "ti", "name": "TI 1", "path": "occ"}, {"id": "vf", "name": "VF", "path": "client"}],
        "last": "fine",
    }
    assert "\nil numero" in said
    assert "  page_seconds [3]: " in said
    assert "  servono: id, name, path" in said
    assert "\ni servizi" not in said


def test_ctrl_c_loses_nothing(found: Bases) -> None:
    """What was answered before Ctrl-C is kept, a half list of rows too."""
    answers: dict[str, object] = {}
    lines = iter(["045", "", "ti, TI 1, occ"])

    def read(question: str) -> str:
        try:
            return next(lines)
        except StopIteration:
            raise KeyboardInterrupt from None

    with pytest.raises(KeyboardInterrupt):
        ask(found.questions, language="it", read=read, write=lambda _: None, wrong=str, answers=answers)
    assert answers == {"main_number": "045", "trunks": [{"id": "ti", "name": "TI 1", "path": "occ"}]}


def test_unknown_answers(found: Bases) -> None:
    """Answers to what nobody asked are a mistake, and named."""
    with pytest.raises(ValueError, match=r"a\.yaml: no such variable: main_nunber"):
        check_answers({"main_nunber": "1", "last": "x"}, found.questions, name="a.yaml")


@pytest.mark.parametrize(
    ("customer", "name"),
    [("ACME S.p.A.", "acme-spa"), ("L'Orto di Niccolò & Figli", "lorto-di-niccolo-figli"), ("東京", "customer")],
)
def test_slug(customer: str, name: str) -> None:
    """A file is named as people name files."""
    assert slug(customer) == name


@given(customer=st.text(max_size=60))
def test_slug_of_anything(customer: str) -> None:
    """Whatever a customer is called, the name is one that every system takes."""
    assert set(slug(customer)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert slug(customer).strip("-")


def test_nothing_is_written_over(tmp_path: Path) -> None:
    """A file that is there stays as it is."""
    (tmp_path / "acme.yaml").write_text("mio", "utf-8")
    with pytest.raises(FileExistsError):
        create(tmp_path / "acme.yaml", "nuovo")
    assert (tmp_path / "acme.yaml").read_text("utf-8") == "mio"
