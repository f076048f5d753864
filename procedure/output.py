"""What a program printed, byte by byte, turned into lines that can be shown and judged."""

from __future__ import annotations

import codecs
import re

_CONTROL_SEQUENCES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor (ECMA-48, 5.4)
    r"|\x1b\][^\x07\x1b\r\n]*(?:\x07|\x1b\\)"  # OSC: title, clipboard, links; never over a line's end
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


LONGEST = 65536
"""Characters of a line that are held; a longer one comes in parts, each marked with an ellipsis where it was cut."""
_OVERLAP = 256
"""What two parts of one line share, so that a sentence across the cut stands whole in one of them."""
_CUT = "…"


class LineSplitter:
    """Turns chunks of bytes into lines as they came, in bounded memory; holds the last while it has no end yet."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.rest = ""

    def feed(self, data: bytes, *, is_last: bool = False) -> list[str]:
        """Take the next bytes and give what ended at a line feed, and what must be let go because it is too long."""
        *lines, self.rest = (self.rest + self._decoder.decode(data, is_last)).split("\n")
        parts = [part for line in lines for part in self._parts(line, is_over=True)]
        return parts + (self._parts(self.rest, is_over=False) if len(self.rest) > LONGEST else [])

    def _parts(self, line: str, *, is_over: bool) -> list[str]:
        """Cut an overlong line, at a CR where there is one: the progress bars of an hour are one line else."""
        parts = []
        while len(line) > LONGEST:
            end = line.rfind("\r", 1, LONGEST)
            if end > 0 and line[end : end + 2] != "\r\r":
                parts.append(line[:end])
                line = line[end + 1 :]
            else:
                parts.append(line[:LONGEST] + _CUT)
                line = _CUT + line[LONGEST - _OVERLAP :]
        if is_over:
            return [*parts, line]
        self.rest = line
        return parts


class LineReader:
    """Turns chunks of bytes into whole lines as a person sees them."""

    def __init__(self) -> None:
        self._splitter = LineSplitter()

    @property
    def unfinished(self) -> str:
        """The last line, still without its end; of a line overwritten by CR, what is seen last."""
        return plain(self._splitter.rest).strip("\n").rpartition("\n")[2].strip()

    def feed(self, data: bytes) -> list[str]:
        """Take the next bytes and give the lines that are whole now, without what only steers a terminal."""
        return [plain(line).strip("\n").rpartition("\n")[2].rstrip() for line in self._splitter.feed(data)]


def is_question(line: str) -> bool:
    """Tell whether an unfinished line looks as if somebody were waited for.

    Progress (``Copying 45%``, ``Working...``) is none; everything that ends like a question, a choice or a
    field is one, in English or Italian.
    """
    return bool(line) and not _STEADY_WORK.search(line) and _QUESTION.search(line) is not None
