"""One look with a kind, by its word; and this computer's shell in surroundings that a test chooses."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

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


def tool(folder: Path, name: str, says: str) -> dict[str, str]:
    """Put a program of a recorded answer before the computer's own; give the environment in which it is found."""
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.said").write_text(says, encoding="utf-8")
    (folder / name).write_text(f"#!/bin/sh\necho \"$@\" >>'{folder}/{name}.asked'\ncat '{folder}/{name}.said'\n")
    (folder / name).chmod(0o755)
    return {"PATH": f"{folder}:{os.environ['PATH']}"}


@dataclass(frozen=True, kw_only=True)
class Machine(Shell):
    """This computer with a ``/var`` of its own, systemd running or not, and tools that give recorded answers."""

    folder: Path

    @property
    def var(self) -> Path:
        """What stands in /var there."""
        return self.folder / "var"


def machine(folder: Path, *, systemd: bool = False, core_pattern: str = "core", **tools: str) -> Machine:
    """Make a machine; only root may."""
    for place in ("log", "crash", "spool"):
        (folder / "var" / place).mkdir(parents=True, exist_ok=True)
    (folder / "core_pattern").write_text(core_pattern + "\n")
    mounts = [
        "mount -t tmpfs tmpfs /run",
        *(["mkdir -p /run/systemd/system"] if systemd else []),
        f"mount --bind '{folder}/core_pattern' /proc/sys/kernel/core_pattern",
        f"mount --bind '{folder}/var' /var",
        'exec "$@"',
    ]
    return Machine(
        folder=folder,
        inside=("unshare", "-m", "sh", "-c", " && ".join(mounts), "in"),
        environment={
            key: path for name, says in tools.items() for key, path in tool(folder / "bin", name, says).items()
        },
    )


needs_root = pytest.mark.skipif(
    os.name != "posix" or os.getuid() != 0, reason="only root can give a command surroundings of its own"
)
