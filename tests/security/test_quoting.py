"""Rows 4.4: no value of a checklist is ever a command; proven against a real shell behind a real sshd."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from shlex import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procedure.attempt import directory_of, plain_name, screen_of
from procedure.wrapper import preparing
from tests.sshd import Sshd, is_available, running_sshd
from uat.checks import directory, disk, file
from uat.host import Connection, connect, parse_address
from uat.model import InvalidRecord, Limits, System
from uat.probe import Probe
from uat.ssh import guard
from uat.ssh.shell import Shell

NASTY = [
    "'",
    '"',
    "$(id)",
    "`id`",
    "\n",
    "\\",
    "-n",
    "~",
    "*",
    "?",
    "[a]",
    "; id",
    "&& id",
    "| id",
    "!",
    "#",
    "%n",
    "è",
    "\u202e",
]
"""What a shell, printf or a terminal would take for more than itself."""

VALUES = st.lists(st.sampled_from(NASTY) | st.text(min_size=1, max_size=8), min_size=1, max_size=6).map("".join)
TEXTS = VALUES.filter(lambda text: "\0" not in text and _is_text(text))
EACH = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    """One server for all examples."""
    if not is_available():
        pytest.skip("no /usr/sbin/sshd or ssh-keygen here (Debian: openssh-server, openssh-client)")
    with running_sshd(tmp_path_factory.mktemp("quoting") / "sshd") as running:
        yield running


@pytest.fixture(scope="module")
def machine(server: Sshd) -> Iterator[Connection]:
    """One connection for all examples."""
    with connect(server.address, limits=Limits(), known_hosts=server.known_hosts) as opened:
        yield opened


@EACH
@given(text=TEXTS)
def test_a_word_arrives(machine: Connection, text: str) -> None:
    """4.4a: whatever a value holds, the shell on the machine prints the same bytes, looking and changing alike."""
    command = f"printf %s {quote(text)}"
    assert machine.run(command).stdout == text.encode()
    assert machine.run(command, changes=True).stdout == text.encode()


@EACH
@given(data=st.binary(max_size=300))
def test_bytes_arrive(machine: Connection, data: bytes) -> None:
    """4.4a: what is sent as input arrives byte for byte."""
    assert machine.run("cat", stdin=data).stdout == data


@EACH
@given(text=TEXTS)
def test_a_file_of_any_name(machine: Connection, server: Sshd, text: str) -> None:
    """4.4a: the kinds file, directory and disk ask for exactly the path of the checklist, and run nothing of it."""
    name = text.replace("/", "_").encode()[:200].decode(errors="ignore")
    if name in ("", ".", ".."):
        return
    place = server.folder / "names"
    place.mkdir(exist_ok=True)
    path = place / name
    path.write_text("inside")
    probe = Probe(connection=machine, system=System(), limits=Limits())
    try:
        seen = file.observe(file.Inputs(path=str(path)), probe)
        assert (seen.exists, seen.size_bytes) == (True, 6)
        path.unlink()
        path.mkdir()
        (path / "one").write_text("1")
        assert directory.observe(directory.Inputs(path=str(path)), probe).files == 1
        assert disk.observe(disk.Inputs(path=str(path)), probe).size_bytes > 0
        assert [one.name for one in place.iterdir()] == [name]
    finally:
        (path / "one").unlink(missing_ok=True)
        path.rmdir() if path.is_dir() else path.unlink()


@EACH
@given(text=TEXTS)
def test_a_command_arrives_whole(machine: Connection, server: Sshd, text: str) -> None:
    """4.4a: the patch's command stands on the machine as the checklist writes it, whatever it holds."""
    place = server.folder / "attempt"
    assert machine.run(preparing(str(place), command=text), changes=True).exit_code == 0
    assert (place / "command").read_bytes() == text.encode() + b"\n"


@EACH
@given(text=st.text(max_size=40))
def test_names_on_the_machine_are_plain(text: str) -> None:
    """4.4a: what becomes a directory or a screen session has nothing in it that needs quoting."""
    for name in (plain_name(text), screen_of(text), directory_of("r", text).rpartition("/")[2]):
        assert quote(name) == name or name == ""
        assert "/" not in name


@pytest.mark.parametrize(
    "text",
    [
        "-oProxyCommand=id@pbx", "-oProxyCommand=id", "root@-oProxyCommand=id", "-root@pbx", "root@pbx;id",
        "root@$(id)", "root@`id`", "ro ot@pbx", "root@pb x", "root@pbx\nid", "root@[::1;id]", "root@", "@pbx",
        "root@.pbx", "root@pbx/..", "root@*", "root@pbx:22;id", "root@pbx:0", "root@pbx:65536", "../pbx",
    ],
)  # fmt: skip
def test_what_is_no_host(text: str) -> None:
    """4.4c: what begins with a dash, or holds what a shell or ssh would take for more, is no address."""
    with pytest.raises(ValueError, match="is not an address"):
        parse_address(text)


@pytest.mark.parametrize(
    "text", ["root@pbx", "pbx.acme.it", "u-1.x@10.0.0.5:2222", "root@[fe80::1]:22", "root@[::1]"]
)
def test_what_is_a_host(text: str) -> None:
    """4.4c: ordinary names and addresses are taken, an IPv6 one in brackets."""
    assert parse_address(text).host


@pytest.mark.parametrize("word", ["$(id)", "-rf", "a b", "a;b", "a\nb", "*", ""])
def test_names_of_services(word: str) -> None:
    """4.4a: the name of a service, package or user is letters, digits and @ : . + - _, and no option."""
    from uat.checks import package, service

    for kind in (service, package):
        with pytest.raises(InvalidRecord):
            kind.Inputs(name=word)


def test_a_dash_in_front(machine: Connection, server: Sshd) -> None:
    """4.4a: a value that looks like an option is none: paths begin with a slash."""
    for kind in (file, directory, disk):
        with pytest.raises(InvalidRecord, match="begins with"):
            kind.Inputs(path="-rf")


def test_the_guard_is_static() -> None:
    """4.4d: around every command stands the same text; the command is one quoted word at its end."""
    for wrap in (partial(guard.looking, nice=10), guard.changing):
        assert wrap("id; id", 5).endswith(" 5 'id; id'")
        assert wrap("A", 5).removesuffix(" A") == wrap("B", 5).removesuffix(" B")


def test_a_question_to_a_shell_is_one_line() -> None:
    """4.4d: what goes into a shell that stays is a fixed word, two numbers, and the command as one quoted word."""
    shell = Shell("f00", nice=10)
    shell.ask(1, "true", seconds=5)  # the first one brings the shell's own words with it
    assert shell.ask(2, "id; id\n'", seconds=5) == b"""look 2 5 'id; id\n'"'"''\n"""
    assert shell.ask(3, "a b", seconds=5, stdin=b"$x") == b"feed 3 5 'a b' '$x'\n"


def test_a_command_needs_a_reviewer(tmp_path: Path) -> None:
    """4.4b: a command in a checklist without the name of who reviewed it is refused."""
    from uat.checklist import load
    from uat.errors import ChecklistError

    (tmp_path / "a.yaml").write_text(
        "customer: A\nchecks:\n  - {id: A, title: A, command: {run: id}, expect: {exit_code: 0}}\n"
    )
    with pytest.raises(ChecklistError, match="reviewed_by"):
        load(tmp_path / "a.yaml")
