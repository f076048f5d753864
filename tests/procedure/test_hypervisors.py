"""The socket of hypervisors: which one a checklist means, and the one that is a person."""

from __future__ import annotations

from datetime import datetime

import pytest

from procedure import hypervisors
from procedure.hypervisors import Hypervisor, Listed, Power
from procedure.hypervisors.manual import clock_time
from uat.errors import ObservationError
from uat.model import Limits
from uat.secret import Secrets

UUID = "00112233-4455-6677-8899-aabbccddeeff"
MANUAL = {"manual": {"vm": "TVOX1", "uuid": UUID, "where": "vCenter"}}


class Typist:
    """A person who types prepared answers, and remembers what was asked."""

    def __init__(self, **answers: str) -> None:
        self.answers = answers
        self.asked: list[tuple[str, dict[str, str]]] = []

    def __call__(self, key: str, /, choices: tuple[str, ...] = (), **places: str) -> str:
        self.asked.append((key, places))
        return self.answers.get(key, choices[0] if choices else "")


def manual(typist: Typist) -> Hypervisor:
    return hypervisors.choose(MANUAL).open(limits=Limits(), ask=typist, secret=Secrets().get)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "exactly one"),
        (MANUAL | {"libvirt": {"vm": "x", "uuid": "y"}}, "exactly one"),
        ({"libvrit": {"vm": "x", "uuid": "y"}}, "did you mean 'libvirt'"),
        ({"libvirt": {"vm": "x"}}, "uuid"),
        ({"libvirt": {"vm": "x", "uuid": "y", "url": "z"}}, "url"),
    ],
    ids=["none", "two", "misspelt", "incomplete", "unknown input"],
)
def test_what_cannot_be_chosen(settings: dict[str, dict[str, str]], said: str) -> None:
    """A checklist whose hypervisor cannot be used says why, before anything is looked at."""
    with pytest.raises(ValueError, match=said):
        hypervisors.choose(settings)


def test_a_person_takes_the_snapshot() -> None:
    """Name, time, that it was off and without memory: all of it is a person's word, with the person's name."""
    machine = manual(Typist(snapshot_time="00:00", snapshot_who="M. Rossi"))
    machine.take_snapshot("tvox-uat-1", "ACME")
    found = machine.find_snapshot("tvox-uat-1")
    assert found is not None
    assert (found.name, found.was_off, found.without_memory) == ("tvox-uat-1", True, True)
    assert (found.attested_by, found.taken_at.hour) == ("M. Rossi", 0)


@pytest.mark.parametrize("question", ["snapshot_off", "snapshot_without_memory"])
def test_a_person_who_says_no(question: str) -> None:
    """A snapshot of a running machine or with memory is kept as what it is."""
    machine = manual(Typist(snapshot_who="M. Rossi", **{question: "no"}))
    machine.take_snapshot("tvox-uat-1", "")
    found = machine.find_snapshot("tvox-uat-1")
    assert found is not None
    assert not (found.was_off and found.without_memory)


def test_a_person_who_does_not_see_it() -> None:
    """A snapshot that the person does not find when looking again is none."""
    machine = manual(Typist(snapshot_who="M. Rossi", snapshot_seen="no"))
    machine.take_snapshot("tvox-uat-1", "")
    assert machine.find_snapshot("tvox-uat-1") is None


def test_a_snapshot_of_another_day() -> None:
    """A snapshot that another session took is described by the person who sees it in the list now."""
    typist = Typist(snapshot_who="M. Rossi", snapshot_time="2026-01-10 21:30")
    found = manual(typist).find_snapshot("tvox-uat-1")
    assert found is not None
    assert (found.id, found.attested_by, found.taken_at.day) == ("tvox-uat-1", "M. Rossi", 10)


def test_a_person_reads_out_the_list() -> None:
    """The list of snapshots is a person's word, with the person's name."""
    machine = manual(Typist(snapshot_list="tvox-uat-1, backup", snapshot_who="M. Rossi"))
    assert [(one.name, one.attested_by) for one in machine.snapshots()] == [
        ("tvox-uat-1", "M. Rossi"),
        ("backup", "M. Rossi"),
    ]


def test_a_person_goes_back() -> None:
    """Going back is asked of a person, who must then see that the machine did; it is asked anew whether it is off."""
    typist = Typist(snapshot_who="M. Rossi", vm_power="off")
    machine = manual(typist)
    machine.power()
    machine.revert(Listed(name="tvox-uat-1", id="tvox-uat-1"))
    machine.power()
    assert [key for key, _ in typist.asked].count("vm_power") == 2
    typist.answers["snapshot_reverted"] = "no"
    with pytest.raises(ObservationError, match=r"M\. Rossi"):
        machine.revert(Listed(name="tvox-uat-1", id="tvox-uat-1"))


def test_a_person_deletes() -> None:
    """Deleting is asked of a person, who must then no longer see the snapshot in the list."""
    typist = Typist(snapshot_who="M. Rossi", snapshot_seen="no")
    manual(typist).delete(Listed(name="tvox-uat-1", id="tvox-uat-1"))
    assert [key for key, _ in typist.asked][:2] == ["snapshot_delete", "snapshot_seen"]
    typist.answers["snapshot_seen"] = "yes"
    with pytest.raises(ObservationError, match="still sees tvox-uat-1"):
        manual(typist).delete(Listed(name="tvox-uat-1", id="tvox-uat-1"))


@pytest.mark.parametrize(("answer", "expected"), [("yes", ("vm",)), ("no", ())])
def test_a_person_sees_a_chain(answer: str, expected: tuple[str, ...]) -> None:
    """Whether the disks wait to be consolidated is what the person sees."""
    assert manual(Typist(disks_chained=answer)).chained() == expected


def test_power_is_what_the_person_sees() -> None:
    """On and off are the person's answer."""
    assert manual(Typist(vm_power="off")).power().power is Power.OFF


def test_a_person_is_not_asked_twice_whether_it_is_off() -> None:
    """Once off, nobody is asked again until the machine is to be started."""
    typist = Typist(vm_power="off")
    machine = manual(typist)
    for _ in range(3):
        assert machine.power().power is Power.OFF
    assert len(typist.asked) == 1
    machine.start()
    typist.answers["vm_power"] = "on"
    assert machine.power().power is Power.ON


def test_the_guest_is_asked_another_way() -> None:
    """A person does not press the button: the guest is shut down from inside."""
    typist = Typist()
    assert manual(typist).shutdown() is False
    assert typist.asked == []


NOW = datetime(2026, 11, 28, 0, 30).astimezone()


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", NOW),
        ("00:10", NOW.replace(minute=10)),
        ("0.10", NOW.replace(minute=10)),
        ("23:50", NOW.replace(day=27, hour=23, minute=50)),
        ("2026-11-20 23:50", NOW.replace(day=20, hour=23, minute=50)),
        ("2026-11-28 00:31", None),
        ("2026-13-28 00:10", None),
        ("25:00", None),
        ("yesterday", None),
    ],
)
def test_clock_time(typed: str, expected: datetime | None) -> None:
    """A time of day is the last time that the clock showed it; with a date it is that one, if it has passed."""
    assert clock_time(typed, NOW) == expected
