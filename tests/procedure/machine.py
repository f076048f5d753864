"""A machine that does as it is told: stands where a real one cannot fail on purpose."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from procedure.hypervisors import Disk, Listed, Power, PowerState, Room, SnapshotFacts, Vm
from uat.errors import ObservationError
from uat.host import Connection, Output
from uat.model import Limits

FAST = Limits(
    poll=0.01,
    shutdown=0.1,
    boot=0.3,
    settle=0.2,
    stable=0.02,
    snapshot=0.05,
    connect=0.1,
    command=0.1,
    web=0.1,
    unreachable=0.2,
)
ONE = "11111111-2222-4333-8444-55555555aaa1"
TWO = "11111111-2222-4333-8444-55555555aaa2"


def output(text: str = "", *, exit_code: int = 0, errors: str = "") -> Output:
    """Make what a command answers."""
    return Output(exit_code=exit_code, stdout=text.encode(), stderr=errors.encode(), seconds=0.0)


class Scripted:
    """A link whose answers are prepared: an Output, or an error to be raised; the last one is repeated."""

    def __init__(self, answers: Iterable[Output | Exception]) -> None:
        self._answers: Iterator[Output | Exception] = iter(answers)
        self._last: Output | Exception | None = None
        self.commands: list[str] = []
        self.dropped = 0
        self.is_lost = False
        self.address = "root@pbx"

    def connection(self) -> Connection:
        """Give itself: the commands are what matters."""
        return self  # type: ignore[return-value]

    def drop_connection(self) -> None:
        """Count."""
        self.dropped += 1

    def run(
        self, command: str, *, deadline: float | None = None, stdin: bytes = b"", changes: bool = False
    ) -> Output:
        """Give the next prepared answer."""
        self.commands.append(command)
        self._last = next(self._answers, self._last)
        if isinstance(self._last, Exception):
            raise self._last
        assert self._last is not None
        return self._last


class Machine:
    """A hypervisor of a machine that is on; each question can be made to go wrong."""

    def __init__(self, **wrong: Callable[[], object]) -> None:
        self.state = PowerState(power=Power.ON)
        self.taken: SnapshotFacts | None = None
        self.acts: list[str] = []
        self.others: tuple[Listed, ...] = ()
        self._wrong = wrong

    def identity(self) -> Vm:
        """Name it."""
        return Vm(name="TVOX1", uuid=ONE)

    def power(self) -> PowerState:
        """Tell what it was set to."""
        return self.state

    def shutdown(self) -> bool:
        """Go off at once."""
        self._do("shutdown", lambda: self._set(Power.OFF))
        return True

    def start(self) -> None:
        """Go on at once."""
        self._do("start", lambda: self._set(Power.ON))

    def take_snapshot(self, name: str, description: str) -> None:
        """Keep it."""
        self._do("take_snapshot", lambda: self._keep(name))

    def find_snapshot(self, name: str) -> SnapshotFacts | None:
        """Give what was kept."""
        self._do("find_snapshot", lambda: None)
        return self.taken

    def snapshots(self) -> tuple[Listed, ...]:
        """Name one that somebody else took."""
        return (Listed(name="before-christmas", id="1"), *self.others)

    def disks(self) -> tuple[Disk, ...]:
        """Name the one there is."""
        return (Disk(name="vda"),)

    def room(self) -> Room | None:
        """Have plenty."""
        return Room(free_bytes=80 << 30, size_bytes=100 << 30, provisioned_bytes=40 << 30)

    def no_way_back(self) -> str:
        """See no hindrance."""
        return ""

    def revert(self, snapshot: Listed) -> None:
        """Be off."""
        self._do("revert", lambda: self._set(Power.OFF))

    def delete(self, snapshot: Listed) -> None:
        """Forget it."""
        self._do("delete", lambda: setattr(self, "taken", None))

    def chained(self) -> tuple[str, ...]:
        """Hang on nothing."""
        return ()

    def _set(self, power: Power) -> None:
        self.state = PowerState(power=power, reason="shutdown")

    def _keep(self, name: str) -> None:
        self.taken = SnapshotFacts(
            name=name,
            id="7",
            taken_at=datetime.now(UTC),
            was_off=self.state.power is Power.OFF,
            without_memory=True,
            disks_covered=("vda",),
        )

    def _do(self, name: str, normally: Callable[[], object]) -> None:
        self.acts.append(name)
        self._wrong.get(name, normally)()


def refuse() -> None:
    """Go wrong as an adapter does."""
    raise ObservationError("the datastore is full")
