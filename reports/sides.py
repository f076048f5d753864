"""Before and after, side by side, as a page shows them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from reports.formats import Formats
from reports.rows import CheckRow, attested, before_of, check_rows, property_of
from reports.visible import visible
from uat.compare import Row, Verdict, compare
from uat.model import ExpectedChange, Outcome, Phase, Result, Run

ORDER = (
    Verdict.REGRESSION,
    Verdict.MISSING_CHANGE,
    Verdict.NOT_COMPARABLE,
    Verdict.UNEXPECTED_CHANGE,
    Verdict.STILL_FAILING,
    Verdict.FIXED,
    Verdict.EXPECTED_CHANGE,
    Verdict.SAME,
)
"""From what needs a person's eye to what does not."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One property that is not what it was, or not what it must be; ``planned`` says what was to become of it."""

    property: str
    before: str
    after: str
    planned: str = ""


@dataclass(frozen=True, kw_only=True)
class SideRow:
    """One check before and after."""

    check: CheckRow
    verdict: Verdict
    before: Outcome
    after: Outcome
    differences: tuple[Difference, ...]


def side_rows(run: Run, formats: Formats) -> tuple[SideRow, ...]:
    """Compare post with what came before it; empty when there is nothing to compare with."""
    before, after = before_of(run), run.of(Phase.POST)
    if not before or not any(_was_looked_at(result) for result in after.values()):
        return ()
    rows = {row.id: row for row in check_rows(run, Phase.POST, formats)}
    checks = [check for check in run.header.checklist.checks if check.id in rows]
    compared = compare(checks, before, after, run.header.checklist.expected_changes)
    return tuple(_side(one, rows[one.check_id], formats) for one in compared)


def counts(rows: tuple[SideRow, ...]) -> dict[Verdict, int]:
    """Count the rows of each verdict, the most pressing first."""
    found = Counter(row.verdict for row in rows)
    return {verdict: found[verdict] for verdict in ORDER if found[verdict]}


def by_area(rows: tuple[SideRow, ...]) -> dict[str, list[SideRow]]:
    """Group rows by area; areas stand in the order in which they first come."""
    groups: dict[str, list[SideRow]] = {}
    for row in rows:
        groups.setdefault(row.check.area, []).append(row)
    return groups


def _was_looked_at(result: Result) -> bool:
    return result.outcome not in (Outcome.BLOCKED, Outcome.NOT_RUN)


def _side(row: Row, check: CheckRow, formats: Formats) -> SideRow:
    return SideRow(
        check=check,
        verdict=row.verdict,
        before=row.before.outcome if row.before else Outcome.NOT_RUN,
        after=row.after.outcome if row.after else Outcome.NOT_RUN,
        differences=tuple(_answers(row, formats) if check.kind == "manual" else _differences(row, formats)),
    )


def _answers(row: Row, formats: Formats) -> Iterator[Difference]:
    """Show what a person said on either side, where that is not the same."""
    if row.verdict is not Verdict.SAME:
        yield Difference(property="", before=attested(row.before, formats), after=attested(row.after, formats))


def _differences(row: Row, formats: Formats) -> Iterator[Difference]:
    """Show what is wrong on either side, and then what else changed."""
    wrong = [one.property for side in (row.after, row.before) for one in (side.mismatches if side else ())]
    names = dict.fromkeys([*wrong, *(change.property for change in row.changes)])
    planned = {change.property: change.planned for change in row.changes}
    for name in names:
        yield Difference(
            property=name,
            before=_value(row.before, name, formats),
            after=_value(row.after, name, formats),
            planned=_words(planned.get(name), formats),
        )


def _words(change: ExpectedChange | None, formats: Formats) -> str:
    """Say what was meant to change, and why."""
    if change is None:
        return ""
    say, reason = formats.language.say, visible(change.reason)
    if change.after is None:
        return say("label.planned_other", reason=reason)
    before, after = (formats.value(change.property, one) for one in (change.before, change.after))
    if change.before is None:
        return say("label.planned_to", after=after, reason=reason)
    return say("label.planned_from_to", before=before, after=after, reason=reason)


def _value(side: Result | None, name: str, formats: Formats) -> str:
    if side is None or side.observed is None:
        return ""
    return formats.value(name, property_of(side.observed, name), limit=120)
