"""The socket of hypervisors: a file here is a word under ``system.hypervisor``.

A file offers ``class Inputs(Machine)``, its inputs in YAML, and ``open(inputs, *, limits, ask, secret)``, which
gives a `Hypervisor`. One that logs in with a password takes ``password`` as an input, a secret's reference, and holds
it in a `procedure.credential.Password`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from uat import registry
from uat.model import JsonValue, Limits, Record


class Ask(Protocol):
    """Asks a person at the terminal, in the checklist's language."""

    def __call__(self, key: str, /, choices: tuple[str, ...] = (), **places: str) -> str:
        """Ask and wait.

        :param key: of the languages' ``ask`` table.
        :param choices: what may be answered: keys ``choice_<choice>`` hold the words to be typed; none: any text.
        :param places: what stands in the places of the text.
        :raises ProcedureError: ``not_confirmed``: nobody can be asked here.
        """


class Secret(Protocol):
    """Fetches a secret, which is kept out of all evidence from then on."""

    def __call__(self, reference: str, *, purpose: str) -> str:
        """Fetch it.

        :param reference: ``env:NAME``, ``file:PATH`` or ``ask``.
        :param purpose: what it is for, for the prompt.
        :raises ObservationError: there is none where the reference points.
        """


class Machine(Record):
    """What every hypervisor is told of the machine: its name there, and its UUID as a person read it there."""

    vm: str
    uuid: str


class Power(StrEnum):
    """Whether the virtual machine runs."""

    ON = "on"
    OFF = "off"
    PAUSED = "paused"


class PowerState(Record):
    """Whether the machine runs, and why: the hypervisor's own word (``shutdown``, ``destroyed`` ...).

    ``was_clean`` is false when the machine is off and did not go down by itself; ``full`` names the disks of a paused
    machine for which their datastore had no room left.
    """

    power: Power
    reason: str = ""
    was_clean: bool = True
    full: tuple[str, ...] = ()


class Vm(Record):
    """Which virtual machine this is, as the hypervisor says."""

    name: str
    uuid: str


class SnapshotFacts(Record):
    """What a snapshot is, as the hypervisor says when it is asked anew.

    ``disks_left_out`` are the writable disks that going back would not bring back. ``attested_by`` is the
    person who said all this, where no machine could.
    """

    name: str
    id: str
    taken_at: datetime
    was_off: bool
    without_memory: bool
    disks_covered: tuple[str, ...] = ()
    disks_left_out: tuple[str, ...] = ()
    attested_by: str = ""


class Listed(Record):
    """A snapshot in the hypervisor's list; what it does not tell is None.

    ``attested_by`` is the person who said so, where no machine could; empty where nobody had to.
    """

    name: str
    id: str
    taken_at: datetime | None = None
    size_bytes: int | None = None
    attested_by: str = ""


class Disk(Record):
    """A disk that the machine writes to; ``reason`` says why a snapshot would not hold it, empty when it would."""

    name: str
    reason: str = ""


class Room(Record):
    """The room where a snapshot grows; ``provisioned_bytes`` is what the machine's disks may become."""

    free_bytes: int
    size_bytes: int
    provisioned_bytes: int


class Hypervisor(Protocol):
    """What the procedure asks of a hypervisor. ObservationError: it could not, and says why.

    ProcedureError: nobody is there to be asked (``not_confirmed``), or it refuses our login (``hypervisor_login``);
    then asking again in this session is of no use.
    """

    def identity(self) -> Vm:
        """Tell which virtual machine this is."""

    def power(self) -> PowerState:
        """Tell whether it runs."""

    def shutdown(self) -> bool:
        """Ask the guest to shut down and return at once; False when this hypervisor cannot ask."""

    def start(self) -> None:
        """Switch the machine on."""

    def take_snapshot(self, name: str, description: str) -> None:
        """Take a snapshot without memory, within ``limits.snapshot``."""

    def find_snapshot(self, name: str) -> SnapshotFacts | None:
        """Look for a snapshot anew, over a question of its own; None when there is none of that name.

        ObservationError as well when there are several of that name: which one is meant nobody can tell.
        """

    def snapshots(self) -> tuple[Listed, ...]:
        """List all snapshots there are, whoever took them."""

    def disks(self) -> tuple[Disk, ...]:
        """List the disks that the machine writes to, and which of them a snapshot would leave out."""

    def room(self) -> Room | None:
        """Tell how much room there is for a snapshot to grow; None where this hypervisor cannot tell."""

    def no_way_back(self) -> str:
        """Tell why going back to a snapshot would not be possible on this machine; empty when it is."""

    def revert(self, snapshot: Listed) -> None:
        """Go back to a snapshot, found by id, and see that it held; the machine is off afterwards.

        Everything since then is lost. ObservationError: it may have happened or not; look before anything else.
        """

    def delete(self, snapshot: Listed) -> None:
        """Delete one snapshot, found by id, follow the deletion to its end, and see that it is gone.

        At most ``limits.snapshot``. ObservationError: it may have happened or not; it is never asked for twice.
        """

    def chained(self) -> tuple[str, ...]:
        """List the disks that still hang on a chain of snapshots, or wait to be consolidated.

        A disk that was made on top of another, as a linked clone is, hangs on no snapshot.
        """


class Adapter(Protocol):
    """What each file of this socket offers, beside ``Inputs``."""

    def open(self, inputs: Machine, *, limits: Limits, ask: Ask, secret: Secret) -> Hypervisor:
        """Prepare the way to the hypervisor; the machine is looked for when the first question is asked."""


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """The hypervisor that a checklist names, and what it says of the machine there."""

    word: str
    machine: Machine

    @property
    def is_attested(self) -> bool:
        """Tell whether snapshots, disks and room are a person's word here: the file says ``IS_ATTESTED``."""
        return bool(getattr(registry.load(__name__, self.word), "IS_ATTESTED", False))

    def open(self, *, limits: Limits, ask: Ask, secret: Secret) -> Hypervisor:
        """Open the way there.

        :raises ObservationError: what it needs is missing on this computer.
        """
        adapter: Adapter = registry.load(__name__, self.word)
        return adapter.open(self.machine, limits=limits, ask=ask, secret=secret)


def choose(settings: Mapping[str, Mapping[str, JsonValue]]) -> Chosen:
    """Read what stands under ``system.hypervisor``: one word, and what that word takes.

    :raises ValueError: none or several, a word that no file has, or inputs that do not fit.
    """
    if len(settings) != 1:
        named = ", ".join(settings) or "none"
        raise ValueError(f"system.hypervisor: an upgrade needs exactly one, for the snapshot; found: {named}")
    word, inputs = next(iter(settings.items()))
    try:
        machine = registry.load(__name__, word).Inputs.model_validate(inputs)
    except KeyError as error:
        raise ValueError(f"system.hypervisor: {error.args[0]}") from None
    except ValueError as error:
        raise ValueError(f"system.hypervisor.{word}: {error}") from None
    return Chosen(word=word, machine=machine)
