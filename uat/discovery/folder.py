"""The folders of the replicated tree, each by what it holds: nothing lost and, of large ones, about the same size."""

from __future__ import annotations

from uat.checks._shell import ask
from uat.errors import ObservationError
from uat.model import JsonValue
from uat.probe import Probe
from uat.proposal import Found, Proposal

_TREE = "/opt/telenia_data/sync"
_QUESTION = (
    f'if [ -d {_TREE} ]; then cd {_TREE} && for f in *; do if [ -d "$f" ]; then du -sk -- "$f" || exit; fi; done; fi'
)

_LARGE_KIB = 1024
"""Of smaller ones a share of the size says nothing: one more file is a half of it."""
_GROW = {"tvox", "system"}
"""Where programs and recordings are: a patch changes much there, and so does a day of work."""
_LITTLE, _MUCH = "10%", "50%"


def discover(probe: Probe) -> Found:
    """List the folders with their sizes, as the vendor's own page does (``du``); without the tree there are none."""
    lines = [line.partition("\t") for line in ask(probe, _QUESTION).text.splitlines()]
    if not lines:
        return Found(notes=(f"{_TREE}: there is no such folder",))
    if any(not size.isdecimal() for size, _, _ in lines):
        raise ObservationError(f"du told no sizes below {_TREE}")
    return Found(proposals=tuple(_proposal(name, int(size)) for size, _, name in lines))


def _proposal(name: str, size_kib: int) -> Proposal:
    return Proposal(
        about=name,
        title={"it": f"La cartella {name} non ha perso dati", "en": f"The folder {name} has lost no data"},
        area="machine_data",
        kind="directory",
        inputs={"path": f"{_TREE}/{name}", "depth": 0 if name in _GROW else 1},
        expect={"exists": True, **_kept(name, size_kib)},
    )


def _kept(name: str, size_kib: int) -> dict[str, JsonValue]:
    if name in _GROW:
        return {"files": {"drift": _MUCH}, "size_bytes": {"drift": _MUCH}}
    lost: dict[str, JsonValue] = {"files": {"not_below_before": True}, "names": {"nothing_lost": True}}
    return lost if size_kib < _LARGE_KIB else {**lost, "size_bytes": {"drift": _LITTLE}}
