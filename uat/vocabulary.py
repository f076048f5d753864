"""The kinds that a checklist may use: the project's, and a partner's own from the folder ``checks`` beside it.

A file ``checks/WORD.py`` has the shape of one in ``uat/checks``. Only the folders beside the checklist and beside the
files that it extends are looked into; none of them comes onto the search path of Python. A module is kept under the
digest of its bytes: what was read with the checklist is what looks, whatever happens to the file meanwhile.
"""

from __future__ import annotations

import re
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import ModuleType

from uat import registry
from uat.errors import ChecklistError, Problem
from uat.language.check_entry import KEYS
from uat.language.extends import read_all, shown
from uat.language.fitting import names
from uat.language.yaml_marks import Page
from uat.model import OwnKind, Record, Source

SOCKET = "uat.checks"
FOLDER = "checks"
"""Where own kinds stand, beside a checklist."""

_WORD = re.compile("[a-z][a-z0-9_]{0,40}")
_RESERVED = (*KEYS, "python")
"""What a check says beside its kind, and what the journal calls a partner's own test."""

_IMPORTING = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """The words of the kinds, each with the module that it names."""

    package: str = SOCKET
    own: tuple[OwnKind, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """All words, in the order of the alphabet."""
        return tuple(sorted((*registry.names(self.package), *(one.word for one in self.own))))

    def load(self, word: str) -> ModuleType:
        """Give the module that a word names.

        :raises KeyError: no such kind, or one whose checklist was not read by this process.
        """
        own = next((one for one in self.own if one.word == word), None)
        return sys.modules[_module_name(own)] if own else registry.load(self.package, word)


def beside(path: Path) -> Vocabulary:
    """Give the words that a checklist may use, whatever else is wrong with it.

    :raises ChecklistError: it or a file that it extends cannot be read, or one of the kinds.
    """
    return vocabulary_of(read_all(path))


def vocabulary_of(pages: Sequence[Page], package: str = SOCKET) -> Vocabulary:
    """Read the kinds that stand beside the files of a checklist.

    :raises ChecklistError: with everything that is wrong with them, each with its file and line.
    """
    problems: list[Problem] = []
    taken = dict.fromkeys(registry.names(package), "the project has a kind of that name")
    taken |= dict.fromkeys(_RESERVED, "a check has a field of that name")
    own: list[OwnKind] = []
    for file in _files(pages):
        kind = _read(file, taken, problems)
        if kind:
            taken[kind.word] = f"another file has that name: {kind.path}"
            own.append(kind)
    if problems:
        raise ChecklistError(problems)
    return Vocabulary(package=package, own=tuple(own))


def _files(pages: Sequence[Page]) -> tuple[Path, ...]:
    folders = dict.fromkeys((page.path.parent / FOLDER).resolve() for page in pages)
    return tuple(file for folder in folders for file in registry.files(folder))


def _read(file: Path, taken: dict[str, str], problems: list[Problem]) -> OwnKind | None:
    """Read one file, import it and hold it against the shape of a kind; None when something is wrong."""
    place, word = Source(file=shown(file)), file.stem
    reason = taken.get(word) or ("" if _WORD.fullmatch(word) else "small letters, digits and '_' are due")
    if reason:
        message = f"'{word}' cannot be the word of an own kind: {reason}; rename the file"
        problems.append(Problem(source=place, message=message))
        return None
    try:
        content = file.read_bytes()
    except OSError as error:
        problems.append(Problem(source=place, message=f"it cannot be read: {error.strerror}"))
        return None
    kind = OwnKind(word=word, path=place.file, sha256=sha256(content).hexdigest())
    wrong = _import(kind, content) or [
        Problem(source=place, message=fault) for fault in _faults(sys.modules[_module_name(kind)])
    ]
    problems.extend(wrong)
    return None if wrong else kind


def _module_name(kind: OwnKind) -> str:
    return f"uat_own_kind.{kind.word}.{kind.sha256}"


def _import(kind: OwnKind, content: bytes) -> list[Problem]:
    """Run a module once for each content it ever has; give what went wrong."""
    name = _module_name(kind)
    with _IMPORTING:
        if name in sys.modules:
            return []
        module = ModuleType(name)
        module.__file__ = kind.path
        sys.modules[name] = module  # records look their annotations up there
        try:
            exec(compile(content, kind.path, "exec", dont_inherit=True), module.__dict__)
        except (Exception, SystemExit) as error:  # noqa: BLE001  the edge: a partner's file may raise anything
            del sys.modules[name]
            return [_problem(error, kind.path)]
    return []


def _problem(error: BaseException, path: str) -> Problem:
    """Say what kept a file from being imported, at the line of it where that happened."""
    lines = [frame.lineno or 1 for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
    line = (error.lineno if isinstance(error, SyntaxError) and error.filename == path else None) or (lines or [1])[-1]
    said = error.msg if isinstance(error, SyntaxError) else " ".join(str(error).split())
    message = f"this kind cannot be imported: {type(error).__name__}: {said}"
    return Problem(source=Source(file=path, line=line), message=message)


def _faults(module: ModuleType) -> Iterator[str]:
    """Say what a module lacks of a kind."""
    if not (module.__doc__ or "").strip():
        yield "this kind does not say what it is for: its file begins with a docstring, one sentence"
    records = [getattr(module, name, None) for name in ("Inputs", "Observed")]
    for name, record in zip(("Inputs", "Observed"), records, strict=True):
        if not (isinstance(record, type) and issubclass(record, Record)):
            yield f"this kind has no class '{name}' that is a uat.model.Record"
    if not callable(getattr(module, "observe", None)):
        yield "this kind has no function 'observe(inputs, probe)'"
    moves, observed = getattr(module, "MOVES", ()), records[1]
    if not isinstance(moves, tuple):
        yield "MOVES is no tuple of properties; one has a comma: ('size_bytes',)"
    elif isinstance(observed, type) and issubclass(observed, Record):
        yield from (f"MOVES: '{one}' is no property of Observed" for one in moves if one not in names(observed))
