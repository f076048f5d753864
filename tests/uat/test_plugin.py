"""pytest's skin over looking: the real command, on a real sshd, with nothing of pytest's inside touched."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.sshd import Sshd
from uat import journal
from uat.model import Outcome, Phase, Run

ROOT = Path(__file__).parents[2]
PLUGINS = ("-p", "uat.plugin", "-p", "procedure.plugin", "-p", "reports.plugin")


@dataclass(frozen=True, kw_only=True)
class Desk:
    """An engineer's folder with a checklist for the machine behind a real sshd."""

    folder: Path
    server: Sshd

    def write(self, checks: str, *, name: str = "acme.yaml", more: str = "") -> None:
        """Write the checklist."""
        system = f"system: {{ssh: '{self.server.user}@127.0.0.1:{self.server.port}'}}\n"
        text = f"customer: ACME S.p.A.\nchange: CHG1\nlanguage: en\n{system}{more}checks:\n{checks}"
        place = self.folder / "checklists" / name
        place.parent.mkdir(exist_ok=True)
        place.write_text(text)

    def run(
        self, *arguments: str, phase: str = "pre", start: tuple[str, ...] = ("-m", "pytest"), **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run pytest as the engineer would; ``start`` is how Python is told to."""
        login = (f"--identity={self.server.key}", f"--known-hosts={self.server.known_hosts}")
        return subprocess.run(
            (sys.executable, *start, *PLUGINS, f"--phase={phase}", *login, *arguments),
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": "", "NO_COLOR": "1", **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def runs(self) -> list[Run]:
        """Read the evidence, oldest first."""
        return [journal.read(path) for path in sorted(self.folder.glob("evidence/*/*/*/journal.jsonl"))]

    def outcomes(self) -> dict[str, Outcome]:
        """Give the outcomes of the newest run by check id."""
        return {result.check_id: result.outcome for result in self.runs()[-1].results}


@pytest.fixture
def desk(sshd: Sshd, tmp_path: Path) -> Desk:
    """An engineer's empty folder."""
    folder = tmp_path / "desk"
    folder.mkdir()
    return Desk(folder=folder, server=sshd)


def command(id: str, run: str, expect: str, more: str = "") -> str:
    """Write a check of the kind command."""
    reviewed = "reviewed_by: M. Rossi"
    return f"  - {{id: {id}, title: {id}, command: {{run: '{run}', {reviewed}}}, expect: {expect}{more}}}\n"


GOOD = command("A-1", "echo hello", "{output: hello}")
BAD = command("A-2", "echo hello", "{output: goodbye}")
MANUAL = "  - {id: A-3, title: A call, manual: {do: [Call 600], see: An echo}}\n"


def test_a_whole_pre(desk: Desk) -> None:
    """Without a checklist argument the only customer file runs; the journal holds what was seen."""
    desk.write(GOOD)
    ended = desk.run()
    assert ended.returncode == 0, ended.stdout + ended.stderr
    (run,) = desk.runs()
    assert run.of(Phase.PRE)["A-1"].observed["output"] == "hello"  # type: ignore[index]
    assert run.identities[Phase.PRE].host_key == desk.server.fingerprint
    assert run.ending is not None


def test_a_pre_without_unix(desk: Desk) -> None:
    """It needs no module that only Unix has, and no ssh program: as near to Windows as one gets here."""
    desk.write(GOOD)
    start = ("-c", "import sys, tests.without_unix, pytest; sys.exit(pytest.main(sys.argv[1:]))")
    ended = desk.run(start=start, PATH=str(desk.folder), USERNAME="anna")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert desk.outcomes() == {"A-1": Outcome.PASSED}


def test_a_failed_check_ends_with_one(desk: Desk) -> None:
    """One of two checks made to fail is exactly one failure."""
    desk.write(GOOD + BAD)
    assert desk.run().returncode == 1
    assert desk.outcomes() == {"A-1": Outcome.PASSED, "A-2": Outcome.FAILED}


def test_unanswered_is_never_passed(desk: Desk) -> None:
    """Without a terminal and without a file a manual check is unanswered, and the exit code says so."""
    desk.write(GOOD + MANUAL)
    assert desk.run().returncode == 13
    assert desk.outcomes()["A-3"] is Outcome.UNANSWERED


@pytest.mark.parametrize(
    ("answer", "outcome", "code"),
    [
        ("passed", Outcome.PASSED, 0),
        ("{answer: failed, note: no echo}", Outcome.FAILED, 1),
        ("{answer: not_applicable, note: no line}", Outcome.NOT_APPLICABLE, 0),
    ],
)
def test_answers_from_a_file(desk: Desk, answer: str, outcome: Outcome, code: int) -> None:
    """`--answers` gives the outcome of a manual check, by name."""
    desk.write(GOOD + MANUAL)
    (desk.folder / "answers.yaml").write_text(f"answered_by: M. Rossi\nanswers:\n  A-3: {answer}\n")
    ended = desk.run("--answers=answers.yaml")
    assert ended.returncode == code, ended.stdout
    assert desk.outcomes()["A-3"] is outcome
    assert desk.runs()[-1].of(Phase.PRE)["A-3"].evidence[0].label == "M. Rossi"


def test_a_wrong_file_of_answers_is_a_usage_error(desk: Desk) -> None:
    """An answer to a check that is not there is named before anything is looked at."""
    desk.write(GOOD + MANUAL)
    (desk.folder / "answers.yaml").write_text("answered_by: M. Rossi\nanswers:\n  A-33: passed\n")
    ended = desk.run("--answers=answers.yaml")
    assert (ended.returncode, desk.runs()) == (4, [])
    assert "answers.yaml:3:3: unknown manual check 'A-33'; did you mean 'A-3'?" in ended.stderr


def test_a_valid_waiver_is_an_expected_failure(desk: Desk) -> None:
    """A waived failure lets the session pass and is shown as waived."""
    waiver = "waivers:\n  - {id: A-2, reason: known, approved_by: M. Rossi, until: 2099-12-31}\n"
    desk.write(GOOD + BAD, more=waiver)
    ended = desk.run()
    assert ended.returncode == 0
    assert desk.outcomes()["A-2"] is Outcome.WAIVED
    assert "1 xfailed" in ended.stdout


def test_an_expired_waiver_does_not_count(desk: Desk) -> None:
    """After its last day the failure is a failure again, with the waiver beside it."""
    waiver = "waivers:\n  - {id: A-2, reason: known, approved_by: M. Rossi, until: 2020-12-31}\n"
    desk.write(GOOD + BAD, more=waiver)
    ended = desk.run()
    assert ended.returncode == 1
    assert "WAIVER EXPIRED" in ended.stdout
    result = desk.runs()[-1].of(Phase.PRE)["A-2"]
    assert (result.outcome, result.waiver is not None) == (Outcome.FAILED, True)


def test_a_skipped_check_has_its_row_and_reason(desk: Desk) -> None:
    """What the customer's file leaves out is skipped with the reason, not missing."""
    desk.write(GOOD + BAD, more="skip:\n  - {id: A-2, reason: no such line}\n")
    assert desk.run().returncode == 0
    result = desk.runs()[-1].of(Phase.PRE)["A-2"]
    assert (result.outcome, result.reason) == (Outcome.SKIPPED, "no such line")


def test_a_check_without_its_variable_does_not_apply(desk: Desk) -> None:
    """A check whose variable has no value has its row and reason; --var on the command line gives the value."""
    check = command("A-1", "echo {word}", "{output: hello}").replace("'echo {word}'", '"echo {word}"')
    desk.write(GOOD.replace("A-1", "A-0") + check, more="variables: {word: {description: what is said}}\n")
    assert desk.run().returncode == 0
    assert desk.outcomes() == {"A-0": Outcome.PASSED, "A-1": Outcome.NOT_APPLICABLE}
    assert "word has no value" in next(desk.folder.glob("evidence/*/*/*/pre.html")).read_text()
    assert desk.run("--var=word=hello").returncode == 0
    assert desk.outcomes()["A-1"] is Outcome.PASSED


def test_each_row_has_its_result(desk: Desk) -> None:
    """One check with rows has a result a row."""
    desk.write(command("A-1", "echo {row}", "{output: one}", ", each: [one, two]"))
    assert desk.run().returncode == 1
    assert desk.outcomes() == {"A-1.one": Outcome.PASSED, "A-1.two": Outcome.FAILED}


@pytest.mark.parametrize("option", ["--area=Web", "--tag=quick"])
def test_a_part_of_the_list_is_partial(desk: Desk, option: str) -> None:
    """An area or a tag leaves the other checks out of a run, which then is no baseline."""
    desk.write(GOOD + command("A-2", "echo hello", "{output: hello}", ", area: Web, tags: [quick, web]"))
    ended = desk.run(option)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert desk.outcomes() == {"A-2": Outcome.PASSED}
    assert desk.runs()[-1].header.partial


def test_an_area_by_its_title(desk: Desk) -> None:
    """--area takes an area's title too."""
    areas = "areas: {telephony: {it: Telefonia, en: Telephony}}\n"
    desk.write(GOOD + command("A-2", "echo hello", "{output: hello}", ", area: telephony"), more=areas)
    assert desk.run("--area=Telefonia").returncode == 0
    assert desk.outcomes() == {"A-2": Outcome.PASSED}


@pytest.mark.parametrize(
    ("options", "phase", "said"),
    [
        (("--tag=quick",), "upgrade", "--phase=upgrade looks at the whole checklist"),
        (("--area=web",), "rollback", "--phase=rollback looks at the whole checklist"),
        (("--area=Wbe",), "pre", "unknown area 'Wbe'; did you mean 'Web'?"),
        (("--var=word",), "pre", "write --var name=value"),
        (("--var=word=x",), "pre", "unknown variable 'word'"),
    ],
)
def test_what_cannot_be_asked_for(desk: Desk, options: tuple[str, ...], phase: str, said: str) -> None:
    """An upgrade takes no part of the list; a word that is nowhere is told with the nearest one."""
    desk.write(command("A-2", "echo hello", "{output: hello}", ", area: Web, tags: [quick]"))
    ended = desk.run(*options, phase=phase)
    assert ended.returncode == 4
    assert said in ended.stderr


def test_unable_is_an_error(desk: Desk) -> None:
    """A check that could not look is an error with its reason, and does not hold up the others."""
    slow = command("A-4", "sleep 60", "{exit_code: 0}").replace("reviewed_by", "deadline: 1s, reviewed_by")
    desk.write(GOOD + slow)
    assert desk.run().returncode == 1
    assert desk.outcomes() == {"A-1": Outcome.PASSED, "A-4": Outcome.ERROR}


def test_a_check_is_looked_at_again_until_it_holds(desk: Desk) -> None:
    """`retry_for` looks again, and the attempts are counted."""
    file = desk.folder / "seen"
    grows = command("A-5", f"echo x >> {file}; wc -l < {file}", "{number: {at_least: 3}}", ", retry_for: 60s")
    desk.write(grows, more="limits: {retry_pause: 100ms}\n")
    assert desk.run().returncode == 0
    assert desk.runs()[-1].of(Phase.PRE)["A-5"].attempts == 3


def test_a_lock_keeps_checks_apart(desk: Desk) -> None:
    """Two checks with the same named lock never run side by side."""
    look = f"mkdir {desk.folder}/alone && sleep 1 && rmdir {desk.folder}/alone"
    checks = "".join(command(f"A-{n}", look, "{exit_code: 0}", ", locks: [line]") for n in range(3))
    desk.write(checks)
    assert desk.run().returncode == 0


def test_post_compares_with_pre(desk: Desk) -> None:
    """On another day, post finds the newest complete pre of the same machine."""
    file = desk.folder / "value"
    file.write_text("1\n")
    desk.write(command("A-6", f"cat {file}", "{number: {unchanged: true}}"))
    assert desk.run().returncode == 0
    assert desk.run(phase="post").returncode == 0
    file.write_text("2\n")
    assert desk.run(phase="post").returncode == 1
    pre, same, other = desk.runs()
    assert same.header.baseline == other.header.baseline == pre.header.id
    assert [change.operator for change in other.of(Phase.POST)["A-6"].mismatches] == ["unchanged"]


def test_a_filtered_pre_is_partial(desk: Desk) -> None:
    """What was left out by a filter makes a run that is never a baseline."""
    desk.write(GOOD + BAD)
    assert desk.run("-k", "A-1").returncode == 0
    assert desk.runs()[-1].header.partial
    desk.run(phase="post")
    assert desk.runs()[-1].header.baseline is None


def test_no_check_selected_is_never_zero(desk: Desk) -> None:
    """A phase that selects nothing proves nothing."""
    desk.write(GOOD)
    assert desk.run("-k", "nothing").returncode == 5


def test_a_partners_own_test_is_a_check(desk: Desk) -> None:
    """A Python test that asks for `tvox` has its row, title and evidence."""
    desk.write(GOOD)
    (desk.folder / "test_own.py").write_text(
        "def test_kernel(tvox):\n"
        '    """The kernel is Linux."""\n'
        "    assert tvox.run('uname').text.strip() == 'Linux'\n\n"
        "def test_wrong(tvox):\n"
        "    assert tvox.run('uname').text.strip() == 'Windows'\n"
    )
    assert desk.run("checklists/acme.yaml", "test_own.py").returncode == 1
    run = desk.runs()[-1]
    title = {check.id: check.words("en") for check in run.header.checklist.checks}
    own = run.of(Phase.PRE)["test_own.py::test_kernel"]
    assert title["test_own.py::test_kernel"] == "The kernel is Linux."
    assert (own.outcome, own.evidence[0].label) == (Outcome.PASSED, "uname")
    assert run.of(Phase.PRE)["test_own.py::test_wrong"].outcome is Outcome.FAILED


def test_unreachable_is_eleven(desk: Desk) -> None:
    """A machine that does not answer blocks every check and ends with 11."""
    desk.write(GOOD)
    ended = desk.run("--tvox-host=root@127.0.0.1:1")
    assert ended.returncode == 11
    assert desk.outcomes() == {"A-1": Outcome.BLOCKED}


def test_an_unknown_host_key_is_refused(desk: Desk) -> None:
    """The fingerprint is shown with the way forward; nothing is looked at."""
    desk.write(GOOD)
    ended = desk.run(f"--known-hosts={desk.folder}/empty")
    assert ended.returncode == 11
    message = desk.runs()[-1].ending.message  # type: ignore[union-attr]
    assert desk.server.fingerprint in message
    assert "tvox-uat trust" in message


def test_a_wrong_checklist_is_a_usage_error(desk: Desk) -> None:
    """A typo is named with file, line, column and the right word; nothing is looked at."""
    desk.write(GOOD.replace("command:", "comand:"))
    ended = desk.run()
    assert ended.returncode == 4
    assert "acme.yaml:6:" in ended.stderr
    assert "command" in ended.stderr
    assert desk.runs() == []


def test_two_customers_are_not_guessed_between(desk: Desk) -> None:
    """With two customer files and no argument, both are listed and nothing runs."""
    desk.write(GOOD)
    desk.write(GOOD, name="other.yaml")
    ended = desk.run()
    assert ended.returncode == 4
    assert "acme.yaml" in ended.stderr
    assert "other.yaml" in ended.stderr


def test_parallel_processes_are_refused(desk: Desk) -> None:
    """One machine is looked at by one process (pytest-xdist's options, where it is installed)."""
    desk.write(GOOD)
    pytest.importorskip("xdist", reason="pytest-xdist is not installed here")
    assert desk.run("-n", "2").returncode == 4


def test_an_upgrade_without_its_procedure_is_refused(desk: Desk) -> None:
    """Pre and post with nothing between them would read like an upgrade."""
    desk.write(GOOD)
    ended = desk.run("-p", "no:procedure.plugin", phase="upgrade")
    assert (ended.returncode, desk.runs()) == (4, [])
    assert "procedure.plugin is not loaded" in ended.stderr


def test_interrupted_checks_are_not_run(desk: Desk) -> None:
    """What the session did not come to is written down as not run."""
    desk.write(GOOD)
    (desk.folder / "test_own.py").write_text(
        "import pytest\n\n\ndef test_a(tvox):\n    pytest.exit('enough')\n\n\ndef test_b(tvox):\n    pass\n"
    )
    desk.run("checklists/acme.yaml", "test_own.py")
    assert desk.outcomes()["test_own.py::test_b"] is Outcome.NOT_RUN


def test_the_journal_is_plain_json(desk: Desk) -> None:
    """Anybody can read it without this project."""
    desk.write(GOOD)
    desk.run()
    (path,) = desk.folder.glob("evidence/*/*/*/journal.jsonl")
    kinds = [json.loads(line)["type"] for line in path.read_text().splitlines()]
    assert kinds == ["header", "identity", "result", "ending"]
