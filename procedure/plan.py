"""What changes the machine, as a list: every step of a procedure, in the vendor's order."""

from __future__ import annotations

from uat.model import Phase, Record, Upgrade

BEFORE = ("gate", "identify", "lock", "shutdown", "snapshot", "start", "settle")
EACH_PATCH = ("deliver", "patch", "reboot", "settle", "release")
AFTER = ("unlock",)
OTHERS: dict[Phase, tuple[str, ...]] = {
    Phase.ROLLBACK: ("authorise", "recognise", "power_off", "revert", "start", "settle", "clock", "unlock"),
    Phase.CLOSE: ("recognise", "decide", "delete", "tidy"),
}
"""The steps of the procedures that have no patches."""


class Planned(Record):
    """One step to come; ``release`` is the patch that it belongs to."""

    number: int
    name: str
    release: str | None = None


def steps_of(phase: Phase, upgrade: Upgrade) -> tuple[Planned, ...]:
    """List the steps of a session's procedure; none when it changes nothing.

    :raises ValueError: as of `plan`.
    """
    if phase is Phase.UPGRADE:
        return plan(upgrade)
    return _numbered([(name, None) for name in OTHERS.get(phase, ())])


def plan(upgrade: Upgrade) -> tuple[Planned, ...]:
    """List the steps of an upgrade: the snapshot with the machine off, then every patch with its reboot.

    :raises ValueError: no patch, or two of one release.
    """
    releases = [patch.release for patch in upgrade.patches]
    if not releases or len(set(releases)) != len(releases):
        raise ValueError(f"upgrade.patches: at least one, each release once; found: {', '.join(releases) or 'none'}")
    steps: list[tuple[str, str | None]] = [(name, None) for name in BEFORE]
    steps += [(name, patch.release) for patch in upgrade.patches for name in EACH_PATCH]
    steps += [(name, None) for name in AFTER]
    return _numbered(steps)


def _numbered(steps: list[tuple[str, str | None]]) -> tuple[Planned, ...]:
    return tuple(Planned(number=n, name=name, release=release) for n, (name, release) in enumerate(steps, 1))
