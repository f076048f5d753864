"""What changes the machine is done whole or not at all: what pytest collected must be the plan, in its order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from procedure.plan import steps_of
from uat.items import PYTHON
from uat.model import Checklist, Phase
from uat.phases import LOOKING, PARTS

Key = tuple[str, str, str]
"""One thing to be run: phase, what it is (check's id, step's name, node id), and the release it belongs to."""

_NARROWING = {
    "keyword": "-k",
    "markexpr": "-m",
    "deselect": "--deselect",
    "ignore": "--ignore",
    "ignore_glob": "--ignore-glob",
    "lf": "--lf",
    "failedfirst": "--ff",
    "newfirst": "--nf",
}
_ENDING_EARLY = {
    "maxfail": "-x / --maxfail",
    "stepwise": "--sw",
    "stepwise_skip": "--sw-skip",
    "setuponly": "--setup-only",
    "setupplan": "--setup-plan",
    "continue_on_collection_errors": "--continue-on-collection-errors",
    "reruns": "--reruns",
    "session_timeout": "--session-timeout",
}
"""Options by pytest's name for them; those of other plugins count when the plugin is there."""


def key_of(phase: Phase | None, name: str, release: str | None = None) -> Key:
    """Name one thing to be run; a test that does not look at the machine has no phase, and runs first."""
    return phase or "", name, release or ""


def whole_session(
    phase: Phase, checklist: Checklist, conditions: Sequence[str], others: Sequence[Key]
) -> tuple[Key, ...]:
    """List everything that a session runs, part by part: conditions, checks, steps.

    :param conditions: the names of the preflight's conditions.
    :param others: what partners' own test files add, in the order in which it was collected.
    """
    checks = [check.id for check in checklist.checks if check.kind != PYTHON]
    keys = [key for key in others if key[0] == ""]
    for part in PARTS[phase]:
        if part is Phase.PREFLIGHT:
            keys += [key_of(part, name) for name in conditions]
        elif part in LOOKING:
            keys += [key_of(part, id) for id in checks]
        else:
            keys += [key_of(part, step.name, step.release) for step in steps_of(phase, checklist.upgrade)]
        keys += [key for key in others if key[0] == part]
    return tuple(keys)


def difference(planned: Sequence[Key], collected: Sequence[Key]) -> str:
    """Say how what was collected differs from the plan; empty when it does not."""
    if tuple(planned) == tuple(collected):
        return ""
    missing, extra = Counter(planned) - Counter(collected), Counter(collected) - Counter(planned)
    said = [f"{word} {_some(keys)}" for word, keys in (("missing", missing), ("not planned", extra)) if keys]
    return "; ".join(said) or "in another order"


def _some(keys: Counter[Key]) -> str:
    shown = [" ".join(filter(None, key)) for key in list(keys)[:3]]
    return ", ".join(shown) + (f" and {len(keys) - 3} more" if len(keys) > 3 else "")


def ending_early(options: Mapping[str, Any]) -> tuple[str, ...]:
    """List the options that could end an upgrade in its middle; they are refused whatever was collected."""
    return tuple(name for option, name in _ENDING_EARLY.items() if options.get(option))


def narrowing(options: Mapping[str, Any], arguments: Sequence[str], addopts: str) -> tuple[str, ...]:
    """List what is set that may have changed what was collected.

    :param arguments: what stands on the command line.
    :param addopts: the variable PYTEST_ADDOPTS.
    """
    named = [name for option, name in _NARROWING.items() if options.get(option)]
    nodes = [f"the node id {argument}" for argument in arguments if "::" in argument]
    return (*named, *nodes, *([f"PYTEST_ADDOPTS={addopts}"] if addopts else []))
