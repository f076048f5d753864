"""Each condition of the preflight, over recorded output, a fake hypervisor and what persons wrote."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from procedure.conditions import (
    activity,
    approval,
    backup,
    clock,
    console,
    coverage,
    customisations,
    datastore,
    evidence_place,
    evidence_room,
    identity,
    keep,
    licence,
    mains,
    mcs,
    patch,
    power,
    rehearsal,
    release,
    role,
    snapshot,
    space,
    support,
    tools,
    way_back,
    window,
)
from procedure.hypervisors import Disk, Listed, Power, PowerState, Room, Vm
from tests.procedure.ground import BY_HAND, ground, word
from tests.procedure.machine import TWO, Machine
from tests.uat.checks.recording import Said
from uat.errors import ObservationError
from uat.model import (
    Contact,
    KeepSnapshot,
    Limits,
    Outcome,
    Patch,
    Phase,
    Releases,
    Result,
    Role,
    Source,
    System,
    Upgrade,
    Window,
)

PASSED, FAILED, NOT_APPLICABLE = Outcome.PASSED, Outcome.FAILED, Outcome.NOT_APPLICABLE
GB = 1 << 30
CONTENT = b"the patch"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def a_patch(**other: str) -> Patch:
    fields: dict[str, Any] = {"release": "22.0.17", "sha256": SHA256, "source": Source(file="acme.yaml")}
    return Patch(**(fields | (other or {"on_target": "/root/p.run"})))


def planned(**other: Any) -> Upgrade:
    return Upgrade(patches=(a_patch(),), **other)


def machine(**answers: Any) -> Machine:
    """A fake hypervisor that answers some questions as it is told."""
    made = Machine()
    for question, answer in answers.items():
        setattr(made, question, lambda answer=answer: answer)
    return made


@pytest.mark.parametrize(("uuid", "outcome"), [(None, PASSED), (TWO, FAILED)])
def test_identity(uuid: str | None, outcome: Outcome) -> None:
    """Guest, hypervisor and checklist must name the same UUID; the facts name all three."""
    vm = machine(identity=Vm(name="TVOX1", uuid=uuid)) if uuid else Machine()
    finding = identity.look(ground(machine=vm))
    assert finding.outcome is outcome
    assert uuid is None or finding.facts["vm_uuid"] == uuid


@pytest.mark.parametrize(
    ("said", "outcome"), [("21.0.26", PASSED), ("21.0.026", PASSED), ("21.0.5", FAILED), ("22.0.0", FAILED)]
)
def test_release(said: str, outcome: Outcome, monkeypatch: pytest.MonkeyPatch) -> None:
    """The product must say the release that the plan starts from."""
    monkeypatch.setattr(release, "release", lambda probe: said)
    upgrade = Upgrade(release=Releases(pre="21.0.26", post="22.0.17"))
    finding = release.look(ground(upgrade=upgrade))
    assert (finding.outcome, finding.facts) == (outcome, {"expected": "21.0.26", "found": said})


def test_a_release_that_nobody_planned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without `upgrade.release.pre` nothing says that the plan fits."""
    monkeypatch.setattr(release, "release", lambda probe: "21.0.26")
    assert release.look(ground()).outcome is FAILED


def test_a_product_that_does_not_tell_its_release() -> None:
    """No answer is no release: an error, not a pass."""
    with pytest.raises(ObservationError, match=r"system\.web"):
        release.look(ground(upgrade=Upgrade(release=Releases(pre="", post=""))))


NO_SIGNS = {role._SIGNS: Said(exit_code=1)}


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [("stand_alone", PASSED), ("redundant", FAILED), ("branch", FAILED), ("disaster_recovery", FAILED)],
)
def test_role_by_a_person(answer: str, outcome: Outcome) -> None:
    """Only a stand-alone machine is upgraded; a person says which it is where the machine does not."""
    assert role.look(ground(NO_SIGNS, written={"role": word(answer)})).outcome is outcome


def test_a_second_node_is_believed_more_than_a_person() -> None:
    """A second node in /etc/hosts refuses the machine, whatever was answered."""
    hosts = "10.20.30.41 tam02\n"
    finding = role.look(ground({role._SIGNS: hosts}, written={"role": word("stand_alone")}))
    assert (finding.outcome, finding.facts) == (FAILED, {"second_node": "10.20.30.41 tam02"})


@pytest.mark.parametrize(("said", "outcome"), [("role=alone\n", PASSED), ("role=slave\n", FAILED), ("", FAILED)])
def test_role_as_the_checklist_reads_it(said: str, outcome: Outcome) -> None:
    """A customer's file may say which command tells the role, and what it then prints."""
    told = Role(run="cat /opt/role", stand_alone="^role=alone$", reviewed_by="M. Rossi")
    assert role.look(ground({"cat /opt/role": said}, upgrade=Upgrade(role=told))).outcome is outcome


@pytest.mark.parametrize(
    ("printed", "missing", "outcome"), [("", [], PASSED), ("screen\nflock\n", ["screen", "flock"], FAILED)]
)
def test_tools(printed: str, missing: list[str], outcome: Outcome) -> None:
    """Every tool must be there; those that are missing are named."""
    finding = tools.look(ground({f"PATH=$PATH:/usr/sbin:/sbin; {tools._QUESTION}": printed}))
    assert (finding.outcome, finding.facts["missing"]) == (outcome, missing)


def df(path: str, used: int, free: int) -> dict[str, str]:
    """What df prints of a disk, in blocks of 1024 bytes."""
    blocks = f"Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/vda {used + free} {used} {free} 5% /\n"
    inodes = "Filesystem Inodes IUsed IFree IUse% Mounted on\n/dev/vda 100 10 90 10% /\n"
    return {f"df -P -k {path} && df -P -i {path}": blocks + inodes}


@pytest.mark.parametrize(
    ("used", "free", "patch_bytes", "outcome"),
    [
        (4_000, 6_000, 1_000, PASSED),
        (5_000, 5_000, 1_000, FAILED),
        (6_000, 4_000, 1_000, FAILED),
        (100, 6_000, 3 * 1024 * 1_000, FAILED),
    ],
    ids=["60 % free", "exactly 50 % free", "40 % free", "less than three times the patch"],
)
def test_space(used: int, free: int, patch_bytes: int, outcome: Outcome) -> None:
    """More than 50 % must be free, and three times the patches' size; the fullest disk counts."""
    answers = {space._QUESTION: "/\n/var/lib\n", "wc -c < /root/p.run": f"{patch_bytes}\n"}
    answers |= df("/", 10, 990) | df("/var/lib", used, free)
    finding = space.look(ground(answers, upgrade=planned()))
    assert finding.outcome is outcome
    assert (finding.facts["path"], finding.facts["needed_bytes"]) == ("/var/lib", 3 * patch_bytes)


@pytest.mark.parametrize(
    ("offset", "outcome", "noticeable"),
    [(0.0, PASSED, False), (-3.0, PASSED, True), (59.0, PASSED, True), (61.0, FAILED, True), (-312.0, FAILED, True)],
)
def test_clock(offset: float, outcome: Outcome, noticeable: bool) -> None:
    """More than 2 s is pointed out, more than 60 s stops; ahead or behind does not matter."""
    finding = clock.look(ground({"date +%s.%N": f"{time.time() - 0.1 + offset:.9f}\n"}))
    assert (finding.outcome, finding.facts["noticeable"]) == (outcome, noticeable)
    assert abs(finding.facts["offset_seconds"] - offset) < 1


PS = """\
    1 root     Tue Nov 24 21:00:01 2026 /sbin/init
  900 root     Tue Nov 24 21:00:09 2026 sshd: root@notty
 1414 mrossi   Tue Nov  3 22:10:11 2026 sh /root/tvox-22.0.17.run
 1500 root     Tue Nov 24 22:10:12 2026 python3 /opt/telenia/updater.py --all
 1600 root     Tue Nov 24 22:10:13 2026 SCREEN -dmS tvox-uat-22.0.17 sh /var/lib/tvox-uat/dead-22.0.17/wrapper
 1700 root     Tue Nov 24 22:10:14 2026 sh /var/lib/tvox-uat/0badcafe-patches/tvox-22.0.17.run
 1800 anna     Tue Nov 24 22:10:15 2026 bash /tmp/p.run
"""


def test_activity_of_others() -> None:
    """A patch's process, an updater and a session of another run are named: pid, user, since when; ours is not."""
    finding = activity.look(ground({activity._PROCESSES: PS, activity._ATTEMPTS: ""}, upgrade=planned()))
    assert finding.outcome is FAILED
    assert [line.split(":")[0] for line in finding.facts["processes"]] == [
        "1414 mrossi, Tue Nov  3 22",
        "1500 root, Tue Nov 24 22",
        "1600 root, Tue Nov 24 22",
        "1800 anna, Tue Nov 24 22",
    ]


def test_an_attempt_left_half_way() -> None:
    """An attempt without an exit code stops, with owner and time; one of this very run does not."""
    listed = "1795555555 root dead-22.0.17/command\n1795555555 root 0badcafe-22.0.17/command\n"
    finding = activity.look(ground({activity._PROCESSES: "", activity._ATTEMPTS: listed}, upgrade=planned()))
    assert finding.outcome is FAILED
    assert finding.facts["attempts"] == ["/var/lib/tvox-uat/dead-22.0.17 root, 2026-11-24 21:25 UTC"]


def test_a_rehearsal_is_no_patch() -> None:
    """One that a killed session left behind changes nothing and ends by itself: it keeps nobody from beginning."""
    place = "/var/lib/tvox-uat/rehearsal-dead-8c34"
    command = f"SCREEN -dmS tvox-uat-rehearsal-dead-8c34 sh {place}/wrapper outer {place}"
    answers = {
        activity._PROCESSES: f"  98 root     Wed Nov 25 05:30:03 2026 {command}\n",
        activity._ATTEMPTS: "1795555555 root rehearsal-dead-8c34/command\n",
    }
    assert activity.look(ground(answers, upgrade=planned())).outcome is PASSED


def test_a_quiet_machine() -> None:
    """Where nobody patches the condition holds."""
    answers = {activity._PROCESSES: PS.split("\n")[0], activity._ATTEMPTS: ""}
    assert activity.look(ground(answers, upgrade=planned())).outcome is PASSED


@pytest.mark.parametrize(("content", "outcome"), [(CONTENT, PASSED), (b"the patck", FAILED), (None, FAILED)])
def test_a_patch_here(content: bytes | None, outcome: Outcome, tmp_path: Path) -> None:
    """A patch that is not there, or another one, is refused."""
    if content is not None:
        (tmp_path / "p.run").write_bytes(content)
    upgrade = Upgrade(patches=(a_patch(file="p.run"),))
    assert patch.look(ground(upgrade=upgrade, path=str(tmp_path / "acme.yaml"))).outcome is outcome


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        (Said(stdout=f"{SHA256}  -\n"), PASSED),
        (Said(stdout=f"{'0' * 64}  -\n"), FAILED),
        (Said(exit_code=1, stderr="sh: /root/p.run: No such file or directory"), FAILED),
    ],
)
def test_a_patch_on_the_machine(said: Said, outcome: Outcome) -> None:
    """What lies on the machine is hashed there."""
    assert patch.look(ground({"sha256sum < /root/p.run": said}, upgrade=planned())).outcome is outcome


def test_power() -> None:
    """The machine must be on."""
    assert power.look(ground()).outcome is PASSED
    assert power.look(ground(machine=machine(power=PowerState(power=Power.PAUSED)))).outcome is FAILED


def test_snapshots_of_others() -> None:
    """Each snapshot of somebody else is named with its age; one of this run does not count."""
    taken = datetime.now(UTC) - timedelta(days=400)
    listed = (Listed(name="before-christmas", id="1", taken_at=taken), Listed(name="tvox-uat-0badcafe", id="2"))
    finding = snapshot.look(ground(machine=machine(snapshots=listed)))
    assert finding.outcome is FAILED
    (told,) = finding.facts["others"]
    assert told.startswith("before-christmas (") and told.endswith("400 d)")


def test_no_snapshots() -> None:
    """Without one the condition holds."""
    assert snapshot.look(ground(machine=machine(snapshots=()))).outcome is PASSED


@pytest.mark.parametrize(
    ("disks", "outcome"),
    [((Disk(name="vda"),), PASSED), ((Disk(name="vda"), Disk(name="vdb", reason="raw")), FAILED), ((), FAILED)],
)
def test_coverage(disks: tuple[Disk, ...], outcome: Outcome) -> None:
    """Every disk must be in the snapshot; a machine without disks is none."""
    assert coverage.look(ground(machine=machine(disks=disks))).outcome is outcome


@pytest.mark.parametrize(("said", "outcome"), [("", PASSED), ("vda: external", FAILED)])
def test_way_back(said: str, outcome: Outcome) -> None:
    """What stands in the way of going back stops before anything is changed."""
    assert way_back.look(ground(machine=machine(no_way_back=said))).outcome is outcome


@pytest.mark.parametrize(
    ("free", "size", "provisioned", "patch_bytes", "outcome"),
    [
        (50 * GB, 100 * GB, 40 * GB, GB, PASSED),
        (19 * GB, 100 * GB, 1 * GB, 1, FAILED),
        (47 * GB, 100 * GB, 40 * GB, 1, FAILED),
        (50 * GB, 100 * GB, 10 * GB, 11 * GB, FAILED),
    ],
    ids=["room", "under 20 %", "under 1.2 times the disks", "under 5 times the patch"],
)
def test_datastore(free: int, size: int, provisioned: int, patch_bytes: int, outcome: Outcome) -> None:
    """The largest of three needs must be free."""
    room = Room(free_bytes=free, size_bytes=size, provisioned_bytes=provisioned)
    answers = {"wc -c < /root/p.run": f"{patch_bytes}\n"}
    assert datastore.look(ground(answers, machine=machine(room=room), upgrade=planned())).outcome is outcome


def test_a_datastore_that_is_not_told() -> None:
    """Where the hypervisor cannot tell, the condition means nothing, and says why."""
    finding = datastore.look(ground(machine=machine(room=None), upgrade=planned()))
    assert (finding.outcome, finding.reason) == (NOT_APPLICABLE, "not_told")


BY_WORD: dict[str, tuple[Callable[..., Any], str, str]] = {
    "power": (power.look, "on", "off"),
    "snapshot": (snapshot.look, "none", "present"),
    "coverage": (coverage.look, "yes", "no"),
    "way_back": (way_back.look, "yes", "no"),
    "datastore": (datastore.look, "yes", "no"),
    "licence": (licence.look, "yes", "no"),
    "console": (console.look, "yes", "no"),
    "backup": (backup.look, "none", "due"),
    "customisations": (customisations.look, "none", "present"),
    "approval": (approval.look, "yes", "no"),
}


@pytest.mark.parametrize("condition", BY_WORD)
def test_a_persons_word(condition: str) -> None:
    """Where only a person sees it their word decides, and it is kept with their name."""
    look, good, bad = BY_WORD[condition]
    for answer, outcome in ((good, PASSED), (bad, FAILED)):
        finding = look(ground(written={condition: word(answer)}, system=System(hypervisor=BY_HAND)))
        assert (finding.outcome, finding.evidence[0].label, finding.evidence[0].viewpoint) == (
            outcome,
            "M. Rossi",
            "person",
        )


@pytest.mark.parametrize(("answer", "outcome"), [("none", NOT_APPLICABLE), ("22.1.0", PASSED), ("10.26", FAILED)])
def test_mcs(answer: str, outcome: Outcome) -> None:
    """An MCS must have reached the new release; without one there is nothing to reach."""
    assert mcs.look(ground(written={"mcs": word(answer)}, upgrade=planned())).outcome is outcome


@pytest.mark.parametrize(
    ("contact", "outcome"),
    [
        (Contact(phone="045 2224660", hours="lun-ven 8-18"), PASSED),
        (Contact(email="a@b.it", hours="lun-ven 8-18"), PASSED),
        (Contact(phone="045 2224660"), FAILED),
        (Contact(hours="lun-ven 8-18"), FAILED),
        (None, FAILED),
    ],
)
def test_support(contact: Contact | None, outcome: Outcome) -> None:
    """A way to Telenia and the hours must be written down."""
    assert support.look(ground(contacts={"telenia": contact} if contact else {})).outcome is outcome


@pytest.mark.parametrize(
    ("answer", "note", "seconds", "outcome"),
    [
        ("72h", "", 259200, PASSED),
        ("3d", "", 259200, PASSED),
        ("week", "", 604800, PASSED),
        ("1w", "", 604800, PASSED),
        ("24h", "poco spazio", 86400, PASSED),
        ("24h", "", 86400, FAILED),
        ("0h", "perché sì", 0, FAILED),
        ("8d", "più sicuro", 691200, FAILED),
    ],
)
def test_keep(answer: str, note: str, seconds: int, outcome: Outcome) -> None:
    """72 h and a week need no reason, less does, more is refused; who answers for it is recorded."""
    finding = keep.look(ground(written={"keep": word(answer, note)}))
    assert (finding.outcome, finding.facts["keep_seconds"]) == (outcome, seconds)
    assert finding.facts["answered_by"] == "M. Rossi"


@pytest.mark.parametrize(
    ("seconds", "owner", "outcome"),
    [(259200, "M. Rossi", PASSED), (604800, "M. Rossi", PASSED), (691200, "M. Rossi", FAILED), (86400, " ", FAILED)],
)
def test_keep_as_the_checklist_says(seconds: int, owner: str, outcome: Outcome) -> None:
    """A choice that stands in the checklist is not asked for again; its owner must have a name."""
    chosen = KeepSnapshot.model_validate({"for": seconds, "owner": owner})
    finding = keep.look(ground(upgrade=Upgrade(keep_snapshot=chosen)))
    assert (finding.outcome, finding.facts["keep_seconds"]) == (outcome, seconds)


HOURS = timedelta(hours=1)


@pytest.mark.parametrize(
    ("begins", "ends", "in_upgrade", "in_preflight"),
    [(-1, 1, PASSED, PASSED), (1, 2, FAILED, PASSED), (-2, -1, FAILED, FAILED)],
    ids=["now", "to come", "over"],
)
def test_window(begins: int, ends: int, in_upgrade: Outcome, in_preflight: Outcome) -> None:
    """An upgrade is inside its window; days before, the window must only not be over."""
    now = datetime.now(UTC)
    upgrade = Upgrade(window=Window(start=now + begins * HOURS, end=now + ends * HOURS))
    assert window.look(ground(upgrade=upgrade)).outcome is in_upgrade
    assert window.look(ground(upgrade=upgrade, phase=Phase.PREFLIGHT)).outcome is in_preflight


def test_no_window() -> None:
    """Without a window nothing was agreed."""
    assert window.look(ground()).outcome is FAILED


@pytest.mark.parametrize(("by", "own"), [("luca bianchi", True), ("C. Verdi", False)])
def test_who_approves_their_own_change_is_shown(by: str, own: bool) -> None:
    """It is allowed to approve what one does oneself, and it is shown."""
    finding = approval.look(ground(written={"approval": word("yes", answered_by=by)}))
    assert (finding.outcome, finding.facts["self_approved"]) == (PASSED, own)


@pytest.mark.parametrize(("needed", "outcome"), [(1, PASSED), (1 << 60, FAILED)])
def test_evidence_room(needed: int, outcome: Outcome) -> None:
    """The evidence must have its room here; the folder itself need not be there yet."""
    finding = evidence_room.look(ground(limits=Limits(evidence_room_bytes=needed)))
    assert (finding.outcome, finding.facts["needed_bytes"]) == (outcome, needed)


MOUNTS = """\
sysfs /sys sysfs rw 0 0
/dev/sda1 / ext4 rw 0 0
nas:/home /home nfs4 rw 0 0
/dev/sdb1 /home/local\\040disk ext4 rw 0 0
me@host: /home/remote fuse.sshfs rw 0 0
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/srv/evidence", "ext4"),
        ("/home/anna/evidence", "nfs4"),
        ("/home/local disk/evidence", "ext4"),
        ("/home/remote/x", "fuse.sshfs"),
        ("/homes/x", "ext4"),
    ],
)
def test_file_system(folder: str, kind: str) -> None:
    """The file system is that of the nearest mount above, blanks in its name included."""
    assert evidence_place.file_system(Path(folder), MOUNTS) == kind


@pytest.mark.parametrize(
    ("folder", "mounts", "outcome"),
    [
        ("/srv/evidence", MOUNTS, PASSED),
        ("/home/anna/evidence", MOUNTS, FAILED),
        ("/home/remote/evidence", MOUNTS, FAILED),
        ("/srv/OneDrive - ACME/evidence", MOUNTS, FAILED),
        ("/srv/Dropbox/evidence", "", FAILED),
        ("/srv/nextcloud-backup-tool/evidence", "", FAILED),
        ("/srv/evidence", "", PASSED),
    ],
)
def test_evidence_place(folder: str, mounts: str, outcome: Outcome, monkeypatch: pytest.MonkeyPatch) -> None:
    """A network share and a folder that something synchronises are refused."""
    monkeypatch.setattr(evidence_place, "_mounts", lambda: mounts)
    here = ground()
    here.session.folder = Path(folder)
    assert evidence_place.look(here).outcome is outcome


SUPPLIES: list[tuple[dict[str, dict[str, str]], bool | None]] = [
    ({}, None),
    ({"AC": {"type": "Mains", "online": "1"}}, None),
    ({"hidpp": {"type": "Battery", "scope": "Device", "status": "Discharging"}}, None),
    ({"AC": {"type": "Mains", "online": "1"}, "BAT0": {"type": "Battery", "status": "Charging"}}, True),
    ({"AC": {"type": "Mains", "online": "0"}, "BAT0": {"type": "Battery", "status": "Discharging"}}, False),
    ({"ucsi": {"type": "USB", "online": "1"}, "BAT0": {"type": "Battery", "status": "Full"}}, True),
    ({"BAT0": {"type": "Battery", "status": "Discharging"}}, False),
    ({"BAT0": {"type": "Battery", "status": "Not charging"}}, True),
]


@pytest.mark.parametrize(("supplies", "expected"), SUPPLIES)
def test_mains(supplies: dict[str, dict[str, str]], expected: bool | None, tmp_path: Path) -> None:
    """A laptop that runs on its battery is told from one that is fed, and from a computer without a battery."""
    for name, files in supplies.items():
        (tmp_path / name).mkdir()
        for file, text in files.items():
            (tmp_path / name / file).write_text(f"{text}\n")
    assert mains.is_on_mains(tmp_path) is expected


def test_elsewhere_a_person_says_whether_there_is_power(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows and macOS do not tell us: the person does."""
    monkeypatch.setattr("sys.platform", "win32")
    assert mains.look(ground(written={"mains": word("no")})).outcome is FAILED


def test_nobody_rehearses_on_a_machine_that_may_be_the_wrong_one() -> None:
    """The rehearsal is blocked while identity, role, tools or activity do not hold; nothing is started."""
    results = {
        name: Result(check_id=name, phase=Phase.PREFLIGHT, outcome=outcome, started_at=datetime.now(UTC))
        for name, outcome in (("identity", FAILED), ("role", PASSED), ("tools", PASSED))
    }
    finding = rehearsal.look(ground(results=results))
    assert (finding.outcome, finding.facts) == (Outcome.BLOCKED, {"conditions": ["identity", "activity"]})
