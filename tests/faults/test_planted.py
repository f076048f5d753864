"""Tests of the tests: bugs planted in the product, each of which the lab must see, and does not see without them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable

import pytest

from tests.faults import invariants, planted
from tests.faults.conftest import Nights
from tests.faults.kill import bad_end, go_on
from tests.faults.moments import killed_at
from tests.faults.patch import Patch
from tests.faults.scene import Ended, Scene
from tests.sshd import make_key

Trial = Callable[[Scene], list[str]]


def complaints(scene: Scene, ended: Ended, *others: str) -> list[str]:
    """List what the lab has to say of a night."""
    return [*invariants.violations(invariants.inspect(scene, ended.exit_code)), *others]


def killed(step: str, outcome: str = "running") -> Trial:
    """Kill a night at a step's line, and go on with it."""

    def trial(scene: Scene) -> list[str]:
        scene.write()
        killed_at(scene, step, outcome=outcome)
        ended = go_on(scene)
        return complaints(scene, ended, *bad_end(ended, scene.stop or ""))

    return trial


def torn(scene: Scene) -> list[str]:
    """Kill a night in the middle of a line, and go on with it."""
    scene.write()
    scene.run(kill="snapshot/passed:torn")
    ended = go_on(scene)
    return complaints(scene, ended, *bad_end(ended, scene.stop or ""))


def quoted(scene: Scene) -> list[str]:
    """Run a patch that only quotes the marker."""
    scene.patches = (Patch(release="22.0.0", marker="quoted"),)
    scene.write()
    return complaints(scene, scene.run())


def other_certificate(scene: Scene) -> list[str]:
    """Run a night at a machine whose web server shows another certificate than the pinned one."""
    scene.system["tls"] = "sha256:" + "00" * 32
    scene.write()
    ended = scene.run()
    return complaints(scene, ended, *_done_anyway(scene, "with another certificate"))


def other_host_key(scene: Scene) -> list[str]:
    """Run a night at a machine that shows another host key than the trusted one."""
    make_key(scene.folder / "new")
    for suffix in ("", ".pub"):
        shutil.move(scene.folder / f"new{suffix}", scene.pbx.bench / f"host_key{suffix}")
    scene.pbx.reset()
    scene.pbx.wait_until(on=True)
    scene.write()
    ended = scene.run()
    return complaints(scene, ended, *_done_anyway(scene, "with another host key"))


def _done_anyway(scene: Scene, how: str) -> Iterable[str]:
    return [f"the machine was changed {how}"] if scene.pbx.told("button") else []


TRIALS: dict[str, Trial] = {
    "blind_probe": killed("patch", "passed"),
    "done_before_the_act": killed("patch"),
    "retry_on_doubt": killed("patch", "passed"),
    "torn_tail_kept": torn,
    "loose_marker": quoted,
    "tls_off": other_certificate,
    "any_host_key": other_host_key,
}


@pytest.mark.faults
def test_each_bug_has_its_trial() -> None:
    """No planted bug is left without a trial."""
    assert TRIALS.keys() == planted.BUGS.keys()


@pytest.mark.faults
@pytest.mark.parametrize("bug", TRIALS)
def test_a_planted_bug_is_seen(nights: Nights, bug: str, record_property: Callable[[str, object], None]) -> None:
    """With the bug in the product the lab complains."""
    scene = nights(Patch(release="22.0.0"))
    scene.plugins.append("tests.faults.planted")
    scene.environment[planted.BUG] = bug
    said = TRIALS[bug](scene)
    record_property("seen", "; ".join(said))
    assert said != []


@pytest.mark.faults_full
@pytest.mark.parametrize("bug", TRIALS)
def test_without_the_bug_nothing_is_said(nights: Nights, bug: str) -> None:
    """Without the bug the same night gives no reason to complain."""
    assert TRIALS[bug](nights(Patch(release="22.0.0"))) == []
