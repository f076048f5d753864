"""What a check sees through a probe is recorded, without secrets."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest

from tests.sshd import Sshd
from uat.errors import ObservationError, UnreachableError
from uat.host import Output, connect
from uat.model import Limits, System, Viewpoint
from uat.probe import Probe
from uat.secret import Secrets

SECRET = "s3cret/passw0rd"
LIMITS = Limits(evidence_bytes=1024)


class Machine:
    """Answers every command alike; what it answers is the test's matter."""

    def __init__(self, output: Output | Exception) -> None:
        self.output = output
        self.asked: list[tuple[str, float | None, bytes]] = []

    def run(self, command: str, *, deadline: float | None = None, stdin: bytes = b"") -> Output:
        """Answer."""
        self.asked.append((command, deadline, stdin))
        if isinstance(self.output, Exception):
            raise self.output
        return self.output


def output_with(stdout: bytes, **fields: object) -> Output:
    """Make an answer."""
    values = {"exit_code": 0, "stderr": b"", "seconds": 0.25} | fields
    return Output(stdout=stdout, **values)  # type: ignore[arg-type]


def probe_of(output: Output | Exception, *, secrets: Secrets | None = None) -> Probe:
    """Make a probe at a machine that answers this."""
    return Probe(connection=Machine(output), system=System(), limits=LIMITS, secrets=secrets)


def test_recorded() -> None:
    """A command is recorded with its output, errors, exit code and time, as seen on the machine."""
    probe = probe_of(output_with(b"out\n", stderr=b"err\n", exit_code=3))
    probe.run("rpm -q tvox")
    (evidence,) = probe.take_evidence()
    assert (evidence.kind, evidence.label, evidence.status) == ("command", "rpm -q tvox", "3")
    assert (evidence.body, evidence.errors, evidence.seconds) == ("out\n", "err\n", 0.25)
    assert evidence.viewpoint is Viewpoint.MACHINE
    assert evidence.sha256 == hashlib.sha256(b"out\n").hexdigest()


def test_drained() -> None:
    """Evidence is handed over once."""
    probe = probe_of(output_with(b""))
    probe.run("true")
    assert len(probe.take_evidence()) == 1
    assert probe.take_evidence() == ()


def test_handed_on() -> None:
    """Deadline and input reach the machine."""
    machine = Machine(output_with(b""))
    Probe(connection=machine, system=System(), limits=LIMITS).run("cat", deadline=5, stdin=b"in")
    assert machine.asked == [("cat", 5, b"in")]


def test_secrets_are_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret is in no part of the evidence: not in the command, the output, the errors."""
    monkeypatch.setenv("TVOX_TEST", SECRET)
    encoded = base64.b64encode(f"user:{SECRET}".encode())
    probe = probe_of(output_with(SECRET.encode() + b" " + encoded, stderr=b"s3cret%2Fpassw0rd"))
    secret = probe.secret("env:TVOX_TEST")
    output = probe.run(f"mysql -p{secret}")
    assert SECRET in output.text, "the check itself sees what came"
    (evidence,) = probe.take_evidence()
    text = evidence.model_dump_json()
    assert "s3cret" not in text
    assert encoded.decode()[8:-4] not in text
    assert evidence.redacted == 4


def test_secrets_of_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret that one check fetched is out of every other check's evidence too."""
    monkeypatch.setenv("TVOX_TEST", SECRET)
    secrets = Secrets()
    probe_of(output_with(b""), secrets=secrets).secret("env:TVOX_TEST")
    other = probe_of(output_with(SECRET.encode()), secrets=secrets)
    other.run("cat /etc/config")
    assert other.take_evidence()[0].body == "[redacted]"


def test_capped_after_redaction(monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret that lies across the cap leaves no half behind."""
    monkeypatch.setenv("TVOX_TEST", SECRET)
    probe = probe_of(output_with(b"x" * 1020 + SECRET.encode()))
    probe.secret("env:TVOX_TEST")
    probe.run("true")
    (evidence,) = probe.take_evidence()
    assert (len(evidence.body), evidence.truncated, evidence.size_bytes) == (1024, True, 1030)
    assert "s3cr" not in evidence.body


def test_hash_of_huge_output() -> None:
    """Of an output that was not kept whole, hash and size are still of the whole."""
    probe = probe_of(output_with(b"x" * 2000, size_bytes=9_000_000, sha256="ab", is_truncated=True))
    probe.run("true")
    (evidence,) = probe.take_evidence()
    assert (evidence.sha256, evidence.size_bytes, evidence.truncated) == ("ab", 9_000_000, True)


def test_valid_json() -> None:
    """Whatever bytes a machine prints, the evidence is valid JSON."""
    probe = probe_of(output_with(b"\0\xff\xed\xa0\x80\x1b[2J"))
    probe.run("odd \udcff name")
    (evidence,) = probe.take_evidence()
    json.loads(evidence.model_dump_json())
    assert evidence.body.startswith("\0\\xff")


@pytest.mark.parametrize("kind", [ObservationError, UnreachableError])
def test_no_answer(kind: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    """A command without an answer is recorded with the reason, and the error carries no secret."""
    monkeypatch.setenv("TVOX_TEST", SECRET)
    probe = probe_of(kind(f"no answer: mysql -p{SECRET}"))
    probe.secret("env:TVOX_TEST")
    with pytest.raises(kind, match=r"mysql -p\[redacted\]"):
        probe.run(f"mysql -p{SECRET}")
    (evidence,) = probe.take_evidence()
    assert (evidence.status, evidence.errors) == ("", "no answer: mysql -p[redacted]")


def test_testinfra_is_recorded(sshd: Sshd) -> None:
    """What testinfra's modules ask is recorded like any command."""
    with connect(sshd.address, limits=LIMITS, known_hosts=sshd.known_hosts) as machine:
        probe = Probe(connection=machine, system=System(), limits=LIMITS)
        assert probe.host.file("/etc/passwd").exists
        assert "test -e /etc/passwd" in [evidence.label for evidence in probe.take_evidence()]


def test_new_look_new_host() -> None:
    """Taking the evidence ends a look: what testinfra remembered of it is gone."""
    probe = probe_of(output_with(b""))
    before = probe.host
    assert probe.host is before
    probe.take_evidence()
    assert probe.host is not before
