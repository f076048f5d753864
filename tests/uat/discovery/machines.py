"""Machines that only know what was written down, as sources of discovery see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType

from tests.uat.checks.recording import RTT_SECONDS, Recording, Said
from uat import registry
from uat.model import Limits, System
from uat.probe import Probe
from uat.proposal import Found
from uat.ssh.output import Output


@dataclass(frozen=True, kw_only=True)
class Speaking:
    """A machine that gives one answer after the other, whatever it is asked."""

    answers: list[Said]

    def run(self, command: str, *, deadline: float | None = None, stdin: bytes = b"") -> Output:
        """Give the next answer."""
        said = self.answers.pop(0)
        return Output(
            exit_code=said.exit_code,
            stdout=said.stdout.encode(),
            stderr=said.stderr.encode(),
            seconds=RTT_SECONDS,
        )


def source(word: str) -> ModuleType:
    """Give a source by its word."""
    return registry.load("uat.discovery", word)


def found(word: str, *answers: str | Said, system: System | None = None) -> Found:
    """Let a source ask a machine that answers so."""
    said = [one if isinstance(one, Said) else Said(stdout=one) for one in answers]
    probe = Probe(connection=Speaking(answers=said), system=system or System(), limits=Limits())
    made: Found = source(word).discover(probe)
    return made


def abouts(made: Found) -> list[str]:
    """Name what is proposed."""
    return [one.about for one in made.proposals]


def recorded(answers: Mapping[str, Said]) -> Probe:
    """Make a probe at a machine that knows these commands only."""
    return Probe(connection=Recording(answers=answers), system=System(), limits=Limits())
