"""pytest's skin over change: whole or not at all, in order, only in an upgrade; the real command on a real sshd."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from procedure.preflight import conditions
from tests.sshd import Sshd
from uat import journal
from uat.model import Outcome, Phase, Run

ROOT = Path(__file__).parents[2]
PLUGINS = ("-p", "uat.plugin", "-p", "procedure.plugin", "-p", "reports.plugin")
UUID = "00112233-4455-6677-8899-aabbccddeeff"
PLAN = [
    *(f"test_condition[preflight-{condition}]" for condition in conditions()),
    "test_check[pre-A-1]",
    "test_check[pre-A-2]",
    "test_gate[upgrade]",
    "test_identify[upgrade]",
    "test_lock[upgrade]",
    "test_shutdown[upgrade]",
    "test_snapshot[upgrade]",
    "test_start[upgrade]",
    "test_settle[upgrade]",
    *(
        f"test_{step}[{release}-upgrade]"
        for release in ("22.0.0", "22.0.17")
        for step in ("deliver", "patch", "reboot", "settle_after", "release")
    ),
    "test_unlock[upgrade]",
    "test_check[post-A-1]",
    "test_check[post-A-2]",
]


@dataclass(frozen=True, kw_only=True)
class Desk:
    """An engineer's folder with an upgrade of the machine behind a real sshd; nobody is at the terminal."""

    folder: Path
    server: Sshd

    def write(self, *, expected: str = "hello", hypervisor: str = "manual", patches: str | None = None) -> None:
        """Write the checklist."""
        two = "[{release: 22.0.0, on_target: /x, sha256: 'aa'}, {release: 22.0.17, on_target: /y, sha256: 'bb'}]"
        patches = (two if patches is None else patches).replace("'aa'", "a" * 64).replace("'bb'", "b" * 64)
        command = "command: {run: echo hello, reviewed_by: M. Rossi}"
        (self.folder / "acme.yaml").write_text(f"""
customer: ACME S.p.A.
change: CHG1
language: en
system:
  ssh: {self.server.user}@127.0.0.1:{self.server.port}
  hypervisor: {{{hypervisor}: {{vm: TVOX1, uuid: {UUID}}}}}
upgrade:
  patches: {patches}
checks:
  - {{id: A-1, title: One, {command}, expect: {{output: {expected}}}}}
  - {{id: A-2, title: Two, {command}, expect: {{exit_code: 0}}}}
""")

    def run(self, *arguments: str, phase: str = "upgrade", addopts: str = "") -> subprocess.CompletedProcess[str]:
        """Run pytest as the engineer would."""
        login = (f"--identity={self.server.key}", f"--known-hosts={self.server.known_hosts}")
        command = (sys.executable, "-m", "pytest", *PLUGINS, f"--phase={phase}", *login, *arguments)
        own = {"HOME": str(self.folder), "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": addopts, "NO_COLOR": "1"}
        return subprocess.run(
            command, cwd=self.folder, env=os.environ | own, capture_output=True, text=True, stdin=subprocess.DEVNULL
        )

    def runs(self) -> list[Run]:
        """Read the evidence."""
        return [journal.read(path) for path in sorted(self.folder.glob("evidence/*/*/*/journal.jsonl"))]


@pytest.fixture
def desk(sshd: Sshd, tmp_path: Path) -> Desk:
    """A folder with an upgrade in it."""
    made = Desk(folder=tmp_path / "desk", server=sshd)
    made.folder.mkdir()
    made.write()
    return made


def collected(output: str) -> list[str]:
    """List what --collect-only showed, without the file's name."""
    return [line.partition("::")[2] for line in output.splitlines() if "::" in line and " " not in line]


def test_collect_only_is_the_plan(desk: Desk) -> None:
    """--collect-only shows the whole night in its order and touches nothing."""
    shown = desk.run("acme.yaml", "--collect-only", "-q")
    assert collected(shown.stdout) == PLAN
    assert desk.runs() == []


OTHER = """
def test_mine(tvox):
    "A partner's own check."
"""


def test_a_partners_own_test_is_in_the_plan(desk: Desk) -> None:
    """A partner's test that asks for `tvox` runs in pre and in post, in the plan of the night."""
    (desk.folder / "test_mine.py").write_text(OTHER)
    shown = collected(desk.run("acme.yaml", "test_mine.py", "--collect-only", "-q").stdout)
    assert shown.index("test_mine[pre]") == PLAN.index("test_check[pre-A-2]") + 1
    assert shown[-1] == "test_mine[post]"


STEP_TEST = """
def test_mine(snapshot, reboot):
    "A partner's own test of the procedure."
"""


def test_a_partner_may_ask_for_steps_in_an_upgrade(desk: Desk) -> None:
    """A partner's test that asks for steps runs in the procedure, once per patch it asks for."""
    (desk.folder / "test_mine.py").write_text(STEP_TEST)
    shown = collected(desk.run("acme.yaml", "test_mine.py", "--collect-only", "-q").stdout)
    assert shown[-4:-2] == ["test_mine[22.0.0-upgrade]", "test_mine[22.0.17-upgrade]"]


@pytest.mark.parametrize("phase", ["pre", "post"])
def test_asking_for_a_step_elsewhere_is_a_collection_error(desk: Desk, phase: str) -> None:
    """Outside an upgrade a test that asks for a step is not run: exit code 2, with the reason."""
    (desk.folder / "test_mine.py").write_text(STEP_TEST)
    ended = desk.run("acme.yaml", "test_mine.py", phase=phase)
    assert ended.returncode == 2
    assert "only in --phase=upgrade" in ended.stdout
    assert desk.runs() == []


@pytest.mark.parametrize("phase", ["pre", "post"])
def test_no_step_outside_an_upgrade(desk: Desk, phase: str) -> None:
    """Before and after, only checks are collected."""
    shown = collected(desk.run("acme.yaml", "--collect-only", "-q", phase=phase).stdout)
    assert shown == [f"test_check[{phase}-A-1]", f"test_check[{phase}-A-2]"]


BENT = {
    "-k": ["-k", "not A-2"],
    "-m": ["-m", "slow"],
    "--deselect": ["--deselect", "acme.yaml::test_gate[upgrade]"],
    "-x / --maxfail": ["-x"],
    "--maxfail": ["--maxfail=3"],
    "--sw": ["--sw"],
    "--setup-only": ["--setup-only"],
    "--setup-plan": ["--setup-plan"],
    "--continue-on-collection-errors": ["--continue-on-collection-errors"],
}


@pytest.mark.parametrize("name", BENT)
def test_what_would_bend_an_upgrade(desk: Desk, name: str) -> None:
    """An option that leaves something out or ends the session early is a usage error that names it."""
    ended = desk.run("acme.yaml", *BENT[name])
    assert ended.returncode == 4, ended.stdout + ended.stderr
    assert name in ended.stderr
    assert desk.runs() == []


def test_ignoring_the_checklist_changes_nothing(desk: Desk) -> None:
    """The checklist that stands on the command line is collected, whatever is ignored."""
    assert collected(desk.run("acme.yaml", "--ignore=acme.yaml", "--collect-only", "-q").stdout) == PLAN


def test_a_node_id_would_bend_an_upgrade(desk: Desk) -> None:
    """A part of the night cannot be named."""
    ended = desk.run("acme.yaml::test_patch[22.0.0-upgrade]")
    assert ended.returncode == 4
    assert "the node id acme.yaml::test_patch" in ended.stderr


def test_pytest_addopts_cannot_bend_an_upgrade(desk: Desk) -> None:
    """What stands in the environment counts as well, and is named."""
    ended = desk.run("acme.yaml", addopts="-k A-1")
    assert ended.returncode == 4
    assert "PYTEST_ADDOPTS=-k A-1" in ended.stderr


def test_last_failed_cannot_bend_an_upgrade(desk: Desk) -> None:
    """--lf after a failed run would leave out what passed."""
    desk.write(expected="goodbye")
    assert desk.run("acme.yaml", phase="pre").returncode == 1
    ended = desk.run("acme.yaml", "--lf")
    assert ended.returncode == 4
    assert "--lf" in ended.stderr


PLUGIN = """
import pytest

@pytest.hookimpl({order}=True)
def pytest_collection_modifyitems(items):
    {act}
"""


def plugin(desk: Desk, act: str, order: str = "tryfirst") -> subprocess.CompletedProcess[str]:
    (desk.folder / "bender.py").write_text(PLUGIN.format(act=act, order=order))
    return desk.run("acme.yaml", "-p", "bender", "--collect-only", "-q")


def test_a_plugin_that_shuffles_is_put_right(desk: Desk) -> None:
    """A plugin that shuffles, as pytest-randomly does, changes nothing about the order."""
    assert collected(plugin(desk, "items.reverse()").stdout) == PLAN


@pytest.mark.parametrize("act", ["del items[7]", "items.append(items[3])", "items.clear()"])
def test_a_plugin_that_leaves_out_or_repeats(desk: Desk, act: str) -> None:
    """A plugin that takes something out or repeats it stops the upgrade before it begins."""
    assert plugin(desk, act, "trylast").returncode == 4


def test_a_wrapper_that_comes_last(desk: Desk) -> None:
    """A plugin that shuffles after everybody else is noticed."""
    (desk.folder / "bender.py").write_text("""
import pytest

@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items):
    yield
    items.reverse()
""")
    ended = desk.run("acme.yaml", "-p", "bender")
    assert ended.returncode == 4
    assert "in another order" in ended.stderr


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"hypervisor": "libvrit"}, "libvrit"),
        ({"patches": "[]"}, "upgrade.patches"),
    ],
    ids=["hypervisor", "no patches"],
)
def test_a_checklist_that_is_not_enough_for_an_upgrade(desk: Desk, change: dict[str, str], said: str) -> None:
    """What an upgrade needs and the checklist does not have is a usage error."""
    desk.write(**change)
    ended = desk.run("acme.yaml")
    assert ended.returncode == 4, ended.stdout + ended.stderr
    assert said in ended.stderr + ended.stdout


def test_a_closed_gate(desk: Desk) -> None:
    """A failed check in pre closes the gate: exit code 12, every step and every check of post is blocked."""
    desk.write(expected="goodbye")
    ended = desk.run("acme.yaml", "--confirm-host=x")
    assert ended.returncode == 12, ended.stdout + ended.stderr
    (run,) = desk.runs()
    assert [step.outcome for step in run.steps] == [Outcome.FAILED] + [Outcome.BLOCKED] * 17
    assert run.steps[0].stop == "gate_closed"
    assert {result.outcome for result in run.of(Phase.POST).values()} == {Outcome.BLOCKED}


def test_no_other_time_limit_holds(desk: Desk) -> None:
    """A time limit that pytest-timeout puts on every test does not end a step of an upgrade."""
    pytest.importorskip("pytest_timeout", reason="pytest-timeout is not installed")
    ended = desk.run("acme.yaml", "--timeout=0.001", "--confirm-host=x")
    assert ended.returncode == 12, ended.stdout + ended.stderr
    assert desk.runs()[0].steps[0].stop == "gate_closed"


def test_no_limit_for_the_whole_session(desk: Desk) -> None:
    """A time limit for the whole session could end an upgrade in its middle: refused."""
    pytest.importorskip("pytest_timeout", reason="pytest-timeout is not installed")
    ended = desk.run("acme.yaml", "--session-timeout=60")
    assert ended.returncode == 4
    assert "--session-timeout" in ended.stderr


def test_whoever_listens_cannot_end_a_step(desk: Desk) -> None:
    """A listener that fails, as a closed terminal does, is warned of; the procedure goes on as it must."""
    (desk.folder / "deaf.py").write_text("def pytest_tvox_step(step):\n    raise OSError('terminal gone')\n")
    ended = desk.run("acme.yaml", "-p", "deaf", "-W", "error", "--confirm-host=x")
    assert ended.returncode == 12, ended.stdout + ended.stderr
    assert desk.runs()[0].steps[0].stop == "gate_closed"
    assert "terminal gone" in ended.stdout


def test_the_wrong_machine(desk: Desk) -> None:
    """A machine that is not the one of the checklist is not touched: exit code 12, and the condition is named."""
    ended = desk.run("acme.yaml", "--confirm-host=another")
    assert ended.returncode == 12, ended.stdout + ended.stderr
    (run,) = desk.runs()
    assert (run.steps[0].stop, run.steps[1].outcome) == ("gate_closed", Outcome.BLOCKED)
    assert "identity" in run.steps[0].observation["conditions"]


def test_a_preflight_alone(desk: Desk) -> None:
    """Conditions that do not hold end a preflight with 12; each has its one result, and nobody rehearsed."""
    ended = desk.run("acme.yaml", phase="preflight")
    assert ended.returncode == 12, ended.stdout + ended.stderr
    (run,) = desk.runs()
    assert tuple(result.check_id for result in run.results) == conditions()
    found = {name: result.outcome for name, result in run.of(Phase.PREFLIGHT).items()}
    assert (found["identity"], found["console"], found["rehearsal"]) == ("failed", "unanswered", "blocked")
    assert not Path("/var/lib/tvox-uat").exists()


def test_an_unreachable_machine_ends_a_preflight(desk: Desk) -> None:
    """What cannot be reached is tried once: exit code 11, and every further condition is blocked."""
    ended = desk.run("acme.yaml", "--tvox-host=root@127.0.0.1:1", phase="preflight")
    assert ended.returncode == 11, ended.stdout + ended.stderr
    outcomes = [result.outcome for result in desk.runs()[0].results]
    assert outcomes == [Outcome.ERROR] + [Outcome.BLOCKED] * (len(conditions()) - 1)


WRONG_ANSWERS = """answered_by: M. Rossi
preflight:
  consol: yes
  licence: perhaps
  customisations: agreed
  identity: yes
"""


def test_wrong_answers_are_named_before_anything_is_looked_at(desk: Desk) -> None:
    """Each mistake under `preflight:` is a usage error with file, line and column."""
    (desk.folder / "answers.yaml").write_text(WRONG_ANSWERS)
    ended = desk.run("acme.yaml", "--answers=answers.yaml", phase="preflight")
    assert ended.returncode == 4
    places = re.findall(r"answers\.yaml:(\d+:\d+)", ended.stderr)
    assert places == ["3:3", "4:12", "5:19", "6:3"]
    assert "did you mean 'console'" in ended.stderr
    assert desk.runs() == []


def test_there_is_no_way_around() -> None:
    """There is no --force and no --yes."""
    shown = subprocess.run(
        [sys.executable, "-m", "pytest", *PLUGINS, "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    options = set(re.findall(r"^ +(--[a-z-]+)", shown, re.MULTILINE))
    assert "--confirm-host" in options
    assert not options & {"--force", "--yes"}
