"""Rows 4.8, 4.10 and F21: files are for their owner only, no link is followed; a broken report loses nothing."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from procedure import screen
from procedure.wrapper import preparing
from reports import html
from reports.__main__ import main as reports_main
from tests.procedure.bench import Bench
from tests.reports import runs
from tests.security.desk import ROOT, Desk
from tests.sshd import Sshd
from uat.errors import ProcedureError
from uat.host import connect
from uat.journal import Journal, JournalError, write_file
from uat.model import Limits, Resumption
from uat.program import digest, program
from uat.ssh.known_hosts import store


@pytest.fixture
def prey(tmp_path: Path) -> Path:
    """The file that a planted link leads to."""
    path = tmp_path / "prey"
    path.write_text("precious\n")
    return path


def test_evidence_is_for_its_owner(desk: Desk) -> None:
    """4.8: nothing in the evidence folder is readable for others, whatever umask the engineer has."""
    desk.trust()
    desk.write()
    before = os.umask(0o000)
    try:
        ended = desk.run("--junitxml=evidence/own.xml", "--log-file=evidence/own.log")
    finally:
        os.umask(before)
    assert ended.returncode == 0, ended.stdout
    folder = desk.evidence()[-1]
    made = [folder, *folder.parents[:3], *folder.rglob("*"), desk.folder / "evidence" / "own.xml"]
    assert {path.name for path in folder.iterdir()} >= {"journal.jsonl", "pre.html", "session.html", "junit.xml"}
    assert {str(path): oct(path.stat().st_mode) for path in made if path.stat().st_mode & 0o077} == {}


@pytest.mark.parametrize("name", ["journal.jsonl", "journal.reserve"])
def test_journal_follows_no_link(tmp_path: Path, prey: Path, name: str) -> None:
    """4.8: a link planted where the journal or its reserve is written is refused."""
    run = runs.clean_run()
    folder = tmp_path / "run"
    journal = Journal.create(folder, run.header)
    journal.write("ending", run.ending or pytest.fail("an ending is needed"))
    (folder / name).unlink()
    (folder / name).symlink_to(prey)
    with pytest.raises(JournalError):
        if name == "journal.jsonl":
            journal.write("ending", run.ending)
        else:
            Journal.create(folder / "again", run.header)  # a fresh folder is not hindered
            Journal.resume(folder, _resumption())
    assert prey.read_text() == "precious\n"


def _resumption() -> Resumption:
    return Resumption(at=datetime.now(UTC), operator="anna", tool="t")


@pytest.mark.parametrize("name", ["pre.html", "post.html", "upgrade.html", "junit.xml"])
def test_pages_follow_no_link(tmp_path: Path, prey: Path, name: str) -> None:
    """4.8: a link planted where a page is written is refused, and what it leads to is as it was."""
    (tmp_path / name).symlink_to(prey)
    with pytest.raises(OSError, match=r"symbolic link|Too many"):
        html.write(runs.clean_run(), tmp_path)
    assert prey.read_text() == "precious\n"


def test_known_hosts_follows_no_link(tmp_path: Path, prey: Path) -> None:
    """4.8: a link planted where a trusted key is stored is refused."""
    (tmp_path / "known_hosts").symlink_to(prey)
    with pytest.raises(OSError):
        store(tmp_path / "known_hosts", "pbx ssh-ed25519 AAAA")
    assert prey.read_text() == "precious\n"


def test_patch_log_follows_no_link(sshd: Sshd, tmp_path: Path, prey: Path) -> None:
    """4.8: a link planted where the patch's log is kept is refused."""
    bench = Bench(sshd, tmp_path)
    bench.log.symlink_to(prey)
    try:
        with pytest.raises((OSError, ProcedureError)):
            screen.follow(bench.lifeline, bench.directory, log=bench.log, limits=bench.limits, account=bench.account)
    finally:
        bench.close()
    assert prey.read_text() == "precious\n"


def test_session_page_follows_no_link(desk: Desk, prey: Path) -> None:
    """4.8: a link planted where pytest-html writes is taken away and said; what it leads to is as it was."""
    desk.trust()
    desk.write()
    (desk.folder / "test_plant.py").write_text(
        "import glob, os\n"
        "def test_plant(tvox):\n"
        "    folder = os.path.dirname(glob.glob('evidence/*/*/*/journal.jsonl')[0])\n"
        f"    os.symlink({str(prey)!r}, folder + '/session.html')\n"
    )
    ended = desk.run("test_plant.py")
    assert prey.read_text() == "precious\n"
    assert "was a symbolic link" in " ".join(ended.stdout.split())


def test_target_directory(sshd: Sshd, tmp_path: Path) -> None:
    """4.8: what we put on the machine lies in directories that only their owner can enter."""
    bench = Bench(sshd, tmp_path)
    try:
        bench.start("true")
        bench.follow()
        made = Path(bench.directory)
        folders = [path for path in (made.parent, made, *made.rglob("*")) if path.is_dir()]
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folders}
    finally:
        bench.close()
    assert set(modes.values()) == {0o700}, modes


@pytest.mark.parametrize("link", ["root", "root/attempt"])
def test_a_link_for_our_directory(sshd: Sshd, tmp_path: Path, link: str) -> None:
    """4.8: a planted link in the place of our directory is refused: nothing is started, nothing written there."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / link).parent.mkdir(exist_ok=True)
    (tmp_path / link).symlink_to(tmp_path / "elsewhere")
    with connect(sshd.address, limits=Limits(), known_hosts=sshd.known_hosts) as machine:
        answer = machine.run(preparing(str(tmp_path / "root" / "attempt"), command="true"), changes=True)
    assert (answer.exit_code, "symbolic link" in answer.errors) == (3, True)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_looking_leaves_nothing(desk: Desk) -> None:
    """4.11: a session that only looks makes no file in the machine's home."""
    desk.trust()
    before = {path.name for path in desk.server.folder.iterdir()}
    assert desk.run().returncode == 0
    assert {path.name for path in desk.server.folder.iterdir()} == before


def test_a_patch_leaves_one_directory(sshd: Sshd, tmp_path: Path) -> None:
    """4.11: everything that a patch's wrapper puts on the machine lies below one directory."""
    bench = Bench(sshd, tmp_path)
    before = {path for path in tmp_path.rglob("*") if "screen" not in path.name}
    try:
        bench.start("true")
        bench.follow()
    finally:
        bench.close()
    made = set(tmp_path.rglob("*")) - before - {bench.log}
    root = Path(bench.directory).parent
    assert {path for path in made if path != root and not path.is_relative_to(root)} == set()


def test_own_digest(tmp_path: Path) -> None:
    """4.10: the program names itself with a hash of its sources; one changed byte is another program."""
    assert program().endswith(f"sha256:{digest(ROOT)}")
    for room in ("uat", "procedure", "reports", "tvox_uat"):
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    assert digest(tmp_path) == digest(ROOT)
    with (tmp_path / "procedure" / "proof.py").open("ab") as file:
        file.write(b"\n")
    assert digest(tmp_path) != digest(ROOT)


def test_the_wrapper_is_static() -> None:
    """4.4d: the script that runs on the machine is the same for every patch; what differs are its parameters."""
    one, two = (preparing(f"/d/{n}", command=f"sh {n}") for n in (1, 2))
    assert one.replace("/d/1", "/d/2").replace("sh 1", "sh 2") == two
    assert hashlib.sha256(one.encode()).hexdigest() != hashlib.sha256(two.encode()).hexdigest()


BROKEN = """\
import sys
import pytest
from reports import html

def broken(*_, **__):
    raise RuntimeError("a template \\x1b[2J is broken")

html.render = broken
sys.exit(pytest.main(sys.argv[1:]))
"""


def test_a_broken_page(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """F21: when a page cannot be made it is said, the exit code stands, and the journal makes the page later."""
    desk.trust()
    desk.write()
    (desk.folder / "broken.py").write_text(BROKEN)
    words = ["-p", "uat.plugin", "-p", "procedure.plugin", "-p", "reports.plugin", "--phase=pre"]
    command = [sys.executable, "broken.py", *words, f"--identity={desk.server.key}", "acme.yaml"]
    ended = desk.start(command)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    said = " ".join(ended.stdout.split())
    assert "The pages could not be made (RuntimeError: a template <ESC>[2J is broken)" in said
    assert "python -m reports" in said
    assert "Traceback" not in ended.stdout + ended.stderr
    (run,) = desk.runs()
    assert run.ending is not None
    assert reports_main([str(desk.evidence()[0])]) == 0
    assert "pre.html" in capsys.readouterr().out
    assert (desk.evidence()[0] / "pre.html").stat().st_mode & 0o077 == 0


def test_pages_that_cannot_be_written(tmp_path: Path, prey: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """F21: making the pages again into a place that takes none ends with 2 and a sentence."""
    run = runs.clean_run()
    journal = Journal.create(tmp_path / "run", run.header)
    journal.close()
    assert reports_main([str(tmp_path / "run"), "--to", str(prey)]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_write_file_replaces(tmp_path: Path) -> None:
    """4.8: a page that is made again replaces the old one whole."""
    write_file(tmp_path / "page", b"a long one")
    write_file(tmp_path / "page", b"short")
    assert (tmp_path / "page").read_bytes() == b"short"
