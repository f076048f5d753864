"""A real server for tests: a process that is waited for until it serves, and ended."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 60.0
"""Seconds that a server may take until it serves."""


@contextmanager
def serving(
    command: Sequence[str], *, folder: Path, is_up: Callable[[], bool], more: Mapping[str, str] | None = None
) -> Iterator[None]:
    """Run a server in a folder, whose ``log`` has what it says; ``more`` is added to its environment."""
    with (folder / "log").open("wb") as log:
        environment = {**os.environ, **(more or {})}
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        until = time.monotonic() + PATIENCE
        while not is_up():
            if process.poll() is not None or time.monotonic() > until:
                said = (folder / "log").read_text(errors="replace")
                raise RuntimeError(f"{command[0]} does not come up: {said}")
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


def is_listening(port: int) -> bool:
    """Tell whether a TCP port of 127.0.0.1 accepts."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
