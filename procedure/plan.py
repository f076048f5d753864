"""What changes the machine, as a list: every step of a procedure, in the vendor's order."""

from __future__ import annotations

from collections.abc import Iterable

from uat.model import Phase, Record, Upgrade

_ANY = "not_settled"

BEFORE = {
    "gate": "gate_closed",
    "identify": "wrong_machine",
    "lock": "held_by_another",
    "shutdown": "shutdown_failed",
    "snapshot": "snapshot_failed",
    "start": "restart_broke_it",
    "settle": _ANY,
}
EACH_PATCH = {
    "deliver": "patch_missing",
    "patch": "patch_lost",
    "reboot": "boot_id_unknown",
    "settle": _ANY,
    "release": "wrong_release",
}
AFTER = {"unlock": _ANY}
"""The three parts of an upgrade: each step, and what stops the night when the answer that it got made no sense."""

OTHERS: dict[Phase, dict[str, str]] = {
    Phase.ROLLBACK: {
        "authorise": _ANY,
        "recognise": "hypervisor_silent",
        "power_off": "still_on",
        "revert": "revert_failed",
        "start": "not_back",
        "settle": _ANY,
        "clock": "clock_wrong",
        "unlock": _ANY,
    },
    Phase.CLOSE: {
        "recognise": "hypervisor_silent",
        "decide": _ANY,
        "delete": "delete_failed",
        "tidy": "not_tidied",
    },
}
"""The same of the procedures that have no patches."""


class Planned(Record):
    """One step to come; ``release`` is the patch that it belongs to.

    ``unable`` is the stop when the answer that the step got made no sense.
    """

    number: int
    name: str
    release: str | None = None
    unable: str


def steps_of(phase: Phase, upgrade: Upgrade) -> tuple[Planned, ...]:
    """List the steps of a session's procedure; none when it changes nothing.

    :raises ValueError: as of `plan`.
    """
    if phase is Phase.UPGRADE:
        return plan(upgrade)
    return _numbered([(None, OTHERS.get(phase, {}))])


def plan(upgrade: Upgrade) -> tuple[Planned, ...]:
    """List the steps of an upgrade: the snapshot with the machine off, then every patch with its reboot.

    :raises ValueError: no patch, or two of one release.
    """
    releases = [patch.release for patch in upgrade.patches]
    if not releases or len(set(releases)) != len(releases):
        raise ValueError(f"upgrade.patches: at least one, each release once; found: {', '.join(releases) or 'none'}")
    return _numbered([(None, BEFORE), *((release, EACH_PATCH) for release in releases), (None, AFTER)])


def _numbered(parts: Iterable[tuple[str | None, dict[str, str]]]) -> tuple[Planned, ...]:
    steps = [(name, release, unable) for release, part in parts for name, unable in part.items()]
    return tuple(
        Planned(number=number, name=name, release=release, unable=unable)
        for number, (name, release, unable) in enumerate(steps, 1)
    )
