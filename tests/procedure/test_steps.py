"""The steps of an upgrade, each with what makes it stop."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from procedure import proof, steps
from procedure.account import Account
from procedure.attempt import Attempt, State
from procedure.proof import CompletionProof
from tests.procedure.machine import FAST, ONE, TWO, Scripted, output
from tests.procedure.test_identity import guest
from tests.procedure.test_snapshot import climb
from uat.errors import ProcedureError, UnreachableError
from uat.model import Check, Identity, Outcome, Patch, Phase, Result, Severity, Source

SOURCE = Source(file="acme.yaml")
CONTENT = b"echo patch\n"


def account() -> Account:
    return Account(lambda news: None)


def check(id: str, severity: Severity = Severity.BLOCKER) -> Check:
    return Check(id=id, title={}, kind="service", inputs={}, severity=severity, source=SOURCE)


def result(id: str, outcome: Outcome) -> Result:
    return Result(check_id=id, phase=Phase.PRE, outcome=outcome, started_at=datetime.now(UTC))


HOLDS = result("identity", Outcome.PASSED)


def gate(outcome: Outcome | None, severity: Severity) -> None:
    results = {"A": result("A", outcome)} if outcome else {}
    steps.gate([check("A", severity)], results, account=account(), conditions={"identity": HOLDS})


@pytest.mark.parametrize("severity", [Severity.BLOCKER, Severity.MAJOR])
@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.ERROR, Outcome.UNANSWERED, Outcome.NOT_RUN, None])
def test_what_closes_the_gate(outcome: Outcome | None, severity: Severity) -> None:
    """A blocker or major that failed, could not be looked at, was not answered or has no result closes it."""
    with pytest.raises(ProcedureError) as stop:
        gate(outcome, severity)
    facts = {"failing": ["A"], "conditions": []}
    assert (stop.value.stop, stop.value.exit_code, stop.value.facts) == ("gate_closed", 12, facts)


@pytest.mark.parametrize("outcome", [Outcome.PASSED, Outcome.WAIVED, Outcome.NOT_APPLICABLE, Outcome.SKIPPED])
def test_what_leaves_the_gate_open(outcome: Outcome) -> None:
    """What passed, is waived, does not apply or is left out with a reason leaves it open."""
    gate(outcome, Severity.BLOCKER)


def test_a_minor_failure_leaves_the_gate_open() -> None:
    """A minor failure is noted and does not close the gate."""
    gate(Outcome.FAILED, Severity.MINOR)


def test_a_gate_before_which_nothing_was_looked_at() -> None:
    """An upgrade without a single check is not let through."""
    with pytest.raises(ProcedureError):
        steps.gate([], {}, account=account(), conditions={"identity": HOLDS})


SHUT = [outcome for outcome in Outcome if outcome not in ("passed", "waived", "not_applicable")]


@pytest.mark.parametrize("outcome", [*SHUT, None])
def test_a_condition_that_closes_the_gate(outcome: Outcome | None) -> None:
    """A condition of the preflight that does not hold, or was not looked at, closes the gate and is named."""
    seen = {"clock": result("clock", outcome) if outcome else None, "identity": HOLDS}
    with pytest.raises(ProcedureError) as stop:
        steps.gate([check("A")], {"A": HOLDS}, account=account(), conditions=seen)
    facts = {"failing": [], "conditions": ["clock"]}
    assert (stop.value.stop, stop.value.exit_code, stop.value.facts) == ("gate_closed", 12, facts)


@pytest.mark.parametrize("outcome", [Outcome.PASSED, Outcome.WAIVED, Outcome.NOT_APPLICABLE])
def test_a_condition_that_leaves_the_gate_open(outcome: Outcome) -> None:
    """A condition that holds, is waived or means nothing here leaves the gate open."""
    steps.gate([check("A")], {"A": HOLDS}, account=account(), conditions={"clock": result("clock", outcome)})


def a_patch(**other: str) -> Patch:
    facts = {"release": "22.0.17", "sha256": hashlib.sha256(CONTENT).hexdigest(), "file": "p.run"} | other
    return Patch(source=SOURCE, **facts)  # type: ignore[arg-type]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "p.run").write_bytes(CONTENT)
    return tmp_path


def test_patches_are_looked_at_before_anything_is_touched(folder: Path) -> None:
    """A patch that is not here, or not the agreed one, closes the gate with exit code 12."""
    steps.see_patches([a_patch()], folder, account=account())
    for patch, stop in ((a_patch(file="none.run"), "patch_missing"), (a_patch(sha256="0" * 64), "patch_hash")):
        with pytest.raises(ProcedureError) as raised:
            steps.see_patches([patch], folder, account=account())
        assert (raised.value.stop, raised.value.exit_code) == (stop, 12)


def hash_line(content: bytes = CONTENT) -> str:
    return f"{hashlib.sha256(content).hexdigest()}  -\n"


def deliver(folder: Path, patch: Patch, *answers: object) -> tuple[str, Scripted]:
    link = Scripted(answers)  # type: ignore[arg-type]
    path = steps.deliver(link, patch, folder=folder, limits=FAST, account=account())
    return path, link


NOTHING_THERE = (output("-1 0 1000"), output(hash_line(b"")))


def test_a_patch_is_brought_to_where_its_hash_says(folder: Path) -> None:
    """The patch is brought into our own folder, named by its hash, and verified on the machine."""
    path, link = deliver(folder, a_patch(), *NOTHING_THERE, output(), output())
    assert path == f"/var/lib/tvox-uat/patches/{a_patch().sha256}/p.run"
    assert len(link.commands) == 4


def test_a_staged_patch_is_not_brought_again(folder: Path) -> None:
    """A patch that lies where its hash says, and has that hash, is only verified."""
    path, link = deliver(folder, a_patch(), output(f"{len(CONTENT)} 0 0"), output(hash_line()))
    assert path == f"/var/lib/tvox-uat/patches/{a_patch().sha256}/p.run"
    assert len(link.commands) == 2


def test_a_patch_that_lies_there_is_only_checked(folder: Path) -> None:
    """A patch on the machine is not copied; its path is quoted for the shell."""
    patch = a_patch(on_target="/root/my patch.run").model_copy(update={"file": None})
    path, link = deliver(folder, patch, output(hash_line()))
    assert (path, link.commands) == ("/root/my patch.run", ["sha256sum < '/root/my patch.run'"])


@pytest.mark.parametrize(
    ("answer", "stop"),
    [(output(hash_line(b"other")), "patch_hash"), (output(exit_code=1, errors="No such file"), "patch_missing")],
    ids=["altered", "not there"],
)
def test_a_patch_that_should_lie_there(folder: Path, answer: object, stop: str) -> None:
    """A patch that is not on the machine, or is another one, is a stop; nothing was run."""
    with pytest.raises(ProcedureError) as raised:
        deliver(folder, a_patch(on_target="/root/p").model_copy(update={"file": None}), answer)
    assert raised.value.stop == stop


@pytest.mark.parametrize(
    ("answers", "stop"),
    [
        ([*NOTHING_THERE, output(), output(exit_code=8)], "patch_missing"),
        ([output(exit_code=3, errors="Read-only file system")], "patch_missing"),
        ([output("-1 0 0"), output(hash_line(b""))], "patch_missing"),
        ([*NOTHING_THERE, output("dd: No space left on device", exit_code=1)], "patch_missing"),
        ([*NOTHING_THERE, UnreachableError("gone")], "link_lost"),
    ],
    ids=["altered", "no right", "no room", "disk full", "link lost"],
)
def test_a_patch_that_does_not_arrive(folder: Path, answers: list[object], stop: str) -> None:
    """A patch that cannot be brought there whole is a stop; nothing was run."""
    with pytest.raises(ProcedureError) as raised:
        deliver(folder, a_patch(), *answers)
    assert raised.value.stop == stop


def proven(boot_id: str = ONE) -> CompletionProof:
    ended = Attempt(directory="/x", state=State.ENDED, exit_code=0, boot_id=boot_id)
    return proof.prove(ended, b"Update completed!\nPlease REBOOT the machine!\n", release="22.0.17")


def reboot(key: object, *answers: object) -> tuple[str, Scripted]:
    link = Scripted(answers)  # type: ignore[arg-type]
    after = steps.reboot(
        key,  # type: ignore[arg-type]
        link,
        release="22.0.17",
        limits=FAST,
        account=account(),
        climb=climb,
    )
    return after, link


@pytest.mark.parametrize("answer", [output(), UnreachableError("hung up")], ids=["answered", "hung up"])
def test_reboot(answer: object) -> None:
    """With its proof the machine is rebooted once, and another life is seen."""
    after, link = reboot(proven(), output(ONE), answer, UnreachableError("down"), output(TWO))
    assert after == TWO
    assert sum("reboot" in command for command in link.commands) == 1


def test_no_reboot_without_proof() -> None:
    """Without a genuine proof not even a question is sent to the machine."""
    link = Scripted([output(ONE)])
    for key in (None, True, object(), "22.0.17"):
        with pytest.raises(TypeError):
            steps.reboot(key, link, release="22.0.17", limits=FAST, account=account(), climb=climb)  # type: ignore[arg-type]
    assert link.commands == []


def test_no_reboot_of_another_life() -> None:
    """A machine that has restarted since its patch is not rebooted on the strength of that proof."""
    with pytest.raises(ProcedureError) as stop:
        reboot(proven(), output(TWO))
    assert stop.value.stop == "patch_lost"


def settle(*identities: Identity | Exception) -> Scripted:
    answers, link = iter(identities), Scripted([])
    last = identities[-1]

    def identify() -> Identity:
        answer = next(answers, last)
        if isinstance(answer, Exception):
            raise answer
        return answer

    steps.settle(link, guest(boot_id=ONE), boot_id=TWO, identify=identify, limits=FAST, account=account())
    return link


def test_a_lost_login_is_no_end() -> None:
    """A lost login begins the count anew, over a new connection."""
    now = guest(boot_id=TWO)
    assert settle(now, UnreachableError("gone"), now).dropped == 1


@pytest.mark.parametrize("looks", [1, 2])
@pytest.mark.parametrize(
    ("other", "stop"),
    [(guest(boot_id=ONE), "not_settled"), (guest(boot_id=TWO, machine_id="f" * 32), "wrong_machine")],
    ids=["it started again", "another machine"],
)
def test_not_settled(other: Identity, stop: str, looks: int) -> None:
    """A machine that starts once more while it must be stable, or is another one, is a stop."""
    with pytest.raises(ProcedureError) as raised:
        settle(*[guest(boot_id=TWO)] * looks, other)
    assert raised.value.stop == stop


def test_blockers_are_looked_at_until_they_hold() -> None:
    """Services that take their time after the start are waited for."""
    looks = iter([Outcome.FAILED, Outcome.ERROR, Outcome.PASSED])
    told = account()
    steps.blockers_hold(lambda: [result("A", next(looks))], limits=FAST, account=told)
    assert told.facts["blockers"] == ["A"]


def test_the_restart_broke_it() -> None:
    """A blocker that does not come back after the mere restart is the restart's doing, not the patch's."""
    with pytest.raises(ProcedureError) as stop:
        steps.blockers_hold(lambda: [result("A", Outcome.FAILED)], limits=FAST, account=account())
    assert (stop.value.stop, stop.value.facts) == ("restart_broke_it", {"failing": ["A"]})


def test_release_is_asked_until_it_is_right() -> None:
    """The product is asked until it says the patch's release."""
    answers = iter(["", "21.0.26", "22.0.17"])
    steps.release(lambda: next(answers), expected="22.0.17", limits=FAST, account=account())


@pytest.mark.parametrize("found", ["", "22.0.1", "21.0.26"])
def test_wrong_release(found: str) -> None:
    """Another release than the patch's, or none, is a stop with both."""
    with pytest.raises(ProcedureError) as stop:
        steps.release(lambda: found, expected="22.0.17", limits=FAST, account=account())
    assert (stop.value.stop, stop.value.facts) == ("wrong_release", {"expected": "22.0.17", "found": found})


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("22.0.7", "22.0.07", True), ("22.0.17", " 22.0.17\n", True), ("22.0.1", "22.0.10", False), ("", "0", False)],
)
def test_releases_are_compared_part_by_part(one: str, other: str, expected: bool) -> None:
    """Releases are numbers between dots, not decimal fractions and not text."""
    assert steps.is_same_release(one, other) is expected
