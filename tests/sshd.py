"""A real sshd (Debian's) for tests: own port, host key and configuration; login by key for the current user."""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from uat.ssh.address import Address

PROGRAM = Path("/usr/sbin/sshd")


@dataclass(frozen=True, kw_only=True)
class Sshd:
    """A running sshd; ``known_hosts`` trusts it, ``key`` opens it."""

    port: int
    folder: Path
    process: subprocess.Popen[bytes]
    user: str

    @property
    def key(self) -> Path:
        """The private key that logs in."""
        return self.folder / "id"

    @property
    def known_hosts(self) -> Path:
        """A file that trusts this server's host key."""
        return self.folder / "known_hosts"

    @property
    def fingerprint(self) -> str:
        """The host key's SHA256 fingerprint, as ssh-keygen prints it."""
        return fingerprint(self.folder / "host_key.pub")

    @property
    def log(self) -> str:
        """What the server said so far."""
        return (self.folder / "log").read_text(errors="replace")

    @property
    def address(self) -> Address:
        """Where it is, with the key that opens it."""
        return Address(user=self.user, host="127.0.0.1", port=self.port, identity_files=(str(self.key),))

    def cut(self) -> None:
        """Kill the processes that serve connections, not the server."""
        for child in descendants(self.process.pid):
            with contextlib.suppress(ProcessLookupError):  # ended by itself meanwhile
                os.kill(child, signal.SIGKILL)


@contextmanager
def running_sshd(folder: Path, *, settings: str = "", host_key: str = "ed25519") -> Iterator[Sshd]:
    """Start a server in a folder of its own, and end it; ``settings`` are lines of sshd_config(5).

    :param host_key: type of the host key, as ``ssh-keygen -t`` takes it.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    server = _prepare(folder, settings=settings, host_key=host_key)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([PROGRAM, "-D", "-e", "-f", folder / "sshd_config"], stderr=log)
    try:
        _wait_for_port(server, process, folder / "log")
        yield Sshd(port=server, folder=folder, process=process, user=getpass.getuser())
    finally:
        children = descendants(process.pid)
        process.terminate()
        process.wait(10)
        for child in children:
            _kill(child)


def is_available() -> bool:
    """Tell whether this computer has what the server needs."""
    return PROGRAM.exists() and shutil.which("ssh-keygen") is not None


def make_key(path: Path, *, kind: str = "ed25519", passphrase: str = "") -> Path:
    """Make a key pair, as people make them."""
    command = ["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-C", "test", "-f", str(path)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return path


def fingerprint(public_key: Path) -> str:
    """Give a public key file's SHA256 fingerprint, as ssh-keygen prints it."""
    answer = subprocess.run(["ssh-keygen", "-lf", str(public_key)], check=True, capture_output=True, text=True)
    return answer.stdout.split()[1]


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def descendants(pid: int) -> list[int]:
    """List the processes under a process, by /proc."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stat.read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(words[1]), []).append(int(stat.parent.name))
    found, open_ends = [], [pid]
    while open_ends:
        children = parents.get(open_ends.pop(), [])
        found += children
        open_ends += children
    return found


def is_running(word: str) -> bool:
    """Tell whether a process of this computer has this word among its arguments."""
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if word.encode() in file.read_bytes().split(b"\0"):
                return True
        except OSError:  # it ended meanwhile
            continue
    return False


def _prepare(folder: Path, *, settings: str, host_key: str) -> int:
    if os.getuid() == 0:  # sshd run by root insists on its empty folder
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    port = free_port()
    for name, kind in (("host_key", host_key), ("id", "ed25519")):
        if not (folder / name).exists():
            make_key(folder / name, kind=kind)
    if not (folder / "authorized_keys").exists():
        shutil.copy(folder / "id.pub", folder / "authorized_keys")
    public = " ".join((folder / "host_key.pub").read_text().split()[:2])
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {public}\n")
    lines = (
        settings,  # first: sshd takes the first value of a word
        "ListenAddress 127.0.0.1",
        f"Port {port}",
        f"HostKey {folder}/host_key",
        f"AuthorizedKeysFile {folder}/authorized_keys",
        f"SetEnv HOME={folder}",  # the shell must not read the start-up files of whoever runs the tests
        "PidFile none",
        "StrictModes no",
        "UsePAM no",
        "PermitRootLogin yes",
        "PasswordAuthentication no",
        "MaxStartups 100",
        "LogLevel VERBOSE",
        "Subsystem sftp internal-sftp",
    )
    (folder / "sshd_config").write_text("\n".join(lines) + "\n")
    return port


def _wait_for_port(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(f"sshd does not come up: {log.read_text(errors='replace')}")


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
