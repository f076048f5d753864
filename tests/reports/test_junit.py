"""JUnit: what a CI server counts, and nothing that it should not see."""

from __future__ import annotations

from xml.etree import ElementTree as Tree

import pytest

from reports.junit import junit
from reports.words import speak
from tests.reports import acme, looks, runs
from uat.model import Phase, Run


def tree(run: Run) -> Tree.Element:
    """Read the file back."""
    return Tree.fromstring(junit(run, speak("it")))


def case(run: Run, name: str, phase: str = "post") -> Tree.Element:
    """Find a test case by the beginning of its name."""
    suite = next(one for one in tree(run) if one.get("name") == phase)
    return next(one for one in suite if str(one.get("name")).startswith(name))


def test_each_phase_is_a_suite() -> None:
    """Pre, the procedure, post."""
    assert [suite.get("name") for suite in tree(runs.clean_run())] == ["pre", "upgrade", "post"]


def test_each_check_is_a_case() -> None:
    """Thirty checks, thirty cases."""
    assert [suite.get("tests") for suite in tree(runs.clean_run())] == ["30", "16", "30"]


@pytest.mark.parametrize(
    ("id", "tag"),
    [
        ("PLT-02", "failure"),
        ("TEL-05", "failure"),
        ("ACME-01", "error"),
        ("PLT-09", "skipped"),
        ("MSG-05", "skipped"),
        ("CLU-01", "skipped"),
    ],
)
def test_an_outcome_becomes_what_junit_knows(id: str, tag: str) -> None:
    """Wrong is a failure, unable an error, left out or accepted is skipped."""
    assert case(runs.regression_run(), id).find(tag) is not None


def test_a_passed_check_says_nothing() -> None:
    """Only its properties stand below it."""
    assert [one.tag for one in case(runs.clean_run(), "PLT-03")] == ["properties"]


def test_the_suite_counts_its_cases() -> None:
    """What the server shows first is right."""
    suite = tree(runs.regression_run())[2]
    assert (suite.get("failures"), suite.get("errors"), suite.get("skipped")) == ("5", "1", "3")


def test_a_case_carries_id_severity_and_outcome() -> None:
    """Xray and its like find the check again."""
    found = {one.get("name"): one.get("value") for one in case(runs.clean_run(), "PLT-01").iter("property")}
    assert found == {"id": "PLT-01", "severity": "blocker", "outcome": "passed"}


def test_the_evidence_stays_out() -> None:
    """A CI server does not get what the machine answered."""
    assert b"LoadState" not in junit(runs.regression_run(), speak("it"))


def test_a_stopped_step_is_a_failure() -> None:
    """The patch that stopped the night is red."""
    step = case(runs.stopped_run(), "13 patch 22.0.17", "upgrade")
    failure = step.find("failure")
    assert failure is not None and failure.get("message") == "no_marker"


def test_a_hostile_text_is_still_xml() -> None:
    """Controls become visible before they can break the file."""
    check = acme.checks()[0].model_copy(update={"title": {"it": "\x00\x1b[31m\ufffe ]]> <b>"}})
    checklist = acme.checklist().model_copy(update={"checks": (check,)})
    run = Run(header=runs.header(Phase.PRE, checklist=checklist), results=(looks.result(check, Phase.PRE),))
    assert case(run, "PLT-01", "pre").get("name") == "PLT-01 ⟨NUL⟩⟨ESC⟩[31m⟨U+FFFE⟩ ]]> <b>"
