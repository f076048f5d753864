"""Runs the programs that the lab is made of: one place for their errors, their locks and their deadlines."""

import fcntl
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path


class LabError(Exception):
    """The lab cannot do what was asked: what failed, and what it said."""


def run(
    argv: Sequence[str | Path], *, deadline: float = 120, text: str = "", environment: Mapping[str, str] = os.environ
) -> str:
    """Run a program and return what it printed.

    `text` goes to its standard input. Raise LabError when it cannot start, fails, or is late (seconds).
    """
    words = [str(word) for word in argv]
    speaking = {**environment, "LC_ALL": "C.UTF-8"}
    try:
        done = subprocess.run(words, input=text, capture_output=True, text=True, timeout=deadline, env=speaking)
    except FileNotFoundError as error:
        raise LabError(f"{words[0]} is not installed: run tests/lab/install.sh") from error
    except subprocess.TimeoutExpired as error:
        raise LabError(f"{' '.join(words)}: no end after {deadline:.0f} s") from error
    if done.returncode != 0:
        raise LabError(
            f"{' '.join(words)}: exit code {done.returncode}\n{(done.stderr or done.stdout)[-2000:].strip()}"
        )
    return done.stdout


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file `path`; a second process waits here."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
