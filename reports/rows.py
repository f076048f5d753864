"""A check as a row of a page: what was expected, what was observed, when, how, and the proof."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from reports.exhibit import Exhibit, exhibit
from reports.formats import Formats
from reports.plain import RELATIVE, area_title, masked
from reports.verdict import WRONG
from reports.visible import on_one_line, visible
from reports.words import Language
from uat.model import (
    Check,
    Expectation,
    Header,
    JsonValue,
    Mismatch,
    Outcome,
    Phase,
    Result,
    Run,
    Severity,
    Source,
    Words,
    spoken,
)

_LISTS = ("nothing_lost", "nothing_new")
_NO_BASELINE = "no_baseline"
"""What a mismatch expected when there was nothing to compare with (`uat.expect`)."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One property of a check: what it must be, what it is."""

    property: str
    expected: str
    observed: str
    holds: bool


@dataclass(frozen=True, kw_only=True)
class CheckRow:
    """A check in one phase, in the words of the page."""

    id: str
    title: str
    kind: str
    area: str
    severity: Severity
    outcome: Outcome
    lines: tuple[Line, ...]
    reason: str
    error: str
    remedy: str
    started_at: datetime | None
    seconds: float
    attempts: int
    result: Result | None

    @property
    def is_wrong(self) -> bool:
        """Tell whether this row counts against the system."""
        return self.outcome in WRONG

    @property
    def is_attested(self) -> bool:
        """Tell whether a person said so, not the machine."""
        return self.result is not None and any(one.viewpoint == "person" for one in self.result.evidence)


def anchor(check_id: str) -> str:
    """Make an id into what may stand in an HTML id and behind a `#`; a partner's own test has any characters."""
    return re.sub(r"[^A-Za-z0-9._-]", lambda odd: f"_{ord(odd.group()):x}_", check_id)


def check_rows(run: Run, phase: Phase, formats: Formats) -> tuple[CheckRow, ...]:
    """Make a row of every check that was planned or looked at in a phase, in the checklist's order."""
    found = run.of(phase)
    planned = set(run.header.planned.get(phase, ()))
    known = {check.id: check for check in run.header.checklist.checks}
    ordered = [id for id in known if id in found or id in planned]
    others = [id for id in found if id not in known]
    before = before_of(run) if phase is Phase.POST else {}
    maker = _Rows(formats=formats, phase=phase, before=before, areas=run.header.checklist.areas)
    return tuple(maker.row(known.get(id) or _unknown(id), found.get(id)) for id in [*ordered, *others])


def check_row(
    header: Header, check: Check, result: Result, *, before: Mapping[str, Result], formats: Formats
) -> CheckRow:
    """Make the row of one result; `before` is what was seen before the upgrade."""
    earlier = before if result.phase is Phase.POST else {}
    rows = _Rows(formats=formats, phase=result.phase, before=earlier, areas=header.checklist.areas)
    return rows.row(check, result)


def before_of(run: Run) -> dict[str, Result]:
    """Give the results that post is compared with: the run's own pre, else the baseline's."""
    return run.of(Phase.PRE) or {result.check_id: result for result in run.before}


def by_area(rows: tuple[CheckRow, ...]) -> dict[str, list[CheckRow]]:
    """Group rows by area; areas stand in the order in which they first come."""
    groups: dict[str, list[CheckRow]] = {}
    for row in rows:
        groups.setdefault(row.area, []).append(row)
    return groups


def exhibits(row: CheckRow, *, limit_bytes: int) -> tuple[Exhibit, ...]:
    """Make the proofs of a row presentable."""
    return tuple(exhibit(one, limit_bytes=limit_bytes) for one in (row.result.evidence if row.result else ()))


def observed(row: CheckRow, *, formats: Formats) -> tuple[tuple[str, str], ...]:
    """Give everything that a row's look saw, by property."""
    seen = row.result.observed if row.result else None
    return tuple((name, formats.value(name, value)) for name, value in (seen or {}).items())


def property_of(observed: Mapping[str, JsonValue] | None, path: str) -> JsonValue:
    """Find an observed property; dots lead into mappings (`json.user.name`) and lists (`json.0`)."""
    value: JsonValue = observed or {}
    while path:
        if isinstance(value, Mapping) and path in value:
            return value[path]
        step, _, path = path.partition(".")
        value = _step(value, step)
    return value


def _step(value: JsonValue, step: str) -> JsonValue:
    if isinstance(value, list):
        return value[int(step)] if step.isdigit() and int(step) < len(value) else None
    if not isinstance(value, Mapping):
        return None
    folded = {str(key).lower(): inner for key, inner in value.items()}  # names of HTTP headers have no case
    return value[step] if step in value else folded.get(step.lower())


def attested(result: Result | None, formats: Formats) -> str:
    """Give what a person answered, with the note and the name."""
    language = formats.language
    answer = (result.observed or {}) if result else {}
    words = [language.name("answer", str(answer["answer"]))] if answer.get("answer") else []
    if answer.get("note"):
        words.append(f"«{visible(str(answer['note']))}»")
    if answer.get("answered_by"):
        words.append(language.say("answer.by", name=visible(str(answer["answered_by"]))))
    return " · ".join(words)


@dataclass(frozen=True, kw_only=True)
class _Rows:
    """What the rows of one phase have in common."""

    formats: Formats
    phase: Phase
    before: Mapping[str, Result]
    areas: Mapping[str, Words]

    def row(self, check: Check, result: Result | None) -> CheckRow:
        language = self.formats.language.code
        return CheckRow(
            id=check.id,
            title=visible(check.words(language)),
            kind=check.kind,
            area=area_title(check, self.areas, self.formats),
            severity=check.severity,
            outcome=result.outcome if result else Outcome.NOT_RUN,
            lines=tuple(self._lines(check, result)),
            reason=self._reason(check, result),
            error=_in_short(result.error or "") if result else "",
            remedy=visible(spoken(check.remedy, language)),
            started_at=result.started_at if result else None,
            seconds=result.seconds if result else 0.0,
            attempts=result.attempts if result else 0,
            result=result,
        )

    def _lines(self, check: Check, result: Result | None) -> Iterator[Line]:
        if check.kind == "manual":
            yield self._attested(check, result)
            return
        wrong = {(one.property, one.operator): one for one in (result.mismatches if result else ())}
        for expectation in check.expect.get(self.phase, ()):
            name = expectation.property
            found = wrong.get((name, expectation.operator))
            seen = found.observed if found else property_of(result.observed if result else None, name)
            is_known = result is not None and result.observed is not None
            yield Line(
                property=name,
                expected=masked(expectation, self._expected(check, expectation, found), self.formats),
                observed=self.formats.value(name, seen, limit=160) if is_known else "",
                holds=found is None,
            )

    def _expected(self, check: Check, expectation: Expectation, found: Mismatch | None) -> str:
        """Say what was expected; where that hangs on the value before, say that value too."""
        say, name = self.formats.language.say, expectation.property
        if expectation.operator not in RELATIVE:
            return self._operator(name, expectation.operator, expectation.operand)
        if self.phase is Phase.PRE:
            return say("operator.recorded")
        if found and found.expected == _NO_BASELINE:
            return say("operator.no_baseline")
        text = say(f"operator.{expectation.operator}", value=expectation.operand)
        if found and expectation.operator == "nothing_lost":
            return say("operator.lost", text=text, items=self.formats.value(name, found.expected, limit=160))
        earlier = self._earlier(check, name, found)
        return (
            say("operator.with_before", text=text, before=earlier)
            if expectation.operator not in _LISTS and earlier
            else text
        )

    def _operator(self, name: str, operator: str, operand: JsonValue) -> str:
        say = self.formats.language.say
        if operator == "not" and isinstance(operand, Mapping):
            inner = (self._operator(name, word, value) for word, value in operand.items())
            return say("operator.none_of", value="; ".join(inner))
        return say(f"operator.{operator}", value=self.formats.value(name, operand))

    def _earlier(self, check: Check, name: str, found: Mismatch | None) -> str:
        """Give the value before: from the baseline, or as the mismatch quotes it."""
        if baseline := self.before.get(check.id):
            return self.formats.value(name, property_of(baseline.observed, name), limit=80)
        if found is None:
            return ""
        quoted = found.expected["before"] if isinstance(found.expected, Mapping) else found.expected
        return self.formats.value(name, quoted, limit=80)

    def _attested(self, check: Check, result: Result | None) -> Line:
        """Show a manual check: what should be seen, what a person says."""
        holds = result is None or result.outcome not in WRONG
        expected = visible(str(spoken(check.inputs.get("see", ""), self.formats.language.code)))
        return Line(property="", expected=expected, observed=attested(result, self.formats), holds=holds)

    def _reason(self, check: Check, result: Result | None) -> str:
        """Say why a check was left out, blocked or accepted."""
        if result is None:
            return ""
        language = self.formats.language
        if result.waiver:
            waiver, until = result.waiver, self.formats.day(result.waiver.until)
            key = "label.waived" if result.outcome is Outcome.WAIVED else "label.waiver_expired"
            return visible(language.say(key, reason=waiver.reason, by=waiver.approved_by, until=until))
        if result.outcome is Outcome.BLOCKED:
            return language.say("label.blocked_before")
        return absence(check, result, language) or visible(result.reason or "")


def expired_waivers(header: Header, formats: Formats) -> tuple[str, ...]:
    """Say of each waiver that was over when the run began that it waives nothing any more."""
    day = header.started_at.astimezone(formats.zone).date()
    return tuple(
        formats.language.say(
            "label.expired_waiver",
            id=visible(one.id),
            until=formats.day(one.until),
            reason=visible(one.reason),
            by=visible(one.approved_by),
        )
        for one in header.checklist.waivers
        if not one.holds_on(day)
    )


def absence(check: Check, result: Result, language: Language) -> str:
    """Say which licence, variable or row a check lacks that does not apply for that."""
    if check.absent is None or result.outcome is not Outcome.NOT_APPLICABLE:
        return ""
    return language.say(f"absent.{check.absent.lack}", name=visible(check.absent.name))


def _unknown(id: str) -> Check:
    return Check(id=id, title={}, kind="", inputs={}, source=Source(file=""))


def _in_short(error: str) -> str:
    """Give the lines that say what went wrong: of a test's traceback, those that pytest marks with E."""
    marked = [line.removeprefix("E").strip() for line in error.splitlines() if line.startswith("E ")]
    return on_one_line(" ".join(marked) or error, limit=600)
