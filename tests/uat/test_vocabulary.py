"""A partner's own kinds: files beside the checklist whose names are words in it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

import tvox_uat
from tests.pages import ROOT, blocks
from tests.uat.test_plugin import Desk, desk
from tests.uat.writing import HEAD, ONE, loaded, refused
from uat.checklist import load
from uat.model import Outcome, Phase
from uat.vocabulary import Vocabulary

__all__ = ["desk"]

PAGE = ROOT / "docs" / "own-kind.md"
(KIND,) = [block.text for block in blocks("python", PAGE)]
(LIST,) = [block.text for block in blocks("yml", PAGE)]
FAX = "checks:\n  - id: A\n    fax_queue: {folder: /x}\n    expect: {exists: true}\n"


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    """Leave nothing of a test's kinds to the next one."""
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if name.startswith("uat_own_kind."):
            del sys.modules[name]


def put(folder: Path, text: str = KIND, name: str = "fax_queue.py") -> Path:
    """Write a kind beside the checklists of a folder."""
    file = folder / "checks" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def test_the_documented_kind_is_a_word(tmp_path: Path) -> None:
    """The documented file makes its word valid in the documented checklist; the checklist knows the file's digest."""
    file = put(tmp_path)
    (tmp_path / "acme.yaml").write_text(LIST, "utf-8")
    made = load(tmp_path / "acme.yaml")
    assert [(check.kind, check.moves) for check in made.checks] == [("fax_queue", ("waiting", "oldest_minutes"))]
    assert [(one.word, one.sha256) for one in made.own_kinds] == [
        ("fax_queue", sha256(file.read_bytes()).hexdigest())
    ]


def test_a_base_brings_its_kinds(tmp_path: Path) -> None:
    """A file that is extended from another folder brings the kinds beside it."""
    put(tmp_path / "common")
    (tmp_path / "common" / "all.yaml").write_text(FAX, "utf-8")
    made = loaded(tmp_path, f"extends: common/all.yaml\n{HEAD}")
    assert [one.word for one in made.own_kinds] == ["fax_queue"]


def test_never_from_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of that name where somebody happens to stand is not looked into, nor any path of Python's."""
    put(tmp_path / "elsewhere")
    (tmp_path / "list").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    before = list(sys.path)
    assert any("'fax_queue'" in one for one in refused(tmp_path / "list", HEAD + FAX))
    assert sys.path == before


def test_the_digest_covers_the_code(tmp_path: Path) -> None:
    """Another version of a kind that is used is another checklist; one that is not used changes nothing."""
    put(tmp_path)
    first = loaded(tmp_path, HEAD + FAX).sha256
    put(tmp_path, KIND.replace("_queue", "_other"), name="fax_other.py")
    assert loaded(tmp_path, HEAD + FAX).sha256 == first
    put(tmp_path, f"{KIND}\n# changed\n")
    assert loaded(tmp_path, HEAD + FAX).sha256 != first


def test_what_was_read_is_what_looks(tmp_path: Path) -> None:
    """A file that changes after the checklist was read does not change the kind; its folder stays as it was."""
    file = put(tmp_path)
    made = loaded(tmp_path, HEAD + FAX)
    file.write_text("raise SystemExit", "utf-8")
    assert Vocabulary(own=made.own_kinds).load("fax_queue").MOVES == ("waiting", "oldest_minutes")
    assert [path.name for path in file.parent.iterdir()] == ["fax_queue.py"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("service.py", "checks/service.py:1:1: 'service' cannot be the word of an own kind: the project has a kind"),
        ("expect.py", "checks/expect.py:1:1: 'expect' cannot be the word of an own kind: a check has a field"),
        ("python.py", "checks/python.py:1:1: 'python' cannot be the word of an own kind"),
        ("Fax-Queue.py", "checks/Fax-Queue.py:1:1: 'Fax-Queue' cannot be the word of an own kind: small letters"),
    ],
)
def test_words_that_are_refused(tmp_path: Path, name: str, said: str) -> None:
    """A word that means something already is never replaced; what is no word is said."""
    put(tmp_path, name=name)
    (problem,) = refused(tmp_path, HEAD + ONE)
    assert problem.startswith(said)


def test_two_folders_with_one_word(tmp_path: Path) -> None:
    """The same word in two folders is refused, with the other file's name."""
    put(tmp_path)
    put(tmp_path / "common")
    (tmp_path / "common" / "all.yaml").write_text(FAX, "utf-8")
    (problem,) = refused(tmp_path, f"extends: common/all.yaml\n{HEAD}")
    assert problem.startswith("checks/fax_queue.py:1:1:")
    assert "common/checks/fax_queue.py" in problem


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("class Inputs", "class Input", "1:1: this kind has no class 'Inputs' that is a uat.model.Record"),
        ("class Observed(Record)", "class Observed", "1:1: this kind has no class 'Observed'"),
        ("def observe", "def look", "1:1: this kind has no function 'observe(inputs, probe)'"),
        ('"waiting", "oldest', '"wating", "oldest', "1:1: MOVES: 'wating' is no property of Observed"),
        ('("waiting", "oldest_minutes")', '"waiting"', "1:1: MOVES is no tuple of properties"),
        ("import quote", "import qoute", "13:1: this kind cannot be imported: ImportError: cannot import name"),
        ("def observe(", "def observe(:", "37:1: this kind cannot be imported: SyntaxError"),
        ("from shlex import quote", "raise SystemExit(3)", "13:1: this kind cannot be imported: SystemExit: 3"),
    ],
)
def test_files_that_are_no_kind(tmp_path: Path, old: str, new: str, said: str) -> None:
    """A file that lacks a part or cannot be imported is a mistake of the checklist, with its line, used or not."""
    assert old in KIND
    put(tmp_path, KIND.replace(old, new))
    (problem,) = refused(tmp_path, HEAD + ONE)
    assert problem.startswith(f"checks/fax_queue.py:{said}")


def test_it_says_what_it_is_for(tmp_path: Path) -> None:
    """A kind without a docstring is refused: nobody could explain it."""
    put(tmp_path, KIND.split('"""', 2)[2])
    (problem,) = refused(tmp_path, HEAD + ONE)
    assert "docstring" in problem


def test_the_commands_know_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """lint, show, kinds and schema know the word when the checklist is named, and only then."""
    put(tmp_path)
    path = tmp_path / "acme.yaml"
    path.write_text(HEAD + FAX, "utf-8")
    assert tvox_uat.main(["lint", str(path)]) == 0
    assert tvox_uat.main(["show", str(path)]) == 0
    assert tvox_uat.main(["kinds", "fax_queue", "--checklist", str(path)]) == 0
    assert "where the faxes wait, from the root" in capsys.readouterr().out
    assert tvox_uat.main(["schema", "--checklist", str(path)]) == 0
    assert "where the faxes wait, from the root" in capsys.readouterr().out
    assert tvox_uat.main(["kinds", "fax_queue"]) == 2


def test_a_session_looks_by_it(desk: Desk, tmp_path: Path) -> None:
    """Over a real sshd the check is green in pre, both pages have it, journal and page name the file."""
    shutil.rmtree(tmp_path / "spool", ignore_errors=True)
    (tmp_path / "spool").mkdir()
    (tmp_path / "spool" / "one.tif").write_bytes(b"II*")
    put(desk.folder / "checklists")
    check = f"  - {{id: FAX-1, title: Faxes go out, fax_queue: {{folder: '{tmp_path}/spool'}}, "
    desk.write(check + "expect: {exists: true, waiting: 1}}\n")
    ended = desk.run()
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert desk.outcomes() == {"FAX-1": Outcome.PASSED}
    (run,) = desk.runs()
    assert run.of(Phase.PRE)["FAX-1"].evidence
    assert [(one.word, one.path) for one in run.header.checklist.own_kinds] == [
        ("fax_queue", "checklists/checks/fax_queue.py")
    ]
    for page in ("pre.html", "session.html"):
        (path,) = desk.folder.glob(f"evidence/*/*/*/{page}")
        assert "FAX-1" in path.read_text("utf-8")
    (path,) = desk.folder.glob("evidence/*/*/*/pre.html")
    (own,) = run.header.checklist.own_kinds
    assert own.sha256 in path.read_text("utf-8")
