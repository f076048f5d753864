"""The technical appendix: five columns that pytest-html's table lacks, filled from what was told."""

from __future__ import annotations

from html import escape
from typing import Protocol

from reports import terminal
from reports.rows import check_row
from reports.told import Told
from reports.visible import on_one_line
from uat.model import Phase

_COLUMNS = ("Phase", "Id", "Severity", "Expected", "Observed")
_PLACE = 2
"""Behind pytest-html's own `Result` and `Test`."""


class Report(Protocol):
    """What we need of pytest's report."""

    @property
    def nodeid(self) -> str:
        """The test's name."""

    @property
    def when(self) -> str | None:
        """Its part: setup, call, teardown."""

    @property
    def passed(self) -> bool:
        """Whether nothing went wrong in it."""

    @property
    def sections(self) -> list[tuple[str, str]]:
        """What was written meanwhile, each with its heading."""


class Appendix:
    """pytest-html's hooks; registered for one session, since those hooks are not told of which they are."""

    def __init__(self, told: Told) -> None:
        self._told = told

    def pytest_html_results_table_header(self, cells: list[str]) -> None:
        """Name the columns."""
        cells[_PLACE:_PLACE] = [
            f'<th class="sortable" data-column-type="{name.lower()}">{name}</th>' for name in _COLUMNS
        ]

    def pytest_html_results_table_row(self, report: Report, cells: list[str]) -> None:
        """Fill the columns, and escape the test's own name, which pytest-html does not."""
        if report.passed and report.when in ("setup", "teardown") and not report.sections:
            cells.clear()  # pytest-html shows no such row, and makes it unless it is empty
            return
        name = report.nodeid if report.when == "call" else f"{report.nodeid}::{report.when}"
        cells[1] = f'<td class="col-testId">{escape(on_one_line(name))}</td>'
        cells[_PLACE:_PLACE] = [
            f'<td class="col-{column.lower()}">{escape(text)}</td>'
            for column, text in zip(_COLUMNS, self._texts(report), strict=True)
        ]

    def _texts(self, report: Report) -> tuple[str, str, str, str, str]:
        told, id = self._told, id_of(report)
        result = told.latest(id) if id else None
        if id and result:
            formats = terminal.formats_of(told.header)
            row = check_row(told.header, told.checks[id], result, before=told.before, formats=formats)
            expected = "; ".join(f"{line.property} {line.expected}".strip() for line in row.lines)
            observed = "; ".join(f"{line.property} {line.observed}".strip() for line in row.lines if line.observed)
            return result.phase, on_one_line(id), row.severity, expected, observed or row.error or row.reason
        if (condition := condition_of(report)) and (found := told.results.get((Phase.PREFLIGHT, condition))):
            return found.phase, condition, "", "", found.error or found.reason or found.outcome
        step = told.last_step
        if step and report.when == "call":
            return "upgrade", f"{step.number} {step.name} {step.release or ''}".strip(), "", "", step.stop or ""
        return "", "", "", "", ""


def id_of(report: Report) -> str:
    """Give the id of the check that a report is about; empty when it is about something else."""
    properties = getattr(report, "user_properties", ())  # the report of a collection has none
    return str(dict(properties).get("id", ""))


def condition_of(report: Report) -> str:
    """Give the condition of the preflight that a report is about; empty when it is about something else."""
    properties = getattr(report, "user_properties", ())
    return str(dict(properties).get("condition", ""))
