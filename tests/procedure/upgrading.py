"""Runs the real command on the lab VM, as a child process, and reads what it wrote."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.lab import Lab
from tests.procedure.beforehand import ANSWERS, window
from uat import journal
from uat.model import Outcome, Phase, Result, Run, Step

ROOT = Path(__file__).parents[2]
LIMITS = {
    "poll": "1s",
    "stable": "2s",
    "silence": "20s",
    "quiet": "5s",
    "prompt": "15s",
    "settle": "60s",
    "boot": "4m",
}
LIMITS |= {"datastore_free_percent": "1", "datastore_growth": "0"}  # whoever tests has little room on their disk

CHECKS = """
checks:
  - id: TEL-01
    title: {it: Il motore telefonico è attivo, en: The telephony engine is running}
    severity: blocker
    retry_for: "%(retry_for)s"
    service: {name: lab-telephony}
    expect: {running: true, enabled: true}
  - id: WEB-01
    title: {it: La pagina OCC risponde, en: The OCC page answers}
    severity: blocker
    retry_for: 1m
    http: {url: "https://{web}/occ"}
    expect: {status: 200}
  - id: REL-01
    title: {it: Il prodotto dichiara il suo rilascio, en: The product says its release}
    retry_for: 1m
    webapi: {method: getVersion}
    expect:
      pre: {server: {matches: '^21\\.'}}
      post: {server: "%(post)s"}
  - id: REL-02
    title: {it: Il file del rilascio, en: The file of the release}
    command: {run: cat /etc/lab-tvox/release, reviewed_by: lab}
    expect: {exit_code: 0, output: {changed: true}, lines: {changed: true}}
"""


@dataclass(frozen=True, kw_only=True)
class Finished:
    """A session that is over: its exit code, what its terminal showed, and its evidence folder."""

    exit_code: int
    output: str
    folder: Path

    @property
    def run(self) -> Run:
        """The journal, read back."""
        return journal.read(self.folder)

    @property
    def report(self) -> str:
        """The text of every page that was made."""
        return "\n".join(path.read_text("utf-8") for path in sorted(self.folder.glob("*.html")))

    def step(self, name: str, release: str | None = None) -> Step:
        """Give a step's record."""
        return next(step for step in self.run.steps if (step.name, step.release) == (name, release))

    def result(self, phase: Phase, id: str) -> Result:
        """Give a check's result in a phase."""
        return self.run.of(phase)[id]

    def outcomes(self, phase: Phase) -> set[Outcome]:
        """Give the outcomes that a phase's results have."""
        return {result.outcome for result in self.run.of(phase).values()}


def wait(process: subprocess.Popen[str]) -> None:
    """Let it run."""


def upgrade(
    lab: Lab,
    folder: Path,
    *,
    patches: tuple[str, ...],
    retry_for: str,
    port: int = 0,
    during: Callable[[subprocess.Popen[str]], None] = wait,
    **limits: str,
) -> Finished:
    """Run a whole upgrade of the lab.

    :param patches: the releases to be applied, in order.
    :param retry_for: how long the telephony engine may take to run.
    :param port: where the machine's SSH is, when that is not the lab's own port.
    :param during: what happens to the session meanwhile.
    :param limits: limits of the checklist other than the usual ones of these tests.
    """
    path = folder / "lab.yaml"
    checks = CHECKS.replace("%(post)s", patches[-1]).replace("%(retry_for)s", retry_for)
    path.write_text(about(lab, patches, limits) + checks, "utf-8")
    answers = write_answers(folder)
    return session(lab, path, "--phase=upgrade", "--confirm-host=pbx-lab", answers, port=port, during=during)


def write_answers(folder: Path) -> str:
    """Write what persons answer before the night, and give the option that names it."""
    path = folder / "answers.yaml"
    path.write_text(ANSWERS, "utf-8")
    return f"--answers={path}"


def session(
    lab: Lab, checklist: Path, *arguments: str, port: int = 0, during: Callable[[subprocess.Popen[str]], None] = wait
) -> Finished:
    """Run the command that the engineer runs, and wait for its end.

    :param during: what happens to it meanwhile.
    """
    evidence, port = checklist.parent / "evidence", port or lab.ssh_port
    known_hosts = checklist.with_name("known_hosts")
    known_hosts.write_text(lab.known_hosts.read_text().replace(f":{lab.ssh_port} ", f":{port} "))
    command = [sys.executable, "-m", "pytest", f"--tvox-host=root@127.0.0.1:{port}", f"--evidence={evidence}"]
    trust = [f"--known-hosts={known_hosts}", f"--identity={lab.key}"]
    rooms = [word for room in ("uat", "procedure", "reports") for word in ("-p", f"{room}.plugin")]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    with subprocess.Popen(
        [*command, *rooms, *trust, *arguments, str(checklist)],
        cwd=checklist.parent,
        env=environment | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        during(process)
        output, _ = process.communicate(timeout=1500)
    folders = sorted(path.parent for path in evidence.glob("*/*/*/journal.jsonl"))
    return Finished(exit_code=process.returncode, output=output, folder=folders[-1] if folders else evidence)


def about(lab: Lab, patches: tuple[str, ...], limits: dict[str, str]) -> str:
    """Write what stands before the checks: the machine, the patches, short limits."""
    web = f"127.0.0.1:{lab.https_port}"
    return _yaml(
        customer="Lab S.p.A.",
        change="LAB-0001",
        language="en",
        system={
            "web": web,
            "tls": f"sha256:{lab.ca_or_cert_sha256}",
            "watch": {"sip": f"127.0.0.1:{lab.sip_port}"},
            "hypervisor": {"libvirt": {"uri": lab.uri, "vm": lab.domain, "uuid": lab.uuid}},
        },
        timezone="UTC",
        upgrade={
            "window": window(),
            "release": {"pre": "21.0.26", "post": patches[-1]},
            "patches": [_patch(lab, release) for release in patches],
        },
        contacts={"telenia": {"phone": "045 2224660", "hours": "lun-ven 8-18"}},
        limits=LIMITS | limits,
    )


def _patch(lab: Lab, release: str) -> dict[str, str]:
    path = lab.patches / f"tvox-{release}.run"
    return {"release": release, "file": str(path), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def _yaml(**document: Any) -> str:
    """Write a mapping as YAML: JSON is YAML, line by line readable enough for a test."""
    return "\n".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in document.items())
