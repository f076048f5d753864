"""Collecting logs for Telenia, from a real sshd: all that can be had, nothing secret, what is missing named."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

import tvox_uat
from procedure import logs
from procedure.bundle import Bundle
from tests.sshd import Sshd, free_port
from uat import journal
from uat.errors import ExitCode, ProcedureError
from uat.model import Checklist, Header, Limits, Phase, System, Upgrade
from uat.options import make_header
from uat.session import Session, Settings

CANARY = "k4n4rie-Vogel+1"


class Desk:
    """An engineer's folder, a machine behind a real sshd, and an upgrade of it that is over."""

    def __init__(self, sshd: Sshd, folder: Path, **upgrade: object) -> None:
        self.folder = folder
        self.machine = folder / "machine"
        self.machine.mkdir(parents=True)
        upgrade = {"logs": (f"{self.machine}/*.log",)} | upgrade
        self._sshd = sshd
        self._checklist = Checklist(
            customer="ACME",
            change="CHG1",
            system=System(password="env:CANARY"),
            upgrade=Upgrade.model_validate(upgrade),
            limits=Limits(connect=3, command=20, log_bytes=4096, log_files=3),
        )
        self.session = self.open()
        self.session.identify(Phase.UPGRADE)
        self.session.drop_connection()

    def open(self, *, port: int | None = None) -> Session:
        """Prepare a session."""
        address = self._sshd.address.model_copy(update={"port": port or self._sshd.port})
        settings = Settings(
            phase=Phase.UPGRADE,
            address=address,
            known_hosts=self._sshd.known_hosts,
            evidence=self.folder / "evidence",
            manual="none",
        )
        header: Header = make_header(self._checklist, Phase.UPGRADE, "Anna")
        return Session(settings, header, on_result=lambda check, result: None)

    def collect(self, session: Session | None = None) -> Bundle:
        """Make a bundle."""
        by = session or self.open()
        try:
            return logs.collect(by, journal.read(self.session.folder), self.session.folder)
        finally:
            by.drop_connection()


@pytest.fixture
def desk(sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk whose checklist knows a secret."""
    monkeypatch.setenv("CANARY", CANARY)
    return Desk(sshd, tmp_path / "desk")


def content(made: Bundle) -> dict[str, bytes]:
    """Read everything that is in a bundle."""
    with zipfile.ZipFile(made.path) as file:
        return {name: file.read(name) for name in file.namelist()}


def test_what_is_in_it(desk: Desk) -> None:
    """Our journal and patch logs, what the machine says of itself, and the vendor's logs that the checklist names."""
    (desk.session.folder / "patch-22.0.17.log").write_text("Stopping Services\n")
    (desk.machine / "updater.log").write_text("Traceback\n")
    made = desk.collect()
    found = content(made)
    assert found["here/journal.jsonl"] == (desk.session.folder / "journal.jsonl").read_bytes()
    assert found["here/patch-22.0.17.log"] == b"Stopping Services\n"
    assert found[f"machine{desk.machine}/updater.log"] == b"Traceback\n"
    assert b"load average" in found["machine/time.txt"]
    assert b"Mounted on" in found["machine/disks.txt"]
    assert b"exit code" not in found["machine/disks.txt"]
    assert made.manifest.reached
    assert json.loads(found["manifest.json"])["run"] == desk.session.header.id


def test_no_secret_is_in_it(desk: Desk) -> None:
    """Neither the checklist's secrets, in any form, nor what looks like one in other programs' logs."""
    forms = f"{CANARY}\nk4n4rie-Vogel%2B1\npassword={CANARY}\n"
    others = (
        "Authorization: Digest geheim1, nonce=x\nAuthorization: Basic Z2VoZWltMg==\ndb_password = 'geheim3'\n"
        'response="0123456789abcdef0123456789abcdef"\n-----BEGIN RSA PRIVATE KEY-----\ngeheim4\n-----END RSA'
    )
    (desk.machine / "a.log").write_text(forms + others)
    (desk.session.folder / "patch-22.0.17.log").write_text(forms)
    made = desk.collect()
    whole = b"\n".join(content(made).values())
    for secret in (CANARY, "k4n4rie", "geheim1", "Z2VoZWltMg", "geheim3", "geheim4", "0123456789abcdef"):
        assert secret.encode() not in whole, secret
    assert made.manifest.redacted >= 8


def test_what_is_missing_is_named(desk: Desk) -> None:
    """A command that the machine does not have, and a product that is not asked, stand in the manifest with why."""
    missing = {one.name: one.reason for one in desk.collect().manifest.missing}
    assert "system.web" in missing["webapi.json"]
    assert all(missing.values())


def test_only_the_end_of_a_long_log_is_kept(desk: Desk) -> None:
    """A log is kept up to its limit, and it is its end that is kept."""
    (desk.machine / "long.log").write_text("".join(f"line {number}\n" for number in range(10_000)))
    kept = content(desk.collect())[f"machine{desk.machine}/long.log"]
    assert len(kept) <= 4096
    assert kept.endswith(b"line 9999\n")


def test_links_and_strange_names(desk: Desk) -> None:
    """A link is not followed, a name that leads elsewhere is named and not taken, and files beyond the limit too."""
    (desk.machine / "link.log").symlink_to("/etc/passwd")
    (desk.machine / "..").joinpath("outside.txt").touch()
    (desk.machine / "back\\slash.log").write_text("x")
    for number in range(4):
        (desk.machine / f"z{number}.log").write_text("x")
    made = desk.collect()
    names = [name for name in content(made) if name.startswith(f"machine{desk.machine}")]
    assert names == [f"machine{desk.machine}/z{number}.log" for number in range(2)]
    reasons = " ".join(f"{one.name} {one.reason}" for one in made.manifest.missing)
    assert "its name leads out of the bundle" in reasons
    assert "2 more files; raise limits.log_files" in reasons


def test_a_pattern_runs_nothing(sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands in a pattern is never a command, whatever characters it has."""
    monkeypatch.setenv("CANARY", CANARY)
    mark = tmp_path / "ran"
    desk = Desk(sshd, tmp_path / "desk", logs=(f"/nowhere/$(touch {mark})*", f"/nowhere/; touch {mark};", "`id`"))
    assert desk.collect().manifest.reached
    assert not mark.exists()


def test_a_machine_that_does_not_answer(desk: Desk) -> None:
    """Without the machine the bundle holds what is here, says so, and is marked as not reached."""
    made = desk.collect(desk.open(port=free_port()))
    assert not made.manifest.reached
    assert [one.name for one in made.manifest.missing] == ["machine"]
    assert set(content(made)) == {"SHA256SUMS", "here/journal.jsonl", "manifest.json"}


def test_another_machine_that_answers(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another machine's logs are not taken for this run's."""
    run = journal.read(desk.session.folder)
    identities = {phase: one.model_copy(update={"machine_id": "0" * 32}) for phase, one in run.identities.items()}
    session = desk.open()
    made = logs.collect(session, run.model_copy(update={"identities": identities}), desk.session.folder)
    session.drop_connection()
    assert not made.manifest.reached
    assert "another machine answers" in made.manifest.missing[0].reason


@pytest.mark.parametrize(
    ("stop", "is_made"),
    [
        (ProcedureError("no_marker"), True),
        (ProcedureError("not_back", exit_code=ExitCode.UNREACHABLE), True),
        (ProcedureError("gate_closed", exit_code=ExitCode.GATE_CLOSED), False),
        (ProcedureError("interrupted"), False),
        (None, False),
    ],
    ids=["no marker", "not back", "gate", "interrupted", "good"],
)
def test_made_by_itself_after_a_stop(desk: Desk, stop: ProcedureError | None, is_made: bool) -> None:
    """Where the vendor says to contact Telenia the logs are collected at once, and nowhere else."""
    desk.session.stop = stop
    shown: list[str] = []
    logs.after_stop(desk.session, show=lambda key, **_: shown.append(key))
    assert bool(list(desk.session.folder.glob("logs-*.zip"))) is is_made
    assert ("logs_made" in shown) is is_made


def test_it_never_hides_the_stop(desk: Desk) -> None:
    """When the bundle cannot be made, that is said and nothing else happens."""
    desk.session.stop = ProcedureError("no_marker")
    (desk.session.folder / "journal.jsonl").write_text("damaged\n")
    shown: list[str] = []
    logs.after_stop(desk.session, show=lambda key, **_: shown.append(key))
    assert shown == ["logs_collecting", "logs_failed"]


def test_the_command(
    desk: Desk, sshd: Sshd, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """``tvox-uat logs`` makes the bundle of the newest upgrade, and says its hash and what is not in it."""
    (desk.folder / "acme.yaml").write_text("customer: ACME\nchange: CHG1\nsystem: {password: env:CANARY}\n")
    monkeypatch.chdir(desk.folder)
    login = (f"--identity={sshd.key}", f"--known-hosts={sshd.known_hosts}")
    assert tvox_uat.main(["logs", "acme.yaml", f"--tvox-host={sshd.address}", *login]) == 0
    (path,) = desk.session.folder.glob("logs-*.zip")
    said = capsys.readouterr().out
    assert path.with_suffix(".zip.sha256").read_text().split()[0] in said
    assert "not in it: webapi.json" in said
    path.unlink()
    path.with_suffix(".zip.sha256").unlink()
    assert tvox_uat.main(["logs", "acme.yaml", f"--tvox-host=127.0.0.1:{free_port()}", *login]) == 1


def test_the_command_without_a_run(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where no run is meant, those that there are are listed."""
    (desk.folder / "acme.yaml").write_text("customer: ACME\nchange: CHG1\nsystem: {ssh: root@127.0.0.1}\n")
    monkeypatch.chdir(desk.folder)
    assert tvox_uat.main(["logs", "acme.yaml", "--run=none"]) == 2
    assert desk.session.header.id in capsys.readouterr().err
