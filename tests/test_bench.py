"""The bench itself: the way is as long as it says, the tools see what is wrong, the table is right."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path

import pytest

from tests.bench import work
from tests.bench.__main__ import measure_point
from tests.bench.meter import Cost, way_to
from tests.bench.table import OURS, SAME, Point, table, verdicts
from tests.sshd import Sshd


def test_the_mix() -> None:
    """Of two hundred checks there are 60, 60, 60 and 20, and of any twenty their tenth."""
    sorts = [work.sort_of(number) for number in range(200)]
    assert {sort: sorts.count(sort) for sort in set(sorts)} == {"mode": 60, "command": 60, "line": 60, "package": 20}
    assert sorts[:20].count("package") == 2


def test_the_way_is_long_and_loses_nothing(sshd: Sshd, tmp_path: Path) -> None:
    """What is sent comes back whole and in order, a round trip later at the earliest."""
    server = socket.create_server(("127.0.0.1", 0))

    def echo() -> None:
        link = server.accept()[0]
        with link:
            while piece := link.recv(65536):
                link.sendall(piece)

    threading.Thread(target=echo, daemon=True).start()
    echoing = Sshd(port=server.getsockname()[1], folder=sshd.folder, process=sshd.process, user=sshd.user)
    sent = bytes(range(256)) * 4000
    with way_to(echoing, 40, tmp_path) as way, socket.create_connection(("127.0.0.1", way.port)) as link:
        began = time.monotonic()
        threading.Thread(target=link.sendall, args=(sent,), daemon=True).start()
        came = link.recv(65536)
        assert time.monotonic() - began >= 0.04
        while len(came) < len(sent):
            came += link.recv(65536)
    server.close()
    assert came == sent


def test_one_point(sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This project and both scripts see the one check that is wrong; the table says what they cost."""
    monkeypatch.setattr("tests.bench.__main__.SLOW_UP_TO", 0)
    monkeypatch.setattr("tests.bench.__main__.ROUNDS", 1)
    point = measure_point(sshd, 20, 0, tmp_path / "point")
    assert point.wrong == ()
    assert len(point.costs) == 3
    assert all(cost.observation <= cost.whole for cost in point.costs.values())
    assert all(f"| {name} |" in table(point) for name in point.costs)


def test_a_target_that_is_not_met_is_said() -> None:
    """Twice the script's time is more than once and a half."""
    once = Cost(observation=1.0, whole=1.0, target_cpu=1.0, memory_mb=1.0)
    twice = Cost(observation=2.0, whole=2.0, target_cpu=1.0, memory_mb=1.0)
    said = verdicts([Point(count=200, rtt_ms=50, costs={OURS: twice, SAME: once})])
    assert "observation, times the script | ≤ 1.5 | 2.00 | **not met** |" in said
    assert "whole process, times the script | ≤ 3 | 2.00 | met |" in said
