"""``tvox-uat discover``, on a real sshd."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import tvox_uat
from tests.sshd import Sshd, free_port
from tests.uat.discovery.machines import source
from uat.errors import ObservationError
from uat.lint import lint
from uat.probe import Probe
from uat.proposal import Found

CUSTOMER = "# nostro\ncustomer: ACME S.p.A.   # come sul contratto\nlanguage: it\n"
FILE, FOUND = Path("checklists/acme.yaml"), Path("checklists/acme-discovered.yaml")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A customer's folder, with their file in it."""
    (tmp_path / "checklists").mkdir()
    (tmp_path / FILE).write_text(CUSTOMER, "utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def login(server: Sshd) -> list[str]:
    """Say how the machine is reached."""
    return [f"--tvox-host={server.address}", f"--identity={server.key}", f"--known-hosts={server.known_hosts}"]


@pytest.fixture
def steady(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what comes and goes on this computer between two looks: the programs of others."""
    for word in ("process", "port", "unit"):
        monkeypatch.setattr(source(word), "discover", lambda probe: Found())


@contextmanager
def listening() -> Iterator[int]:
    """Listen on a port that is none of those given at random."""
    for number in range(20_000, 30_000):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", number)):
            yield number
            return


@pytest.mark.usefixtures("steady")
def test_from_nothing_to_a_checklist(sshd: Sshd) -> None:
    """What discover writes is taken by the language, extended by the customer's file, and holds in pre."""
    assert tvox_uat.main(["discover", *login(sshd)]) == 0
    assert lint(FOUND).problems == ()
    assert FILE.read_text("utf-8") == CUSTOMER.replace("customer:", "extends: ./acme-discovered.yaml\ncustomer:")
    command = [sys.executable, "-m", "pytest", "-q", "--phase=pre", "--manual=none", *login(sshd), str(FILE)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout
    assert lint(FILE).count >= 10


@pytest.mark.usefixtures("steady")
def test_again(sshd: Sshd) -> None:
    """A second look proposes again only what did not hold, and leaves both files as they are."""
    tvox_uat.main(["discover", *login(sshd)])
    before = FOUND.read_text("utf-8").partition("#:")[0], FILE.read_bytes()
    assert tvox_uat.main(["discover", *login(sshd)]) == 0
    assert (FOUND.read_text("utf-8").partition("#:")[0], FILE.read_bytes()) == before


def test_a_silent_source(sshd: Sshd, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A source that cannot tell is a line at the terminal and one in the file; the others go on."""

    def silent(probe: Probe) -> Found:
        raise ObservationError("getent: no answer")

    monkeypatch.setattr(source("user"), "discover", silent)
    assert tvox_uat.main(["discover", *login(sshd)]) == 0
    assert "user non si è potuto guardare: getent: no answer" in capsys.readouterr().out
    assert "user: getent: no answer" in FOUND.read_text("utf-8")
    assert "DISC-KERNEL-kernel.osrelease" in FOUND.read_text("utf-8")


LISTED = """\
variables: {ports: {description: le porte}}
checks:
  - id: P
    each: ports
    port: {number: "{number}", protocol: "{protocol}"}
    expect: {listening: true}
"""


def test_what_the_list_looks_at_already(sshd: Sshd) -> None:
    """Where the customer's list goes through the ports, they are given as rows and not proposed a second time."""
    FILE.write_text(CUSTOMER + LISTED, "utf-8")
    with listening() as number:
        assert tvox_uat.main(["discover", *login(sshd)]) == 0
    assert "DISC-PORT-" not in FOUND.read_text("utf-8")
    assert f"    - {{id: tcp-{number}, number: {number}, protocol: tcp}}\n" in FOUND.read_text("utf-8")


def test_nobody_there() -> None:
    """A machine that cannot be reached is said, and nothing is written."""
    assert tvox_uat.main(["discover", f"--tvox-host=root@127.0.0.1:{free_port()}"]) == 11
    assert not FOUND.exists()
    assert FILE.read_text("utf-8") == CUSTOMER
