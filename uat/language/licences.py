"""Licences and modules that a customer has or does not have: ``licences: {CC: true, FAX: false}``.

A check names the one it needs (``licence: FAX``). Where the customer's file says that it is not there, the check does
not apply; where nothing is said, it is looked at, so that nothing is left out because somebody forgot a line.
"""

from __future__ import annotations

from collections.abc import Sequence

from uat.errors import Problem
from uat.language.fitting import problem
from uat.language.wording import unknown_word, wrong_value
from uat.language.yaml_marks import Table, plain
from uat.model import Absence, Check, Lack


def apply_licences(written: Table, checks: Sequence[Check], problems: list[Problem]) -> tuple[Check, ...]:
    """Say of each check whose licence is not there that it does not apply."""
    known = dict.fromkeys(check.licence for check in checks if check.licence)
    for name, entry in written.entries.items():
        if name not in known:
            problems.append(problem(entry.key, unknown_word("licence", name, known)))
        if plain(entry.value) not in ("true", "false"):
            problems.append(problem(entry.value.source, wrong_value("bool_parsing", "", plain(entry.value))))
    absent = {name for name, entry in written.entries.items() if plain(entry.value) == "false"}
    return tuple(_without(check) if check.licence in absent else check for check in checks)


def _without(check: Check) -> Check:
    return check.model_copy(update={"absent": Absence(lack=Lack.LICENCE, name=check.licence or "")})
