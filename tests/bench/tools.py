"""The tools that do the work; each tells which of the checks failed, so that who does not look is found out."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from shlex import quote

from tests.bench import work
from tests.bench.meter import Ended, Way, measure
from uat import journal


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a tool works: the checks, the way to the machine, a folder of its own."""

    checks: list[work.Check]
    way: Way
    folder: Path
    asked: list[str] = field(default_factory=list)

    def ssh(self, *options: str) -> list[str]:
        """Give the words of OpenSSH's client."""
        key, known = str(self.way.sshd.key), f"UserKnownHostsFile={self.way.known_hosts}"
        there = ["-p", str(self.way.port), f"{self.way.sshd.user}@127.0.0.1"]
        return ["ssh", "-F", "none", "-i", key, "-o", known, "-o", "LogLevel=ERROR", *options, *there]

    def config(self, *lines: str) -> Path:
        """Write a client's configuration in which the machine is called ``target``."""
        said = (
            "Host target",
            "  HostName 127.0.0.1",
            f"  Port {self.way.port}",
            f"  User {self.way.sshd.user}",
            f"  IdentityFile {self.way.sshd.key}",
            f"  UserKnownHostsFile {self.way.known_hosts}",
            *(f"  {line}" for line in lines),
        )
        path = self.folder / "ssh_config"
        path.write_text("\n".join(said) + "\n")
        return path


Failures = set[int] | None
"""The numbers of the checks that failed; None when the tool did not come to its end."""


def this_project(place: Place) -> tuple[Ended, Failures]:
    """Run a session before an upgrade, with its evidence; what it asked is kept for `script_of_the_same`."""
    (place.folder / "bench.yaml").write_text(work.checklist(place.checks))
    evidence = place.folder / f"evidence-{len(list(place.folder.glob('evidence-*')))}"
    ended = measure(
        place.way,
        [
            *(sys.executable, "-m", "pytest", "--phase=pre", "--manual=none"),
            *("-p", "no:hypothesispytest"),  # a development tool: its plugin imports for a second, and no user has it
            f"--tvox-host={place.way.sshd.user}@127.0.0.1:{place.way.port}",
            f"--known-hosts={place.way.known_hosts}",
            f"--identity={place.way.sshd.key}",
            f"--evidence={evidence}",
            str(place.folder / "bench.yaml"),
        ],
    )
    found = list(evidence.rglob(journal.NAME))
    if len(found) != 1:
        return ended, None
    run = journal.read(found[0])
    place.asked[:] = dict.fromkeys(
        one.label for result in run.results for one in result.evidence if one.kind == "command"
    )
    if len(run.results) != len(place.checks):
        return ended, None
    return ended, {int(result.check_id.removeprefix("C-")) for result in run.results if result.outcome != "passed"}


def script_of_the_same(place: Place) -> tuple[Ended, Failures]:
    """Run the very commands that this project asked, as one script; it judges nothing, so nothing can be missed."""
    script = "".join(f"({command}\n)\n" for command in place.asked)
    ended = measure(place.way, [*place.ssh(), "LC_ALL=C sh -s"], stdin=script)
    return ended, _wrong(place)


def script_by_hand(place: Place) -> tuple[Ended, Failures]:
    """Run the script that an engineer would write, and compare what it printed here."""
    ended = measure(place.way, [*place.ssh(), "LC_ALL=C sh -s"], stdin=work.script(place.checks))
    said = ended.output.split("\n")
    if len(said) < 2 * len(place.checks):
        return ended, None
    return ended, work.judge(place.checks, ended.output)


def testinfra_paramiko(place: Place) -> tuple[Ended, Failures]:
    """Run testinfra over its paramiko backend."""
    return _testinfra(place, "paramiko://target", place.config())


def testinfra_ssh(place: Place) -> tuple[Ended, Failures]:
    """Run testinfra over ssh with a connection that is kept; by itself it opens a new one for each command."""
    control = place.folder / "control"
    lines = ("ControlMaster auto", f"ControlPath {control}", "ControlPersist 60s")
    config = place.config(*lines)
    try:
        return _testinfra(place, "ssh://target", config, last=["ssh", "-F", str(config), "-O", "exit", "target"])
    finally:
        control.unlink(missing_ok=True)


def goss(place: Place) -> tuple[Ended, Failures]:
    """Copy goss (``GOSS=path``) to the machine, and run it there, over one connection."""
    binary, there = Path(os.environ["GOSS"]), place.folder / "goss-on-target"
    gossfile = work.gossfile(place.checks)
    end = "tvox-uat-bench-end"
    run = f"cat >{quote(str(there))} && chmod 755 {quote(str(there))}"
    validate = f"{quote(str(there))} -g - validate --format json --no-color <<'{end}'\n{gossfile}{end}\n"
    size = binary.stat().st_size
    words = [*place.ssh(), f"head -c {size} | ({run}); {validate}"]
    ended = measure(place.way, ["sh", "-c", f"{' '.join(map(quote, words))} <{quote(str(binary))}"])
    there.unlink(missing_ok=True)
    found = re.search(r'"failed-count": ?(\d+)', ended.output)
    return ended, _wrong(place) if found and found[1] == "1" else None


TOOLS: dict[str, Callable[[Place], tuple[Ended, Failures]]] = {
    "tvox-uat": this_project,
    "one script, the same commands": script_of_the_same,
    "one script, by hand": script_by_hand,
    "testinfra, paramiko": testinfra_paramiko,
    "testinfra, ssh ControlPath": testinfra_ssh,
    "goss, copied first": goss,
}
"""In the order in which they run: the second repeats what the first asked."""


def _testinfra(place: Place, host: str, config: Path, *, last: list[str] | None = None) -> tuple[Ended, Failures]:
    module = place.folder / "test_bench_work.py"
    module.write_text(work.testinfra_tests(place.checks))
    plugins = ["hypothesispytest", "uat.plugin", "procedure.plugin", "reports.plugin", "html", "cacheprovider"]
    command = [sys.executable, "-m", "pytest", "-q", "--tb=no", "-rf", *(f"-pno:{name}" for name in plugins)]
    command += [f"--rootdir={place.folder}", f"--hosts={host}", f"--ssh-config={config}", str(module)]
    words = " ".join(map(quote, command))
    if last:  # the kept connection ends with the tool, or its time could not be taken
        words += f"; code=$?; {' '.join(map(quote, last))} 2>/dev/null; exit $code"
    ended = measure(place.way, ["sh", "-c", words])
    passed = re.search(r"(\d+) failed, (\d+) passed", ended.output)
    if not passed or int(passed[1]) + int(passed[2]) != len(place.checks):
        return ended, None
    failed = re.findall(r"^FAILED .*\[.*?(\d+)\]", ended.output, re.MULTILINE)
    return ended, {int(number) for number in failed}


def _wrong(place: Place) -> Failures:
    """Give the check that is wrong on purpose, for a tool that can only count."""
    return work.wrong(place.checks)
