"""One look with a kind, as the program does it."""

from __future__ import annotations

from uat import registry
from uat.model import JsonValue
from uat.probe import Probe


def look(probe: Probe, word: str, **inputs: JsonValue) -> dict[str, JsonValue]:
    """Look once with a kind."""
    kind = registry.load("uat.checks", word)
    observed: dict[str, JsonValue] = kind.observe(kind.Inputs.model_validate(inputs), probe).model_dump()
    return observed
