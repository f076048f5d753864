"""The file that a customer's checklist begins as: what is known is written, what is not stands there as a comment."""

from __future__ import annotations

import re
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from uat import registry
from uat.checklist import Whole, load_whole
from uat.discover import SOURCES
from uat.language.variables import BUILT_IN, used_in
from uat.language.yaml_marks import Node, Table, Text, plain
from uat.model import JsonValue, Record, Words, spoken
from uat.round_trip import inline

FOLDER = Path("checklists")
_WIDTH = 100


class Question(Record):
    """A variable that the bases want a value for; one that discovery writes is not asked for.

    ``columns`` are what stands in each row of one that holds rows.
    """

    name: str
    description: Words = {}
    default: JsonValue = None
    columns: tuple[str, ...] = ()
    is_discovered: bool = False

    def words(self, language: str) -> str:
        """Give the description in a language, else in whichever there is."""
        return str(spoken(self.description, language))


class Bases(Record):
    """What the bases of a customer's file want to know: their variables in the files' order, and their licences.

    ``licences`` says of each whether its checks are looked at when a customer's file says nothing.
    """

    questions: tuple[Question, ...]
    licences: dict[str, bool]


class Parts(Record):
    """The fixed parts of the file, in the customer's language; each is YAML, most of it commented out."""

    head: str
    about: str
    system: str
    upgrade: str
    contacts: str
    licences: str
    variables: str
    rows: str
    discovered: str
    checks: str


def slug(customer: str) -> str:
    """Make a file's name of a customer's: ``ACME S.p.A.`` is ``acme-spa``."""
    letters = unicodedata.normalize("NFKD", customer).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", letters.replace(".", "").replace("'", "")).strip("-") or "customer"


def bases(extends: str, folder: Path) -> Bases:
    """Read what the bases of a customer's file want to know.

    :param extends: as it is written in the file.
    :param folder: where the file is to stand.
    :raises ChecklistError: there is no such base, or something is wrong in it.
    """
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "customer.yaml"
        path.write_text(f"extends: {inline(extends)}\n", encoding="utf-8")
        whole = load_whole(path, search=(folder,), may_be_base=True)
    said = plain(whole.sections["licences"])
    licences = {
        check.licence: said.get(check.licence) != "false" for check in whole.checklist.checks if check.licence
    }
    return Bases(questions=tuple(_questions(whole)), licences=licences)


def ask(
    questions: Sequence[Question],
    *,
    language: str,
    read: Callable[[str], str],
    write: Callable[[str], None],
    wrong: Callable[[str], str],
    answers: dict[str, JsonValue],
) -> None:
    """Ask a person for each variable; an empty answer leaves it out. What was answered is in ``answers`` at once.

    :param wrong: says to a row that has not all its columns which they are.
    """
    for question in questions:
        if question.is_discovered:
            continue
        write(f"\n{question.words(language) or question.name}")
        if not question.columns:
            hint = f" [{question.default}]" if question.default else ""
            if answer := read(f"  {question.name}{hint}: ").strip():
                answers[question.name] = answer
            continue
        said = wrong(", ".join(question.columns))
        for row in _rows(question, read=read, refuse=partial(write, f"  {said}")):
            answers[question.name] = [*(answers.get(question.name) or []), row]


def check_answers(answers: Mapping[str, JsonValue], known: Iterable[Question], *, name: str) -> None:
    """See that answers speak of variables that there are.

    :raises ValueError: with those that there are not.
    """
    if unknown := answers.keys() - {question.name for question in known}:
        raise ValueError(f"{name}: no such variable: {', '.join(sorted(unknown))}")


def written(
    customer: str, found: Bases, answers: Mapping[str, JsonValue], *, language: str, extends: str, parts: Parts
) -> str:
    """Write the file."""
    about = {"extends": extends, "customer": customer, "language": language}
    sections = (
        f"# yaml-language-server: $schema=schema.json\n{parts.head}",
        "\n".join([*(f"{key}: {inline(value)}" for key, value in about.items()), parts.about]),
        parts.system,
        parts.upgrade,
        parts.contacts,
        "\n".join(
            [
                parts.licences,
                *(f"  # {word}: {str(not is_there).lower()}" for word, is_there in found.licences.items()),
            ]
        ),
        "\n".join([parts.variables, *_variables(found.questions, answers, language, parts)]),
        parts.checks,
    )
    return "\n\n".join(part.strip("\n") for part in sections) + "\n"


def create(path: Path, text: str) -> None:
    """Write a new file; what is there is never written over.

    :raises FileExistsError: there is one.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)


def _questions(whole: Whole) -> Iterator[Question]:
    variables = whole.sections["variables"].entries
    checks = whole.lists["checks"].values()
    discovered = {
        name for word in registry.names(SOURCES) for name in getattr(registry.load(SOURCES, word), "VARIABLES", ())
    }
    for name, entry in variables.items():
        table = entry.value if isinstance(entry.value, Table) else None
        value = table.get("default") if table else entry.value
        yield Question(
            name=name,
            description=_words(table.get("description") if table else None),
            default=None if value is None or (isinstance(value, Text) and value.is_blank) else plain(value),
            columns=_columns(name, checks, known={*variables, *BUILT_IN, "row", "patch"}),
            is_discovered=name in discovered,
        )


def _words(node: Node | None) -> Words:
    if isinstance(node, Table):
        return {key: str(plain(entry.value)) for key, entry in node.entries.items()}
    return {"": node.value} if isinstance(node, Text) else {}


def _columns(name: str, checks: Iterable[Table], *, known: set[str]) -> tuple[str, ...]:
    """Find what stands in the rows of a variable: whatever a check that goes through them uses besides the known."""
    meant = [table for table in checks if isinstance(each := table.get("each"), Text) and each.value == name]
    used = dict.fromkeys(one for table in meant for one in used_in(table))
    return ("id", *(one for one in used if one not in known and one != "id")) if meant else ()


def _rows(question: Question, *, read: Callable[[str], str], refuse: Callable[[], None]) -> Iterator[dict[str, str]]:
    while answer := read(f"  {question.name} ({', '.join(question.columns)}): ").strip():
        cells = [cell.strip() for cell in answer.split(",")]
        if len(cells) == len(question.columns) and all(cells):
            yield dict(zip(question.columns, cells, strict=True))
        else:
            refuse()


def _variables(
    questions: Sequence[Question], answers: Mapping[str, JsonValue], language: str, parts: Parts
) -> Iterator[str]:
    for question in questions:
        yield ""
        yield from (f"  # {line}" for line in _wrapped(question.words(language)))
        if question.name in answers:
            yield from _given(question.name, answers[question.name])
        elif question.is_discovered:
            yield f"  # {question.name}   ({parts.discovered})"
        elif question.columns:
            row = ", ".join(f"{column}: ..." for column in question.columns)
            yield f"  # {question.name}:   # {parts.rows}"
            yield f"  #   - {{{row}}}"
        else:
            yield f"  # {question.name}: {inline(question.default) if question.default is not None else ''}".rstrip()


def _given(name: str, value: JsonValue) -> Iterator[str]:
    if isinstance(value, list):
        yield f"  {name}:"
        yield from (f"    - {inline(row)}" for row in value)
    else:
        yield f"  {name}: {inline(value)}"


def _wrapped(text: str) -> Iterator[str]:
    line = ""
    for word in text.split():
        if line and len(line) + len(word) >= _WIDTH:
            yield line
            line = ""
        line = f"{line} {word}".strip()
    if line:
        yield line
