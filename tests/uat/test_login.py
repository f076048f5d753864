"""Logging in, on a real sshd: host keys, key files, agent, passwords, jump hosts, a hostile ssh_config."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import asyncssh
import pytest

from tests.sshd import Sshd, free_port, make_key, running_sshd
from uat.errors import UnreachableError
from uat.host import connect, host_key_of, parse_address
from uat.model import Limits
from uat.ssh.address import Address
from uat.ssh.background import BackgroundLoop

LIMITS = Limits(connect=5, command=10)
OLD = """
KexAlgorithms diffie-hellman-group14-sha1
HostKeyAlgorithms ssh-rsa
Ciphers aes128-ctr
MACs hmac-sha1
"""
"""What OpenSSH 5.3 of CentOS 6 and Debian's sshd have in common, but for the signature of the user's key: Debian's
sshd says that it takes SHA-2 even where it is told not to."""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without keys and without an agent."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    return folder


def says(address: Address, known_hosts: Path, **options: object) -> str:
    """Log in and let the machine say ``in``."""
    with connect(address, limits=LIMITS, known_hosts=known_hosts, **options) as machine:  # type: ignore[arg-type]
        return machine.run("echo in").text.strip()


def why(address: Address, known_hosts: Path, **options: object) -> str:
    """Fail to log in, and give the reason."""
    with pytest.raises(UnreachableError) as raised:
        says(address, known_hosts, **options)
    return str(raised.value)


def test_known_key(sshd: Sshd) -> None:
    """A machine whose host key is known lets us in, and its fingerprint is kept."""
    with connect(sshd.address, limits=LIMITS, known_hosts=sshd.known_hosts) as machine:
        assert machine.host_key == sshd.fingerprint


def test_unknown_key(sshd: Sshd, tmp_path: Path) -> None:
    """An unknown host key is refused, with machine, type, fingerprint and the way forward."""
    reason = why(sshd.address, tmp_path / "none")
    assert f"{sshd.address}: its host key is not known: ssh-ed25519 {sshd.fingerprint}" in reason
    assert f"tvox-uat trust {sshd.address}" in reason
    assert not (tmp_path / "none").exists(), "nothing is stored by connecting"


def test_changed_key(sshd: Sshd, tmp_path: Path) -> None:
    """A changed host key is refused, with both fingerprints and the line that holds the old one."""
    other = make_key(tmp_path / "other")
    public = " ".join(other.with_suffix(".pub").read_text().split()[:2])
    sshd.known_hosts.write_text(f"# a comment\n[127.0.0.1]:{sshd.port} {public}\n")
    reason = why(sshd.address, sshd.known_hosts)
    assert "CHANGED" in reason
    assert sshd.fingerprint in reason
    assert "(line 2)" in reason


def test_another_type_is_a_change(sshd: Sshd, tmp_path: Path) -> None:
    """A known machine that shows a key of a type we do not know of it is refused."""
    other = make_key(tmp_path / "other", kind="ecdsa")
    public = " ".join(other.with_suffix(".pub").read_text().split()[:2])
    sshd.known_hosts.write_text(f"[127.0.0.1]:{sshd.port} {public}\n")
    assert "CHANGED" in why(sshd.address, sshd.known_hosts)


def test_known_type_is_asked_for(tmp_path: Path) -> None:
    """A machine with several host keys shows the one that we know."""
    rsa = make_key(tmp_path / "rsa", kind="rsa")
    with running_sshd(tmp_path / "sshd", settings=f"HostKey {rsa}") as server:
        public = " ".join(rsa.with_suffix(".pub").read_text().split()[:2])
        server.known_hosts.write_text(f"[127.0.0.1]:{server.port} {public}\n")
        assert says(server.address, server.known_hosts) == "in"


def test_hashed_entry(sshd: Sshd) -> None:
    """A file whose names are hashed (HashKnownHosts) is understood."""
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", str(sshd.known_hosts)], check=True, capture_output=True)
    assert "127.0.0.1" not in sshd.known_hosts.read_text()
    assert says(sshd.address, sshd.known_hosts) == "in"


def test_revoked_key(sshd: Sshd) -> None:
    """A key that is marked as revoked is refused, though it is trusted elsewhere in the file."""
    line = sshd.known_hosts.read_text()
    sshd.known_hosts.write_text(f"{line}@revoked {line}")
    assert "Host key is revoked" in why(sshd.address, sshd.known_hosts)


def test_another_port_is_another_machine(sshd: Sshd) -> None:
    """A key known for the same address without the port does not count."""
    sshd.known_hosts.write_text(sshd.known_hosts.read_text().replace(f"[127.0.0.1]:{sshd.port}", "127.0.0.1"))
    assert "not known" in why(sshd.address, sshd.known_hosts)


def test_address_of_another_machine(sshd: Sshd) -> None:
    """A name that leads to the address of another trusted machine is not trusted."""
    named = sshd.address.model_copy(update={"host": "localhost"})
    assert "not known" in why(named, sshd.known_hosts)


def test_old_algorithms(tmp_path: Path) -> None:
    """A server that speaks only what CentOS 6 speaks lets us in, with an RSA key."""
    key = make_key(tmp_path / "old", kind="rsa")
    with running_sshd(tmp_path / "sshd", settings=OLD, host_key="rsa") as server:
        (server.folder / "authorized_keys").write_text(key.with_suffix(".pub").read_text())
        address = server.address.model_copy(update={"identity_files": (str(key),)})
        assert says(address, server.known_hosts) == "in"


def test_old_signature(tmp_path: Path) -> None:
    """To a server that does not say what it takes (OpenSSH before 7.2), an RSA key signs the old way."""
    (pair,) = asyncssh.load_keypairs([str(make_key(tmp_path / "old", kind="rsa"))])
    assert pair.sig_algorithm == b"ssh-rsa"


def test_wrong_key_file(sshd: Sshd, tmp_path: Path) -> None:
    """A key that the machine does not know ends in a refusal that says what to do."""
    stranger = make_key(tmp_path / "stranger")
    reason = why(sshd.address.model_copy(update={"identity_files": (str(stranger),)}), sshd.known_hosts)
    assert f"{sshd.address}: login refused" in reason


def test_default_key_file(sshd: Sshd, home: Path) -> None:
    """Without an IdentityFile the keys in ~/.ssh are tried."""
    (home / ".ssh").mkdir()
    (home / ".ssh" / "id_ed25519").write_bytes(sshd.key.read_bytes())
    assert says(sshd.address.model_copy(update={"identity_files": ()}), sshd.known_hosts) == "in"


def locked(server: Sshd, folder: Path) -> Address:
    """Put a passphrase on the way to a server."""
    key = make_key(folder / "locked", passphrase="open sesame")
    (server.folder / "authorized_keys").write_text(key.with_suffix(".pub").read_text())
    return server.address.model_copy(update={"identity_files": (str(key),)})


def test_passphrase(sshd: Sshd, tmp_path: Path) -> None:
    """The passphrase of a locked key is asked for, by the file's name."""
    asked: list[str] = []

    def ask(prompt: str) -> str:
        asked.append(prompt)
        return "open sesame"

    assert says(locked(sshd, tmp_path), sshd.known_hosts, ask=ask) == "in"
    assert asked == [f"Passphrase of {tmp_path / 'locked'}: "]


def test_wrong_passphrase(sshd: Sshd, tmp_path: Path) -> None:
    """A wrong passphrase leads on to the password, and then to a refusal."""
    assert "login refused" in why(locked(sshd, tmp_path), sshd.known_hosts, ask=lambda _: "wrong")


def test_locked_key_without_anyone_to_ask(sshd: Sshd, tmp_path: Path) -> None:
    """Where nobody can be asked, a locked key is left out and the login refused."""
    assert "login refused" in why(locked(sshd, tmp_path), sshd.known_hosts)


@pytest.fixture
def agent(sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An ssh-agent that holds the key."""
    socket = tmp_path / "agent"
    process = subprocess.Popen(["ssh-agent", "-D", "-a", str(socket)], stdout=subprocess.DEVNULL)
    until = time.monotonic() + 5
    while not socket.exists() and time.monotonic() < until:
        time.sleep(0.02)
    monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
    subprocess.run(["ssh-add", "-q", str(sshd.key)], check=True, capture_output=True)
    yield socket
    os.kill(process.pid, signal.SIGTERM)
    process.wait(5)


@pytest.mark.usefixtures("agent")
def test_agent(sshd: Sshd) -> None:
    """A key that only the agent holds lets us in."""
    assert says(sshd.address.model_copy(update={"identity_files": ()}), sshd.known_hosts) == "in"


def test_dead_agent(sshd: Sshd, monkeypatch: pytest.MonkeyPatch) -> None:
    """An agent that is gone does not hinder the key file."""
    monkeypatch.setenv("SSH_AUTH_SOCK", "/nowhere/agent")
    assert says(sshd.address, sshd.known_hosts) == "in"


class PasswordServer(asyncssh.SSHServer):
    """Lets in by password only; Debian's sshd cannot, without changing the passwords of this computer."""

    tries: list[str]

    def begin_auth(self, username: str) -> bool:
        """Say that a login is needed."""
        return True

    def password_auth_supported(self) -> bool:
        """Offer passwords."""
        return True

    def validate_password(self, username: str, password: str) -> bool:
        """Take one password."""
        self.tries.append(password)
        return password == "right"


@pytest.fixture
def password_server(tmp_path: Path) -> Iterator[tuple[Address, Path, list[str]]]:
    """A server that wants a password: its address, the file that trusts it, and the passwords tried."""
    loop, tries, port = BackgroundLoop(), [], free_port()
    kind = type("Server", (PasswordServer,), {"tries": tries})
    key = make_key(tmp_path / "host_key")

    def answer(process: asyncssh.SSHServerProcess[str]) -> None:
        process.stdout.write("in\n")
        process.exit(0)

    async def listen() -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            "127.0.0.1", port, server_factory=kind, server_host_keys=[str(key)], process_factory=answer
        )

    server = loop.call(listen())
    public = " ".join(key.with_suffix(".pub").read_text().split()[:2])
    (tmp_path / "trusted").write_text(f"[127.0.0.1]:{port} {public}\n")
    yield Address(user="tvox", host="127.0.0.1", port=port), tmp_path / "trusted", tries
    server.close()
    loop.stop(server.wait_closed())


def test_password(password_server: tuple[Address, Path, list[str]]) -> None:
    """A given password lets us in; nobody is asked."""
    address, trusted, _ = password_server
    assert says(address, trusted, password="right", ask=pytest.fail) == "in"


def test_password_is_asked_for(password_server: tuple[Address, Path, list[str]]) -> None:
    """Where nothing else helps, the password is asked for, by user and machine."""
    address, trusted, _ = password_server
    asked: list[str] = []
    assert says(address, trusted, ask=lambda prompt: asked.append(prompt) or "right") == "in"
    assert asked == [f"Password of {address}: "]


def test_wrong_password(password_server: tuple[Address, Path, list[str]]) -> None:
    """A wrong password is tried once, and is not in the message."""
    address, trusted, tries = password_server
    assert "wr0ng" not in why(address, trusted, password="wr0ng")
    assert tries == ["wr0ng"]


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Sshd]:
    """A second server, to go through."""
    with running_sshd(tmp_path / "gate") as server:
        yield server


def through(gate: Sshd, target: Sshd) -> Address:
    """The address of a server behind another one."""
    return target.address.model_copy(update={"jump": gate.address})


def test_jump(sshd: Sshd, gate: Sshd) -> None:
    """A machine behind a jump host is reached; both host keys are known."""
    sshd.known_hosts.write_text(sshd.known_hosts.read_text() + gate.known_hosts.read_text())
    with connect(through(gate, sshd), limits=LIMITS, known_hosts=sshd.known_hosts) as machine:
        assert machine.host_key == sshd.fingerprint
        assert machine.run("echo $SSH_CONNECTION").text.split()[3] == str(sshd.port)
    assert "Accepted publickey" in gate.log


def test_unknown_jump(sshd: Sshd, gate: Sshd) -> None:
    """A jump host whose key is not known is refused; the machine behind it is never asked."""
    reason = why(through(gate, sshd), sshd.known_hosts)
    assert f"{gate.address}: its host key is not known" in reason
    assert "Accepted" not in gate.log


def test_unknown_behind_jump(sshd: Sshd, gate: Sshd) -> None:
    """A known jump host does not vouch for the machine behind it; the way forward names the jump host."""
    reason = why(through(gate, sshd), gate.known_hosts)
    assert f"{sshd.address}: its host key is not known" in reason
    assert f"--jump {gate.address}" in reason


def test_lost_jump(sshd: Sshd, gate: Sshd) -> None:
    """When the jump host goes, the connection through it is lost."""
    sshd.known_hosts.write_text(sshd.known_hosts.read_text() + gate.known_hosts.read_text())
    with connect(through(gate, sshd), limits=LIMITS, known_hosts=sshd.known_hosts) as machine:
        gate.cut()
        with pytest.raises(UnreachableError):
            machine.run("sleep 5")
        assert machine.is_lost


def test_host_key_of(sshd: Sshd, tmp_path: Path) -> None:
    """The key of a machine can be looked at before it is trusted; its line is then the one that trusts it."""
    seen = host_key_of(sshd.address, limits=LIMITS, known_hosts=tmp_path / "none")
    assert (seen.kind, seen.fingerprint) == ("ssh-ed25519", sshd.fingerprint)
    (tmp_path / "some").write_text(seen.line)
    assert says(sshd.address, tmp_path / "some") == "in"


def test_hostile_config(sshd: Sshd, tmp_path: Path) -> None:
    """An ssh_config that would switch the host key check off, or run a program, has no effect and is named."""
    config = tmp_path / "config"
    config.write_text(
        f'Match exec "touch {tmp_path}/ran"\n  User evil\n'
        f"Host pbx\n  HostName 127.0.0.1\n  Port {sshd.port}\n  User {sshd.user}\n  IdentityFile {sshd.key}\n"
        f"  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n  ProxyCommand touch {tmp_path}/ran\n"
    )
    address = parse_address("pbx", config=config)
    assert "not known" in why(address, tmp_path / "none")
    assert not (tmp_path / "ran").exists()
    assert address.ignored == ("match", "stricthostkeychecking", "userknownhostsfile", "proxycommand")
    assert says(address, sshd.known_hosts) == "in"


def test_hostile_home(sshd: Sshd, home: Path, tmp_path: Path) -> None:
    """The engineer's own ~/.ssh/config is never read by the SSH library either: it may run programs."""
    (home / ".ssh").mkdir()
    program = f"touch {tmp_path}/ran"
    (home / ".ssh" / "config").write_text(f'Match exec "{program}"\n  Port 1\nHost *\n  ProxyCommand {program}\n')
    assert says(sshd.address, sshd.known_hosts) == "in"
    assert not (tmp_path / "ran").exists()


def test_nobody_there() -> None:
    """A closed port is an unreachable machine, with the system's words."""
    address = Address(user="root", host="127.0.0.1", port=free_port())
    assert "refused" in why(address, Path("none")).lower()


def test_no_such_name() -> None:
    """A name that does not exist is an unreachable machine."""
    assert "nowhere.invalid" in why(Address(user="root", host="nowhere.invalid"), Path("none"))


def test_silent_server(sshd: Sshd) -> None:
    """A server that takes the connection and says nothing is given up after the limit."""
    os.kill(sshd.process.pid, signal.SIGSTOP)
    began = time.monotonic()
    try:
        with pytest.raises(UnreachableError, match=r"no answer within 0\.5 s"):
            connect(sshd.address, limits=Limits(connect=0.5), known_hosts=sshd.known_hosts)
    finally:
        os.kill(sshd.process.pid, signal.SIGCONT)
    assert time.monotonic() - began < 3
