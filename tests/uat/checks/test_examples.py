"""The examples in the kinds' docstrings are checklists."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from uat import checklist, registry

KINDS = registry.names("uat.checks")
HEAD = "customer: ACME S.p.A.\nsystem: {ssh: root@10.20.30.40, web: pbx.acme.it}\nchecks:\n"


@pytest.mark.parametrize("word", KINDS)
def test_example_loads(word: str, tmp_path: Path) -> None:
    """The example of a kind is loaded without a problem, and is of that kind."""
    doc = registry.load("uat.checks", word).__doc__ or ""
    example = textwrap.dedent(doc.partition("Example::\n")[2]).strip()
    path = tmp_path / "example.yaml"
    path.write_text(HEAD + textwrap.indent(example, "  ") + "\n", encoding="utf-8")
    assert {check.kind for check in checklist.load(path).checks} == {word}


@pytest.mark.parametrize("word", KINDS)
def test_kind_is_whole(word: str) -> None:
    """Each kind has Inputs and Observed; each but manual, which is asked, observes."""
    kind = registry.load("uat.checks", word)
    assert hasattr(kind, "Inputs")
    assert hasattr(kind, "Observed")
    assert hasattr(kind, "observe") == (word != "manual")
