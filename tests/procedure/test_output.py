"""What a program printed: lines, colours, half letters, and what looks like a question."""

from __future__ import annotations

import pytest

from procedure.output import LineReader, is_question


def test_lines_come_when_they_are_whole() -> None:
    """Chunks that end anywhere, also in a letter, give whole lines."""
    reader = LineReader()
    assert reader.feed("prima perch\u00e9".encode()[:-1]) == []
    assert reader.feed(b"\xa9\r\nseconda") == ["prima perch\u00e9"]
    assert reader.unfinished == "seconda"


def test_what_steers_a_terminal_is_left_out() -> None:
    """Colours and titles are no text."""
    assert LineReader().feed(b"\x1b[32mok\x1b[0m\x1b]0;title\x07\n") == ["ok"]


def test_a_line_overwritten_is_what_is_seen_last() -> None:
    """A progress line that begins again and again shows its last state."""
    reader = LineReader()
    assert reader.feed(b"10%\r55%\r100%\n20%\r30%") == ["100%"]
    assert reader.unfinished == "30%"


def test_bytes_that_are_no_text_do_no_harm() -> None:
    """What is not UTF-8 is shown as such."""
    assert LineReader().feed(b"caf\xe9\n") == ["caf\ufffd"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Overwrite local customisations? [y/N]", True),
        ("Do you want to continue [Y/n]", True),
        ("Password:", True),
        ("Press any key to continue", True),
        ("Premere INVIO per continuare", True),
        ("Continuare (s/n)", True),
        ("mysql>", True),
        ("Copying 45%", False),
        ("Decompressing update...", False),
        ("(98%)", False),
        ("Fixing file permissions", False),
        ("", False),
    ],
)
def test_questions(line: str, expected: bool) -> None:
    """An unfinished line that ends like a question, a choice or a field looks like one; progress does not."""
    assert is_question(line) is expected
