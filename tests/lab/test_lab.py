"""The lab itself: that it boots, is what it says it is, takes a patch, and comes back pristine."""

import json
import socket
import ssl
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lab import Lab, libvirtd, missing

pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(bool(missing()), reason="; ".join(missing())),
]


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """A lab of this file's own, pristine at first, off at last."""
    made = Lab.named("selftest")
    made.reset()
    yield made
    made.down()


def output(lab: Lab, command: str) -> str:
    """Return what a command in the guest printed; it must succeed."""
    code, printed = lab.run(command)
    assert code == 0, printed
    return printed.strip()


def fetch(lab: Lab, path: str, body: object = None, cookie: str = "") -> str:
    """Return the body of a page, or of the answer to a JSON body; the certificate's name is not verified."""
    context = ssl.create_default_context(cafile=str(lab.certificate))
    context.check_hostname = False
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"https://127.0.0.1:{lab.https_port}{path}", data, {"Cookie": cookie})
    with urllib.request.urlopen(request, timeout=20, context=context) as answer:
        return str(answer.read().decode())


def call(lab: Lab, method: str, *params: str, session: str = "") -> dict[str, Any]:
    """Return the answer of the WebAPI to one request."""
    request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
    answer: dict[str, Any] = json.loads(fetch(lab, "/tvox/webapi", request, f"JSESSIONID={session}"))
    return answer


def send_patch(lab: Lab, release: str) -> str:
    """Copy a patch to the guest and return its path there."""
    path = f"/var/tmp/tvox-{release}.run"
    with (lab.patches / Path(path).name).open("rb") as patch:
        subprocess.run([*lab.ssh(), f"cat > {path}"], stdin=patch, check=True, timeout=30)
    return path


def test_system_is_running(lab: Lab) -> None:
    """Every unit of the guest started."""
    assert output(lab, "systemctl is-system-running") == "running"


def test_uuid_is_libvirts(lab: Lab) -> None:
    """The guest's product UUID is that of the libvirt domain."""
    assert output(lab, "cat /sys/class/dmi/id/product_uuid") == lab.uuid


def test_clock_is_right_and_synchronised(lab: Lab) -> None:
    """A restored guest has today's time, and chrony has a source."""
    before = time.time()
    there = int(output(lab, "date +%s"))
    assert before - 2 <= there <= time.time() + 2
    assert "Leap status     : Normal" in output(lab, "chronyc -n tracking")


def test_hosts_has_the_documented_shape(lab: Lab) -> None:
    """The hosts file names localhost twice, then tam01, then the full name."""
    names = [line.split()[1] for line in output(lab, "cat /etc/hosts").splitlines()]
    assert names == ["localhost", "localhost", "tam01", "pbx.lab.example"]


def test_databases_hold_the_customer(lab: Lab) -> None:
    """MariaDB has thirty users, PostgreSQL the calendars."""
    assert output(lab, "mariadb -N ast_callcenter -e 'select count(*) from ast_utenti'") == "30"
    dump = "pg_dump --clean -U davical_dba davical_administrators"
    assert "Ferragosto" in output(lab, dump)


def test_webapi_speaks_as_documented(lab: Lab) -> None:
    """The version needs no login, calls need the session, and a login gives one."""
    assert call(lab, "getVersion")["result"] == ["21.0.26", "21.0.0"]
    assert "error" in call(lab, "getServiceCurrentCalls", "mrossi")
    user = call(lab, "login", "21.0.0", "admin", "lab-admin")["result"]
    assert (user["status"], user["logged"]) == ("LOGGED", True)
    assert call(lab, "getServiceCurrentCalls", "admin", session=user["sessionId"])["result"] == []


@pytest.mark.parametrize("credentials", [("admin", "wrong"), ("mrossi", "lab-mrossi")])
def test_webapi_refuses(lab: Lab, credentials: tuple[str, str]) -> None:
    """A wrong password and a user who is neither superuser nor supervisor get no session."""
    assert "error" in call(lab, "login", "21.0.0", *credentials)


@pytest.mark.parametrize(("page", "title"), [("/occ", "OCC"), ("/client", "WebClient")])
def test_pages_show_the_release(lab: Lab, page: str, title: str) -> None:
    """The two pages have their titles and the release."""
    body = fetch(lab, page)
    assert f"<title>{title}" in body or f"{title} (lab)</title>" in body
    assert "21.0.26" in body


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM], ids=["udp", "tcp"])
def test_sip_answers_options(lab: Lab, kind: socket.SocketKind) -> None:
    """The SIP service answers OPTIONS with 200, over UDP and TCP."""
    word = "UDP" if kind == socket.SOCK_DGRAM else "TCP"
    request = (
        f"OPTIONS sip:pbx.lab.example SIP/2.0\r\nVia: SIP/2.0/{word} 127.0.0.1:5099;branch=z9hG4bK-lab;rport\r\n"
        "Max-Forwards: 10\r\nFrom: <sip:lab@127.0.0.1>;tag=1\r\nTo: <sip:pbx.lab.example>\r\n"
        f"Call-ID: lab-{word}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
    )
    with socket.socket(socket.AF_INET, kind) as client:
        client.settimeout(10)
        client.connect(("127.0.0.1", lab.sip_port))
        client.sendall(request.encode())
        assert client.recv(4000).startswith(b"SIP/2.0 200 ")


def test_patch_of_the_wrong_release_is_refused(lab: Lab) -> None:
    """22.0.17 does not go upon 21.0.26, and says so without the marker."""
    code, log = lab.run(f"sh {send_patch(lab, '22.0.17')}")
    assert code != 0
    assert "Update completed!" not in log


@pytest.mark.parametrize(
    ("word", "code", "completed", "reboot"),
    [("half-marker", 0, True, False), ("failure-text", 1, False, False), ("exit-3", 3, True, True)],
)
def test_variants_end_as_they_say(lab: Lab, word: str, code: int, completed: bool, reboot: bool) -> None:
    """Exit code and marker of a patch are what its variant promises."""
    lab.reset()
    lab.variant("22.0.0", word)
    found, log = lab.run(f"sh {send_patch(lab, '22.0.0')}")
    assert (found, "Update completed!" in log, "Please REBOOT the machine!" in log) == (code, completed, reboot)


def test_patch_snapshot_and_reset(lab: Lab) -> None:
    """Off, snapshot, on, patch, reboot: release 22.0.0; after a reset 21.0.26 again, and no snapshot."""
    lab.reset()
    lab.shut_down()
    libvirtd.virsh(lab.state_dir, "snapshot-create-as", lab.domain, "selftest")
    libvirtd.virsh(lab.state_dir, "start", lab.domain)
    lab.wait()
    code, log = lab.run(f"sh {send_patch(lab, '22.0.0')}")
    assert (code, log.count("*   Please REBOOT the machine!   *")) == (0, 1)
    lab.reboot()
    assert call(lab, "getVersion")["result"] == ["22.0.0", "22.0.0"]
    lab.reset()
    assert call(lab, "getVersion")["result"] == ["21.0.26", "21.0.0"]
    assert libvirtd.virsh(lab.state_dir, "snapshot-list", lab.domain, "--name") == ""
