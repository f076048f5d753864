"""Fixtures of the fault lab: nights on the bench, and what a row's table says was seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.faults import invariants
from tests.faults.patch import Patch
from tests.faults.pbx import missing
from tests.faults.scene import Ended, Scene, See, night

Nights = Callable[..., Scene]


@pytest.fixture(scope="session")
def _bench() -> None:
    if why := missing():
        pytest.skip(why)


@pytest.fixture
def nights(_bench: None) -> Iterator[Nights]:
    """Set scenes, each with the patches given; all of them are taken down."""
    with ExitStack() as stack:
        yield lambda *patches: stack.enter_context(night(*patches))


@pytest.fixture
def scene(nights: Nights) -> Scene:
    """A night with one good patch."""
    return nights(Patch(release="22.0.0"))


@pytest.fixture
def see(record_property: Callable[[str, object], None]) -> See:
    """See that the world is sound after a night, and keep what was seen for docs/faults.md."""

    def look(scene: Scene, ended: Ended) -> None:
        world = invariants.inspect(scene, ended.exit_code)
        patches, reboots = len(world.told("patch")), len(world.told("reboot"))
        stop = scene.stop if scene.folders and world.runs else None
        said = f"exit {ended.exit_code}{f', {stop}' if stop else ''}; patches started {patches}, reboots {reboots}"
        record_property("seen", f"{said}, snapshots {len(world.snapshots)}")
        assert invariants.violations(world) == [], ended.output

    return look
