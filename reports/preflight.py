"""The conditions of the preflight in words: what each is, what was found, and what to do when it does not hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reports import night
from reports.exhibit import Exhibit, exhibit
from reports.formats import Formats
from reports.verdict import WRONG, judge
from reports.visible import on_one_line
from uat.model import Outcome, Phase, Result, Run

_SHOWN_BYTES = 8192
_LONGEST = 1000


@dataclass(frozen=True, kw_only=True)
class Row:
    """A condition in the words of the page; ``todo`` is empty when there is nothing to do."""

    id: str
    title: str
    todo: str
    outcome: Outcome
    facts: tuple[tuple[str, str], ...]
    reason: str
    error: str
    started_at: datetime | None
    seconds: float
    is_attested: bool
    exhibits: tuple[Exhibit, ...]

    @property
    def is_wrong(self) -> bool:
        """Tell whether this keeps the upgrade from starting."""
        return self.outcome in WRONG


def content(run: Run, formats: Formats) -> dict[str, Any]:
    """Give the template of the preflight what it shows."""
    rows = tuple(row(result, formats) for result in run.of(Phase.PREFLIGHT).values())
    return {
        "verdict": judge(run, Phase.PREFLIGHT),
        "tally": Counter(one.outcome for one in rows),
        "conditions": rows,
        "attention": [one for one in rows if one.is_wrong],
        "stop": night.stop(run, formats) if run.header.phase is Phase.PREFLIGHT else None,
        "rows_page": "",
    }


def row(result: Result, formats: Formats) -> Row:
    """Put the result of a condition into words."""
    language = formats.language
    was_looked_at = result.outcome not in (Outcome.BLOCKED, Outcome.NOT_RUN)
    return Row(
        id=on_one_line(result.check_id),
        title=language.name("condition", f"{result.check_id}.title"),
        todo=language.name("condition", f"{result.check_id}.todo") if result.outcome in WRONG else "",
        outcome=result.outcome,
        facts=tuple(_facts(result, formats)),
        reason=_reason(result, formats),
        error=_error(result, formats),
        started_at=result.started_at if was_looked_at else None,
        seconds=result.seconds,
        is_attested=any(one.viewpoint == "person" for one in result.evidence),
        exhibits=tuple(exhibit(one, limit_bytes=_SHOWN_BYTES) for one in result.evidence),
    )


def texts(result: Result, formats: Formats) -> list[str]:
    """Say a condition in plain texts: its outcome and title, what was found, why, what to do."""
    told, say = row(result, formats), formats.language.say
    found = "; ".join(f"{name}: {value}" for name, value in told.facts)
    todo = f"{say('terminal.todo')} {told.todo}" if told.todo else ""
    head = f"{say(f'outcome.{told.outcome}').upper()}  {told.id}  {told.title}"
    return [head, *filter(None, (found, told.error, told.reason, todo))]


def _facts(result: Result, formats: Formats) -> Iterator[tuple[str, str]]:
    """Name what was found; a mapping has a line for each of its keys, and nothing at all has none."""
    for name, value in (result.observed or {}).items():
        label = formats.language.name("fact", name)
        if isinstance(value, dict):
            yield from ((f"{label}, {key}", formats.value(name, one, limit=_LONGEST)) for key, one in value.items())
        elif name == "answer":
            yield label, _answer(str(value), formats)
        elif value not in (None, ""):
            yield label, night.coded(name, value, formats) or formats.value(name, value, limit=_LONGEST)


def _answer(word: str, formats: Formats) -> str:
    """Give the first of the words in which an answer may be typed; a release or a duration stands for itself."""
    return formats.language.phrases.get(f"ask.choice_{word}", on_one_line(word)).split("/")[0]


def _reason(result: Result, formats: Formats) -> str:
    if result.waiver is not None:
        waiver = result.waiver
        until = formats.day(waiver.until)
        return formats.language.say("label.waived", reason=waiver.reason, by=waiver.approved_by, until=until)
    known = f"condition_reason.{result.reason}"
    return formats.language.phrases.get(known) or on_one_line(result.reason or "", limit=_LONGEST)


def _error(result: Result, formats: Formats) -> str:
    """Say an error: the sentence of a stopped procedure, else the machine's own words."""
    known = f"stop.{result.error}.happened"
    sentence = formats.language.phrases.get(known, "") if result.error else ""
    return on_one_line(sentence or result.error or "", limit=_LONGEST)
