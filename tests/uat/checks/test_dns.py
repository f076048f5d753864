"""Names as they are resolved from here and from the machine, by a real DNS server on this computer."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.dnsmasq import LONG, is_available, running_dnsmasq
from tests.sshd import free_port
from tests.uat.checks.looking import Shell, look
from tests.uat.checks.recording import Recording
from uat.checks import dns
from uat.errors import ObservationError
from uat.model import JsonValue, Limits, System, Viewpoint
from uat.probe import Probe

Tools = Callable[..., Probe]

KNOWN = [
    ("pbx.acme.test", "A", ("10.20.30.40", "10.20.30.41")),
    ("PBX.acme.test.", "AAAA", ("fd00::40",)),
    ("www.acme.test", "A", ("10.20.30.40", "10.20.30.41")),
    ("www.acme.test", "CNAME", ("pbx.acme.test",)),
    ("10.20.30.40", "PTR", ("pbx.acme.test",)),
    ("fd00::40", "PTR", ("pbx.acme.test",)),
    ("acme.test", "MX", ("10 mail1.acme.test", "20 mail2.acme.test")),
    ("_sip._udp.acme.test", "SRV", ("0 5 5060 pbx.acme.test",)),
    ("acme.test", "TXT", ('v=spf1 -all è un "testo"',)),
    ("long.acme.test", "TXT", tuple(f"{number}{LONG}" for number in range(8))),
    ("acme.test", "NS", ("ns.acme.test",)),
]
UNKNOWN = [("nobody.acme.test", "A"), ("pbx.acme.test", "MX"), ("10.20.30.99", "PTR")]


@pytest.fixture(scope="module")
def nameserver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Run one DNS server for all these questions."""
    if not is_available():
        pytest.skip("no dnsmasq here (Debian: dnsmasq-base)")
    with running_dnsmasq(tmp_path_factory.mktemp("dnsmasq")) as port:
        yield port


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    """Make a probe on this computer as if it had only these programs."""

    def having(*names: str) -> Probe:
        folder = tmp_path / "-".join(("only", *names))
        folder.mkdir(exist_ok=True)
        for name in ("sh", *names):
            program = shutil.which(name)
            if not program:
                pytest.skip(f"no {name} here (Debian: bind9-dnsutils, bind9-host)")
            (folder / name).unlink(missing_ok=True)
            (folder / name).symlink_to(program)
        return Shell(environment={"PATH": str(folder)}).probe

    return having


def here() -> Probe:
    """Make a probe that has no machine."""
    return Probe(connection=Recording(answers={}), system=System(), limits=Limits(connect=1.0))


def asked(port: int, viewpoint: str, name: str, kind: str) -> dict[str, JsonValue]:
    """Write the question to the server."""
    return {"name": name, "type": kind, "server": "127.0.0.1", "port": port, "from": viewpoint}


@pytest.mark.parametrize(("name", "kind", "answers"), KNOWN)
def test_from_here(nameserver: int, name: str, kind: str, answers: tuple[str, ...]) -> None:
    """From here, each type of record is read as people write it."""
    assert look(here(), "dns", **asked(nameserver, "here", name, kind))["answers"] == answers


@pytest.mark.parametrize(("name", "kind", "answers"), KNOWN)
@pytest.mark.parametrize("program", ["dig", "host"])
def test_from_the_machine(
    nameserver: int, tools: Tools, program: str, name: str, kind: str, answers: tuple[str, ...]
) -> None:
    """From the machine, either of its tools gives the same answers as from here."""
    assert look(tools(program), "dns", **asked(nameserver, "machine", name, kind))["answers"] == answers


@pytest.mark.parametrize(("name", "kind"), UNKNOWN)
def test_nothing(nameserver: int, tools: Tools, name: str, kind: str) -> None:
    """An unknown name, and a name without such a record, are results: there is none."""
    for probe, viewpoint in ((here(), "here"), (tools("dig"), "machine"), (tools("host"), "machine")):
        observed = look(probe, "dns", **asked(nameserver, viewpoint, name, kind))
        assert (observed["exists"], observed["answers"]) == (False, ())


def test_refusal(nameserver: int, tools: Tools) -> None:
    """A server that does not want to answer is an error, wherever it is asked from."""
    for probe, viewpoint in ((here(), "here"), (tools("dig"), "machine"), (tools("host"), "machine")):
        with pytest.raises(ObservationError, match="REFUSED"):
            look(probe, "dns", **asked(nameserver, viewpoint, "pbx.elsewhere.test", "A"))


@pytest.mark.skipif(not shutil.which("dig"), reason="no dig here (Debian: bind9-dnsutils)")
def test_over_sshd(nameserver: int, probe: Probe) -> None:
    """Over a real connection, the machine's tool is asked."""
    assert look(probe, "dns", **asked(nameserver, "machine", "acme.test", "NS"))["answers"] == ("ns.acme.test",)


def test_as_programs(probe: Probe) -> None:
    """Without a server, an address is what the machine's programs are told, its hosts file included."""
    assert "127.0.0.1" in look(probe, "dns", name="localhost")["answers"]
    assert all(":" in str(answer) for answer in look(probe, "dns", name="localhost", type="AAAA")["answers"])


def test_no_tool(tools: Tools) -> None:
    """Where the machine has neither tool, the message says what to do."""
    probe = tools()
    with pytest.raises(ObservationError, match=r"neither dig nor host.*look with 'from: here'"):
        look(probe, "dns", name="acme.test", type="MX")


def test_silence() -> None:
    """A server that says nothing is an error: nothing was looked at; the try is recorded."""
    probe = here()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        with pytest.raises(ObservationError, match=r"no answer to A of pbx\.acme\.test from here"):
            look(probe, "dns", **asked(silent.getsockname()[1], "here", "pbx.acme.test", "A"))
    assert probe.take_evidence()[0].errors


@pytest.mark.parametrize("program", ["dig", "host"])
def test_nobody_there(tools: Tools, program: str) -> None:
    """A machine whose tool reaches no server is an error, in the tool's words."""
    with pytest.raises(ObservationError, match=r"on the machine: .*no servers could be reached"):
        look(tools(program), "dns", **asked(free_port(), "machine", "pbx.acme.test", "A"))


def test_evidence(nameserver: int) -> None:
    """What was asked from here and answered is recorded."""
    probe = here()
    look(probe, "dns", **asked(nameserver, "here", "pbx.acme.test", "AAAA"))
    evidence = probe.take_evidence()[0]
    assert (evidence.kind, evidence.status, evidence.viewpoint) == ("dns", "NOERROR", Viewpoint.HERE)
    assert evidence.label == f"AAAA pbx.acme.test @127.0.0.1:{nameserver}"
    assert "fd00::40" in evidence.body


@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_texts(text: str) -> None:
    """Whatever a text holds, it is read back as it is, from the escapes of RFC 1035."""
    written = "".join(
        chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\{byte:03}" for byte in text.encode()
    )
    half = written.find("\\", len(written) // 2)
    assert dns._plain(dns.Type.TXT, f'"{written[:half]}" "{written[half:]}"' if half > 0 else f'"{written}"') == text
