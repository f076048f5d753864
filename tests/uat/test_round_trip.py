"""Changing a person's YAML file in one place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from uat.errors import ChecklistError
from uat.language.extends import OWN
from uat.language.yaml_marks import plain, read
from uat.round_trip import draft, inline, write

LEAVES = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=40)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(LEAVES, inner, max_size=3), max_leaves=6
)


@pytest.mark.parametrize("path", sorted(OWN.rglob("*.yaml")), ids=lambda path: path.name)
def test_nothing_changed_is_nothing_written(path: Path) -> None:
    """A file that a person wrote comes out as it went in, to the byte."""
    text = path.read_text(encoding="utf-8")
    assert draft(text, name=path.name).text() == text


@pytest.mark.parametrize(
    "text", ["0612", "22:30", "1.0", "NO", "~", "null", "2026-11-28", "0x1f", "1_000", "yes", "{a}"]
)
def test_texts_stay_texts(text: str) -> None:
    """What another YAML takes for a number, a time or a truth is written and read as the text that it is."""
    tree = draft(f"a: '{text}'\nb: {text if text != '{a}' else 'x'}\n", name="x").text()
    assert tree == f"a: '{text}'\nb: {text if text != '{a}' else 'x'}\n"


@given(value=VALUES)
@example(value="\xa0")
@example(value="?\xa0")
@example(value={"it": "C'è: 5 %, # no"})
def test_what_is_written_is_what_the_language_reads(value: object, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever a machine is made of, our own language reads it back as it was."""
    path = tmp_path_factory.getbasetemp() / "written.yaml"
    path.write_text(f"value: {inline(value)}\n", encoding="utf-8")
    assert plain(read(path, name="x").table) == {"value": value}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# mio\ncustomer: A\n", "# mio\nextends: ./b.yaml\ncustomer: A\n"),
        ("extends: standard   # la lista\ncustomer: A\n", "extends: [standard, ./b.yaml] # la lista\ncustomer: A\n"),
        ("extends: [standard, ../c.yaml]\n", "extends: [standard, ../c.yaml, ./b.yaml]\n"),
        (
            "extends:\n  - standard # uno\n  # due\n\ncustomer: A\n",
            "extends:\n  - standard # uno\n  # due\n\n  - ./b.yaml\ncustomer: A\n",
        ),
        ("extends:\ncustomer: A\n", "extends: ./b.yaml\ncustomer: A\n"),
    ],
)
def test_extend(before: str, after: str) -> None:
    """A base is added after those that a file has, and every comment stays."""
    made = draft(before, name="x")
    assert made.extend("./b.yaml")
    assert made.text() == after


@pytest.mark.parametrize("text", ["extends: ./b.yaml\n", "extends: [standard, ./b.yaml]\n"])
def test_extend_again(text: str) -> None:
    """A base that a file has already is not added again."""
    made = draft(text, name="x")
    assert not made.extend("./b.yaml")
    assert made.text() == text


def test_append() -> None:
    """A row is added at the end of its list, below its comment, and what was below the list stays below it."""
    made = draft("checks:\n  - id: A\n    clock:   # niente\n# fine\nskip: []\n", name="x")
    made.append(["checks"], {"id": "B", "port": {"number": 22}, "expect": {"listening": True}}, above="visto")
    added = "  # visto\n  - id: B\n    port: {number: 22}\n    expect: {listening: true}\n"
    text = made.text()
    assert added in text
    assert "    clock:   # niente\n" in text
    assert text.index("# fine") < text.index("skip:")


@pytest.mark.parametrize("text", ["a: [\n", "- a\n", ""])
def test_no_mapping(text: str) -> None:
    """What is no checklist is refused, with the file's name."""
    with pytest.raises(ChecklistError) as caught:
        draft(text, name="acme.yaml")
    assert str(caught.value).startswith("acme.yaml:")


def test_line_ends_and_rights(tmp_path: Path) -> None:
    """A file keeps the line ends of its system and its rights."""
    path = tmp_path / "acme.yaml"
    path.write_bytes(b"a: 1\r\n")
    path.chmod(0o640)
    write(path, "a: 2\nb: 3\n")
    assert path.read_bytes() == b"a: 2\r\nb: 3\r\n"
    assert path.stat().st_mode & 0o777 == 0o640
    assert [one.name for one in tmp_path.iterdir()] == ["acme.yaml"]


def test_write_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that cannot be written anew stays whole, and nothing is left beside it."""
    path = tmp_path / "acme.yaml"
    path.write_text("a: 1\n")

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        write(path, "a: 2\n")
    assert path.read_text() == "a: 1\n"
    assert [one.name for one in tmp_path.iterdir()] == ["acme.yaml"]
