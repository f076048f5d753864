"""Commands over SSH, on a real sshd: answers, deadlines, side by side, a lost link, an upload, testinfra."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.sshd import Sshd, descendants, is_running, running_sshd
from uat.errors import ObservationError, UnreachableError
from uat.host import Connection, Output, connect
from uat.model import Limits
from uat.ssh import inspection  # its function begins with "test": pytest must not see it

LIMITS = Limits(connect=10, command=10, keepalive=0.5, keepalive_missed=2)


def connect_to(server: Sshd, limits: Limits = LIMITS) -> Connection:
    """Open a connection to a test server."""
    return connect(server.address, limits=limits, known_hosts=server.known_hosts)


@pytest.fixture
def machine(sshd: Sshd) -> Iterator[Connection]:
    """A connection to the test server."""
    with connect_to(sshd) as connection:
        yield connection


def test_streams_and_exit_code(machine: Connection) -> None:
    """stdout, stderr and exit code arrive apart."""
    output = machine.run("echo out; echo err >&2; exit 3")
    assert (output.exit_code, output.stdout, output.stderr) == (3, b"out\n", b"err\n")


def test_binary(machine: Connection) -> None:
    """Bytes that are no text arrive as they are; as text they are replaced."""
    output = machine.run(r"printf '\000\377\r\n'")
    assert output.stdout == b"\0\xff\r\n"
    assert output.text == "\0\ufffd\r\n"


def test_stdin(machine: Connection) -> None:
    """Input reaches the command, then it is at its end."""
    assert machine.run("cat", stdin=b"a\0b").stdout == b"a\0b"
    assert machine.run("cat").stdout == b""


def test_unread_stdin(machine: Connection) -> None:
    """A command that does not read its input is no error."""
    assert machine.run("true", stdin=b"x" * 3_000_000).exit_code == 0


@pytest.mark.parametrize(
    "command", ["exit 7", "set -u; exit 7", "sh -c 'exit 7'", "false || exit 7 # it's", "(exit 7)\n"]
)
def test_any_shell_text(machine: Connection, command: str) -> None:
    """Whatever stands in a command, it is one word for the shells around it."""
    assert machine.run(command).exit_code == 7


def test_unterminated_quote(machine: Connection) -> None:
    """A command that the shell cannot read fails alone, with the shell's words."""
    output = machine.run("echo 'oops")
    assert output.exit_code == 2
    assert b"nterminated" in output.stderr or b"unexpected EOF" in output.stderr


def test_killed_shell(machine: Connection) -> None:
    """A command that kills its own shell answers 137, and is no deadline."""
    assert machine.run("kill -9 $$").exit_code == 137


def test_plain_and_gentle(machine: Connection) -> None:
    """A look runs in the C locale with low priority."""
    assert machine.run("echo $LC_ALL; nice").text.split() == ["C", "10"]


def test_change_is_not_gentle(machine: Connection) -> None:
    """A command that changes the machine hands neither our locale nor our priority on to what it starts."""
    assert machine.run("echo [$LC_ALL]; nice", changes=True).text.split() == ["[]", "0"]


def test_big_output_is_capped(machine: Connection) -> None:
    """8 MiB are kept of an output of any size; size and hash are of the whole."""
    output = machine.run("head -c 20000000 /dev/zero")
    assert (len(output.stdout), output.size_bytes, output.is_truncated) == (8 * 1024 * 1024, 20_000_000, True)
    assert output.sha256 == hashlib.sha256(bytes(20_000_000)).hexdigest()


@pytest.mark.parametrize("changes", [False, True], ids=["look", "change"])
def test_deadline_ends_grandchildren(machine: Connection, changes: bool) -> None:
    """After the deadline nothing of the command is left on the machine, grandchildren included."""
    command = "sleep 98761 & (sh -c 'sleep 98762; true'; true) | sleep 98763"
    with pytest.raises(ObservationError, match="ended after 1 s, its deadline: sleep 98761"):
        machine.run(command, deadline=1, changes=changes)
    assert [word for word in ("98761", "98762", "98763") if is_running(word)] == []


def test_deadline_of_the_deaf(machine: Connection) -> None:
    """A command that ignores TERM is ended by its deadline too."""
    with pytest.raises(ObservationError):
        machine.run("trap '' TERM HUP INT; sleep 98764; sleep 98764", deadline=1)
    assert not is_running("98764")


def test_nothing_left_behind(machine: Connection) -> None:
    """What a look leaves in the background ends with it, and does not hold up the answer."""
    output = machine.run("sleep 98765 & echo done")
    assert (output.text, output.seconds < 5) == ("done\n", True)
    assert not is_running("98765")


def test_detached_is_left_alone(machine: Connection, tmp_path: Path) -> None:
    """What puts itself into a session of its own (screen, a service) survives the end of the command."""
    machine.run(f"setsid sh -c 'sleep 0.5; touch {tmp_path}/lived' </dev/null >/dev/null 2>&1 &", changes=True)
    time.sleep(1.5)
    assert (tmp_path / "lived").exists()


def test_without_timeout_program(tmp_path: Path) -> None:
    """On a machine without coreutils' timeout a command answers, and its deadline still holds there."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("sh", "env", "nice", "setsid", "sleep", "cat"):
        (tools / name).symlink_to(shutil.which(name) or "")
    settings = f"SetEnv PATH={tools} HOME={tmp_path}"
    with running_sshd(tmp_path / "sshd", settings=settings) as server, connect_to(server) as machine:
        assert machine.run("timeout 1 true").exit_code == 127
        assert machine.run("cat; exit 4", stdin=b"in").exit_code == 4
        with pytest.raises(ObservationError):
            machine.run("sleep 98766 & sleep 98767", deadline=1)
        assert not is_running("98766")
        assert not is_running("98767")
        assert machine.run("true", deadline=98768).exit_code == 0
        assert not is_running("98768"), "the watchdog ends with the command"


def test_side_by_side(machine: Connection) -> None:
    """Commands run side by side, and never more than the limit at once."""
    began = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        outputs = list(pool.map(lambda n: machine.run(f"echo {n}; sleep 0.2"), range(8)))
    assert [output.text for output in outputs] == [f"{n}\n" for n in range(8)]
    assert 0.4 <= time.monotonic() - began < 8 * 0.2, "two rounds of four"


def test_refused_channels(tmp_path: Path) -> None:
    """A server that allows one session at a time refuses channels; every command still gets its answer."""
    with running_sshd(tmp_path / "sshd", settings="MaxSessions 1") as server, connect_to(server) as machine:
        with ThreadPoolExecutor(8) as pool:
            outputs = list(pool.map(lambda n: machine.run(f"sleep 0.05; echo {n}"), range(12)))
        assert [output.text for output in outputs] == [f"{n}\n" for n in range(12)]
        assert "no more sessions" in server.log, "the test must have met a refusal"


def test_one_connection(machine: Connection, sshd: Sshd) -> None:
    """All commands go over one connection."""
    for _ in range(5):
        machine.run("true")
    assert sshd.log.count("Accepted publickey") == 1


def test_lost_link(machine: Connection, sshd: Sshd) -> None:
    """When the link breaks, the waiting command and all later ones say so, promptly."""
    cut = threading.Timer(0.3, sshd.cut)
    cut.start()
    began = time.monotonic()
    with pytest.raises(UnreachableError, match="connection is lost"):
        machine.run("sleep 9")
    cut.join()
    assert machine.is_lost
    with pytest.raises(UnreachableError):
        machine.run("true")
    assert time.monotonic() - began < 5


def test_silent_link(sshd: Sshd, machine: Connection) -> None:
    """A link that carries nothing any more, without a word, is found out by the keepalive."""
    servers = [pid for pid in _children(sshd) if _is_sshd(pid)]
    for pid in servers:
        _signal(pid, "STOP")
    try:
        with pytest.raises(UnreachableError, match="connection is lost"):
            machine.run("true")
        assert machine.is_lost
    finally:
        for pid in servers:
            _signal(pid, "CONT")


def test_closed(sshd: Sshd) -> None:
    """A closed connection says so; closing twice is allowed."""
    machine = connect_to(sshd)
    machine.close()
    machine.close()
    with pytest.raises(UnreachableError, match="closed"):
        machine.run("true")


def test_close_while_running(sshd: Sshd) -> None:
    """Closing ends the wait of those whose commands still run."""
    machine = connect_to(sshd)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(machine.run, "sleep 9")
        time.sleep(0.3)
        machine.close()
        with pytest.raises(UnreachableError):
            waiting.result(5)


def test_what_a_login_script_prints(sshd: Sshd) -> None:
    """What a login script prints before a command, a megabyte of it, is no part of the answer."""
    (sshd.folder / ".bashrc").write_text("seq 1 200000; echo 'Update completed!'\n")
    with connect_to(sshd) as machine:
        answer = machine.run("echo real")
    assert (answer.text, answer.size_bytes, answer.is_truncated) == ("real\n", 5, False)


def test_a_shell_that_refuses(sshd: Sshd) -> None:
    """What a shell says instead of running our command is kept: it tells why."""
    (sshd.folder / ".bashrc").write_text("echo This account is currently not available.; exit 1\n")
    with connect_to(sshd) as machine:
        answer = machine.run("echo real")
    assert (answer.text, answer.exit_code) == ("This account is currently not available.\n", 1)


def test_input_in_pieces(machine: Connection) -> None:
    """A command's input may come piece by piece."""
    assert (
        machine.run("sha256sum", stdin=iter([b"one", b"", b"two"])).text
        == machine.run("sha256sum", stdin=b"onetwo").text
    )


def test_testinfra_modules(machine: Connection) -> None:
    """testinfra's modules look through our connection."""
    host = inspection.testinfra_host(machine.run)
    assert host.file("/etc/passwd").mode == 0o644
    assert host.process.filter(comm="sshd")
    assert host.exists("sh")
    assert not host.exists("no-such-program")
    assert host.user("root").uid == 0


def test_testinfra_quotes(machine: Connection) -> None:
    """An argument with quotes and accents arrives as it is."""
    assert inspection.testinfra_host(machine.run).check_output("printf %%s %s", "l'ü; $(id)") == "l'ü; $(id)"


class Changing:
    """A machine whose system changes: every ``uname`` is answered by ``system``."""

    def __init__(self) -> None:
        self.system = "FreeBSD"

    def run(self, command: str) -> Output:
        """Answer like a machine of that system."""
        stdout = self.system.encode() if command.startswith("uname") else b""
        return Output(exit_code=0 if stdout else 1, stdout=stdout, stderr=b"", seconds=0)


def test_fresh_host_remembers_nothing() -> None:
    """testinfra keeps what it learnt about a system; a fresh host asks again (after an upgrade the old lies)."""
    machine = Changing()
    old = inspection.testinfra_host(machine.run)
    assert old.system_info.type == "freebsd"
    machine.system = "NetBSD"
    assert old.system_info.type == "freebsd", "testinfra itself remembers: this is what we guard against"
    fresh = inspection.testinfra_host(machine.run)
    assert fresh.system_info.type == "netbsd"


WITHOUT_UNIX = """
import sys
from tests.without_unix import BLOCKED
from pathlib import Path
from uat.host import Address, connect, parse_address, testinfra_host
from uat.model import Limits
import uat.probe
port, key, known, user = sys.argv[1:]
address = Address(user=user, host="127.0.0.1", port=int(port), identity_files=(key,))
with connect(address, limits=Limits(), known_hosts=Path(known)) as machine:
    print(machine.run("echo it works").text, end="")
    print(testinfra_host(machine.run).file("/etc/passwd").exists)
print(parse_address("10.0.0.5", jump="gate").jump.host)
assert not BLOCKED & set(sys.modules), BLOCKED & set(sys.modules)
"""


def test_without_unix_modules(sshd: Sshd, tmp_path: Path) -> None:
    """Where fcntl, termios, pty, pwd, grp and resource do not exist (Windows), and no ssh program, it works."""
    command = [
        sys.executable,
        "-W",
        "error",
        "-c",
        WITHOUT_UNIX,
        str(sshd.port),
        str(sshd.key),
        str(sshd.known_hosts),
    ]
    answer = subprocess.run(
        [*command, sshd.user],
        capture_output=True,
        text=True,
        check=False,
        env={
            "PATH": str(tmp_path),
            "HOME": str(tmp_path),
            "USERNAME": "win",
            "PYTHONPATH": str(Path(__file__).parents[2]),
        },
    )
    assert (answer.stdout.splitlines(), answer.stderr) == (["it works", "True", "gate"], "")


def _children(server: Sshd) -> list[int]:
    return descendants(server.process.pid)


def _is_sshd(pid: int) -> bool:
    return b"sshd" in Path(f"/proc/{pid}/cmdline").read_bytes()


def _signal(pid: int, name: str) -> None:
    os.kill(pid, getattr(signal, f"SIG{name}"))
