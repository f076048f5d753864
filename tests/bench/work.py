"""The work of the bench: so many checks in the mix 60 / 60 / 60 / 20, as a checklist, as scripts, as tests.

Of 200 checks 60 look whether a file is there and has its mode, 60 run a command, 60 look for a line in a file, 20 ask
for a package. One check of each work is made to fail: who does not see it has not looked.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from shlex import quote

_MIX = (("mode", 60), ("command", 60), ("line", 60), ("package", 20))
_PLACES = sum(share for _, share in _MIX)
_NEVER = "something else"


@dataclass(frozen=True, kw_only=True)
class Check:
    """One check: its number, which of the four sorts, and the file, number or package it is about."""

    number: int
    sort: str
    subject: str
    expected: str


def work(count: int, folder: Path) -> list[Check]:
    """Make the files that are looked at, and list the checks; the last of the commands is wrong on purpose."""
    folder.mkdir(parents=True, exist_ok=True)
    packages = _packages()
    checks = []
    for number in range(count):
        sort = sort_of(number)
        path = folder / f"{number}.conf"
        if sort in ("mode", "line"):
            path.write_text(f"[general]\nnumber = {number}\n" + "option = value\n" * 20)
            path.chmod(0o640)
        subject, expected = {
            "mode": (str(path), "0640"),
            "command": (f"echo {number}", str(number)),
            "line": (str(path), f"number = {number}"),
            "package": (packages[number % len(packages)], "installed"),
        }[sort]
        checks.append(Check(number=number, sort=sort, subject=subject, expected=expected))
    last = next(index for index in reversed(range(count)) if checks[index].sort == "command")
    checks[last] = Check(number=last, sort="command", subject=checks[last].subject, expected=_NEVER)
    return checks


def wrong(checks: list[Check]) -> set[int]:
    """Give the number of the check that is made to fail."""
    return {check.number for check in checks if check.expected == _NEVER}


def judge(checks: list[Check], output: str) -> set[int]:
    """Tell from what the script by hand printed which checks failed."""
    said = {}
    for number, text, code in re.findall(r"^#(\d+)\n(.*?)^=(\d+)$", output, re.MULTILINE | re.DOTALL):
        said[int(number)] = (text, int(code))
    return {check.number for check in checks if not _holds(check, *said.get(check.number, ("", 1)))}


def _holds(check: Check, text: str, code: int) -> bool:
    match check.sort:
        case "mode":
            return text.strip().zfill(4) == check.expected
        case "line":
            return code == 0 and int(text) > 0
        case "package":
            return "install ok installed" in text
        case _:
            return code == 0 and check.expected in text


def sort_of(number: int) -> str:
    """Spread the sorts evenly, so that ten checks have the mix of two hundred: 7 is prime to the 20 places."""
    place = number * 7 % 20 * _PLACES // 20
    ends = accumulate(share for _, share in _MIX)
    return next(sort for (sort, _), end in zip(_MIX, ends, strict=True) if place < end)


def _packages() -> list[str]:
    answer = subprocess.run(["dpkg-query", "-W", "-f", "${Package}\n"], capture_output=True, text=True, check=True)
    return sorted(set(answer.stdout.split()))[:100]


def checklist(checks: list[Check]) -> str:
    """Write the work as a checklist of ours."""
    lines = ["customer: Bench", "change: CHG-1", "language: en", "checks:"]
    for check in checks:
        look, expect = {
            "mode": (f"file: {{path: {check.subject}}}", f"{{exists: true, mode: '{check.expected}'}}"),
            "command": (
                f"command: {{run: '{check.subject}', reviewed_by: bench}}",
                f"{{exit_code: 0, output: {{contains: '{check.expected}'}}}}",
            ),
            "line": (f"file: {{path: {check.subject}}}", f"{{content: {{contains: '{check.expected}'}}}}"),
            "package": (f"package: {{name: {check.subject}}}", "{installed: true}"),
        }[check.sort]
        lines += [f"  - id: C-{check.number}", f"    title: {{en: Check {check.number}}}", f"    {look}"]
        lines.append(f"    expect: {expect}")
    return "\n".join(lines) + "\n"


def script(checks: list[Check]) -> str:
    """Write the work as an engineer would by hand; it prints what it saw and judges nothing."""
    words = {
        "mode": "stat -c %a {}",
        "command": "{}",
        "line": "grep -c {expected} {}",
        "package": "dpkg-query -W -f '${{Status}} ${{Version}}\\n' {}",
    }
    return "".join(
        f"echo '#{check.number}'; "
        + words[check.sort].format(
            check.subject if check.sort == "command" else quote(check.subject), expected=quote(check.expected)
        )
        + "; echo =$?\n"
        for check in checks
    )


def testinfra_tests(checks: list[Check]) -> str:
    """Write the work as a module of testinfra tests."""
    cases = ",\n".join(f"    {(check.sort, check.subject, check.expected)!r}" for check in checks)
    return f"""import pytest

CASES = [
{cases},
]


@pytest.mark.parametrize("sort, subject, expected", CASES, ids=range(len(CASES)))
def test_check(host, sort, subject, expected):
    if sort == "mode":
        file = host.file(subject)
        assert file.exists and file.mode == int(expected, 8)
    elif sort == "command":
        answer = host.run(subject)
        assert answer.rc == 0 and expected in answer.stdout
    elif sort == "line":
        assert host.file(subject).contains(expected)
    else:
        assert host.package(subject).is_installed
"""


def gossfile(checks: list[Check]) -> str:
    """Write the work for goss."""
    files, commands, packages = ["file:"], ["command:"], ["package:"]
    for check in checks:
        match check.sort:
            case "mode":
                files.append(f"  {check.subject}: {{exists: true, mode: '{check.expected}'}}")
            case "line":
                files.append(f"  {check.subject}: {{exists: true, contents: ['{check.expected}']}}")
            case "command":
                commands.append(
                    f"  c{check.number}: {{exec: '{check.subject}', exit-status: 0, stdout: ['{check.expected}']}}"
                )
            case _:
                packages.append(f"  p{check.number}: {{name: {check.subject}, installed: true}}")
    return "\n".join([*files, *commands, *packages]) + "\n"
