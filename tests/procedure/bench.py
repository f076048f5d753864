"""A patch in screen on a real sshd, with everything that a test may do to it."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from procedure import screen
from procedure.account import Account
from procedure.attempt import Attempt, State
from procedure.lifeline import Lifeline
from tests.procedure.proxy import Proxy
from tests.sshd import Sshd, descendants
from uat.host import Address, Connection, connect
from uat.model import Limits, News, NewsKind

LIMITS = Limits(poll=0.1, silence=0.5, quiet=0.5, prompt=1.5, unreachable=5, connect=5, patch_start=5)


class Link:
    """The connection to the test's sshd, opened anew when it is gone."""

    def __init__(self, sshd: Sshd, limits: Limits) -> None:
        self._sshd = sshd
        self._limits = limits
        self._connection: Connection | None = None
        self.opened = 0

    def connection(self) -> Connection:
        if self._connection is None or self._connection.is_lost:
            address = Address(
                user=self._sshd.user, host="127.0.0.1", port=self._sshd.port, identity_files=(str(self._sshd.key),)
            )
            self._connection = connect(address, limits=self._limits, known_hosts=self._sshd.known_hosts)
            self.opened += 1
        return self._connection

    def drop_connection(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def through(sshd: Sshd, proxy: Proxy) -> Sshd:
    """Give the same server behind a proxy, with its key trusted there too."""
    known = sshd.known_hosts.read_text()
    sshd.known_hosts.write_text(known + known.splitlines()[0].replace(f":{sshd.port}", f":{proxy.port}") + "\n")
    return replace(sshd, port=proxy.port)


class Bench:
    """One patch on the machine, and what is told of it."""

    def __init__(self, sshd: Sshd, folder: Path, limits: Limits = LIMITS) -> None:
        self.limits = limits
        self.directory = str(folder / "machine" / "attempt")
        self.log = folder / "patch.log"
        self.news: list[News] = []
        self.account = Account(self.news.append)
        self.link = Link(sshd, limits)
        self.lifeline = Lifeline(self.link, limits=limits, account=self.account)
        self.name = f"test-{folder.name}"

    def start(self, script: str) -> None:
        screen.start(self.lifeline, self.directory, screen=self.name, command=script, limits=self.limits)

    def follow(self) -> Attempt:
        return screen.follow(self.lifeline, self.directory, log=self.log, limits=self.limits, account=self.account)

    def fetch_log(self) -> bytes:
        return screen.fetch_log(self.lifeline, self.directory, self.log).read_bytes()

    def state(self) -> State:
        return screen.look(self.lifeline, self.directory).attempt.state

    def told(self, kind: NewsKind) -> list[str]:
        return [one.text for one in self.news if one.kind is kind]

    @property
    def printed(self) -> list[str]:
        """What was told of the output, without blank lines."""
        return [line for line in self.told(NewsKind.OUTPUT) if line]

    def until(self, holds: Callable[[], bool]) -> None:
        end = time.monotonic() + 10
        while not holds():
            assert time.monotonic() < end
            time.sleep(0.05)

    def processes(self, *words: str) -> list[int]:
        """Find processes of this attempt whose command line begins with these words."""
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                line = path.read_bytes().decode(errors="replace").split("\0")
            except OSError:
                continue
            if line[: len(words)] == list(words) and any(self.directory in word for word in line):
                found.append(int(path.parent.name))
        return found

    def kill(self, *words: str) -> None:
        pids = self.processes(*words)
        assert pids
        for pid in pids:
            os.kill(pid, signal.SIGKILL)

    def close(self) -> None:
        """End what this test started."""
        self.link.drop_connection()
        self.end()

    def end(self) -> None:
        """Kill the screen session, the wrapper and the patch, with everything below them."""
        tops = self.processes("SCREEN") or self.processes("sh") + self.processes("script")
        for pid in [below for top in tops for below in (top, *descendants(top))]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
