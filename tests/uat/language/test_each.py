"""Rows: one check written once becomes a check for each row."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.uat.writing import HEAD, loaded, refused
from uat.language.each import MAX_CHECKS
from uat.model import Absence, Checklist, Lack, Outcome, Phase, Severity
from uat.observe import left_out

PORTS = """variables: {name: Telefonia}
checks:
  - id: TEL-02
    title: "{name}: porta {number} ({row})"
    severity: blocker
    each:
      - {id: sip, number: 5060, who: kamailio}
      - {id: web, number: 443, who: "{name}"}
    port: {number: "{number}"}
    expect: {listening: true, process: "{who}"}
"""


def by_id(made: Checklist) -> list[str]:
    """List the ids, in order."""
    return [check.id for check in made.checks]


def test_each_row_is_a_check(tmp_path: Path) -> None:
    """Title, inputs and expectations take the row's variables, and a row may use those of the checklist."""
    made = loaded(tmp_path, HEAD + PORTS)
    sip, web = made.checks
    assert (sip.id, web.id) == ("TEL-02.sip", "TEL-02.web")
    assert [check.title["it"] for check in made.checks] == [
        "Telefonia: porta 5060 (sip)",
        "Telefonia: porta 443 (web)",
    ]
    assert [check.inputs["number"] for check in made.checks] == [5060, 443]
    assert [check.expect[Phase.PRE][1].operand for check in made.checks] == ["kamailio", "Telefonia"]
    assert (sip.source.line, web.source.line) == (9, 10)


def test_a_row_may_be_one_text(tmp_path: Path) -> None:
    """A row that is one text is its own id."""
    made = loaded(
        tmp_path,
        HEAD + 'checks:\n  - {id: X, each: [201, 202], manual: {do: "Chiamare {row}", see: "Squilla {row}"}}\n',
    )
    assert [check.inputs["do"] for check in made.checks] == [["Chiamare 201"], ["Chiamare 202"]]


def test_rows_in_a_variable(tmp_path: Path) -> None:
    """A customer's file gives the rows that a base's checks go through, once for all of them."""
    base = (
        "variables: {lines: {description: the lines}}\nchecks:\n"
        "  - {id: A, each: lines, port: {number: '{port}'}, expect: {listening: true}}\n"
        "  - {id: B, each: lines, manual: {do: 'Call {port}', see: it rings}}\n"
    )
    made = loaded(
        tmp_path, "extends: base\ncustomer: A\nvariables: {lines: [{id: x, port: 1}, {id: y, port: 2}]}\n", base=base
    )
    assert by_id(made) == ["A.x", "A.y", "B.x", "B.y"]


@pytest.mark.parametrize("written", ["each: lines", "each: []", "each:"])
def test_no_rows_yet(tmp_path: Path, written: str) -> None:
    """A check without rows stays in the list and does not apply, whatever its variables would be."""
    text = "variables: {lines: {description: x}}\nchecks:\n  - id: A\n    " + written
    text += "\n    port: {number: '{port}'}\n    expect: {listening: true, process: '{who}'}\n"
    (check,) = (made := loaded(tmp_path, HEAD + text)).checks
    assert check.absent is not None
    assert check.absent.lack is Lack.ROWS
    assert left_out(check, made) == (Outcome.NOT_APPLICABLE, f"rows: {check.absent.name}")


def test_a_customer_changes_rows_and_their_checks(tmp_path: Path) -> None:
    """A later file changes single fields of a row, adds rows, and changes single fields of one row's check."""
    text = """extends: base
checks:
  - {id: TEL-02.sip, severity: minor, port: {protocol: udp}}
  - {id: TEL-02, each: [{id: web, number: 8443}, {id: alt, number: 5061, who: x}]}
"""
    made = loaded(tmp_path, HEAD + text, base=PORTS)
    assert by_id(made) == ["TEL-02.sip", "TEL-02.web", "TEL-02.alt"]
    sip, web, alt = made.checks
    assert (sip.severity, web.severity) == (Severity.MINOR, Severity.BLOCKER)
    assert (sip.inputs["protocol"], sip.inputs["number"]) == ("udp", 5060)
    assert (web.inputs["number"], web.expect[Phase.PRE][1].operand) == (8443, "Telefonia")
    assert alt.inputs["number"] == 5061


@pytest.mark.parametrize(("skipped", "left"), [("TEL-02.sip", 1), ("TEL-02", 0), ("TEL-02.*", 0), ("*.web", 1)])
def test_rows_are_left_out(tmp_path: Path, skipped: str, left: int) -> None:
    """One row is left out by its id, all of them by the check's or by a pattern."""
    made = loaded(tmp_path, f"{HEAD}{PORTS}skip: [{{id: '{skipped}', reason: none}}]\n")
    assert sum(left_out(check, made) is None for check in made.checks) == left


WRONG: list[tuple[str, str]] = [
    # the rows (line 6) of a check that asks for port {number}, what is said
    ("[{id: a, number: x}]", "6:26: a whole number is due here, not 'x'"),
    ("[{id: a, number: 1}, {id: b}]", "6:30: 'number' is missing in this row; other rows have it"),
    ("[{id: a, nmber: 1}]", "7:18: unknown variable 'number'; did you mean 'nmber'?"),
    ("[{id: a, number: 1}, {id: a, number: 2}]", "6:35: the id 'a' is taken: "),
    ("[{number: 1}]", "6:10: 'id' is missing"),
    ("[{id: a b, number: 1}]", "6:15: 'a b' cannot be an id"),
    (f"[{{id: {'a' * 63}, number: 1}}]", f"6:15: 'A.{'a' * 63}' cannot be an id"),
    ("[{id: a, Number: 1}]", "6:18: 'Number' cannot be a variable"),
    ("[{id: a, web: 1}]", "6:18: 'web' is built in"),
    ("[{id: a, number: [1]}]", "6:26: a row's variable is one text"),
    ("{a: 1}", "6:9: a list is due here"),
    ("prts", "6:9: unknown list of rows 'prts'; did you mean 'ports'?"),
]


@pytest.mark.parametrize(("rows", "said"), WRONG)
def test_wrong_rows(tmp_path: Path, rows: str, said: str) -> None:
    """What is wrong in a row is told at the row, and once."""
    variables = "variables: {ports: [a]}\n"
    check = f"checks:\n- id: A\n  each: {rows}\n  port: {{number: '{{number}}'}}\n  expect: {{listening: true}}\n"
    lines = refused(tmp_path, HEAD + variables + check)
    assert len(lines) == 1
    assert lines[0].startswith(f"acme.yaml:{said}")


def test_an_unknown_row_cannot_be_changed(tmp_path: Path) -> None:
    """A change for a row that is not there is told with the nearest one."""
    (said,) = refused(tmp_path, f"{HEAD}{PORTS}  - {{id: TEL-02.sap, severity: minor}}\n")
    assert said == "acme.yaml:13:10: unknown row of 'TEL-02' 'sap'; did you mean 'sip'?"


def test_rows_cannot_grow_without_end(tmp_path: Path) -> None:
    """Checks times rows are counted before they are made."""
    rows = ", ".join(map(str, range(MAX_CHECKS // 2 + 1)))
    check = "  - {{id: {}, each: rows, manual: {{do: x, see: y}}}}\n"
    text = f"{HEAD}variables: {{rows: [{rows}]}}\nchecks:\n{check.format('A')}{check.format('B')}"
    assert any("the rows make too much of this" in line for line in refused(tmp_path, text))


def test_absence_is_a_record() -> None:
    """Why a check does not apply is a fact, not a sentence."""
    assert Absence(lack=Lack.LICENCE, name="FAX").model_dump(mode="json") == {"lack": "licence", "name": "FAX"}
