"""What is due after a rollback: everything as it was before the upgrade."""

from __future__ import annotations

from uat.model import Check, Checklist, Expectation, Phase


def as_before(checklist: Checklist) -> Checklist:
    """Let the expectations of pre hold in post; what the upgrade was to change must now be unchanged."""
    checks = tuple(_as_before(check) for check in checklist.checks)
    return checklist.model_copy(update={"checks": checks, "expected_changes": ()})


def _as_before(check: Check) -> Check:
    due = tuple(_turned(one) for one in check.expect.get(Phase.PRE, ()))
    return check.model_copy(update={"expect": {Phase.PRE: due, Phase.POST: due} if due else {}})


def _turned(expectation: Expectation) -> Expectation:
    if expectation.operator != "changed":
        return expectation
    return expectation.model_copy(update={"operator": "unchanged"})
