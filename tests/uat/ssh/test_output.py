"""A stream that begins with a word of ours: whatever stands before it is no answer."""

from __future__ import annotations

import pytest

from uat.ssh.output import Framed

FRAME = "0123456789abcdef"


def answer(stream: bytes, size: int) -> bytes:
    framed = Framed(FRAME)
    for start in range(0, len(stream), size):
        framed.add(stream[start : start + size])
    return framed.answer.kept


@pytest.mark.parametrize("size", [1, 5, 17, 64, 1000])
def test_the_answer_is_what_stands_behind(size: int) -> None:
    """However the stream is cut into pieces, the answer begins behind the frame; a second frame is part of it."""
    stream = b"motd\n0123456789abcdeX\n" * 3 + b"0123456789abcdef\nanswer\n0123456789abcdef\nmore"
    assert answer(stream, size) == b"answer\n0123456789abcdef\nmore"


def test_without_a_frame_everything_is_kept() -> None:
    """A stream in which our word never came is kept: it says why no command ran."""
    assert answer(b"not available\n", 4) == b"not available\n"


def test_an_empty_answer() -> None:
    """Nothing behind the frame is an empty answer, not what stands before."""
    assert answer(b"motd\n0123456789abcdef\n", 4) == b""
