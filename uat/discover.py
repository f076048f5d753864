"""Looks at a live machine over one connection, and makes of what is there checks that hold now."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from uat import checklist as language
from uat import registry
from uat.errors import ObservationError
from uat.language.variables import BUILT_IN, used_in, uses
from uat.language.yaml_marks import Text
from uat.model import Checklist, InvalidRecord, JsonValue, Outcome, Phase, Record, Result, Source
from uat.proposal import Found, Proposal, by_id, id_of
from uat.round_trip import draft, inline
from uat.session import Session

SOURCES = "uat.discovery"

_SHOWN_CHARACTERS = 80
_WHY_CHARACTERS = 300
_SHOWN_ITEMS = 4
_UNSHOWN = ("lines", "content")
"""Texts of files, in which a password may stand."""


class Survey(Record):
    """What the sources found, each by its word, and why others could not tell."""

    found: dict[str, Found] = {}
    failed: dict[str, str] = {}

    def proposals(self) -> Iterator[tuple[str, str, Proposal]]:
        """Yield each source's word, the id, and what is proposed."""
        for word, found in self.found.items():
            yield from ((word, id, proposal) for id, proposal in by_id(word, found))

    def there(self, word: str) -> frozenset[str]:
        """Give the ids of all that a source sees, proposed or not."""
        found = self.found[word]
        return frozenset(id_of(word, about) for about in (*found.present, *(one.about for one in found.proposals)))


class Looked(Record):
    """A proposal after a look: as it may be written, or why it is not."""

    source: str
    id: str
    proposal: Proposal
    seen: str = ""
    refused: str = ""


def survey(session: Session) -> Survey:
    """Ask every source, one after the other.

    :raises UnreachableError: the machine does not answer, or is not the one we trust.
    """
    found: dict[str, Found] = {}
    failed: dict[str, str] = {}
    for word in registry.names(SOURCES):
        try:
            found[word] = registry.load(SOURCES, word).discover(session.probe())
        except ObservationError as error:
            failed[word] = session.secrets.redactor.clean(str(error))
    return Survey(found=found, failed=failed)


def covered(path: Path, *, ssh: str, variables: Mapping[str, str]) -> frozenset[str]:
    """Name the variables that a customer's list looks at things by already: its rows, and the names in its texts."""
    checks = language.load_whole(path, ssh=ssh, variables=variables).lists["checks"].values()
    rows = (node.value for table in checks if isinstance(node := table.get("each"), Text))
    return frozenset([*rows, *(name for table in checks for name in used_in(table))])


def look(
    session: Session,
    path: Path,
    proposals: Sequence[tuple[str, str, Proposal]],
    *,
    ssh: str,
    variables: Mapping[str, str],
) -> tuple[Looked, ...]:
    """Look at proposals as pre would, with the customer's own file and limits, and keep what holds.

    :param path: the customer's file.
    """
    refused = {id: why for _, id, one in proposals if (why := _unfit(one))}
    fit = [(word, id, one) for word, id, one in proposals if id not in refused]
    checks = _checklist(path, fit, ssh=ssh, variables=variables).checks
    wanted = {id for _, id, _ in fit}
    results = {
        check.id: result for check, result in session.observe([one for one in checks if one.id in wanted], Phase.PRE)
    }
    return tuple(
        Looked(source=word, id=id, proposal=one, refused=refused[id])
        if id in refused
        else _kept(word, id, one, results[id])
        for word, id, one in proposals
    )


def entry(id: str, proposal: Proposal) -> dict[str, JsonValue]:
    """Give a check as it is written."""
    return {
        "id": id,
        "title": proposal.title,
        "area": proposal.area,
        "severity": str(proposal.severity),
        **({"retry_for": proposal.retry_for} if proposal.retry_for else {}),
        proposal.kind: proposal.inputs,
        "expect": proposal.expect,
    }


def _unfit(proposal: Proposal) -> str:
    """Say why a kind cannot take what a source proposes; names on a machine may be anything."""
    written = Text(value=inline(proposal.inputs), source=Source(file=proposal.about))
    if named := uses(written) - BUILT_IN.keys():
        return f"{{{min(named)}}} would be taken for a variable"
    try:
        registry.load("uat.checks", proposal.kind).Inputs.model_validate(proposal.inputs)
    except InvalidRecord as error:
        return str(error.errors()[0]["msg"])
    return ""


def _checklist(
    path: Path, proposals: Sequence[tuple[str, str, Proposal]], *, ssh: str, variables: Mapping[str, str]
) -> Checklist:
    """Read the proposals as a list that extends the customer's: its variables and limits hold."""
    made = draft("checks:\n", name="proposals")
    made.extend(str(path.resolve()))
    for _, id, proposal in proposals:
        made.append(["checks"], entry(id, proposal.model_copy(update={"retry_for": ""})))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "proposals.yaml"
        file.write_text(made.text(), encoding="utf-8")
        return language.load(file, ssh=ssh, variables=variables)


def _kept(word: str, id: str, proposal: Proposal, result: Result) -> Looked:
    """Leave out what does not hold; when that is what the check is about, it is refused whole."""
    if result.outcome is Outcome.ERROR:
        return Looked(source=word, id=id, proposal=proposal, refused=_shown(result.error, most=_WHY_CHARACTERS))
    wrong = {one.property.partition(".")[0] for one in result.mismatches}
    observed = result.observed or {}
    seen = ", ".join(
        f"{name}: {_shown(observed.get(name))}" for name in proposal.expect if name in {*observed} - {*_UNSHOWN}
    )
    if next(iter(proposal.expect)) in wrong:
        return Looked(source=word, id=id, proposal=proposal, refused=seen)
    expect = {name: value for name, value in proposal.expect.items() if name not in wrong}
    return Looked(source=word, id=id, proposal=proposal.model_copy(update={"expect": expect}), seen=seen)


def _shown(value: JsonValue, *, most: int = _SHOWN_CHARACTERS) -> str:
    """Write a value on one line, for a comment."""
    if isinstance(value, list | tuple):
        more = " ..." if len(value) > _SHOWN_ITEMS else ""
        return f"[{', '.join(map(_shown, value[:_SHOWN_ITEMS]))}{more}]"
    if isinstance(value, bool):
        return str(value).lower()
    text = " ".join("".join(sign if sign.isprintable() else " " for sign in str(value)).split())
    return text if len(text) <= most else f"{text[:most]}..."
