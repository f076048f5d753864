"""The vendor's procedure, in its order: one test a step."""

from __future__ import annotations

import json

import pytest

from procedure.conduct import Conductor
from uat.model import Outcome, Step


def test_gate(conductor: Conductor) -> None:
    """Nothing that matters was wrong before, and the patches are at hand."""
    assert_done(conductor.step("gate"))


def test_identify(conductor: Conductor) -> None:
    """Guest, virtual machine and checklist agree, and a person named the machine."""
    assert_done(conductor.step("identify"))


def test_lock(conductor: Conductor) -> None:
    """Nobody else works on this machine."""
    assert_done(conductor.step("lock"))


def test_shutdown(conductor: Conductor) -> None:
    """The machine went off cleanly."""
    assert_done(conductor.step("shutdown"))


def test_snapshot(snapshot: Step) -> None:
    """The snapshot is there: machine off, no memory, all disks."""
    assert_done(snapshot)


def test_start(conductor: Conductor) -> None:
    """The machine came back from a mere restart."""
    assert_done(conductor.step("start"))


def test_settle(conductor: Conductor) -> None:
    """The machine settled, and what mattered before holds again."""
    assert_done(conductor.step("settle"))


def test_deliver(conductor: Conductor, release: str) -> None:
    """The right patch lies on the machine."""
    assert_done(conductor.step("deliver", release))


def test_patch(patch: Step) -> None:
    """The patch completed, and there is proof."""
    assert_done(patch)


def test_reboot(reboot: Step) -> None:
    """The machine rebooted: another boot id."""
    assert_done(reboot)


def test_settle_after(conductor: Conductor, release: str) -> None:
    """The machine settled after the reboot."""
    assert_done(conductor.step("settle", release))


def test_release(conductor: Conductor, release: str) -> None:
    """The product says this patch's release."""
    assert_done(conductor.step("release", release))


def test_unlock(conductor: Conductor) -> None:
    """The machine is free for others again."""
    assert_done(conductor.step("unlock"))


def assert_done(step: Step) -> None:
    """Fail with what is known when a step did not hold; the reports say it in the engineer's words."""
    if step.outcome is Outcome.BLOCKED:
        pytest.skip("blocked: the procedure was stopped before")
    if step.outcome is not Outcome.PASSED:
        facts = json.dumps(step.observation, indent=2, ensure_ascii=False)
        pytest.fail(f"{step.name} {step.release or ''}: {step.stop}\n{facts}", pytrace=False)
