"""Closing: not before its date, on somebody's GO, one snapshot by id, no chain left, nothing of ours left."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from procedure import closing
from procedure.account import Account
from procedure.closing import Orders
from procedure.hypervisors import Listed
from tests.procedure.afterwards import TAKEN, Today, checklist, later, past, step, upgraded
from tests.procedure.machine import FAST, Scripted, output, refuse
from tests.procedure.test_hypervisors import Typist
from tests.procedure.test_rollback import stop_of
from uat.host import Output
from uat.model import KeepSnapshot, Outcome, Patch, Phase, Source, Upgrade

WEEK = TAKEN + timedelta(days=7)


def account() -> Account:
    return Account(lambda news: None)


def date(folder: Path, *, days: float, **orders: object) -> Account:
    told = account()
    now = TAKEN + timedelta(days=days)
    closing.require_date(past(folder), Orders.model_validate(orders), now=now, account=told)
    return told


def test_after_its_date(tmp_path: Path) -> None:
    """Once the time is over for which it was to be kept, nobody has to answer for it."""
    upgraded(tmp_path)
    assert date(tmp_path, days=7.01).facts["early"] is False


def test_the_choice_and_its_owner(tmp_path: Path) -> None:
    """The date is the chosen one, and the owner of that choice is recorded."""
    keep = KeepSnapshot.model_validate({"for": "72h", "owner": "M. Rossi"})
    upgraded(tmp_path, listed=checklist(upgrade=Upgrade(keep_snapshot=keep)))
    told = date(tmp_path, days=3.01)
    assert (told.facts["keep_owner"], told.facts["kept_until"]) == ("M. Rossi", "2026-12-01T21:06+00:00")
    assert stop_of(lambda: date(tmp_path, days=2.99)) == ("too_early", 12)


@pytest.mark.parametrize(
    "orders",
    [{}, {"early": True}, {"early": True, "reason": "x"}, {"early": True, "approved_by": "M"}, {"reason": "x"}],
)
def test_too_early(tmp_path: Path, orders: dict[str, object]) -> None:
    """Before its date it takes the word, a reason and a name."""
    upgraded(tmp_path)
    assert stop_of(lambda: date(tmp_path, days=6.99, **orders)) == ("too_early", 12)


def test_early_by_name(tmp_path: Path) -> None:
    """With all three it goes early, and all three are recorded."""
    upgraded(tmp_path)
    told = date(tmp_path, days=1, early=True, reason="the datastore is full", approved_by="M. Rossi")
    assert (told.facts["early_reason"], told.facts["approved_by"]) == ("the datastore is full", "M. Rossi")


def test_an_upgrade_that_did_not_end_well(tmp_path: Path) -> None:
    """The snapshot of an upgrade that stopped is the only way back: it goes only with a reason and a name."""
    upgraded(tmp_path, stop="no_marker", exit_code=10)
    assert stop_of(lambda: date(tmp_path, days=8)) == ("upgrade_open", 12)
    date(tmp_path, days=8, reason="mended by Telenia", approved_by="M. Rossi")


def decide(folder: Path, go: str = "", **answers: str) -> tuple[Account, list[dict[str, str]]]:
    told, shown = account(), []
    closing.decide(
        past(folder),
        Listed(name="tvox-uat-7f3a0001", id="7", size_bytes=3 << 30),
        Orders(go=go),
        ask=Typist(**answers),
        show=lambda key, **places: shown.append(places),
        age="3 d 2 h",
        size="3.0 GB",
        account=told,
    )
    return told, shown


def test_what_will_go_is_shown(tmp_path: Path) -> None:
    """Name, id, age and size are shown before anybody decides, and who decided is recorded."""
    upgraded(tmp_path)
    told, shown = decide(tmp_path, go="M. Rossi")
    assert shown == [{"name": "tvox-uat-7f3a0001", "id": "7", "age": "3 d 2 h", "size": "3.0 GB"}]
    assert told.facts["go_by"] == "M. Rossi"
    assert decide(tmp_path, close_go="go", who="A. Verdi")[0].facts["go_by"] == "A. Verdi"


@pytest.mark.parametrize("answers", [{"close_go": "no"}, {"close_go": "go", "who": " "}])
def test_nobody_decides(tmp_path: Path, answers: dict[str, str]) -> None:
    """Without a GO, or without a name to it, nothing is deleted."""
    upgraded(tmp_path)
    assert stop_of(lambda: decide(tmp_path, **answers)) == ("not_decided", 12)


def test_deleting() -> None:
    """That snapshot goes, once; the one that was there before stays, and the room is told."""
    machine, told = Today(), account()
    closing.delete(machine, machine.ours[0], account=told)
    assert machine.acts == ["delete"]
    assert told.facts["left"] == ["before-christmas"]
    assert told.facts["free_before_bytes"] == told.facts["free_after_bytes"] == 80 << 30


@pytest.mark.parametrize("wrong", [refuse, lambda: None], ids=["fails", "does nothing"])
def test_a_deletion_that_does_not_end(wrong: Callable[[], object]) -> None:
    """A deletion that fails, or leaves the snapshot in the list, is a stop; it is asked for once (E22)."""
    machine = Today(delete=wrong)
    assert stop_of(lambda: closing.delete(machine, machine.ours[0], account=account())) == ("delete_failed", 10)
    assert machine.acts == ["delete"]


def test_deleting_what_is_gone() -> None:
    """A snapshot that somebody deleted meanwhile is not asked for."""
    machine = Today()
    snapshot, machine.ours = machine.ours[0], ()
    assert stop_of(lambda: closing.delete(machine, snapshot, account=account())) == ("snapshot_missing", 10)
    assert machine.acts == []


def test_a_chain_that_stays() -> None:
    """A snapshot that is gone from the list while disks are still chained is a stop, with their names (E22)."""
    machine, told = Today(), account()
    closing.require_unchained(machine, account=told)
    machine.chains = ("vda",)
    assert stop_of(lambda: closing.require_unchained(machine, account=told)) == ("still_chained", 10)
    assert told.facts["disks_chained"] == ["vda"]


@pytest.mark.parametrize("outcome", [Outcome.PASSED, Outcome.RUNNING])
def test_who_deleted_it(tmp_path: Path, outcome: Outcome) -> None:
    """A snapshot that an earlier close deleted, or had begun to, was deleted by that close."""
    upgraded(tmp_path)
    assert closing.deleted_by(past(tmp_path)) == ""
    place = later(tmp_path, Phase.CLOSE, step(3, "delete", outcome))
    assert closing.deleted_by(past(tmp_path)) == f"Anna, {place.name.rpartition('-')[2]}"


ENDED = output("")


SHA = "a1" * 32
PATCH = Patch(release="22.0.17", file="patches/x.run", sha256=SHA, source=Source(file="acme.yaml"))


def removing(folder: Path, run_id: str) -> str:
    """Give the command that tidies up, for a folder of this computer."""
    return closing._removing(run_id, [f"/var/lib/tvox-uat/patches/{SHA}"]).replace(
        "/var/lib/tvox-uat", shlex.quote(str(folder))
    )


def test_what_is_removed(tmp_path: Path) -> None:
    """The run's own folders are listed and removed; another run's stay, and a link takes nothing with it."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "file").touch()
    place = tmp_path / "tvox-uat"
    for name in ("7f3a0001-22.0.17", "7f3a00012-22.0.17", "owner", f"patches/{SHA}", "patches/other"):
        (place / name).mkdir(parents=True)
    (place / "7f3a0001-link").symlink_to(tmp_path / "outside")
    said = subprocess.run(["sh", "-c", removing(place, "7f3a0001")], capture_output=True, text=True, check=True)
    assert sorted(line.split("\t")[1] for line in said.stdout.splitlines()) == [
        "7f3a0001-22.0.17",
        "7f3a0001-link",
        f"patches/{SHA}",
    ]
    assert sorted(path.name for path in place.iterdir()) == ["7f3a00012-22.0.17", "owner", "patches"]
    assert [path.name for path in (place / "patches").iterdir()] == ["other"]
    assert (tmp_path / "outside" / "file").exists()


def test_a_link_in_place_of_the_patches(tmp_path: Path) -> None:
    """Nothing is removed through a link that somebody put in the place of the folder of patches."""
    place = tmp_path / "tvox-uat"
    place.mkdir()
    (tmp_path / "outside" / SHA).mkdir(parents=True)
    (place / "patches").symlink_to(tmp_path / "outside")
    said = subprocess.run(["sh", "-c", removing(place, "7f3a0001")], capture_output=True, text=True, check=False)
    assert (said.returncode, said.stderr) == (1, "patches is a link\n")
    assert (tmp_path / "outside" / SHA).exists()


def test_nothing_to_remove(tmp_path: Path) -> None:
    """Where nothing of ours is, nothing is removed, and that is no error."""
    for place in (tmp_path, tmp_path / "none"):
        said = subprocess.run(["sh", "-c", removing(place, "7f3a0001")], capture_output=True, text=True, check=True)
        assert said.stdout == ""


class Answering(Scripted):
    """A machine whose patch is in a state, and which then tidies up."""

    def __init__(self, state: str) -> None:
        super().__init__([])
        self._state = state

    def run(self, command: str, **_: object) -> Output:
        self.commands.append(command)
        if "rm -rf" in command:
            return output("12\t7f3a0001-22.0.17\n")
        frame = re.findall(r"\b[0-9a-f]{16}\b", command)[-1]
        return output(f"{frame} {self._state} - 5f0c3c1e-97c4-4b5e-8a57-0b8f5d1a77c1 0 no_look 0\n")


def test_tidying_up() -> None:
    """What was removed is told, by name."""
    told = account()
    closing.tidy(Answering("never_started"), "7f3a0001", [PATCH], limits=FAST, account=told)
    assert told.facts["removed"] == ["12\t7f3a0001-22.0.17"]


@pytest.mark.parametrize("state", ["running", "orphaned"])
def test_a_patch_that_still_runs(state: str) -> None:
    """Nothing is removed under a patch that still runs."""
    link = Answering(state)
    told = stop_of(lambda: closing.tidy(link, "7f3a0001", [PATCH], limits=FAST, account=account()))
    assert told == ("not_tidied", 10)
    assert not any("rm -rf" in command for command in link.commands)
