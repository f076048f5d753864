"""One look with a kind, by its word; and this computer's shell in surroundings that a test chooses."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from uat import registry
from uat.model import JsonValue, Limits, System
from uat.probe import Probe
from uat.ssh.output import Output


def look(probe: Probe, word: str, **inputs: JsonValue) -> dict[str, JsonValue]:
    """Look once with a kind."""
    kind = registry.load("uat.checks", word)
    observed: dict[str, JsonValue] = kind.observe(kind.Inputs.model_validate(inputs), probe).model_dump()
    return observed


@dataclass(frozen=True, kw_only=True)
class Shell:
    """This computer as a probe's connection: for what the real sshd cannot be given, such as another time zone.

    ``inside`` stands before the shell: a program that runs it in surroundings of its own.
    """

    environment: Mapping[str, str] = field(default_factory=dict)
    inside: tuple[str, ...] = ()

    def run(self, command: str, *, deadline: float | None = None, stdin: bytes = b"") -> Output:
        """Run a command as the connection does: in the C locale, with an end."""
        words, began = (*self.inside, "sh", "-c", command), time.monotonic()
        environment = {**os.environ, "LC_ALL": "C", **self.environment}
        ended = subprocess.run(
            words, input=stdin, capture_output=True, check=False, env=environment, timeout=deadline or 30
        )
        return Output(
            exit_code=ended.returncode,
            stdout=ended.stdout,
            stderr=ended.stderr,
            seconds=time.monotonic() - began,
        )

    @property
    def probe(self) -> Probe:
        """A probe that looks here."""
        return Probe(connection=self, system=System(), limits=Limits())
