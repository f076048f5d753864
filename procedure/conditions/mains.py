"""This computer hangs on the mains: a night is longer than a battery."""

from __future__ import annotations

import sys
from pathlib import Path

from procedure.conditions import YES_OR_NO, Area, Finding, Ground, asked, found, not_applicable

AREA = Area.HERE
QUESTION = YES_OR_NO
_SUPPLIES = Path("/sys/class/power_supply")


def look(ground: Ground) -> Finding:
    """Ask Linux (sysfs-class-power); elsewhere ask the person. Without a battery there is nothing to ask."""
    if not sys.platform.startswith("linux"):
        return asked(ground, "mains", QUESTION)
    if (on_mains := is_on_mains(_SUPPLIES)) is None:
        return not_applicable("no_battery")
    return found(on_mains, on_mains=on_mains)


def is_on_mains(supplies: Path) -> bool | None:
    """Tell whether a computer with a battery is fed; None when it has none. A mouse's battery does not count."""
    several = [
        {name: _read(supply / name) for name in ("type", "online", "status", "scope")} for supply in _listed(supplies)
    ]
    batteries = [one for one in several if one["type"] == "Battery" and one["scope"] != "Device"]
    if not batteries:
        return None
    feeds = [one for one in several if one["type"] in ("Mains", "USB", "Wireless") and one["scope"] != "Device"]
    if feeds:
        return any(one["online"] == "1" for one in feeds)
    return all(one["status"] != "Discharging" for one in batteries)


def _listed(supplies: Path) -> list[Path]:
    return sorted(supplies.iterdir()) if supplies.is_dir() else []


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:  # not every supply has every file
        return ""
