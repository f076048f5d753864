"""The bench's hypervisor, over its socket file; a file of the tests, found by the product as the word ``bench``."""

from __future__ import annotations

import json
import socket
from typing import Any

from procedure.credential import Password
from procedure.hypervisors import Ask, Disk, Listed, Machine, PowerState, Room, Secret, SnapshotFacts, Vm
from uat.errors import ObservationError
from uat.model import Limits


class Inputs(Machine):
    """Where the bench listens, and who logs in there; nobody has to where no password is named."""

    socket: str
    user: str = ""
    password: str = ""


def open(inputs: Inputs, *, limits: Limits, ask: Ask, secret: Secret) -> Client:
    """Prepare the way to the bench."""
    password = Password(inputs.password, secret=secret, purpose=f"{inputs.user}, bench") if inputs.password else None
    return Client(inputs, limits, password)


class Client:
    """Asks one question a connection, each with a limit and with a login of its own, as an adapter must."""

    def __init__(self, inputs: Inputs, limits: Limits, password: Password | None) -> None:
        self._inputs = inputs
        self._limits = limits
        self._password = password

    def identity(self) -> Vm:
        """Ask."""
        return Vm.model_validate(self._ask("identity"))

    def power(self) -> PowerState:
        """Ask."""
        return PowerState.model_validate(self._ask("power"))

    def shutdown(self) -> bool:
        """Press the button."""
        return bool(self._ask("shutdown"))

    def start(self) -> None:
        """Switch on."""
        self._ask("start")

    def take_snapshot(self, name: str, description: str) -> None:
        """Take one, and wait for it."""
        self._ask("take_snapshot", limit=self._limits.snapshot, name=name, description=description)

    def find_snapshot(self, name: str) -> SnapshotFacts | None:
        """Look anew."""
        found = self._ask("find_snapshot", name=name)
        return SnapshotFacts.model_validate(found) if found else None

    def snapshots(self) -> tuple[Listed, ...]:
        """List all."""
        return tuple(Listed.model_validate(one) for one in self._ask("snapshots"))

    def disks(self) -> tuple[Disk, ...]:
        """List the one there is, and what a snapshot would leave out."""
        left_out = [Disk(name=name, reason="independent") for name in self._ask("disks")]
        return (Disk(name="vda"), *left_out)

    def room(self) -> Room | None:
        """Ask."""
        return Room.model_validate(self._ask("room"))

    def no_way_back(self) -> str:
        """Ask."""
        return str(self._ask("no_way_back"))

    def revert(self, snapshot: Listed) -> None:
        """Go back."""
        self._ask("revert", limit=self._limits.snapshot, id=snapshot.id)

    def delete(self, snapshot: Listed) -> None:
        """Delete one."""
        self._ask("delete", limit=self._limits.snapshot, id=snapshot.id)

    def chained(self) -> tuple[str, ...]:
        """Ask."""
        return tuple(self._ask("chained"))

    def _ask(self, question: str, *, limit: float | None = None, **places: Any) -> Any:
        if self._password:
            places |= {"user": self._inputs.user, "password": self._password.get()}
        try:
            with socket.socket(socket.AF_UNIX) as link:
                link.settimeout(limit or self._limits.command)
                link.connect(self._inputs.socket)
                link.sendall(json.dumps({"question": question, **places}).encode() + b"\n")
                line = link.makefile().readline()
        except OSError as error:
            raise ObservationError(f"bench: {question}: {error or 'no answer'}") from error
        if not line:
            raise ObservationError(f"bench: {question}: the connection was closed before an answer came")
        reply = json.loads(line)
        if "refused" in reply and self._password:
            raise self._password.refused(reply["refused"])
        if "error" in reply:
            raise ObservationError(f"bench: {question}: {reply['error']}")
        return reply["value"]
