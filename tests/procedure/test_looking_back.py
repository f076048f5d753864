"""A rollback and a close as the engineer starts them: whole, of one upgrade, refused before anything is touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from procedure.plan import OTHERS
from tests.procedure.afterwards import later, step, upgraded
from tests.procedure.machine import ONE
from tests.procedure.test_plugin import Desk, collected
from tests.sshd import Sshd
from uat.model import Outcome, Phase, Run

ORDERS = ("--case=TK-4711", "--approved-by=M. Rossi", "--confirm-host=pbx", "--logs-impossible=it is dead")


@pytest.fixture
def desk(sshd: Sshd, tmp_path: Path) -> Desk:
    """A folder with an upgrade that is over, and its evidence."""
    made = Desk(folder=tmp_path / "desk", server=sshd)
    made.folder.mkdir()
    made.write()
    text = (made.folder / "acme.yaml").read_text()
    (made.folder / "acme.yaml").write_text(text.replace("00112233-4455-6677-8899-aabbccddeeff", ONE))
    upgraded(evidence(made))
    return made


def evidence(desk: Desk) -> Path:
    return desk.folder / "evidence" / "ACME S.p.A" / "CHG1"


def last(desk: Desk) -> Run:
    return max(desk.runs(), key=lambda run: run.header.started_at.isoformat() if run.header.of_run else "")


@pytest.mark.parametrize("phase", [Phase.ROLLBACK, Phase.CLOSE])
def test_collect_only_is_the_plan(desk: Desk, phase: Phase) -> None:
    """--collect-only shows every step in its order, and the checks of a rollback after them."""
    shown = collected(desk.run("acme.yaml", "--collect-only", "-q", phase=phase).stdout)
    checks = ["test_check[post-A-1]", "test_check[post-A-2]"] if phase is Phase.ROLLBACK else []
    assert shown == [*(f"test_{name}[{phase}]" for name in OTHERS[phase]), *checks]


@pytest.mark.parametrize("phase", [Phase.ROLLBACK, Phase.CLOSE])
def test_no_upgrade_that_is_meant(desk: Desk, phase: Phase) -> None:
    """Without an upgrade, or with several, nothing begins: a usage error that lists them."""
    upgraded(evidence(desk), id="bbbb0001")
    several = desk.run("acme.yaml", *ORDERS, phase=phase)
    assert several.returncode == 4
    assert "--run=bbbb0001" in several.stderr
    none = desk.run("acme.yaml", "--run=cccc0001", phase=phase)
    assert none.returncode == 4
    assert "--run=cccc0001: no such upgrade" in none.stderr


@pytest.mark.parametrize(
    ("left_out", "stop"), [(0, "no_case"), (1, "no_approver"), (2, "not_confirmed"), (3, "no_logs")]
)
def test_what_a_rollback_wants(desk: Desk, left_out: int, stop: str) -> None:
    """Case, approver, host's name, logs: without one of them exit code 12, every step after it blocked."""
    port = desk.server.port
    text = (desk.folder / "acme.yaml").read_text()
    (desk.folder / "acme.yaml").write_text(text.replace(f"127.0.0.1:{port}", "127.0.0.1:1"))
    orders = [order for number, order in enumerate(ORDERS) if number != left_out]
    ended = desk.run("acme.yaml", *orders, phase="rollback")
    assert ended.returncode == 12, ended.stdout + ended.stderr
    run = last(desk)
    assert run.steps[0].stop == stop
    assert {one.outcome for one in run.steps[1:]} == {Outcome.BLOCKED}
    assert {one.outcome for one in run.of(Phase.POST).values()} == {Outcome.BLOCKED}


def test_logs_are_not_impossible_while_the_machine_answers(desk: Desk) -> None:
    """The machine behind the sshd answers, so that its logs can be had."""
    ended = desk.run("acme.yaml", *ORDERS, phase="rollback")
    assert ended.returncode == 12, ended.stdout + ended.stderr
    assert last(desk).steps[0].stop == "no_logs"
    assert last(desk).steps[0].observation["machine_answers"] is True


def test_an_unfinished_rollback_is_explained(desk: Desk) -> None:
    """After one that began to go back and did not say how it ended, the terminal says what to do."""
    later(evidence(desk), Phase.ROLLBACK, step(4, "revert", Outcome.RUNNING), exit_code=-1)
    ended = desk.run("acme.yaml", *ORDERS, phase="rollback")
    assert ended.returncode == 12, ended.stdout + ended.stderr
    assert "it is not known what came of it" in " ".join(ended.stdout.split())
    assert "--reverted-by=NAME" in ended.stdout


def test_a_rollback_belongs_to_its_upgrade(desk: Desk) -> None:
    """The run of the upgrade stands in the rollback's header, as what it belongs to and what it compares with."""
    desk.run("acme.yaml", phase="rollback")
    assert (last(desk).header.of_run, last(desk).header.baseline) == ("7f3a0001", "7f3a0001")
