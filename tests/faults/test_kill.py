"""The runner killed at every point of its journal and at any moment; the night is brought to its end all the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.faults import kill
from tests.faults.kill import Figures
from tests.faults.killer import HOWS

Keep = Callable[[str, object], None]
CORE = (
    "lock/running:after",
    "snapshot/passed:before",
    "patch/running:power",
    "patch/passed:torn",
    "reboot/passed:before",
    "unlock/passed:before",
)
"""Moments around what is done once: lock, snapshot, patch, reboot, unlock."""
SEEDS = 110


def assert_sound(figures: Figures, record_property: Keep) -> None:
    """See that nothing was violated, and keep the figures for docs/faults.md."""
    record_property("seen", str(figures))
    record_property("kills", figures.kills)
    record_property("nights", sum(1 for night in figures.nights if night.kills))
    assert figures.violations == []


@pytest.mark.faults
def test_killed_at_some_moments(_bench: None, record_property: Keep) -> None:
    """Killed around lock, snapshot, patch and reboot, a night resumes and does nothing twice."""
    assert_sound(kill.chosen(CORE), record_property)


@pytest.mark.faults_full
@pytest.mark.parametrize("how", HOWS)
def test_killed_at_every_point(_bench: None, how: str, record_property: Keep) -> None:
    """Killed before, in the middle of or behind any line of the journal, a night resumes and does nothing twice."""
    figures = kill.every_point(how)
    assert sum(1 for night in figures.nights if night.kills) > 40
    assert_sound(figures, record_property)


@pytest.mark.faults_full
def test_killed_at_every_point_of_two_patches(_bench: None, record_property: Keep) -> None:
    """With two patches as well, whichever of them was the last one begun."""
    figures = kill.every_point("after", releases=("22.0.0", "22.0.17"))
    assert sum(1 for night in figures.nights if night.kills) > 50
    assert_sound(figures, record_property)


@pytest.mark.faults_full
def test_killed_at_random(_bench: None, record_property: Keep) -> None:
    """Killed several times at any moment, over a link that breaks, a night still does nothing twice."""
    assert_sound(kill.at_random(range(SEEDS)), record_property)
