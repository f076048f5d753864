"""Rows 4.2: one strict file of host keys a customer, for every way to the machine; nothing weakens it."""

from __future__ import annotations

import builtins
import re
import ssl
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

import tvox_uat
from procedure.account import Account
from procedure.boot import wait_for_boot
from procedure.lifeline import Lifeline
from procedure.steps import settle
from tests.https import running_https
from tests.procedure.machine import TWO
from tests.procedure.test_snapshot import climb
from tests.security.desk import CUSTOMER, ROOT, Desk
from tests.sshd import Sshd, make_key
from uat import host
from uat.errors import ChangedKeyError, ObservationError, ProcedureError, UnreachableError
from uat.host import Connection, connect
from uat.model import Identity, Limits, Phase, System
from uat.probe import Probe

LIMITS = Limits(connect=5, command=10, poll=0.05, boot=20, stable=1, settle=20, unreachable=20)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own for what runs in this process."""
    (tmp_path / "desk" / "home").mkdir(parents=True, exist_ok=True)
    monkeypatch.setenv("HOME", str(tmp_path / "desk" / "home"))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    return tmp_path / "desk" / "home"


@pytest.fixture
def desk(sshd: Sshd, home: Path) -> Desk:
    """A desk in that home."""
    made = Desk(folder=home.parent, server=sshd)
    made.write()
    return made


def change_the_key(desk: Desk) -> None:
    """Let the customer's file know another key than the one that the machine shows."""
    public = " ".join(make_key(desk.folder / "old").with_suffix(".pub").read_text().split()[:2])
    desk.known_hosts.parent.mkdir(parents=True, exist_ok=True)
    desk.known_hosts.write_text(f"[127.0.0.1]:{desk.server.port} {public}\n")


def revoke_the_key(desk: Desk) -> None:
    """Trust the key and revoke it."""
    line = desk.server.known_hosts.read_text()
    desk.known_hosts.parent.mkdir(parents=True, exist_ok=True)
    desk.known_hosts.write_text(f"{line}@revoked {line}")


KEYS: dict[str, tuple[Callable[[Desk], None], bool]] = {
    "unknown": (lambda desk: None, False),
    "known": (Desk.trust, True),
    "changed": (change_the_key, False),
    "revoked": (revoke_the_key, False),
}


def session(desk: Desk) -> bool:
    """Run a whole session; it must say 11 where it does not get in."""
    code = desk.run().returncode
    assert code in (0, 11)
    return code == 0


def helper(desk: Desk) -> bool:
    """Ask through testinfra's modules."""
    try:
        with connect(desk.server.address, limits=LIMITS, known_hosts=desk.known_hosts) as machine:
            return bool(host.testinfra_host(machine.run).run("echo in").stdout.strip() == "in")
    except UnreachableError:
        return False


def upload(desk: Desk) -> bool:
    """Copy something onto the machine."""
    try:
        with connect(desk.server.address, limits=LIMITS, known_hosts=desk.known_hosts) as machine:
            machine.run(f"cat > {desk.folder}/copied", stdin=b"x", changes=True)
    except UnreachableError:
        return False
    return (desk.folder / "copied").exists()


def after_reboot(desk: Desk) -> bool:
    """Wait for the machine as after its reboot, not for long."""
    short = LIMITS.model_copy(update={"boot": 0.1})
    try:
        wait_for_boot(Way(desk), "", limits=short, account=Account(lambda news: None), climb=climb)
    except ProcedureError:
        return False
    return True


def trust(desk: Desk) -> bool:
    """Ask `tvox-uat trust`, with a fingerprint that is not the key's: only a key that is trusted already passes."""
    whose = ["--customer", CUSTOMER, "--fingerprint", "SHA256:wrong"]
    return tvox_uat.main(["trust", str(desk.server.address), *whose]) == 0


class Way:
    """The procedure's link to the machine, opened anew for each question."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._open: list[Connection] = []

    def connection(self) -> Connection:
        """Log in."""
        limits = LIMITS.model_copy(update={"connect": 2.0})
        one = connect(self._desk.server.address, limits=limits, known_hosts=self._desk.known_hosts)
        self._open.append(one)
        return one

    def drop_connection(self) -> None:
        """Leave."""
        while self._open:
            self._open.pop().close()


@pytest.fixture
def way(desk: Desk) -> Way:
    """A link that is closed at the end."""
    return Way(desk)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    "transport", [session, helper, upload, after_reboot, trust], ids=lambda one: str(one.__name__)
)
def test_table_of_policies(desk: Desk, transport: Callable[[Desk], bool], key: str) -> None:
    """4.2a: on every way to the machine only a known key lets in: never an unknown, changed or revoked one."""
    prepare, lets_in = KEYS[key]
    prepare(desk)
    before = desk.known_hosts.read_bytes() if desk.known_hosts.exists() else b""
    assert transport(desk) is lets_in
    after = desk.known_hosts.read_bytes() if desk.known_hosts.exists() else b""
    assert after == before, "looking stores nothing"


def test_no_other_client() -> None:
    """4.2a: no part of the product opens SSH in another way: no paramiko, no testinfra backend, no ssh program."""
    words = ("paramiko", r"get_host\(", "get_backend", r"[\"']ssh[\"'] *, *[\"']", "sshpass", "known_hosts=None")
    other = re.compile("|".join(words))
    sources = [path for room in ("uat", "procedure", "reports") for path in (ROOT / room).rglob("*.py")]
    assert [str(path) for path in sources if other.search(path.read_text("utf-8"))] == []


def test_one_file_a_customer(desk: Desk) -> None:
    """4.2a: a key that another customer's file trusts opens nothing here."""
    desk.trust()
    desk.known_hosts.rename(desk.known_hosts.with_name("Other S.p.A"))
    ended = desk.run()
    assert ended.returncode == 11
    assert "its host key is not known" in " ".join(ended.stdout.split())


def test_the_old_file_is_named(desk: Desk) -> None:
    """4.2a: a key that only ~/.ssh/known_hosts has is refused; the message names that line and the way forward."""
    (desk.home / ".ssh").mkdir()
    (desk.home / ".ssh" / "known_hosts").write_text("# mine\n" + desk.server.known_hosts.read_text())
    ended = desk.run()
    said = " ".join(ended.stdout.split())
    assert ended.returncode == 11
    assert "~/.ssh/known_hosts, line 2, has this key; it is not read" in said
    assert "--customer 'ACME S.p.A'" in said


def test_the_way_forward_works(desk: Desk) -> None:
    """4.2a: what a refusal says to type leads to the file that the session reads."""
    assert desk.run().returncode == 11
    whose = ["--checklist", str(desk.folder / "acme.yaml"), "--fingerprint", desk.server.fingerprint]
    assert tvox_uat.main(["trust", str(desk.server.address), *whose]) == 0
    assert desk.run().returncode == 0


HOSTILE = """\
Match exec "touch {ran}"
  User evil
Host *
  HostName 127.0.0.1
  StrictHostKeyChecking no
  UserKnownHostsFile none
  GlobalKnownHostsFile /dev/null
  ProxyCommand touch {ran}
  LocalCommand touch {ran}
  PermitLocalCommand yes
  ForwardAgent yes
  ForwardX11 yes
  Include {more}
"""


def test_hostile_configuration(desk: Desk) -> None:
    """4.2b: an ssh_config that switches checks off or runs programs has no effect, and is said."""
    ran, more = desk.folder / "ran", desk.home / ".ssh" / "more"
    more.parent.mkdir()
    more.write_text(f"VerifyHostKeyDNS yes\nKnownHostsCommand /bin/sh -c 'touch {ran}'\n")
    (more.parent / "config").write_text(HOSTILE.format(ran=ran, more=more))
    ended = desk.run()
    assert ended.returncode == 11
    assert not ran.exists()
    for word in ("match", "stricthostkeychecking", "userknownhostsfile", "proxycommand", "knownhostscommand"):
        assert word in ended.stdout.replace("\n", " ")


def test_nothing_is_forwarded(desk: Desk) -> None:
    """4.1b: neither the agent nor X11 is forwarded, whatever the ssh_config says: the machine is told nothing."""
    (desk.home / ".ssh").mkdir()
    (desk.home / ".ssh" / "config").write_text("Host *\n  ForwardAgent yes\n  ForwardX11 yes\n")
    desk.trust()
    desk.write(ECHO_ENVIRONMENT)
    assert desk.run(DISPLAY=":7").returncode == 0
    (run,) = desk.runs()
    output = str(run.of(Phase.PRE)["A-1"].observed["output"])  # type: ignore[index]
    assert "SSH_CONNECTION=" in output
    assert "SSH_AUTH_SOCK" not in output
    assert "DISPLAY" not in output


ECHO_ENVIRONMENT = "  - {id: A-1, title: One, command: {run: env, reviewed_by: M. Rossi}, expect: {exit_code: 0}}\n"


def wait(way: Way) -> str:
    """Wait for another life of the machine."""
    return wait_for_boot(way, TWO, limits=LIMITS, account=Account(lambda news: None), climb=climb)


def ask_again(way: Way) -> None:
    """Ask over a connection that was lost meanwhile."""
    Lifeline(way, limits=LIMITS, account=Account(lambda news: None)).run("true")


def stay(way: Way) -> None:
    """See that the machine stays."""

    def identify() -> Identity:
        way.connection()
        raise AssertionError("nobody is let in")

    guest = Identity.model_construct(phase=Phase.UPGRADE)
    settle(way, guest, boot_id=TWO, identify=identify, limits=LIMITS, account=Account(lambda news: None))


@pytest.mark.parametrize("waiting", [wait, ask_again, stay], ids=["boot", "patch", "settle"])
def test_a_key_changed_meanwhile(desk: Desk, way: Way, waiting: Callable[[Way], object]) -> None:
    """4.2a, A10: a key that the patch or the reboot changed stops the night, with both keys and what to do."""
    change_the_key(desk)
    with pytest.raises(ProcedureError) as stop:
        waiting(way)
    facts = stop.value.facts
    assert (stop.value.stop, stop.value.exit_code) == ("host_key_changed", 11)
    assert desk.server.fingerprint in str(facts["key_shown"])
    assert desk.server.fingerprint not in str(facts["key_known"])
    assert "--replace" in str(facts["trust_command"])


def test_gone_on_with_after_comparing(desk: Desk, way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    """4.2a, A10: once a person has compared the new key on the console, the same question is answered."""
    change_the_key(desk)
    with pytest.raises(ProcedureError):
        wait(way)
    answers = iter([desk.server.fingerprint, "announced by Telenia, case 4711"])
    monkeypatch.setattr(builtins, "input", lambda _: next(answers))
    assert tvox_uat.main(["trust", str(desk.server.address), "--customer", CUSTOMER, "--replace"]) == 0
    try:
        assert wait(way) != TWO
    finally:
        way.drop_connection()


def test_the_next_run_writes_it_down(desk: Desk) -> None:
    """4.2a, A10: who replaced the key and why is in the journal and on the page of the next run."""
    change_the_key(desk)
    assert desk.run().returncode == 11
    why = ["--fingerprint", desk.server.fingerprint, "--replace", "--reason", "patch 22.0.17 <made> new keys"]
    assert tvox_uat.main(["trust", str(desk.server.address), "--customer", CUSTOMER, *why]) == 0
    assert desk.run().returncode == 0
    assert "patch 22.0.17 <made> new keys" in desk.runs()[-1].identities[Phase.PRE].host_key_replaced
    page = (desk.evidence()[-1] / "pre.html").read_text("utf-8")
    assert "patch 22.0.17 &lt;made&gt; new keys" in page


class Nothing(BaseHTTPRequestHandler):
    """A page that says nothing."""

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        """Keep quiet."""


def look_at(url: str, tls: str) -> int:
    """Get a page under a TLS rule."""
    probe = Probe(connection=None, system=System(tls=tls), limits=LIMITS)  # type: ignore[arg-type]
    return probe.web.request("GET", url).status


def test_tls_on_loopback(tmp_path: Path) -> None:
    """4.2c: a certificate that nobody vouches for is refused on 127.0.0.1 too; the pinned one is taken, no other."""
    with running_https(tmp_path, Nothing) as server:
        with pytest.raises(ObservationError, match=r"(?i)certificate"):
            look_at(server.url, "verify")
        with pytest.raises(ObservationError):
            look_at(server.url, "sha256:" + "0" * 64)
        assert look_at(server.url, f"sha256:{server.fingerprint}") == 200


def test_no_unverified_context() -> None:
    """4.2c: no part makes a TLS context that checks nothing, but to look at a certificate or compare a pinned one."""
    loose = re.compile(r"CERT_NONE|_create_unverified_context|verify\s*=\s*False|check_hostname\s*=\s*False")
    sources = [path for room in ("uat", "procedure", "reports") for path in (ROOT / room).rglob("*.py")]
    found = {str(path.relative_to(ROOT)) for path in sources if loose.search(path.read_text("utf-8"))}
    assert found <= {"uat/web.py", "uat/checks/tls.py", "uat/checks/ldap.py"}
    assert ssl.create_default_context().verify_mode is ssl.CERT_REQUIRED


def test_changed_is_its_own_error(desk: Desk) -> None:
    """4.2a: a changed key is told apart from every other reason not to get in."""
    change_the_key(desk)
    with pytest.raises(ChangedKeyError):
        connect(desk.server.address, limits=LIMITS, known_hosts=desk.known_hosts)
