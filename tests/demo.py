"""The demonstration: a whole upgrade of the lab TVOX, as an engineer would run it at night."""

from __future__ import annotations

import hashlib
import os
import shlex
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.lab import Lab, missing

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "demo"
RELEASES = ("22.0.0", "22.0.17")

CHECKLIST = """\
# Written by `make demo`: the lab's checklist, told where this lab is.
extends: lab
customer: ACME S.p.A.
change: CHG0042
language: {language}
variables:
  ssh_port: "{lab.ssh_port}"
  https_port: "{lab.https_port}"
  http_port: "{lab.http_port}"
  sip_port: "{lab.sip_port}"
system:
  tls: sha256:{lab.ca_or_cert_sha256}
  hypervisor:
    libvirt: {{uri: "{lab.uri}", vm: {lab.domain}, uuid: {lab.uuid}}}
upgrade:
  window: {{from: {window[0]}, to: {window[1]}}}
  patches:
{patches}
limits: {{silence: 20s, stable: 5s}}
"""

ANSWERS = """\
answered_by: M. Rossi
answers:
  MAN-01: {answer: passed, note: risponde al secondo squillo}
  MAN-02: passed
preflight:
  role: singolo
  customisations: nessuna
  licence: sì
  mcs: nessuno
  console: sì
  keep: {answer: 72h, answered_by: G. Verdi}
  backup: nessuno
  approval: {answer: sì, note: CAB del 12/11, answered_by: C. Bianchi}
"""


def main() -> int:
    """Bring the lab up, upgrade it, and say where the reports are."""
    lacking = missing()
    if lacking:
        print(f"The lab TVOX cannot run here: {'; '.join(lacking)}. Run: sh tests/lab/install.sh")
        return 1
    lab = Lab.named("demo")
    print("The lab TVOX (built at the first time, which takes some minutes) ...", flush=True)
    lab.reset(lambda line: print(f"  {line}", flush=True))
    checklist = write_desk(lab, FOLDER)
    command = upgrade_command(lab, checklist)
    print(f"\n$ cd {FOLDER}\n$ {shlex.join(command)}\n", flush=True)
    ended = subprocess.run(command, cwd=FOLDER, env=environment(), check=False)
    for page in sorted(newest_run(FOLDER).glob("*.html")):
        print(page)
    return ended.returncode


def write_desk(lab: Lab, folder: Path, *, language: str = "it") -> Path:
    """Write what the engineer prepares: the customer's checklist and the answers of the manual checks.

    :return: the checklist's path.
    """
    checklists = folder / "checklists"
    checklists.mkdir(parents=True, exist_ok=True)
    patches = "\n".join(patch_line(lab.patches / f"tvox-{release}.run", release) for release in RELEASES)
    path = checklists / "acme.yaml"
    path.write_text(CHECKLIST.format(lab=lab, language=language, patches=patches, window=window()), "utf-8")
    (folder / "answers.yaml").write_text(ANSWERS, "utf-8")
    return path


def window() -> tuple[str, str]:
    """Agree on a window that is open now, by the checklist's clock."""
    now = datetime.now(ZoneInfo("Europe/Rome"))
    begins, ends = now - timedelta(minutes=5), now + timedelta(hours=6)
    return f"{begins:%Y-%m-%d %H:%M}", f"{ends:%Y-%m-%d %H:%M}"


def patch_line(path: Path, release: str) -> str:
    """Write one patch with its hash."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return f'    - {{release: {release}, file: "{path}", sha256: {digest}}}'


def upgrade_command(lab: Lab, checklist: Path) -> list[str]:
    """Put together what the engineer types."""
    return [
        sys.executable,
        "-m",
        "pytest",
        "--phase=upgrade",
        f"--tvox-host=root@127.0.0.1:{lab.ssh_port}",
        f"--identity={lab.key}",
        f"--known-hosts={lab.known_hosts}",
        "--answers=answers.yaml",
        "--confirm-host=pbx-lab",
        str(checklist.relative_to(FOLDER)),
    ]


def environment() -> dict[str, str]:
    """Give the environment of the session: the WebAPI's password is a secret, so it stands here."""
    return {**os.environ, "LAB_WEBAPI_PASSWORD": "lab-supervisore"}


def newest_run(folder: Path) -> Path:
    """Find the evidence folder of the newest run."""
    return max((path.parent for path in folder.glob("evidence/*/*/*/journal.jsonl")), key=lambda path: path.name)


if __name__ == "__main__":
    sys.exit(main())
