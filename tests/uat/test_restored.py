"""After a rollback the expectations of pre hold, and what was to change must be as before."""

from __future__ import annotations

from uat.expect import judge, parse_block
from uat.model import Check, Checklist, Phase, Record, Source
from uat.restored import as_before


class Observed(Record):
    """What the check sees."""

    server: str = ""
    output: str = ""


def restored() -> Check:
    block = {
        "output": {"changed": True},
        "pre": {"server": {"matches": r"^21\."}},
        "post": {"server": "22.0.17"},
    }
    expect = parse_block(block, Observed)
    check = Check(id="A-1", title={}, kind="x", inputs={}, source=Source(file="a.yaml"), expect=expect)
    return as_before(Checklist(customer="ACME", checks=(check,))).checks[0]


def wrong(server: str, output: str) -> list[str]:
    before = {"server": "21.0.26", "output": "old"}
    found = judge({"server": server, "output": output}, restored().expect[Phase.POST], before, phase=Phase.POST)
    return [one.property for one in found]


def test_the_old_system_holds() -> None:
    """What was seen before the upgrade is right again."""
    assert wrong("21.0.26", "old") == []


def test_the_new_system_does_not() -> None:
    """What the upgrade was to bring is wrong after a rollback, where a value or a change was expected."""
    assert wrong("22.0.17", "new") == ["output", "server"]
