"""``tvox-uat sheet``: where the document goes, and what it never writes over."""

from __future__ import annotations

from pathlib import Path

import docx
import pytest

import tvox_uat

ACME = """customer: ACME
language: it
variables: {number: "0451"}
checks:
  - {id: CALL-01, manual: {do: "Chiamare {number}", see: Squilla}}
"""


@pytest.fixture
def acme(tmp_path: Path) -> Path:
    """A customer's checklist."""
    path = tmp_path / "acme.yaml"
    path.write_text(ACME, encoding="utf-8")
    return path


def sheet(*words: str | Path) -> int:
    """Run the command."""
    return tvox_uat.main(["sheet", *map(str, words)])


def files(folder: Path) -> set[str]:
    """List all files of a folder, hidden ones too."""
    return {path.name for path in folder.iterdir()}


def test_beside_the_checklist(acme: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both documents are written beside the checklist, and their paths are said."""
    assert sheet(acme) == 0
    assert files(acme.parent) == {"acme.yaml", "acme.sheet.html", "acme.sheet.docx"}
    assert capsys.readouterr().out.splitlines() == [
        str(acme.parent / f"acme.sheet.{end}") for end in ("html", "docx")
    ]
    assert "Chiamare 0451" in (acme.parent / "acme.sheet.html").read_text(encoding="utf-8")
    assert docx.Document(str(acme.parent / "acme.sheet.docx")).tables


@pytest.mark.parametrize(
    ("words", "written"),
    [
        (["--format=html"], {"acme.sheet.html"}),
        (["--format=docx"], {"acme.sheet.docx"}),
        (["--to=out"], {"acme.sheet.html", "acme.sheet.docx"}),
        (["--to=out/per-acme"], {"per-acme.html", "per-acme.docx"}),
        (["--to=out/per-acme.docx"], {"per-acme.docx"}),
        (["--to=out/per-acme.html", "--format=html"], {"per-acme.html"}),
        (["--to=out/v1.2", "--format=html"], {"v1.2.html"}),
    ],
)
def test_where_it_goes(acme: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], written: set[str]) -> None:
    """--format says what is written, --to where: a folder, a name without its ending, or a whole name."""
    (acme.parent / "out").mkdir()
    monkeypatch.chdir(acme.parent)
    assert sheet(acme, *words) == 0
    assert files(acme.parent / "out") | files(acme.parent) - {"acme.yaml", "out"} == written


def test_never_over_what_the_customer_edited(acme: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A document that is there already is left alone, nothing is written, and it is said what to do."""
    edited = acme.parent / "acme.sheet.docx"
    edited.write_text("what the customer wrote")
    assert sheet(acme) == 1
    assert files(acme.parent) == {"acme.yaml", "acme.sheet.docx"}
    assert edited.read_text() == "what the customer wrote"
    said = capsys.readouterr().err
    assert all(word in said for word in (str(edited), "--to", "--replace"))


def test_never_through_a_link(acme: Path) -> None:
    """A link in the place of the document is replaced, and what it leads to is left alone."""
    other = acme.parent / "other"
    other.write_text("precious")
    (acme.parent / "acme.sheet.html").symlink_to(other)
    assert sheet(acme, "--format=html") == 1
    assert sheet(acme, "--format=html", "--replace") == 0
    assert other.read_text() == "precious"
    assert not (acme.parent / "acme.sheet.html").is_symlink()


def test_replace(acme: Path) -> None:
    """With --replace the document is made anew, and nothing else is left in the folder."""
    edited = acme.parent / "acme.sheet.html"
    edited.write_text("old")
    assert sheet(acme, "--replace") == 0
    assert "Chiamare 0451" in edited.read_text(encoding="utf-8")
    assert files(acme.parent) == {"acme.yaml", "acme.sheet.html", "acme.sheet.docx"}


def test_a_failed_write_leaves_the_old_one(acme: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk is full the old document is still whole, and no half of a new one lies beside it."""
    old = acme.parent / "acme.sheet.html"
    old.write_text("old")

    def fail(self: Path, target: Path) -> Path:
        raise OSError("no space left")

    monkeypatch.setattr(Path, "replace", fail)
    assert sheet(acme, "--format=html", "--replace") == 2
    assert old.read_text() == "old"
    assert files(acme.parent) == {"acme.yaml", "acme.sheet.html"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--to=x.docx", "--format=html"], "leave one of them out"),
        (["--to=x.docx", "--format=both"], "leave one of them out"),
        (["--to=nowhere/x"], "there is no folder nowhere"),
        (["--var=numbr=1"], "numbr"),
    ],
)
def test_what_cannot_be_done(
    acme: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    """A contradiction, a missing folder, an unknown variable: said, and nothing is written."""
    monkeypatch.chdir(acme.parent)
    assert sheet(acme, *words) == 2
    assert message in capsys.readouterr().err
    assert files(acme.parent) == {"acme.yaml"}


def test_language_and_variables(acme: Path) -> None:
    """--language and --var win over the file's."""
    assert sheet(acme, "--format=html", "--language=en", "--var=number=0459") == 0
    text = (acme.parent / "acme.sheet.html").read_text(encoding="utf-8")
    assert "Chiamare 0459" in text
    assert '<html lang="en">' in text


def test_a_mistake_in_the_checklist(acme: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be run is no document either: the mistake is said with its line."""
    acme.write_text(ACME.replace("see:", "se:"), encoding="utf-8")
    assert sheet(acme) == 2
    assert f"{acme}:5:" in capsys.readouterr().err
    assert files(acme.parent) == {"acme.yaml"}
