"""What must hold after every night, whatever was done to it: each function is one sentence, checked in the world."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.faults.scene import Scene
from uat import journal
from uat.journal import JournalError
from uat.model import Outcome, Run, Step

FINISHED, STOPPED = 0, 10


@dataclass(frozen=True, kw_only=True)
class World:
    """What is really there after a night: effects in their order, snapshots, the journals, the last exit code.

    ``runs`` are all that can be read; ``damaged`` says what was wrong with the others. ``releases`` are planned.
    """

    events: tuple[tuple[str, ...], ...]
    snapshots: tuple[str, ...]
    foreign: tuple[str, ...]
    foreign_taken: tuple[str, ...]
    is_on: bool
    runs: tuple[Run, ...]
    damaged: tuple[str, ...]
    last_exit: int
    releases: tuple[str, ...]

    def told(self, word: str) -> list[tuple[str, ...]]:
        """List the effects of one kind."""
        return [event for event in self.events if event[0] == word]

    @property
    def steps(self) -> list[Step]:
        """List the steps of all runs, as last written."""
        return [step for run in self.runs for step in run.steps]

    def has_passed(self, name: str) -> list[Step]:
        """List the steps of one name that the journals call passed."""
        return [step for step in self.steps if step.name == name and step.outcome is Outcome.PASSED]


Rule = Callable[[World], Iterator[str]]


def no_patch_starts_twice(world: World) -> Iterator[str]:
    """A patch is never started twice."""
    for release, count in Counter(event[1] for event in world.told("patch")).items():
        if count > 1:
            yield f"patch {release} was started {count} times"


def no_reboot_without_completion(world: World) -> Iterator[str]:
    """The machine is never asked to reboot unless a patch completed since it booted last."""
    completed = False
    for event in world.events:
        completed = (completed or event[0] == "completed") and event[0] != "boot"
        if event[0] == "reboot" and not completed:
            yield "a reboot was asked for and no patch had completed in this life of the machine"


def one_reboot_a_patch(world: World) -> Iterator[str]:
    """No more reboots are asked for than patches completed."""
    asked, completed = len(world.told("reboot")), len(world.told("completed"))
    if asked > completed:
        yield f"{asked} reboots were asked for, {completed} patches completed"


def no_patch_without_snapshot(world: World) -> Iterator[str]:
    """No patch starts before a snapshot of ours was taken with the machine off."""
    taken = False
    for event in world.events:
        taken = taken or (event[0] == "snapshot" and event[2].startswith("tvox-uat-") and event[3] == "off")
        if event[0] == "patch" and not taken:
            yield f"patch {event[1]} was started without a snapshot of a machine that was off"


def one_snapshot(world: World) -> Iterator[str]:
    """No run takes a second snapshot."""
    names = Counter(event[2] for event in world.told("snapshot") if event[2].startswith("tvox-uat-"))
    for name, count in names.items():
        if count > 1:
            yield f"{count} snapshots were taken as {name}"
    if len(names) > 1:
        yield f"several snapshots of ours: {', '.join(names)}"


def no_snapshot_is_lost(world: World) -> Iterator[str]:
    """A snapshot of ours, once taken, is still there; nothing deleted it and nothing went back to it."""
    for event in world.told("snapshot"):
        if event[2].startswith("tvox-uat-") and event[2] not in world.snapshots:
            yield f"the snapshot {event[2]} is gone"
    for event in (*world.told("delete"), *world.told("revert")):
        yield f"the program asked for {' '.join(event)} on its own initiative"


def no_snapshot_is_forgotten(world: World) -> Iterator[str]:
    """A snapshot that was taken belongs to a run whose journal says that it was about to be taken."""
    meant = {step.intent.get("name") for step in world.steps if step.name == "snapshot"}
    for name in world.snapshots:
        if name not in meant and not world.damaged:
            yield f"no journal knows of the snapshot {name}"


def foreign_snapshots_stay(world: World) -> Iterator[str]:
    """Somebody else's snapshot is never touched."""
    for name in world.foreign_taken:
        if name not in world.foreign:
            yield f"the foreign snapshot {name} is gone"


def journals_verify(world: World) -> Iterator[str]:
    """Every journal can be read, and its chain holds."""
    yield from world.damaged


def what_is_called_done_was_done(world: World) -> Iterator[str]:
    """A step that a journal calls passed has its effect in the world."""
    completed = {event[1] for event in world.told("completed")}
    for step in world.has_passed("patch"):
        if step.release not in completed:
            yield f"the journal says that patch {step.release} completed; it did not"
    if len(world.has_passed("reboot")) > len(world.told("reboot")):
        yield "the journal knows of more reboots than were asked for"
    if world.has_passed("snapshot") and not any(one[2].startswith("tvox-uat-") for one in world.told("snapshot")):
        yield "the journal says that a snapshot was taken; none was"


def what_was_done_was_announced(world: World) -> Iterator[str]:
    """Nothing is done before the journal says that it is about to be; a lost laptop's journal is not here to tell."""
    if world.damaged or any(one.adopted for run in world.runs for one in run.resumptions):
        return
    begun = {(step.name, step.release) for step in world.steps if step.was_begun}
    names = {name for name, _ in begun}
    for event in world.told("patch"):
        if ("patch", event[1]) not in begun:
            yield f"patch {event[1]} was started and no journal announces it"
    if world.told("reboot") and "reboot" not in names:
        yield "a reboot was asked for and no journal announces it"
    if world.snapshots and "snapshot" not in names:
        yield "a snapshot was taken and no journal announces it"


def success_is_true(world: World) -> Iterator[str]:
    """Exit code 0 is said only when every patch completed, in order, each followed by its reboot."""
    if world.last_exit != FINISHED:
        return
    order = [event[1] for event in world.told("completed")]
    if order != list(world.releases):
        yield f"exit code 0, and these patches completed: {', '.join(order) or 'none'}"
    if len(world.told("reboot")) != len(world.releases):
        yield f"exit code 0 after {len(world.told('reboot'))} reboots"


def the_customer_has_a_telephone(world: World) -> Iterator[str]:
    """When a session ends by itself the machine is on."""
    if world.last_exit >= 0 and not world.is_on:
        yield f"the session ended with {world.last_exit} and the machine is off"


RULES: tuple[Rule, ...] = (
    no_patch_starts_twice,
    no_reboot_without_completion,
    one_reboot_a_patch,
    no_patch_without_snapshot,
    one_snapshot,
    no_snapshot_is_lost,
    no_snapshot_is_forgotten,
    foreign_snapshots_stay,
    journals_verify,
    what_is_called_done_was_done,
    what_was_done_was_announced,
    success_is_true,
    the_customer_has_a_telephone,
)


def inspect(scene: Scene, last_exit: int) -> World:
    """Look at the world after a night: nothing of it is taken from what the program says of itself but journals."""
    lines = scene.pbx.events.read_text().splitlines()
    events = tuple(tuple(line.split(" ")) for line in lines)
    runs, damaged = _read(scene.folders)
    ours = {one.name for one in scene.bench.ours}
    names = tuple(one.name for one in scene.bench.snapshots)
    taken = [event[2] for event in events if event[0] == "snapshot"]
    return World(
        events=events,
        snapshots=tuple(name for name in names if name in ours),
        foreign=tuple(name for name in names if name not in ours),
        foreign_taken=tuple(name for name in taken if not name.startswith("tvox-uat-")),
        is_on=scene.pbx.is_on,
        runs=tuple(runs),
        damaged=tuple(damaged),
        last_exit=last_exit,
        releases=tuple(patch.release for patch in scene.patches),
    )


def violations(world: World) -> list[str]:
    """List what does not hold, each with the rule that says so."""
    return [f"{rule.__name__}: {said}" for rule in RULES for said in rule(world)]


def _read(folders: list[Path]) -> tuple[list[Run], list[str]]:
    runs, damaged = [], []
    for folder in folders:
        try:
            runs.append(journal.read(folder))
        except JournalError as error:
            # Killed while its very first line was written: there is no run yet, and nothing was looked at.
            if (folder / journal.NAME).read_bytes().count(b"\n"):
                damaged.append(str(error))
    return runs, damaged
