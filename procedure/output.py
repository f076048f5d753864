"""What a program printed, byte by byte, turned into lines that can be shown and judged."""

from __future__ import annotations

import codecs
import re

_CONTROL_SEQUENCES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor (ECMA-48, 5.4)
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # OSC: title, clipboard, links
    r"|\x1b[()*+][0-9A-Za-z]"  # choice of a character set
    r"|\x1b[ -/]*[0-~]"  # all other escape sequences
)
_QUESTION = re.compile(
    r"[?:>\])]\s*$"
    r"|\b(press|premere|enter|continue|continuare|password|yes|no|y/n|s/n|invio)\b[^\n]*$",
    re.IGNORECASE,
)
_STEADY_WORK = re.compile(r"(\d\s*%|\.\.\.)\s*\)?\s*$")


def plain(text: str) -> str:
    """Take colours and cursor movements out, and make every line end the same; a bare CR ends a line too."""
    return re.sub(r"\r+\n|\r", "\n", _CONTROL_SEQUENCES.sub("", text))


def decode(data: bytes) -> str:
    """Turn bytes into text whatever they are; what is not UTF-8 becomes the replacement character."""
    return data.decode("utf-8", "replace")


class LineReader:
    """Turns chunks of bytes into whole lines, and holds the last line while it has no end yet."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""

    @property
    def unfinished(self) -> str:
        """The last line, still without its end; of a line overwritten by CR, what is seen last."""
        return plain(self._rest).strip("\n").rpartition("\n")[2].strip()

    def feed(self, data: bytes) -> list[str]:
        """Take the next bytes and give the lines that are whole now, without what only steers a terminal."""
        *lines, self._rest = (self._rest + self._decoder.decode(data)).split("\n")
        return [plain(line).strip("\n").rpartition("\n")[2].rstrip() for line in lines]


def is_question(line: str) -> bool:
    """Tell whether an unfinished line looks as if somebody were waited for.

    Progress (``Copying 45%``, ``Working...``) is none; everything that ends like a question, a choice or a
    field is one, in English or Italian.
    """
    return bool(line) and not _STEADY_WORK.search(line) and _QUESTION.search(line) is not None
