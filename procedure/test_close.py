"""Closing an upgrade, in its order: one test a step."""

from __future__ import annotations

from procedure.conduct import Conductor
from procedure.test_upgrade import assert_done


def test_recognise(conductor: Conductor) -> None:
    """The virtual machine and the snapshot are those of the upgrade's record."""
    assert_done(conductor.step("recognise"))


def test_decide(conductor: Conductor) -> None:
    """The time is over, or somebody answers for an earlier end; and a person says GO."""
    assert_done(conductor.step("decide"))


def test_delete(conductor: Conductor) -> None:
    """That snapshot is gone, and no disk hangs on a chain."""
    assert_done(conductor.step("delete"))


def test_tidy(conductor: Conductor) -> None:
    """What the upgrade put on the machine is removed."""
    assert_done(conductor.step("tidy"))
