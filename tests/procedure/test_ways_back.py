"""After an upgrade, on the lab VM, by the commands that the engineer types: the logs, the rollback, the close."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab import Lab, missing
from tests.procedure.upgrading import ROOT, Finished, session, upgrade
from uat.compare import Verdict, compare
from uat.model import Outcome, Phase

pytestmark = [
    pytest.mark.lab,
    pytest.mark.lab_full,
    pytest.mark.skipif(bool(missing()), reason="; ".join(missing())),
]
ORDERS = ("--case=TK-4711", "--approved-by=M. Rossi", "--confirm-host=pbx-lab")
EARLY = ("--go=M. Rossi", "--early", "--reason=the datastore is needed", "--approved-by=M. Rossi")


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """A lab of this file's own, or the one that TVOX_UAT_LAB names; off at last."""
    pytest.importorskip("libvirt", reason="libvirt-python is not installed (pip install 'tvox-uat[libvirt]')")
    made = Lab.named(os.environ.get("TVOX_UAT_LAB", "wayback"))
    yield made
    made.down()


def again(lab: Lab, folder: Path, phase: Phase, *arguments: str) -> Finished:
    """Run another session with the checklist of the upgrade."""
    return session(lab, folder / "lab.yaml", f"--phase={phase}", *arguments)


def collected(lab: Lab, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run ``tvox-uat logs``."""
    host = f"--tvox-host=root@127.0.0.1:{lab.ssh_port}"
    trust = (f"--known-hosts={folder / 'known_hosts'}", f"--identity={lab.key}")
    command = [sys.executable, "-m", "tvox_uat", "logs", host, *trust, "lab.yaml"]
    return subprocess.run(
        command, cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )


def bundles(ended: Finished) -> list[Path]:
    """List the bundles of logs of a run."""
    return sorted(ended.folder.glob("logs-*.zip"))


def page(ended: Finished, name: str) -> str:
    """Read a page."""
    return (ended.folder / f"{name}.html").read_text("utf-8")


def test_going_back_after_a_stop(lab: Lab, tmp_path: Path) -> None:
    """A patch without its marker: logs, then the old system back, every check as before; a second time is refused."""
    lab.reset()
    lab.variant("22.0.0", "no-marker")
    stopped = upgrade(lab, tmp_path, patches=("22.0.0",), retry_for="2m", settle="5m")
    assert stopped.exit_code == 10, stopped.output
    assert len(bundles(stopped)) == 1, stopped.output
    lab.run("touch /root/after-the-snapshot")

    assert again(lab, tmp_path, Phase.ROLLBACK, *ORDERS[1:]).run.steps[0].stop == "no_case"
    wrong = again(lab, tmp_path, Phase.ROLLBACK, *ORDERS[:2], "--confirm-host=another")
    assert (wrong.exit_code, wrong.step("authorise").stop) == (12, "not_confirmed")
    assert lab.run("ls /root/after-the-snapshot")[0] == 0, "a refused rollback touched the machine"

    said = collected(lab, tmp_path)
    assert said.returncode == 0, said.stdout + said.stderr
    newest = bundles(stopped)[-1]
    digest = hashlib.sha256(newest.read_bytes()).hexdigest()
    assert digest in said.stdout
    names = zipfile.ZipFile(newest).namelist()
    assert any(name.startswith("machine/var/lib/tvox-uat/") and name.endswith("/log") for name in names)
    assert {"here/journal.jsonl", "here/patch-22.0.0.log", "machine/system.log"} <= set(names)

    back = again(lab, tmp_path, Phase.ROLLBACK, *ORDERS)
    assert back.exit_code == 0, back.output
    assert {step.outcome for step in back.run.steps} == {Outcome.PASSED}
    assert back.step("authorise").observation["logs_sha256"] == digest
    assert back.run.header.of_run == stopped.run.header.id
    assert lab.run("ls /root/after-the-snapshot")[0] != 0
    before, after = stopped.run.of(Phase.PRE), back.run.of(Phase.POST)
    rows = compare(back.run.header.checklist.checks, before, after)
    assert {row.verdict for row in rows} == {Verdict.SAME}
    assert "The customer has the old system back" in page(back, "rollback")
    assert "TK-4711" in page(back, "rollback")

    twice = again(lab, tmp_path, Phase.ROLLBACK, *ORDERS)
    assert (twice.exit_code, twice.step("authorise").stop) == (12, "rollback_done")


def test_closing_a_clean_upgrade(lab: Lab, tmp_path: Path) -> None:
    """Not before its date; early by name: that snapshot goes and nothing is left; then it is gone already."""
    lab.reset()
    clean = upgrade(lab, tmp_path, patches=("22.0.0",), retry_for="2m", settle="5m")
    assert clean.exit_code == 0, clean.output
    assert lab.run("ls /var/lib/tvox-uat")[0] == 0

    soon = again(lab, tmp_path, Phase.CLOSE, "--go=M. Rossi")
    assert (soon.exit_code, soon.step("decide").stop) == (12, "too_early")

    closed = again(lab, tmp_path, Phase.CLOSE, *EARLY)
    assert closed.exit_code == 0, closed.output
    assert {step.outcome for step in closed.run.steps} == {Outcome.PASSED}
    assert closed.step("delete").observation["left"] == []
    removed = "\n".join(closed.step("tidy").observation["removed"])
    assert f"{clean.run.header.id}-22.0.0" in removed
    assert "patches/" in removed
    assert lab.run("ls -d /var/lib/tvox-uat/*-* /var/lib/tvox-uat/patches")[1].count("No such file") == 2
    assert "Snapshot deleted: the upgrade is closed" in page(closed, "close")

    gone = again(lab, tmp_path, Phase.CLOSE, *EARLY, f"--run={clean.run.header.id}")
    assert gone.exit_code == 0, gone.output
    assert gone.step("recognise").observation["already_gone"] is True
    nothing = again(lab, tmp_path, Phase.CLOSE, *EARLY)
    assert nothing.exit_code == 4, nothing.output
    no_way = again(lab, tmp_path, Phase.ROLLBACK, *ORDERS, f"--run={clean.run.header.id}")
    assert no_way.step("authorise").stop == "no_logs"
