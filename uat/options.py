"""From the command line to a session: which checklist, which machine, who asks."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from uat import checklist as language
from uat.answers.file import read_answers
from uat.journal import login_name
from uat.language.wording import unknown_word
from uat.model import Check, Checklist, Header, Phase
from uat.observe import MANUAL
from uat.phases import looked_at
from uat.program import program

SSH_CONFIG = Path("~/.ssh/config")


class NoChecklistError(Exception):
    """No checklist was named and none can be chosen without guessing."""


def choose_checklist(arguments: Sequence[str], configured: str, folder: Path) -> Path:
    """Find the one checklist of the session.

    :param arguments: what stands on the command line (paths, node ids).
    :param configured: the ini option ``tvox_checklist``, empty when not set.
    :param folder: where ``checklists/`` is looked for.
    :raises NoChecklistError: none or several: the message lists them.
    """
    named = [path for path in (Path(one.split("::")[0]) for one in arguments) if path.suffix in (".yaml", ".yml")]
    if not named and configured:
        named = [folder / configured]
    found = named or customer_files(folder / "checklists")
    if len(set(found)) != 1:
        listed = "".join(f"\n  {path}" for path in found) or " none in checklists/"
        raise NoChecklistError(f"one checklist a session; name it on the command line. Found:{listed}")
    return found[0]


def customer_files(folder: Path) -> list[Path]:
    """List the files in ``checklists/`` that name a customer; bases for ``extends`` do not."""
    return [
        path
        for path in sorted(folder.glob("*.y*ml"))
        if any(line.startswith("customer:") for line in path.read_text("utf-8", "replace").splitlines())
    ]


def make_header(checklist: Checklist, phase: Phase, operator: str) -> Header:
    """Say what this run is, before anything is looked at."""
    ids = tuple(check.id for check in checklist.checks)
    return Header(
        id=secrets.token_hex(4),
        phase=phase,
        started_at=datetime.now(UTC),
        operator=operator or login_name(),
        tool=program(),
        checklist=checklist,
        planned=dict.fromkeys(looked_at(phase), ids),
    )


def load_checklist(path: Path, host: str, variables: Sequence[str] = ()) -> Checklist:
    """Load a checklist; ``host`` is what ``--tvox-host`` says, ``variables`` what ``--var`` says; they win."""
    return language.load(path, ssh=host, variables=parse_variables(variables))


def parse_variables(given: Sequence[str]) -> dict[str, str]:
    """Read what ``--var`` says.

    :raises ValueError: one is not ``name=value``.
    """
    for one in given:
        if "=" not in one:
            raise ValueError(f"--var {one}: write --var name=value")
    return dict(one.split("=", 1) for one in given)


def check_filters(checklist: Checklist, phase: Phase, *, areas: Sequence[str], tags: Sequence[str]) -> None:
    """See, before anything is looked at, that a session may look at some checks only, and that there are such.

    :raises ValueError: the phase wants the whole checklist; no check has the area or the tag.
    """
    if (areas or tags) and phase not in (Phase.PRE, Phase.POST):
        raise ValueError(f"--area, --tag: --phase={phase} looks at the whole checklist; leave them out")
    known = {
        "area": dict.fromkeys(word for check in checklist.checks for word in _area_words(check.area, checklist)),
        "tag": dict.fromkeys(tag for check in checklist.checks for tag in check.tags),
    }
    for noun, words in (("area", areas), ("tag", tags)):
        for word in words:
            if word not in known[noun]:
                raise ValueError(f"--{noun}: {unknown_word(noun, word, known[noun])}")


def _area_words(area: str, checklist: Checklist) -> tuple[str, ...]:
    """Give what an area may be called by: its word, and its title in each language."""
    return (area, *checklist.areas.get(area, {}).values()) if area else ()


def is_selected(check: Check, checklist: Checklist, *, areas: Sequence[str], tags: Sequence[str]) -> bool:
    """Tell whether a check is one of an area that was asked for, and has one of the tags."""
    is_there = not areas or not set(areas).isdisjoint(_area_words(check.area, checklist))
    return is_there and (not tags or not set(tags).isdisjoint(check.tags))


def check_answers(file: str | None, checklist: Checklist) -> None:
    """See, before anything is looked at, that a file of answers can be used.

    :raises ChecklistError: with everything that is wrong in it.
    """
    manual = [check.id for check in checklist.checks if check.kind == MANUAL]
    for phase in (Phase.PRE, Phase.POST) if file else ():
        read_answers(Path(file or ""), phase, manual)
