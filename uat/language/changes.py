"""What the upgrade is meant to change: ``expected_changes`` are held against the checks that they speak of.

::

    expected_changes:
      - {id: PLT-01, property: server, from: 21.0.26, to: 22.0.17, reason: la nuova release}
      - {id: WEB-02, property: sha256, changed: true, reason: il certificato nuovo}

After the upgrade such a property is judged by what is written here: no longer by what it was before, nor by one value
that a base wants it to be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import ModuleType

from uat import expect
from uat.errors import Problem
from uat.language.fitting import problem
from uat.language.operands import ExpectationProblem
from uat.model import Check, Expectation, ExpectedChange, Phase


def expecting(
    checks: Sequence[Check],
    changes: Sequence[ExpectedChange],
    *,
    load: Callable[[str], ModuleType],
    problems: list[Problem],
) -> tuple[Check, ...]:
    """Let each check expect, after the upgrade, what it is meant to change.

    :param load: imports a kind by its word.
    """
    made = []
    for check in checks:
        for change in (one for one in changes if one.covers(check.id)):
            try:
                check = _with(check, change, load(check.kind))
            except ExpectationProblem as error:
                problems.extend(problem(change.source, f"{check.id}: {fault.message}") for fault in error.faults)
        made.append(check)
    return tuple(made)


def _with(check: Check, change: ExpectedChange, kind: ModuleType) -> Check:
    """Put what is expected in the place of what the property was to be, or to stay."""
    wanted = ({"changed": "true"} if value is None else value for value in (change.before, change.after))
    _, due = (expect.parse_block({change.property: one}, kind.Observed)[Phase.POST] for one in wanted)
    kept = [one for one in check.expect.get(Phase.POST, ()) if not _is_replaced(one, change)]
    return check.model_copy(update={"expect": {**check.expect, Phase.POST: (*kept, *due)}})


def _is_replaced(one: Expectation, change: ExpectedChange) -> bool:
    return one.property == change.property and (one.operator == "equals" or expect.needs_baseline(one))
