"""The wheel, installed in a clean venv, serves a customer's own folder."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.sshd import Sshd
from uat.language.extends import OWN

ROOT = Path(__file__).parents[1]

CHECKLIST = """\
extends: house
customer: ACME S.p.A.
checks:
  - id: ACME-01
    title: {it: Il sistema risponde, en: The system answers}
    file: {path: /etc/hosts}
    expect: {exists: true}
"""

HOUSE = """\
checks:
  - id: HOUSE-01
    title: {it: Il kernel è Linux, en: The kernel is Linux}
    command: {run: uname, reviewed_by: M. Rossi}
    expect: {output: Linux}
"""


def run(*command: str | Path, folder: Path) -> str:
    """Run a command as a person would, outside the checkout, and give what it printed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST"))}
    ended = subprocess.run(
        [str(word) for word in command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a clean venv with nothing but the wheel in it."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--outdir", folder, ROOT, folder=folder)  # the wheel from the sdist
    venv.create(folder / "venv", with_pip=True)
    interpreter = folder / "venv" / "bin" / "python"
    (wheel,) = folder.glob("*.whl")
    run(interpreter, "-m", "pip", "install", "--quiet", wheel, folder=folder)
    return interpreter


def test_a_customers_own_folder(python: Path, sshd: Sshd, tmp_path: Path) -> None:
    """`pytest --tvox-host=... --phase=pre` alone works in a customer's folder, and makes its pages."""
    desk = tmp_path / "acme"
    (desk / "checklists").mkdir(parents=True)
    (desk / "checklists" / "acme.yaml").write_text(CHECKLIST, "utf-8")
    (desk / "checklists" / "house.yaml").write_text(HOUSE, "utf-8")
    login = (f"--identity={sshd.key}", f"--known-hosts={sshd.known_hosts}")
    host = f"--tvox-host={sshd.user}@127.0.0.1:{sshd.port}"
    printed = run(python, "-m", "pytest", host, "--phase=pre", *login, folder=desk)
    assert "2 passed" in printed
    (folder,) = (path.parent for path in desk.glob("evidence/*/*/*/journal.jsonl"))
    made = {path.name for path in folder.iterdir()}
    assert made >= {"journal.jsonl", "pre.html", "session.html", "junit.xml"}
    again = tmp_path / "again"
    run(python, "-m", "reports", folder, "--language", "en", "--to", again, folder=desk)
    assert (again / "pre.html").exists()


def test_the_command_line_is_there(python: Path, tmp_path: Path) -> None:
    """`tvox-uat` is installed and explains itself."""
    assert "trust" in run(python.with_name("tvox-uat"), "--help", folder=tmp_path)


def test_the_projects_checklists_come_along(python: Path, tmp_path: Path) -> None:
    """`extends: lab` finds the project's own checklist in the installed package."""
    (tmp_path / "acme.yaml").write_text("extends: lab\ncustomer: ACME\n", "utf-8")
    code = "from pathlib import Path; from uat.checklist import load; print(len(load(Path('acme.yaml')).checks))"
    assert int(run(python, "-c", code, folder=tmp_path)) > 10


def test_no_checklist_stays_behind(python: Path, tmp_path: Path) -> None:
    """The installed package has every checklist of the project, down to the standard list's areas."""
    code = "from uat.language.extends import OWN; print(*(p.relative_to(OWN).as_posix() for p in OWN.rglob('*.*')))"
    written = {path.relative_to(OWN).as_posix() for path in OWN.rglob("*") if path.suffix in {".yaml", ".json"}}
    assert "standard/platform.yaml" in written
    assert written <= set(run(python, "-c", code, folder=tmp_path).split())
