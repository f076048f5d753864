"""Going back to the snapshot, in its order: one test a step."""

from __future__ import annotations

from procedure.conduct import Conductor
from procedure.test_upgrade import assert_done


def test_authorise(conductor: Conductor) -> None:
    """Telenia has a case, somebody answers for it, the logs are kept, and the loss is accepted."""
    assert_done(conductor.step("authorise"))


def test_recognise(conductor: Conductor) -> None:
    """Machine, virtual machine and snapshot are those of the upgrade's record."""
    assert_done(conductor.step("recognise"))


def test_power_off(conductor: Conductor) -> None:
    """The machine is off."""
    assert_done(conductor.step("power_off"))


def test_revert(conductor: Conductor) -> None:
    """The machine is as it was when the snapshot was taken."""
    assert_done(conductor.step("revert"))


def test_start(conductor: Conductor) -> None:
    """The machine came back."""
    assert_done(conductor.step("start"))


def test_settle(conductor: Conductor) -> None:
    """The machine settled, and is the one that was upgraded."""
    assert_done(conductor.step("settle"))


def test_clock(conductor: Conductor) -> None:
    """The machine's clock is right."""
    assert_done(conductor.step("clock"))


def test_unlock(conductor: Conductor) -> None:
    """Another upgrade may begin."""
    assert_done(conductor.step("unlock"))
