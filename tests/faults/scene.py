"""One night on the bench: a PBX, its hypervisor, the link, an engineer's folder, and the real command."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults import killer
from tests.faults.bench import Bench
from tests.faults.link import Link
from tests.faults.patch import Patch
from tests.faults.pbx import MEMORY, Pbx
from tests.procedure.beforehand import ANSWERS, window
from uat import journal
from uat.model import Ending, Outcome, Run, Step

ROOT = Path(__file__).parents[2]
ROOMS = ("uat.plugin", "procedure.plugin", "reports.plugin", "tests.faults.adapter", "tests.faults.killer")
LIMITS: dict[str, Any] = {
    "poll": "50ms", "retry_pause": "100ms", "connect": "5s", "command": "10s", "web": "5s", "keepalive": "1s",
    "keepalive_missed": 2, "shutdown": "5s", "snapshot": "5s", "boot": "10s", "settle": "5s",
    "stable": "100ms", "patch_start": "5s",
    "silence": "2s", "quiet": "500ms", "prompt": "2s", "unreachable": "20s", "outage_paused": "200ms",
    # The machine's disk is the memory of the computer that it runs on.
    "space_free_percent": 0, "evidence_room_bytes": 0, "rehearsal": "20s",
}  # fmt: skip
CHECKS = """
checks:
  - id: NET-01
    title: {it: Il nome della macchina, en: The machine's name}
    severity: blocker
    command: {run: uname -n, reviewed_by: bench}
    expect: {exit_code: 0, output: {unchanged: true}}
  - id: REL-01
    title: {it: Il prodotto dichiara il suo rilascio, en: The product says its release}
    severity: major
    retry_for: 5s
    webapi: {method: getVersion}
    expect:
      pre: {server: {matches: '^21[.]'}}
      post: {server: "%s"}
"""
PASSWORD = "BENCH_PASSWORD"
"""The environment variable that holds the engineer's password for the hypervisor."""
SECONDS = 120.0
"""How long one session may take on the bench; what takes longer hangs, which is a fault as well."""


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A session that is over: exit code (negative: the signal), what its terminal showed, how long it took."""

    exit_code: int
    output: str
    seconds: float

    @property
    def was_killed(self) -> bool:
        """Tell whether it ended by SIGKILL."""
        return self.exit_code == -signal.SIGKILL


class Scene:
    """Everything of one night; the machine and its hypervisor outlive every runner."""

    def __init__(self, folder: Path, *patches: Patch) -> None:
        self.folder = folder
        self.desk = folder / "desk"
        self.desk.mkdir()
        (self.desk / "home").mkdir()
        self.patches = patches or (Patch(release="22.0.0"), Patch(release="22.0.17"))
        self.pbx = Pbx(folder / "machine")
        self.bench = Bench(self.pbx, folder)
        self.link = Link(self.pbx.ssh_port)
        self.seconds = SECONDS
        self.window = window()
        self.plugins: list[str] = []
        self.environment: dict[str, str] = {}
        self.limits: dict[str, Any] = dict(LIMITS)
        self.system: dict[str, Any] = {}
        self.pbx.power_on()
        self.pbx.wait_until(on=True)
        self.trust()

    def trust(self) -> None:
        """Trust the host key that the machine has now."""
        (self.desk / "known_hosts").write_text(self.pbx.known_host(self.link.port))

    def write(self) -> Path:
        """Write the checklist and the patches."""
        machine = {"vm": "TVOX1", "uuid": self.pbx.uuid, "socket": str(self.bench.socket)}
        if self.bench.password:
            machine |= {"user": "uat", "password": f"env:{PASSWORD}"}
        system = {
            "ssh": f"root@127.0.0.1:{self.link.port}",
            "web": f"127.0.0.1:{self.pbx.web_port}",
            "tls": f"sha256:{self.pbx.certificate}",
            "hypervisor": {"bench": machine},
        }
        top = {
            "customer": "Bench S.p.A.",
            "change": "CHG1",
            "language": "en",
            "system": system | self.system,
            "timezone": "UTC",
            "upgrade": {
                "window": self.window,
                "release": {"pre": "21.0.26", "post": self.patches[-1].release},
                "patches": [patch.write(self.desk) for patch in self.patches],
            },
            "contacts": {"telenia": {"phone": "045 2224660", "hours": "8-18"}},
            "limits": self.limits,
        }
        head = "\n".join(f"{key}: {json.dumps(value)}" for key, value in top.items())
        (self.desk / "answers.yaml").write_text(ANSWERS, "utf-8")
        path = self.desk / "acme.yaml"
        path.write_text(head + CHECKS % self.patches[-1].release)
        return path

    def begin(
        self, *arguments: str, kill: str = "", tells: bool = False, home: str = "home", log: str = "terminal"
    ) -> subprocess.Popen[str]:
        """Start the real command, in a process group of its own; what it prints goes to a file.

        :param kill: point and way, as `tests.faults.killer` takes them.
        :param tells: whether each line of the journal is told to ``bench.on_point`` first.
        :param home: the folder that is the engineer's home: another one is another laptop.
        """
        rooms = [word for room in (*ROOMS, *self.plugins) for word in ("-p", room)]
        login = (f"--identity={self.pbx.folder / 'id'}", f"--known-hosts={self.desk / 'known_hosts'}")
        command = [
            sys.executable,
            "-m",
            "pytest",
            *rooms,
            *login,
            "--confirm-host=pbx-bench",
            "--answers=answers.yaml",
            *arguments,
            "acme.yaml",
        ]
        faults = ({killer.KILL: kill} if kill else {}) | ({killer.TELL: str(self.bench.socket)} if tells else {})
        with (self.desk / log).open("ab") as file:
            return subprocess.Popen(
                command,
                cwd=self.desk,
                env=self._environment(home) | faults,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                text=True,
            )

    def tool(self, *words: str, home: str = "home") -> Ended:
        """Run the command line ``tvox-uat`` to its end."""
        began = time.monotonic()
        login = (f"--identity={self.pbx.folder / 'id'}", f"--known-hosts={self.desk / 'known_hosts'}")
        call = f"raise SystemExit(tvox_uat.main({[*words, *login]!r}))"
        code = f"from tests.faults import adapter; import tvox_uat; {call}"
        ended = subprocess.run(
            [sys.executable, "-c", code],
            cwd=self.desk,
            env=self._environment(home),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=self.seconds,
        )
        return Ended(exit_code=ended.returncode, output=ended.stdout, seconds=time.monotonic() - began)

    def _environment(self, home: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "TVOX_"))}
        own = {"HOME": str(self.desk / home), "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
        return kept | own | self.environment

    def run(
        self,
        *arguments: str,
        phase: str = "upgrade",
        during: Callable[[subprocess.Popen[str]], None] | None = None,
        **begun: Any,
    ) -> Ended:
        """Run the real command to its end."""
        log = self.desk / begun.get("log", "terminal")
        size, began = log.stat().st_size if log.exists() else 0, time.monotonic()
        process = self.begin(f"--phase={phase}", *arguments, **begun)
        try:
            if during:
                during(process)
            process.wait(self.seconds)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        output = log.read_bytes()[size:].decode(errors="replace")
        return Ended(exit_code=process.returncode, output=output, seconds=time.monotonic() - began)

    @property
    def folders(self) -> list[Path]:
        """List the evidence folders, oldest first."""
        try:
            return sorted(path.parent for path in self.desk.glob("evidence*/*/*/*/journal.jsonl"))
        except FileNotFoundError:  # a folder went while it was walked through
            return []

    @property
    def journal(self) -> Run:
        """The journal of the newest run, read back and verified."""
        return journal.read(self.folders[-1])

    def step(self, name: str, release: str | None = None) -> Step:
        """Give a step's record."""
        return next(step for step in self.journal.steps if (step.name, step.release) == (name, release))

    @property
    def stop(self) -> str | None:
        """Give the code of the step that stopped the night; none when no journal can be read."""
        try:
            steps = self.journal.steps
        except (journal.JournalError, IndexError):
            return None
        return next((step.stop for step in steps if step.outcome is Outcome.FAILED), None)

    @property
    def ending(self) -> Ending | None:
        """Give how the newest run ended; none when it did not, or cannot be read."""
        try:
            return self.journal.ending
        except (journal.JournalError, IndexError):
            return None

    @property
    def terminal(self) -> str:
        """What the terminal shows so far, as one line."""
        return " ".join((self.desk / "terminal").read_text(errors="replace").split())

    def has_begun(self, name: str) -> bool:
        """Tell whether a step of the newest run has begun."""
        begun = f'"name": "{name}"'
        return any(begun in (folder / journal.NAME).read_text(errors="replace") for folder in self.folders)

    def wait_for(self, holds: Callable[[], bool], seconds: float = 60.0) -> None:
        """Wait until something holds."""
        until = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > until:
                raise TimeoutError("what was waited for did not happen")
            time.sleep(0.02)

    def close(self) -> None:
        """Take everything down."""
        self.link.close()
        self.bench.close()
        self.pbx.remove()
        shutil.rmtree(self.folder, ignore_errors=True)


See = Callable[[Scene, Ended], None]
"""Sees that the world is sound after a night: the fixture ``see``."""


@contextmanager
def night(*patches: Patch) -> Iterator[Scene]:
    """Set a scene, and take it down; it lives in memory."""
    scene = Scene(Path(tempfile.mkdtemp(prefix="bench-", dir=MEMORY)), *patches)
    try:
        yield scene
    finally:
        scene.close()
