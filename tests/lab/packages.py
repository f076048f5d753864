"""Tells mmdebstrap where this machine gets its Debian packages from, and how: the project names no registry."""

import re
from pathlib import Path

from tests.lab.shell import LabError, run

FIELDS = "$(ORIGIN)|$(REPO_URI)|$(RELEASE)|$(CODENAME)|$(COMPONENT)"
TRANSPORT = re.compile(r'^(Acquire::(?:https?|Retries)\S*) "(.+)";$')


def suite() -> str:
    """Return the code name of this machine's Debian, which becomes the lab's."""
    release = Path("/etc/os-release").read_text(encoding="utf-8")
    found = re.search(r"^VERSION_CODENAME=(\w+)$", release, re.MULTILINE)
    if not found:
        raise LabError("/etc/os-release names no VERSION_CODENAME: the lab is built on Debian")
    return found[1]


def sources() -> str:
    """Return this machine's own sources of Debian packages, one `deb` line each; others are left out."""
    codename = suite()
    lines: set[str] = set()
    for line in run(["apt-get", "indextargets", "--format", FIELDS, "Created-By: Packages"]).splitlines():
        origin, address, release, name, component = line.split("|")
        if origin == "Debian" and name.startswith(codename):
            lines.add(f"deb {address} {release} {component}")
    if not lines:
        raise LabError("apt knows no Debian packages yet: run tests/lab/install.sh")
    return "\n".join(sorted(lines)) + "\n"


def options() -> list[str]:
    """Return how apt reaches its sources here (proxy, certificates, retries), as arguments of mmdebstrap."""
    found = (TRANSPORT.match(line) for line in run(["apt-config", "dump"]).splitlines())
    return [f'--aptopt={match[1]} "{match[2]}"' for match in found if match]
