"""`tvox-uat lint`: everything that is wrong, each with its line and a mark under it."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

import tvox_uat
from tests.uat.test_checklist import HOSTILE
from tests.uat.writing import HEAD, ONE
from uat.lint import lines, lint

WRONG = """customer: ACME
system: {ssh: root@a, web: b}
checks:
  - id: A
    severity: bloker
    service: {name: x}
    expect: {runing: true}
"""
BASE = "checks:\n  - {id: A, http: {url: 'https://{web}/occ'}, expect: {status: 200}}\n"


def said(folder: Path, text: str | bytes) -> list[str]:
    """Lint a text; give what is printed, without the folder."""
    path = folder / "acme.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return [line.replace(f"{folder}/", "") for line in lines(lint(path))]


def test_every_mistake_with_its_line(tmp_path: Path) -> None:
    """Each mistake is told as FILE:LINE:COLUMN, then its line, then a mark under the place."""
    assert said(tmp_path, WRONG) == [
        "acme.yaml:5:15: unknown word 'bloker'; did you mean 'blocker'?",
        "  5 |     severity: bloker",
        "    |               ^",
        "acme.yaml:7:14: unknown property 'runing'; did you mean 'running'?",
        "  7 |     expect: {runing: true}",
        "    |              ^",
        "acme.yaml: 2 to mend",
    ]


def test_nothing_wrong(tmp_path: Path) -> None:
    """A checklist without a mistake says how many checks it has."""
    assert said(tmp_path, HEAD + ONE) == ["acme.yaml: 1 checks, nothing wrong"]


def test_a_base_is_a_checklist(tmp_path: Path) -> None:
    """A file that names no customer is read as a base, whose machine nobody knows yet."""
    assert said(tmp_path, BASE) == ["acme.yaml: 1 checks, nothing wrong (a base: it names no customer)"]
    assert said(tmp_path, BASE.replace("status", "sttus"))[0].endswith("did you mean 'status'?")


def test_a_long_line_is_cut_around_the_place(tmp_path: Path) -> None:
    """Of a long line the part with the mistake is shown, and the mark is under it."""
    text = f"{HEAD}contacts: {{a: {{name: '{'x' * 5000}'}}, b: {{nme: y}}}}\n{ONE}"
    _, line, mark, _ = said(tmp_path, text)
    assert len(line) < 120
    assert line[mark.index("^") :].startswith("nme")


def test_what_cannot_be_seen_is_not_printed(tmp_path: Path) -> None:
    """A line with characters that would turn the terminal around is shown without them."""
    _, line, mark, _ = said(tmp_path, "customer: a\u202eb\x1b[31m\n")
    assert line == "  1 | customer: a\u00b7b\u00b7[31m"
    assert mark.index("^") == line.index("\u00b7")


@pytest.mark.parametrize(("content", "_said"), [one[1:] for one in HOSTILE], ids=[one[0] for one in HOSTILE])
def test_hostile_files_take_little_memory(tmp_path: Path, content: str | bytes, _said: str) -> None:
    """Whatever a file holds, to refuse it takes less than 200 MB."""
    path = tmp_path / "acme.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    tracemalloc.start()
    try:
        assert lint(path).problems
        assert tracemalloc.get_traced_memory()[1] < 200_000_000
    finally:
        tracemalloc.stop()


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Several files are read at once; one mistake in any of them is exit code 1."""
    (tmp_path / "good.yaml").write_text(HEAD + ONE)
    (tmp_path / "bad.yaml").write_text(WRONG)
    assert tvox_uat.main(["lint", str(tmp_path / "good.yaml")]) == 0
    assert tvox_uat.main(["lint", str(tmp_path / "bad.yaml"), str(tmp_path / "good.yaml")]) == 1
    out = capsys.readouterr().out
    assert "2 to mend" in out
    assert out.rstrip().endswith("good.yaml: 1 checks, nothing wrong")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """A file that cannot be read is a finding like any other."""
    assert next(lines(lint(tmp_path / "none.yaml"))).endswith("none.yaml:1:1: there is no such file")
