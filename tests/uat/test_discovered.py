"""The file that discovery writes, and what it keeps of a person's work."""

from __future__ import annotations

from pathlib import Path

import pytest

from uat.discover import Looked, Survey
from uat.discovered import Made, State, Wording, known, read, written
from uat.language.layers import LISTS
from uat.lint import lint
from uat.proposal import Found, Proposal, by_id

WORDING = Wording(
    head="Trovato su ACME",
    seen="2026-11-25:",
    gone="non più trovato il 2026-11-25",
    gone_beginning="non più trovato il ",
    refused="non proposto:",
    failed="non guardato:",
    proposed="Proposto finora:",
)


def unit(name: str) -> Proposal:
    """Propose a service."""
    return Proposal(
        about=name,
        title={"it": f"Il servizio {name}", "en": f"The service {name}"},
        area="machine_services",
        kind="service",
        inputs={"name": name},
        expect={"running": True},
    )


def survey(*names: str, failed: dict[str, str] | None = None, rows: tuple[str, ...] | None = None) -> Survey:
    """Find services."""
    units = tuple({"id": name, "unit": name} for name in (names if rows is None else rows))
    return Survey(
        found={"unit": Found(proposals=tuple(map(unit, names)), rows={"units": units})}, failed=failed or {}
    )


def discover(path: Path, surveyed: Survey) -> Made:
    """Do what the command does, but for the look."""
    state: State | None = read(path)
    have = known(state, name="x")
    new = [
        (word, id, one) for word, found in surveyed.found.items() for id, one in by_id(word, found) if id not in have
    ]
    looked = [Looked(source=word, id=id, proposal=one, seen="running: true") for word, id, one in new]
    made = written(state, surveyed, looked, wording=WORDING, name="x")
    path.write_text(made.text, encoding="utf-8")
    return made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file that discovery wrote, of two services."""
    discover(tmp_path / "acme-discovered.yaml", survey("asterisk", "nginx"))
    return tmp_path / "acme-discovered.yaml"


def test_new(path: Path) -> None:
    """A new file is a base that the language takes, with each check below what was seen."""
    finding = lint(path)
    assert (finding.count, finding.is_base, finding.problems) == (2, True, ())
    assert "  # 2026-11-25: running: true\n  - id: DISC-UNIT-asterisk\n" in path.read_text("utf-8")
    assert path.read_text("utf-8").startswith("# yaml-language-server: $schema=schema.json\n# Trovato su ACME\n")


def test_nothing_found(tmp_path: Path) -> None:
    """A machine of which nothing could be told still makes a file that the language takes."""
    discover(tmp_path / "x.yaml", Survey(failed={"unit": "no\nword"}))
    assert lint(tmp_path / "x.yaml").problems == ()
    assert "#: non guardato: unit: no word\n" in (tmp_path / "x.yaml").read_text("utf-8")


def test_again(path: Path) -> None:
    """A machine that is as it was leaves the file as it was, to the byte."""
    before = path.read_bytes()
    made = discover(path, survey("asterisk", "nginx"))
    assert path.read_bytes() == before
    assert (made.added, made.gone, made.back) == ((), (), ())


def test_edits_stay(path: Path) -> None:
    """Whatever a person changes, adds and notes stays as it is, while what is new comes below it."""
    edited = path.read_text("utf-8")
    edited = edited.replace(
        "severity: major\n    service: {name: nginx}",
        "severity: blocker   # parola di Rossi\n    service:\n      name: nginx",
    )
    edited = edited.replace(
        "checks:\n", "checks:\n  # i nostri\n  - id: ACME-01\n    clock:\n    expect: {synchronised: true}\n\n"
    )
    path.write_text(edited, "utf-8")
    made = discover(path, survey("asterisk", "mysqld", "nginx"))
    text = path.read_text("utf-8")
    lost = [line for line in edited.splitlines() if line not in text and not line.startswith("#:")]
    assert lost == []
    assert made.added == ("units/mysqld", "DISC-UNIT-mysqld")
    assert text.index("DISC-UNIT-nginx") < text.index("  - id: DISC-UNIT-mysqld") < text.index("#:")
    assert lint(path).count == 4


def test_deleted(path: Path) -> None:
    """A check and a row that a person took out do not come back, until their names are deleted from the list."""
    text = path.read_text("utf-8")
    start = text.index("  # 2026-11-25: running: true\n  - id: DISC-UNIT-nginx")
    cut = text[:start] + text[text.index("#:") :]
    cut = cut.replace("    - {id: nginx, unit: nginx}\n", "")
    path.write_text(cut, "utf-8")
    assert discover(path, survey("asterisk", "nginx")).added == ()
    assert "  - id: DISC-UNIT-nginx" not in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace("DISC-UNIT-nginx", "").replace("units/nginx", ""), "utf-8")
    assert discover(path, survey("asterisk", "nginx")).added == ("units/nginx", "DISC-UNIT-nginx")


def test_gone_and_back(path: Path) -> None:
    """What is no longer there is marked once, and the mark goes when it is there again."""
    before = path.read_text("utf-8")
    assert discover(path, survey("nginx")).gone == ("DISC-UNIT-asterisk", "asterisk")
    marked = path.read_text("utf-8")
    assert "  # non più trovato il 2026-11-25\n  - id: DISC-UNIT-asterisk\n" in marked
    assert "    # non più trovato il 2026-11-25\n    - {id: asterisk, unit: asterisk}\n" in marked
    assert discover(path, survey("nginx")).gone == ()
    assert path.read_text("utf-8") == marked
    assert set(discover(path, survey("asterisk", "nginx")).back) == {"DISC-UNIT-asterisk", "asterisk"}
    assert path.read_text("utf-8") == before
    assert lint(path).problems == ()


def test_own_rows(path: Path) -> None:
    """A row that a person added is theirs: that discovery does not find it says nothing."""
    own = "  units:\n    - {id: nostro, unit: nostro}\n"
    path.write_text(path.read_text("utf-8").replace("  units:\n", own), "utf-8")
    assert discover(path, survey("asterisk", "nginx")).gone == ()
    assert own in path.read_text("utf-8")


def test_two_rows_of_one_id(tmp_path: Path) -> None:
    """Of two things whose names make the same id, one is a row."""
    made = discover(tmp_path / "x.yaml", survey("a", rows=("a", "a")))
    assert made.added == ("units/a", "DISC-UNIT-a")
    assert lint(tmp_path / "x.yaml").problems == ()


def test_a_silent_source_marks_nothing(path: Path) -> None:
    """What could not be looked at has not vanished."""
    made = discover(path, Survey(failed={"unit": "no answer within 30 s"}))
    assert made.gone == ()
    assert "#: non guardato: unit: no answer within 30 s" in path.read_text("utf-8")


def test_present_is_not_gone(path: Path) -> None:
    """What is there, but not worth proposing any more, has not vanished."""
    found = Found(proposals=(unit("nginx"),), present=("asterisk",))
    assert discover(path, Survey(found={"unit": found})).gone == ()


def test_refused(tmp_path: Path) -> None:
    """What does not hold now stands in the list at the end with its reason, and is proposed when it holds."""
    path = tmp_path / "x.yaml"
    one = Looked(source="unit", id="DISC-UNIT-a", proposal=unit("a"), refused="running: false")
    made = written(None, survey("a", rows=()), [one], wording=WORDING, name="x")
    path.write_text(made.text, "utf-8")
    assert "#: non proposto: DISC-UNIT-a: running: false\n" in made.text
    assert discover(path, survey("a", rows=())).added == ("DISC-UNIT-a",)
    assert "non proposto" not in path.read_text("utf-8")


def test_other_sections(path: Path) -> None:
    """Sections that a person has written below the checks stay below them."""
    text = path.read_text("utf-8")
    tail = text.index("#:")
    path.write_text(f"{text[:tail]}# nostri\n{LISTS[0]}: []\n\n{text[tail:]}", "utf-8")
    discover(path, survey("asterisk", "mysqld", "nginx"))
    assert path.read_text("utf-8").index("DISC-UNIT-mysqld") < path.read_text("utf-8").index("skip: []")
    assert lint(path).count == 3


def test_texts(path: Path) -> None:
    """A variable's value is given once, and what a person writes instead stays."""
    surveyed = Survey(found={"database": Found(texts={"config_database": "ast_callcenter"})})
    assert discover(path, surveyed).added == ("config_database",)
    path.write_text(
        path.read_text("utf-8").replace("config_database: ast_callcenter", "config_database: altro"), "utf-8"
    )
    assert discover(path, surveyed).added == ()
    assert "config_database: altro" in path.read_text("utf-8")
