"""The bench's hypervisor: holds one `Pbx`, answers over a socket file, notes every effect, fails as it is told."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from tests.faults.pbx import Pbx

OURS = "tvox-uat-"
"""How the product's snapshots begin."""


class Mode(StrEnum):
    """How an answer goes wrong."""

    REFUSE = "refuse"
    LOST = "lost"
    HUNG = "hung"
    SLOW = "slow"
    DEAF = "deaf"


@dataclass(kw_only=True)
class Fault:
    """What is wrong with a question: refuse it; do it and lose the answer; never answer; take seconds; do nothing."""

    mode: Mode
    seconds: float = 0.0
    times: int = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A snapshot: what a hypervisor shows of it; the copy of the disk lies in a folder named by its id."""

    id: str
    name: str
    taken_at: str
    was_off: bool
    without_memory: bool = True


class Bench:
    """A hypervisor that lives in the test's process: the runner may die, this does not."""

    def __init__(self, pbx: Pbx, folder: Path) -> None:
        self.pbx = pbx
        self.socket = folder / "hypervisor"
        self.faults: dict[str, Fault] = {}
        self.snapshots: list[Taken] = []
        self.uuid = pbx.uuid
        self.with_memory = False
        self.left_out: list[str] = []
        self.no_way_back = ""
        self.full: list[str] = []
        self.free_bytes = 80 << 30
        self.password = ""
        self.logins_refused = 0
        self.is_dead = False
        self.on_taken: Callable[[], object] = lambda: None
        self.on_point: Callable[[dict[str, Any]], object] = lambda point: None
        self._copies = folder / "snapshots"
        self._copies.mkdir()
        self._task = threading.Lock()
        self._next = 1
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(self.socket))
        self._server.listen(64)
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def ours(self) -> list[Taken]:
        """List the snapshots that the product took and that are still there."""
        return [one for one in self.snapshots if one.name.startswith(OURS)]

    def fault(self, question: str, mode: Mode, *, seconds: float = 0.0, times: int = 1_000_000) -> None:
        """Let a question go wrong from now on, for so many times."""
        self.faults[question] = Fault(mode=mode, seconds=seconds, times=times)

    def take_foreign(self, name: str = "backup-job") -> Taken:
        """Take a snapshot as somebody else."""
        return self._keep(name)

    def die(self, *, seconds: float | None = None) -> None:
        """Answer nothing from now on, not even what is being done; for so long, or until ``is_dead`` is false."""
        self.is_dead = True
        if seconds is not None:
            threading.Timer(seconds, lambda: setattr(self, "is_dead", False)).start()

    def close(self) -> None:
        """Take no more questions."""
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                link, _ = self._server.accept()
                threading.Thread(target=self._answer, args=(link,), daemon=True).start()

    def _answer(self, link: socket.socket) -> None:
        with link, contextlib.suppress(OSError, ValueError):
            asked = json.loads(link.makefile().readline())
            question = asked.pop("question")
            if question != "point" and self.is_dead:
                return
            reply = self._reply(question, asked)
            if reply is not None and not self.is_dead:
                link.sendall(json.dumps(reply).encode() + b"\n")

    def _reply(self, question: str, asked: dict[str, Any]) -> dict[str, Any] | None:
        """Do what is asked, as far as login and faults allow it; None: the answer gets lost."""
        user, password = asked.pop("user", ""), asked.pop("password", "")
        if question != "point" and password != self.password:
            self.logins_refused += 1
            return {"refused": f"Cannot complete login of {user}: incorrect user name or password ({password})"}
        fault = self.faults.get(question)
        if fault is None or fault.times <= 0:
            return self._do(question, asked)
        fault.times -= 1
        if fault.mode is Mode.REFUSE:
            return {"error": "An error occurred: there is not enough space on the datastore"}
        if fault.mode is Mode.HUNG:
            time.sleep(fault.seconds or 3600)
            return None
        if fault.mode is Mode.DEAF:
            return {"value": True}
        reply = self._do(question, asked, seconds=fault.seconds)
        return None if fault.mode is Mode.LOST else reply

    def _do(self, question: str, asked: dict[str, Any], *, seconds: float = 0.0) -> dict[str, Any]:
        does = getattr(self, f"_{question}")
        if question in ("take_snapshot", "delete", "revert", "start"):
            if not self._task.acquire(blocking=False):
                return {"error": "TaskInProgress: the operation is not allowed while another task runs"}
            try:
                time.sleep(seconds)
                return {"value": does(**asked)}
            finally:
                self._task.release()
        time.sleep(seconds)
        return {"value": does(**asked)}

    def _identity(self) -> dict[str, str]:
        return {"name": "TVOX1", "uuid": self.uuid}

    def _power(self) -> dict[str, Any]:
        if self.full:
            return {"power": "paused", "reason": "ioerror", "full": self.full}
        if self.pbx.is_on:
            return {"power": "on", "reason": "booted", "was_clean": True}
        clean = self.pbx.was_clean
        return {"power": "off", "reason": "shutdown" if clean else "destroyed", "was_clean": clean}

    def _shutdown(self) -> bool:
        self.pbx.note("button pressed")
        self.pbx.press_button()
        return True

    def _start(self) -> None:
        self.pbx.note("start asked")
        self.pbx.power_on()

    def _take_snapshot(self, name: str, description: str) -> None:
        self._keep(name)
        self.on_taken()

    def _keep(self, name: str) -> Taken:
        taken = Taken(
            id=str(self._next),
            name=name,
            taken_at=datetime.now(UTC).isoformat(),
            was_off=not self.pbx.is_on,
            without_memory=not self.with_memory,
        )
        self._next += 1
        subprocess.run(["cp", "-a", str(self.pbx.disk), str(self._copies / taken.id)], check=True)
        self.snapshots.append(taken)
        self.pbx.note(f"snapshot {taken.id} {taken.name} {'off' if taken.was_off else 'on'}")
        return taken

    def _find_snapshot(self, name: str) -> dict[str, Any] | None:
        found = next((one for one in self.snapshots if one.name == name), None)
        if found is None:
            return None
        return {**asdict(found), "disks_covered": ["vda"], "disks_left_out": self.left_out}

    def _snapshots(self) -> list[dict[str, Any]]:
        return [{"name": one.name, "id": one.id, "taken_at": one.taken_at} for one in self.snapshots]

    def _disks(self) -> list[str]:
        return self.left_out

    def _room(self) -> dict[str, int]:
        return {"free_bytes": self.free_bytes, "size_bytes": 100 << 30, "provisioned_bytes": 20 << 30}

    def _no_way_back(self) -> str:
        return self.no_way_back

    def _revert(self, id: str) -> None:
        self.pbx.note(f"revert {id}")
        self.pbx.pull_plug()
        self.pbx.was_clean = True
        shutil.rmtree(self.pbx.disk)
        subprocess.run(["cp", "-a", str(self._copies / id), str(self.pbx.disk)], check=True)

    def _delete(self, id: str) -> None:
        self.pbx.note(f"delete {id}")
        self.snapshots = [one for one in self.snapshots if one.id != id]

    def _chained(self) -> list[str]:
        return []

    def _point(self, **point: Any) -> None:
        self.on_point(point)
