"""The kinds that ask the machine, over a real sshd on this computer."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from pathlib import Path

import pytest

from tests.sshd import Sshd
from tests.uat.checks.looking import look
from uat.host import Connection
from uat.probe import Probe


def test_service(probe: Probe) -> None:
    """A service that nobody has is not there."""
    assert look(probe, "service", name="no-such-service")["exists"] is False


def test_process(probe: Probe, server: Sshd) -> None:
    """The sshd that we came through is found by its command line, once."""
    observed = look(probe, "process", matches=str(server.folder / "sshd_config"))
    assert (observed["count"], observed["users"]) == (1, (server.user,))


def test_process_beside_a_neighbour(probe: Probe, connection: Connection) -> None:
    """A command of ours that runs beside, and names what is looked for, is not counted."""
    beside = threading.Thread(target=connection.run, args=(": asterisk-in-a-command; sleep 2",))
    beside.start()
    time.sleep(0.7)
    observed = look(probe, "process", matches="asterisk-in-a-command")
    beside.join()
    assert observed["count"] == 0


def test_port(probe: Probe, server: Sshd) -> None:
    """The sshd's own port is listened on, at one address."""
    observed = look(probe, "port", number=server.port)
    assert (observed["listening"], observed["addresses"]) == (True, ("127.0.0.1",))


def test_port_from_here(probe: Probe, server: Sshd) -> None:
    """The sshd's own port is reachable from here."""
    assert look(probe, "port", number=server.port, **{"from": "here"})["reachable"] is True


def test_file(probe: Probe, tmp_path: Path) -> None:
    """A file with a blank and a quote in its name is seen as it is."""
    path = tmp_path / "it's here"
    path.write_text("è\n", encoding="utf-8")
    path.chmod(0o640)
    observed = look(probe, "file", path=str(path))
    assert (observed["mode"], observed["content"], observed["size_bytes"]) == ("0640", "è\n", 3)
    assert observed["sha256"] == hashlib.sha256("è\n".encode()).hexdigest()


def test_file_through_a_link(probe: Probe, tmp_path: Path) -> None:
    """A link is followed; one that leads nowhere is no file."""
    (tmp_path / "there").write_text("x")
    (tmp_path / "good").symlink_to(tmp_path / "there")
    (tmp_path / "bad").symlink_to(tmp_path / "nowhere")
    assert look(probe, "file", path=str(tmp_path / "good"))["type"] == "file"
    assert look(probe, "file", path=str(tmp_path / "bad"))["exists"] is False


def test_directory(probe: Probe, tmp_path: Path) -> None:
    """Files are counted at every depth, names listed to the depth asked for, links left out of the count."""
    (tmp_path / "tree" / "sub").mkdir(parents=True)
    (tmp_path / "tree" / "a b").write_bytes(b"12345")
    (tmp_path / "tree" / "sub" / "c").write_bytes(b"123")
    (tmp_path / "tree" / "link").symlink_to("/etc/hosts")
    observed = look(probe, "directory", path=str(tmp_path / "tree"))
    assert observed == {
        "exists": True,
        "files": 2,
        "folders": 1,
        "size_bytes": 8,
        "names": ("a b", "link", "sub"),
    }
    assert "sub/c" in look(probe, "directory", path=str(tmp_path / "tree"), depth=2)["names"]


def test_empty_directory(probe: Probe, tmp_path: Path) -> None:
    """An empty directory is there, with nothing in it."""
    (tmp_path / "empty").mkdir()
    observed = look(probe, "directory", path=str(tmp_path / "empty"))
    assert observed == {"exists": True, "files": 0, "folders": 0, "size_bytes": 0, "names": ()}


def test_disk(probe: Probe) -> None:
    """The size of a file system is what the kernel says."""
    facts = os.statvfs("/")
    observed = look(probe, "disk", path="/")
    assert observed["size_bytes"] == facts.f_blocks * facts.f_frsize
    assert observed["free_percent"] == pytest.approx(
        100 * facts.f_bavail / (facts.f_blocks - facts.f_bfree + facts.f_bavail), abs=0.5
    )


def test_command(probe: Probe) -> None:
    """A command's words, code and first number come back as they are."""
    observed = look(probe, "command", run="echo 'it is 42'; echo no >&2; exit 3", reviewed_by="M. Rossi")
    assert (observed["exit_code"], observed["output"], observed["number"], observed["errors"]) == (
        3,
        "it is 42",
        42,
        "no",
    )


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="only root becomes another user without sudo")
def test_command_as_another_user(probe: Probe) -> None:
    """Root runs a command as another user, with its quotes intact."""
    observed = look(probe, "command", run='id -un; echo "it\'s"', user="nobody", reviewed_by="M. Rossi")
    assert observed["lines"] == ("nobody", "it's")
