"""A datastore that fills under a running patch, on the lab VM: its disk lies in a place that gets too small."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab import Lab, libvirtd, missing
from tests.procedure.upgrading import upgrade
from uat import journal

pytestmark = [
    pytest.mark.lab,
    pytest.mark.lab_full,
    pytest.mark.skipif(bool(missing()), reason="; ".join(missing())),
]
MARGIN_BYTES = 24 << 20
ROOM = "8g"


class Store:
    """A datastore in memory, of which one can take away the room and give it back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "lab", str(folder)], check=True)

    def shrink(self) -> None:
        """Leave hardly any room."""
        self._resize(str(shutil.disk_usage(self.folder).used + MARGIN_BYTES))

    def grow(self) -> None:
        """Free space, as the customer's storage administrator does."""
        self._resize(ROOM)

    def close(self) -> None:
        """Take it away."""
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True)

    def _resize(self, size: str) -> None:
        subprocess.run(["mount", "-o", f"remount,size={size}", str(self.folder)], check=True)


@pytest.fixture
def store() -> Iterator[Store]:
    """One with room; its path is short, for libvirt's sockets."""
    with tempfile.TemporaryDirectory(prefix="store") as folder:
        made = Store(Path(folder))
        yield made
        made.close()


@pytest.fixture
def lab(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """A lab whose disk lies in that datastore."""
    pytest.importorskip("libvirt", reason="libvirt-python is not installed (pip install 'tvox-uat[libvirt]')")
    monkeypatch.setenv("XDG_STATE_HOME", str(store.folder))
    made = Lab.named("full")
    made.reset()
    yield made
    made.down()


def test_e13_the_datastore_fills_during_the_patch(lab: Lab, store: Store, tmp_path: Path) -> None:
    """The machine stands still, which is said with its cause; with room again it runs on, and so does its patch."""
    lab.variant("22.0.0", "slow", seconds=60)
    administrator = threading.Thread(target=fill_and_free, args=(lab, store, tmp_path), daemon=True)
    administrator.start()
    ended = upgrade(lab, tmp_path, patches=("22.0.0",), retry_for="1m", outage_paused="1s", keepalive="2s")
    administrator.join()
    assert ended.exit_code == 0, ended.output
    (pause,) = ended.run.pauses
    assert (pause.full, pause.reason, pause.ended is not None) == (("vda",), "ioerror", True)
    terminal = " ".join(ended.output.split())
    assert "datastore is full (disk: vda)" in terminal
    assert "no longer paused" in terminal
    assert "datastore full (disk: vda)" in ended.report
    assert ended.step("patch", "22.0.0").observation["links_lost"] >= 1


def fill_and_free(lab: Lab, store: Store, folder: Path) -> None:
    """Fill the datastore under the patch; once the session says so, free it and let the machine run on."""
    while lab.run("grep -q 'Executing update script' /var/lib/tvox-uat/*/log", deadline=20)[0] != 0:
        time.sleep(2)
    store.shrink()
    lab.run("nohup dd if=/dev/urandom of=/var/tmp/fill bs=1M count=200 conv=fsync > /dev/null 2>&1 &", deadline=20)
    while not any(journal.read(path).pauses for path in folder.rglob("journal.jsonl")):
        time.sleep(1)
    store.grow()
    libvirtd.virsh(lab.state_dir, "resume", lab.domain)
