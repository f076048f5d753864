"""Shells that stay, on a real sshd, where `sh` is dash and where it is bash: many commands, none in another's way."""

from __future__ import annotations

import hashlib
import shutil
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.sshd import Sshd, descendants, is_running, running_sshd
from uat.errors import ObservationError, UnreachableError
from uat.host import Connection, connect
from uat.model import Limits

LIMITS = Limits(connect=10, command=10, keepalive=0.5, keepalive_missed=2)
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def connect_to(server: Sshd, **limits: float) -> Connection:
    """Open a connection to a test server."""
    changed = LIMITS.model_copy(update=limits)
    return connect(server.address, limits=changed, known_hosts=server.known_hosts)


@pytest.fixture(params=["dash", "bash"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Sshd]:
    """A server on whose machine `sh` is this one."""
    program = shutil.which(request.param)
    if program is None:
        pytest.skip(f"no {request.param} here")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "sh").symlink_to(program)
    settings = f"SetEnv HOME={tmp_path / 'sshd'} PATH={tmp_path / 'bin'}:{PATH}"
    with running_sshd(tmp_path / "sshd", settings=settings) as running:
        yield running


@pytest.fixture
def machine(server: Sshd) -> Iterator[Connection]:
    """A connection to it."""
    with connect_to(server) as connection:
        yield connection


def under(server: Sshd) -> list[str]:
    """List the command lines of what runs under a server."""
    found = []
    for pid in descendants(server.process.pid):
        try:
            found.append(Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue
    return found


def ends(word: str) -> bool:
    """Wait until no process has this word among its arguments."""
    until = time.monotonic() + 5
    while is_running(word) and time.monotonic() < until:
        time.sleep(0.05)
    return not is_running(word)


def test_streams_and_exit_code(machine: Connection) -> None:
    """stdout, stderr and exit code arrive apart, with or without a last line end, and as bytes."""
    output = machine.look(r"printf 'out\000\377'; printf 'err\n\n' >&2; exit 3")
    assert (output.exit_code, output.stdout, output.stderr) == (3, b"out\0\xff", b"err\n\n")
    assert machine.look("true").stdout == b""


def test_each_command_begins_anew(machine: Connection) -> None:
    """What one command sets, changes or leaves undone says nothing to the next."""
    assert machine.look("cd /tmp; umask 077; X=1; set -- a b; set -u; echo 'oops").exit_code == 2
    assert machine.look("echo $#:${X:-none}:$(umask):$PWD").text.endswith("0:none:0022:" + machine.look("pwd").text)
    assert machine.look("read line; echo [$line]").text == "[]\n"
    assert machine.look("echo $LC_ALL; nice").text.split() == ["C", "10"]


def test_input(machine: Connection) -> None:
    """A command's input reaches it, whatever stands in it; then it is at its end."""
    for given in (b"it's $HOME `x` \\n %s\n", b"two\nlines", b"\0\xff", "così".encode(), b"x" * 300_000):
        assert machine.look("cat", stdin=given).stdout == given
    assert machine.look("true", stdin=b"x" * 60_000).exit_code == 0


def test_many_at_once(machine: Connection, server: Sshd) -> None:
    """A thousand commands in flight come back each with its own answer, over one connection and few channels."""
    with ThreadPoolExecutor(128) as pool:
        outputs = list(pool.map(lambda n: machine.look(f"echo {n}; echo {n} >&2; exit {n % 7}"), range(1000)))
    seen = [(one.text, one.errors, one.exit_code) for one in outputs]
    assert seen == [(f"{n}\n", f"{n}\n", n % 7) for n in range(1000)]
    assert server.log.count("Accepted publickey") == 1
    assert server.log.count("Starting session") == LIMITS.commands_at_once


def test_at_most_so_many_run(server: Sshd, tmp_path: Path) -> None:
    """Never more than `commands_at_once` run on the machine."""
    mark, count = tmp_path / "running", "ls {0} | wc -l"
    mark.mkdir()
    command = f"touch {mark}/$$-{{n}}; {count.format(mark)}; sleep 0.05; rm {mark}/$$-{{n}}"
    with connect_to(server, commands_at_once=2) as machine, ThreadPoolExecutor(16) as pool:
        outputs = pool.map(lambda n: machine.look(command.format(n=n)), range(16))
        assert max(int(output.text) for output in outputs) <= 2


def test_big_output_is_capped(machine: Connection) -> None:
    """8 MiB are kept of an output of any size; size and hash are of the whole."""
    output = machine.look("head -c 20000000 /dev/zero")
    assert (len(output.stdout), output.size_bytes, output.is_truncated) == (8 * 1024 * 1024, 20_000_000, True)
    assert output.sha256 == hashlib.sha256(bytes(20_000_000)).hexdigest()


def test_deadline(machine: Connection) -> None:
    """After its deadline nothing of a command is left on the machine; the others have their answers meanwhile."""
    with ThreadPoolExecutor(64) as pool:
        hanging = pool.submit(machine.look, "(sh -c 'sleep 98752; true'; true) | sleep 98753", deadline=2)
        time.sleep(0.2)
        began = time.monotonic()
        others = list(pool.map(lambda n: machine.look(f"echo {n}").text, range(100)))
        assert not hanging.done(), "the others waited for it"
        with pytest.raises(ObservationError, match="ended after 2 s, its deadline: "):
            hanging.result()
    assert others == [f"{n}\n" for n in range(100)]
    assert time.monotonic() - began < 9
    assert ends("98752") and ends("98753")
    assert machine.look("echo on").text == "on\n"


def test_deadline_without_a_link(server: Sshd) -> None:
    """A command is ended on the machine after its deadline although nobody is connected any more."""
    machine = connect_to(server)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(machine.look, "sleep 98754", deadline=2)
        time.sleep(0.5)
        machine.close()
        with pytest.raises(UnreachableError):
            waiting.result()
    assert is_running("98754")
    assert ends("98754")


def test_nothing_left_behind(machine: Connection) -> None:
    """What a command leaves in the background ends, and what it would say later is in nobody's answer."""
    assert machine.look("sleep 98755 & (sleep 0.3; echo late) & echo now").text == "now\n"
    assert ends("98755")
    assert [machine.look(f"sleep 0.1; echo {n}").text for n in range(6)] == [f"{n}\n" for n in range(6)]


def test_killed_shell(machine: Connection) -> None:
    """A command that kills its own shell answers 137; the others behind it are asked again."""
    with ThreadPoolExecutor(32) as pool:
        killed = pool.submit(machine.look, "kill -9 $$")
        others = list(pool.map(lambda n: machine.look(f"echo {n}").text, range(64)))
    assert killed.result().exit_code == 137
    assert others == [f"{n}\n" for n in range(64)]


def test_killed_from_outside(machine: Connection, server: Sshd) -> None:
    """When somebody kills the shells on the machine, what ran is asked again and nothing is lost."""
    machine.look("true")
    killing = "for p in $(ps -e -o pid= -o args= | awk '/tick; don[e]/ {print $1}'); do kill -9 $p; done"
    with ThreadPoolExecutor(32) as pool:
        waiting = [pool.submit(machine.look, f"sleep 0.1; echo {n}") for n in range(32)]
        time.sleep(0.2)
        machine.run(killing)
        assert [one.result().text for one in waiting] == [f"{n}\n" for n in range(32)]


def test_one_session_only(server: Sshd, tmp_path: Path) -> None:
    """Where one session is allowed at a time, all goes through one shell, which makes room for who needs another."""
    with running_sshd(tmp_path / "one", settings="MaxSessions 1") as strict, connect_to(strict) as machine:
        with ThreadPoolExecutor(32) as pool:
            waiting = [pool.submit(machine.look, f"echo {n}") for n in range(64)]
            alone = pool.submit(machine.run, "echo alone")
            assert [one.result().text for one in waiting] == [f"{n}\n" for n in range(64)]
            assert alone.result().text == "alone\n"
        assert "no more sessions" in strict.log, "the test must have met a refusal"


def test_what_a_login_script_prints(server: Sshd) -> None:
    """What a login script prints, a megabyte of it, is no part of an answer."""
    (server.folder / ".bashrc").write_text("seq 1 200000; seq 1 200000 >&2\n")
    with connect_to(server) as machine:
        answer = machine.look("echo real")
    assert (answer.text, answer.errors) == ("real\n", "")


def test_a_shell_that_refuses(server: Sshd) -> None:
    """Where no shell is given, what is said instead is the answer."""
    (server.folder / ".bashrc").write_text("echo This account is currently not available.; exit 1\n")
    with connect_to(server) as machine:
        answers = [machine.look("echo real") for _ in range(2)]
    assert {(one.text, one.exit_code) for one in answers} == {("This account is currently not available.\n", 1)}


def test_a_restricted_shell(server: Sshd, tmp_path: Path) -> None:
    """Where the login is given a restricted shell, which starts `sh` and little else, all works."""
    settings = 'ForceCommand /bin/bash --restricted -c "$SSH_ORIGINAL_COMMAND"'
    with running_sshd(tmp_path / "restricted", settings=settings) as strict, connect_to(strict) as machine:
        assert machine.look("cd / && echo $PWD >&2; exit 3").errors == "/\n"
        assert strict.log.count("Starting session") == LIMITS.commands_at_once, (
            "no command needed a channel of its own"
        )


def test_lost_and_closed(server: Sshd) -> None:
    """When the link breaks or is closed, all who wait are told at once."""
    machine = connect_to(server)
    with ThreadPoolExecutor(16) as pool:
        waiting = [pool.submit(machine.look, "sleep 9") for _ in range(12)]
        threading.Timer(0.3, server.cut).start()
        began = time.monotonic()
        for one in waiting:
            with pytest.raises(UnreachableError, match="connection is lost"):
                one.result()
    assert time.monotonic() - began < 8
    machine.close()
    with pytest.raises(UnreachableError, match="closed"):
        machine.look("true")


def test_nothing_stays(server: Sshd) -> None:
    """Behind a closed connection nothing of the shells is left on the machine."""
    with connect_to(server) as machine:
        machine.look("true")
        assert any("tick" in line for line in under(server))
    until = time.monotonic() + 5
    while any("tick" in line for line in under(server)) and time.monotonic() < until:
        time.sleep(0.1)
    assert not any("tick" in line for line in under(server))
