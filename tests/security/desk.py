"""An engineer's folder and home for the tests of security: the real command, as a child, on a real sshd."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.sshd import Sshd
from uat import journal
from uat.model import Run

ROOT = Path(__file__).parents[2]
PLUGINS = ("-p", "uat.plugin", "-p", "procedure.plugin", "-p", "reports.plugin")
CUSTOMER = "ACME S.p.A."
ECHO = "  - {id: A-1, title: One, command: {run: echo hello, reviewed_by: M. Rossi}, expect: {output: hello}}\n"


def leave(process: subprocess.Popen[str]) -> None:
    """Let it run."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A folder with a checklist, and a home of its own in which nothing is trusted."""

    folder: Path
    server: Sshd

    @property
    def home(self) -> Path:
        """The engineer's home."""
        return self.folder / "home"

    @property
    def known_hosts(self) -> Path:
        """The file of the customer's trusted keys."""
        return self.home / ".tvox-uat" / "known_hosts" / "ACME S.p.A"

    def write(self, checks: str = ECHO, *, system: str = "", more: str = "") -> None:
        """Write the checklist."""
        machine = f"system: {{ssh: '{self.server.user}@127.0.0.1:{self.server.port}'{system}}}\n"
        text = f"customer: {CUSTOMER}\nchange: CHG1\nlanguage: en\n{machine}{more}checks:\n{checks}"
        (self.folder / "acme.yaml").write_text(text, encoding="utf-8")

    def trust(self) -> None:
        """Store the server's key as the customer's."""
        self.known_hosts.parent.mkdir(parents=True, exist_ok=True)
        self.known_hosts.write_bytes(self.server.known_hosts.read_bytes())

    def run(
        self,
        *arguments: str,
        phase: str = "pre",
        during: Callable[[subprocess.Popen[str]], None] = leave,
        **environment: str,
    ) -> subprocess.CompletedProcess[str]:
        """Run pytest as the engineer would.

        :param during: what happens while it runs; it must not wait for its end.
        """
        rooms = [*PLUGINS, f"--phase={phase}", f"--identity={self.server.key}", *arguments]
        return self.start([sys.executable, "-m", "pytest", *rooms, "acme.yaml"], during=during, **environment)

    def start(
        self, command: list[str], *, during: Callable[[subprocess.Popen[str]], None] = leave, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command at this desk."""
        kept = {name: value for name, value in os.environ.items() if name not in ("SSH_AUTH_SOCK", "PYTEST_ADDOPTS")}
        home = {"HOME": str(self.home), "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
        with subprocess.Popen(
            command,
            cwd=self.folder,
            env={**kept, **home, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="surrogateescape",
        ) as process:
            during(process)
            out, errors = process.communicate(timeout=300)
        return subprocess.CompletedProcess(command, process.returncode, out, errors)

    def evidence(self) -> list[Path]:
        """List the folders of the runs, oldest first."""
        return sorted(path.parent for path in self.folder.glob("evidence/*/*/*/journal.jsonl"))

    def runs(self) -> list[Run]:
        """Read the journals, oldest first."""
        return [journal.read(folder) for folder in self.evidence()]
