"""The checks that the documentation shows are executed: each looks, in pre and in post, and what it expects holds.

They are those of README.md and of the English pages on the checklist; ``test_docs.py`` holds that the Italian pages
show the same. What "executed" honestly means here, by kind:

- ``directory``, ``log``, ``port`` and ``tcp`` look over a real sshd at real files and ports, which take the place of
  the page's; ``http``, ``tls``, ``webapi``, ``smtp``, ``ldap``, ``ntp`` and ``sql`` ask real servers, run here;
- ``command`` and ``mongo`` run over the same sshd, where programs of recorded answers stand for asterisk and mongosh;
- ``service`` and ``package`` get what systemctl and dpkg-query print, because the machine of the tests has neither
  systemd nor those packages;
- ``manual`` is answered from the page's own file of answers, or from one that says that it passed;
- a check that the page says is left out is left out, as it says;
- what a page changes of the lab's list is looked at as it is resolved, and the upgrade as the command plans it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from tests.databases import PASSWORD as DATABASE_PASSWORD
from tests.databases import has_mariadb, postgresql
from tests.pages import BOTH_LANGUAGES, ROOT, Block, blocks
from tests.slapd import PASSWORD as DIRECTORY_PASSWORD
from tests.slapd import PROGRAM as SLAPD
from tests.sshd import is_available
from tests.surroundings import (
    CHRONYD,
    RELEASE,
    Place,
    clock,
    database_words,
    directory,
    machine_sshd,
    mail,
    recorded,
    sshd_words,
    web_places,
)
from uat import registry
from uat.answers import Channel, Question
from uat.answers.file import ask
from uat.attest import answered
from uat.checklist import load
from uat.host import Connection, connect
from uat.model import Check, Checklist, Limits, Outcome, Phase, Result, Severity
from uat.observe import left_out, observe_one, waiver_of
from uat.probe import Probe

PAGES = blocks("yaml", ROOT / "README.md", *BOTH_LANGUAGES)
KINDS = frozenset(registry.names("uat.checks"))
SHOWN = [(block, check["id"], kind) for block in PAGES for check in block.checks for kind in KINDS & check.keys()]
"""Every check that a page writes whole, with its kind; not those of which it changes a field."""
PLACES = {
    **dict.fromkeys(("service", "package"), "recorded_place"),
    **dict.fromkeys(("http", "tls", "webapi"), "pages_place"),
    **dict.fromkeys(("directory", "log", "port", "tcp", "command", "mongo"), "machine_place"),
    "sql": "database_place",
    "smtp": "mail_place",
    "ldap": "directory_place",
    "ntp": "clock_place",
}
"""Where each kind looks: the name of a fixture that gives a place for each phase."""
LEFT_OUT = {
    "TEL-01": Outcome.NOT_APPLICABLE,
    "FAX-01": Outcome.NOT_APPLICABLE,
    "CALL-01": Outcome.SKIPPED,
    "TEL-02.voda": Outcome.SKIPPED,
}
"""What the pages say is not looked at."""

Places = dict[Phase, Place]


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Connection, dict[str, str]]]:
    """Log in to a real sshd; with the words by which its folders and ports are told."""
    if not is_available():
        pytest.skip("no /usr/sbin/sshd or ssh-keygen here (Debian: openssh-server, openssh-client)")
    folder = tmp_path_factory.mktemp("machine")
    with (
        machine_sshd(folder) as server,
        connect(server.address, limits=Limits(), known_hosts=server.known_hosts) as connection,
    ):
        yield connection, sshd_words(folder, server)


@pytest.fixture
def machine_place(machine: tuple[Connection, dict[str, str]]) -> Places:
    """The machine behind the sshd."""
    connection, words = machine
    return dict.fromkeys(RELEASE, Place(connection=connection, words=words))


@pytest.fixture(scope="module")
def database_place(machine: tuple[Connection, dict[str, str]]) -> Iterator[Places]:
    """Databases on that machine."""
    if not has_mariadb() or postgresql() is None:
        pytest.skip("no MariaDB or no PostgreSQL here (Debian: mariadb-server, postgresql)")
    with pytest.MonkeyPatch.context() as environment, database_words() as words:
        environment.setenv("TVOX_DB_PASSWORD", DATABASE_PASSWORD)
        yield dict.fromkeys(RELEASE, Place(connection=machine[0], words=words))


@pytest.fixture
def recorded_place() -> Places:
    """A machine of which there are recorded answers."""
    return {phase: recorded(phase) for phase in RELEASE}


@pytest.fixture
def pages_place(tmp_path: Path) -> Iterator[Places]:
    """A web server before and after."""
    with web_places(tmp_path) as places:
        yield places


@pytest.fixture
def mail_place(tmp_path: Path) -> Iterator[Places]:
    """A mail server."""
    with mail(tmp_path) as place:
        yield dict.fromkeys(RELEASE, place)


@pytest.fixture
def directory_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Places]:
    """A directory of people."""
    if not SLAPD.exists():
        pytest.skip("no slapd here (Debian: slapd)")
    monkeypatch.setenv("ACME_LDAP_PASSWORD", DIRECTORY_PASSWORD)
    with directory(tmp_path / "slapd") as place:
        yield dict.fromkeys(RELEASE, place)


@pytest.fixture
def clock_place(tmp_path: Path) -> Iterator[Places]:
    """A time server."""
    if not CHRONYD.exists() or os.getuid() != 0:
        pytest.skip("no chronyd here, or not root, who alone may run one (Debian: chrony)")
    with clock(tmp_path) as place:
        yield dict.fromkeys(RELEASE, place)


def written(block: Block, folder: Path, place: Place | None = None) -> Checklist:
    """Load a block, with the words of a place."""
    path, place = folder / "acme.yaml", place or Place()
    path.write_text(Block(place=block.place, text=place.write(block.text)).whole(place.system), "utf-8")
    return load(path)


def looked_at(checklist: Checklist, id: str) -> list[Check]:
    """List the checks that come of the one that a page writes; what the page says is left out must be."""
    made = [check for check in checklist.checks if check.id == id or check.id.startswith(f"{id}.")]
    assert made
    reasons = {check.id: left_out(check, checklist) for check in made}
    assert {one: reason[0] for one, reason in reasons.items() if reason} == {
        one: LEFT_OUT[one] for one in reasons if one in LEFT_OUT
    }
    return [check for check in made if not reasons[check.id]]


@pytest.mark.parametrize(
    ("block", "id", "kind"),
    [shown for shown in SHOWN if shown[2] != "manual"],
    ids=lambda value: value.place if isinstance(value, Block) else value,
)
def test_a_check_holds(block: Block, id: str, kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """A check that a page shows looks, and what it expects holds: before the upgrade and, compared, after it."""
    before: dict[str, Result] = {}
    places: Places = request.getfixturevalue(PLACES[kind])
    for phase, place in places.items():
        checklist = written(block, tmp_path, place)
        found = []
        for check in looked_at(checklist, id):
            probe = Probe(connection=place.connection, system=checklist.system, limits=checklist.limits)
            hurried = check.model_copy(update={"retry_for": 0.0})
            found.append(observe_one(hurried, phase, checklist=checklist, before=before, probe=probe, ended=Event()))
        assert found
        assert [(one.outcome, one.error, one.mismatches) for one in found] == [(Outcome.PASSED, None, ())] * len(
            found
        )
        before = {one.check_id: one for one in found}


@pytest.mark.parametrize(
    ("block", "id"),
    [(block, id) for block, id, kind in SHOWN if kind == "manual"],
    ids=lambda value: value.place if isinstance(value, Block) else value,
)
@pytest.mark.parametrize("phase", RELEASE)
def test_a_person_answers(block: Block, id: str, phase: Phase, tmp_path: Path) -> None:
    """A manual check that a page shows can be answered by file, as the page shows it, and then it passed."""
    (page,) = (one for one in PAGES if one.is_answers)
    said = page.text if id in page.plain["answers"] else f"answered_by: M. Rossi\nanswers: {{{id}: passed}}\n"
    (tmp_path / "answers.yaml").write_text(said, "utf-8")
    channel = Channel(phrases={}, read=input, write=print, file=tmp_path / "answers.yaml")
    checklist = written(block, tmp_path)
    for check in looked_at(checklist, id):
        question = Question(check=check, phase=phase, number=1, count=1, customer="", host="", language="it")
        answer = ask((question,), channel)[id]
        assert answered(check, phase, answer, checklist=checklist, seconds=0).outcome is Outcome.PASSED
        assert answer.answered_by == "M. Rossi"


def block_with(words: str) -> Block:
    """Find the only block with these words."""
    (found,) = (block for block in PAGES if words in block.text)
    return found


def test_a_change_of_one_field(tmp_path: Path) -> None:
    """What a page changes of a base's check and limits is changed, and nothing else of that check."""
    base = {check.id: check for check in written(Block(place="", text="extends: lab\n"), tmp_path).checks}
    changed = written(block_with("severity: major\nlimits"), tmp_path)
    (check,) = (check for check in changed.checks if check.id == "TEL-01")
    kept = {"severity", "source"}
    assert check.severity is Severity.MAJOR is not base["TEL-01"].severity
    assert check.model_dump(exclude=kept) == base["TEL-01"].model_dump(exclude=kept)
    assert (changed.limits.web, changed.limits.settle, changed.limits.boot) == (30.0, 1200.0, Limits().boot)


def test_what_is_left_out_and_accepted(tmp_path: Path) -> None:
    """The check that a page skips is skipped with its reason, and the failure that it accepts has its waiver."""
    checklist = written(block_with("waivers:"), tmp_path)
    checks = {check.id: check for check in checklist.checks}
    assert left_out(checks["WEB-05"], checklist) == (Outcome.SKIPPED, "il reindirizzamento lo fa il firewall")
    waiver = waiver_of(checks["SYS-01"], checklist)
    assert waiver is not None
    assert (waiver.approved_by, waiver.ticket) == ("M. Rossi", "INC77")


def test_the_upgrade_is_planned(tmp_path: Path) -> None:
    """The upgrade that the page shows is accepted by the real command, and both its patches are in the plan."""
    block, check = (
        block_with("watch:"),
        "checks: [{id: ACME-01, manual: {do: Chiamare il 600, see: Ci si risente}}]\n",
    )
    (tmp_path / "acme.yaml").write_text(block.text + check, "utf-8")
    plugins = ("-p", "uat.plugin", "-p", "procedure.plugin", "-p", "reports.plugin")
    command = (sys.executable, "-m", "pytest", *plugins, "--phase=upgrade", "--collect-only", "-q", "acme.yaml")
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""}
    ended = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert [release for release in ("22.0.0", "22.0.17") if f"test_patch[{release}-upgrade]" in ended.stdout] == [
        "22.0.0",
        "22.0.17",
    ]


def test_nothing_is_forgotten() -> None:
    """Every kind that the pages show has a place where its examples are run; what is left out is shown."""
    assert {kind for _, _, kind in SHOWN} - PLACES.keys() == {"manual"}
    assert {id.partition(".")[0] for id in LEFT_OUT} <= {id for _, id, _ in SHOWN}
