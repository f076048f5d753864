"""Moments of a night at which something is done to it: when a step's line is about to be written."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

from tests.faults.scene import Scene


def once(name: str, act: Callable[[], object], *, outcome: str = "running") -> Callable[[dict[str, Any]], None]:
    """Make something that is done when a step's line is about to be written for the first time."""
    left = [act]

    def point(told: dict[str, Any]) -> None:
        if left and (told["kind"], told["name"], told["outcome"]) == ("step", name, outcome):
            left.pop()()

    return point


def killed_at(scene: Scene, step: str, *, outcome: str = "running") -> None:
    """Run a night and kill it when it is about to write that a step begins, or what came of it."""
    scene.bench.on_point = once(step, lambda: os.kill(process.pid, signal.SIGKILL), outcome=outcome)
    process = scene.begin("--phase=upgrade", tells=True)
    process.wait(scene.seconds)
    scene.bench.on_point = lambda told: None
