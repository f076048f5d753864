"""The run as JUnit XML for a CI server: outcomes and short reasons, without the evidence."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as Tree

from reports.rows import absence
from reports.visible import on_one_line, visible
from reports.words import Language
from uat.model import Check, Outcome, Phase, Result, Run, Severity, Source

_CHANGING = (Phase.UPGRADE, Phase.ROLLBACK, Phase.CLOSE)
_BAD = {Outcome.FAILED: "failure", Outcome.UNANSWERED: "failure", Outcome.NOT_RUN: "error", Outcome.ERROR: "error"}


def junit(run: Run, language: Language) -> bytes:
    """Write one test suite per phase, one test case per condition, check and step."""
    root = Tree.Element("testsuites", name=visible(f"{run.header.checklist.customer} {run.header.checklist.change}"))
    checks = {check.id: check for check in run.header.checklist.checks}
    for phase in (Phase.PREFLIGHT, Phase.PRE, *_CHANGING, Phase.POST):
        is_here = phase is run.header.phase
        cases = list(_steps(run, is_here) if phase in _CHANGING else _checks(run, phase, checks, language))
        if cases:
            root.append(_suite(run, phase, cases))
    Tree.indent(root)
    return bytes(Tree.tostring(root, encoding="utf-8", xml_declaration=True))


def _suite(run: Run, phase: Phase, cases: list[Tree.Element]) -> Tree.Element:
    found = {tag: str(sum(case.find(tag) is not None for case in cases)) for tag in ("failure", "error", "skipped")}
    suite = Tree.Element(
        "testsuite",
        name=phase.value,
        tests=str(len(cases)),
        failures=found["failure"],
        errors=found["error"],
        skipped=found["skipped"],
        time=f"{sum(float(case.get('time', '0')) for case in cases):.3f}",
        timestamp=run.header.started_at.isoformat(timespec="seconds"),
    )
    suite.extend(cases)
    return suite


def _checks(run: Run, phase: Phase, checks: dict[str, Check], language: Language) -> Iterator[Tree.Element]:
    for check_id, result in run.of(phase).items():
        check = checks.get(check_id) if phase is not Phase.PREFLIGHT else _condition(check_id, language)
        check = check or Check(id=check_id, title={}, kind="", inputs={}, source=Source(file=""))
        case = Tree.Element(
            "testcase",
            classname=visible(f"{phase}.{check.area or check.kind}"),
            name=on_one_line(f"{check_id} {check.words(language.code)}"),
            time=f"{result.seconds:.3f}",
        )
        _add_properties(case, {"id": check_id, "severity": check.severity.value, "outcome": result.outcome.value})
        _add_outcome(case, result.outcome, absence(check, result, language) or _message(result), language)
        yield case


def _condition(word: str, language: Language) -> Check:
    title = {language.code: language.name("condition", f"{word}.title")}
    return Check(id=word, title=title, kind="condition", inputs={}, severity=Severity.BLOCKER, source=Source(file=""))


def _steps(run: Run, is_here: bool) -> Iterator[Tree.Element]:
    for step in run.steps if is_here else ():
        name = f"{step.number} {step.name}" + (f" {step.release}" if step.release else "")
        case = Tree.Element(
            "testcase", classname=run.header.phase.value, name=on_one_line(name), time=f"{step.seconds:.3f}"
        )
        _add_properties(case, {"outcome": step.outcome.value})
        if step.outcome is not Outcome.PASSED:
            Tree.SubElement(case, "failure", message=step.stop or step.outcome.value)
        yield case


def _add_properties(case: Tree.Element, values: dict[str, str]) -> None:
    properties = Tree.SubElement(case, "properties")
    for name, value in values.items():
        Tree.SubElement(properties, "property", name=name, value=on_one_line(value))


def _add_outcome(case: Tree.Element, outcome: Outcome, message: str, language: Language) -> None:
    if outcome is Outcome.PASSED:
        return
    words = language.say(f"outcome.{outcome}")
    text = f"{words}: {message}" if message else words
    Tree.SubElement(case, _BAD.get(outcome, "skipped"), message=on_one_line(text))


def _message(result: Result) -> str:
    if result.waiver:
        return f"{result.waiver.reason} ({result.waiver.approved_by}, {result.waiver.until})"
    facts = [f"{one.property} {one.operator} {one.expected!r}: {one.observed!r}" for one in result.mismatches]
    return "; ".join(filter(None, [*facts, result.error, result.reason]))
