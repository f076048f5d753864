"""Looking side by side: who is left behind ends soon, and how far it is is told."""

from __future__ import annotations

import threading
import time

from uat.model import Check, Checklist, Expectation, Limits, Phase, Progress, Source, System
from uat.observe import observe
from uat.probe import Probe
from uat.ssh.output import Output


class Machine:
    """Answers each command with what it echoes, `slow` a while later."""

    def run(self, command: str, *, deadline: float | None = None, stdin: bytes = b"") -> Output:
        """Answer."""
        if command == "slow":
            time.sleep(0.3)
        return Output(exit_code=0, stdout=command.encode(), stderr=b"", seconds=0.0)


def check(id: str, command: str, expected: str, *, retry_for: float = 0.0) -> Check:
    """Make a check that runs a command."""
    expectation = Expectation(property="output", operator="equals", operand=expected)
    return Check(
        id=id,
        title={"en": id},
        kind="command",
        inputs={"run": command, "reviewed_by": "M. Rossi"},
        expect={Phase.PRE: (expectation,)},
        retry_for=retry_for,
        source=Source(file="a.yaml"),
    )


def looking(*checks: Check, told: list[Progress] | None = None, **limits: float):  # type: ignore[no-untyped-def]
    """Look at checks."""
    checklist = Checklist(customer="ACME", checks=checks, limits=Limits(**limits))
    return observe(
        checks,
        Phase.PRE,
        checklist=checklist,
        before={},
        open_probe=lambda: Probe(connection=Machine(), system=System(), limits=checklist.limits),
        on_progress=(told if told is not None else []).append,
    )


def test_who_is_left_behind_ends() -> None:
    """A check that would be looked at for an hour ends soon when nobody waits for it any more (Ctrl-C)."""
    batches = looking(check("A", "yes", "yes"), check("B", "yes", "no", retry_for=3600), retry_pause=0.1)
    assert [one.id for one, _ in next(batches)] == ["A"]
    batches.close()
    until = time.monotonic() + 5
    while _looks() and time.monotonic() < until:
        time.sleep(0.05)
    assert _looks() == []


def test_how_far_it_is() -> None:
    """It is told now and then how many are done and which takes longest, and at the end that all are done."""
    told: list[Progress] = []
    done = [
        one
        for batch in looking(check("A", "yes", "yes"), check("B", "slow", "slow"), told=told, progress=0.05)
        for one in batch
    ]
    assert {one.id for one, _ in done} == {"A", "B"}
    assert (told[0].done, told[0].total, told[0].running, told[0].slowest) == (1, 2, 1, "B")
    assert (told[-1].done, told[-1].running, told[-1].slowest) == (2, 0, "")


def test_retry_counts_from_the_first_look() -> None:
    """A check whose first look waited longer than its `retry_for` is still looked at again."""
    ((_, result),) = [
        one for batch in looking(check("A", "slow", "no", retry_for=0.2), retry_pause=0.01) for one in batch
    ]
    assert result.attempts > 1


def test_the_wait_for_a_turn_is_no_look() -> None:
    """The seconds of a check are those of its questions, and it began so long before it ended."""
    ((_, result),) = [one for batch in looking(check("A", "slow", "slow")) for one in batch]
    assert result.seconds == sum(one.seconds for one in result.evidence) < 0.2
    assert result.started_at >= result.evidence[0].taken_at


def _looks() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("look")]
