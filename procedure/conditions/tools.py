"""The machine has every tool that the procedure uses there."""

from __future__ import annotations

from procedure.conditions import Area, Finding, Ground, found
from uat.checks._shell import ADMIN_PATH, ask

AREA = Area.MACHINE
TOOLS = ("screen", "script", "flock", "sha256sum", "tail", "head", "tty", "ps", "df", "date", "reboot", "shutdown")
_QUESTION = f"for tool in {' '.join(TOOLS)}; do command -v $tool >/dev/null || echo $tool; done"


def look(ground: Ground) -> Finding:
    """Look which tools are missing; there is no other way around one, not even around ``screen``."""
    missing = ask(ground.probe, ADMIN_PATH + _QUESTION).text.split()
    return found(not missing, missing=missing, tools=[tool for tool in TOOLS if tool not in missing])
