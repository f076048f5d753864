"""Programs that run in the background: by their name, and what an interpreter runs by its script or class.

A service may count as running when its program has died (a SysV script under systemd); its process tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from uat.checks.process import listed
from uat.probe import Probe
from uat.proposal import Found, Proposal, slug

VARIABLES = ("processes",)
"""What it gives the standard list."""

_INTERPRETERS = re.compile(r"(java|python[\d.]*|perl|ruby|node|nodejs|php[\d.]*)")
_TAKES_A_VALUE = {"-cp", "-classpath", "--class-path", "-p", "--module-path", "--add-modules", "-W", "-X", "-I", "-r"}
_PLUMBING = re.compile(
    r"systemd.*|init|dbus-.*|polkitd|agetty|mingetty|login|\(sd-pam\)|sshd.*|ssh-agent|screen|tmux.*|sudo|su|"
    r"(ba|da|z|k|c|tc)?sh|sleep|tail|less|vi|vim|top|timeout|rtkit-daemon|udevd|auditd|sftp-server|scp|rsync|at|atd"
)
"""Of the operating system, or of somebody who works on it."""

_FIRST = "1"
_KERNEL = "2"


def discover(probe: Probe) -> Found:
    """Take what the first process has started, and whatever an interpreter runs."""
    found: dict[str, str] = {}
    for line in listed(probe):
        name, parent = line["name"].strip(), line["parent"]
        if _KERNEL in (parent, line["pid"]) or _PLUMBING.fullmatch(name.removesuffix(":")):
            continue
        if _INTERPRETERS.fullmatch(name):
            found.update(dict.fromkeys(_script(line["arguments"].split()), ""))
        elif parent == _FIRST:
            found[name] = name
    return Found(
        proposals=tuple(_proposal(about, name) for about, name in sorted(found.items())),
        rows={
            "processes": tuple({"id": slug(name), "process": name} for name in sorted(filter(None, found.values())))
        },
    )


def _script(words: list[str]) -> Iterator[str]:
    """Find what an interpreter runs: the first word that is no option, nor the value of one."""
    before = ""
    for word in words[1:]:
        if before == "-jar" or not (word.startswith("-") or before in _TAKES_A_VALUE):
            if re.fullmatch(r"[\w./$-]{3,}", word):
                yield word
            return
        if word in ("-c", "-e", "-m"):
            return
        before = word


def _proposal(about: str, name: str) -> Proposal:
    shown = name or about.rpartition("/")[2]
    return Proposal(
        about=about if name else shown,
        title={
            "it": f"Il processo {shown} è in esecuzione, con lo stesso utente",
            "en": f"The process {shown} runs, as the same user",
        },
        area="machine_services",
        kind="process",
        inputs={"name": name} if name else {"matches": re.escape(about)},
        expect={"count": {"at_least": 1}, "users": {"unchanged": True}},
        retry_for="3m",
        covered_by="processes" if name else "",
    )
