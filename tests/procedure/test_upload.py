"""A large file brought onto a real sshd, over links that break."""

from __future__ import annotations

import hashlib
import random
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from procedure.account import Account
from procedure.lifeline import Lifeline
from procedure.upload import _LOOK, upload
from tests.procedure.bench import LIMITS, Link, through
from tests.procedure.proxy import Proxy
from tests.sshd import Sshd
from uat.errors import ObservationError

MEGABYTE = 1_000_000
CONTENT = random.Random(1).randbytes(3 * MEGABYTE + 17)
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@pytest.fixture
def proxy(sshd: Sshd) -> Iterator[Proxy]:
    proxy = Proxy(sshd.port)
    yield proxy
    proxy.close()


@pytest.fixture
def lifeline(sshd: Sshd, proxy: Proxy) -> Iterator[Lifeline]:
    link = Link(through(sshd, proxy), LIMITS)
    yield Lifeline(link, limits=LIMITS, account=Account(lambda news: None))
    link.drop_connection()


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "p.run").write_bytes(CONTENT)
    return tmp_path / "p.run"


@pytest.fixture
def there(tmp_path: Path) -> Path:
    return tmp_path / "machine" / "it's here" / SHA256 / "p.run"


def bring(lifeline: Lifeline, here: Path, there: Path, *, sha256: str = SHA256) -> int:
    return upload(lifeline, here, str(there), sha256=sha256)


def test_it_arrives_whole_and_private(lifeline: Lifeline, here: Path, there: Path) -> None:
    """The file arrives byte for byte, for its owner only, and nothing else is left beside it."""
    assert bring(lifeline, here, there) == len(CONTENT)
    assert there.read_bytes() == CONTENT
    assert there.stat().st_mode & 0o777 == 0o600
    assert there.parent.stat().st_mode & 0o777 == 0o700
    assert names(there.parent) == ["p.run"]


def test_a_second_time_nothing_is_sent(lifeline: Lifeline, here: Path, there: Path, proxy: Proxy) -> None:
    """A file that lies there with the right hash is not sent again."""
    bring(lifeline, here, there)
    sent = proxy.sent_bytes
    assert bring(lifeline, here, there) == 0
    assert proxy.sent_bytes - sent < MEGABYTE / 10


def test_every_try_goes_on_where_the_last_one_stopped(
    lifeline: Lifeline, here: Path, there: Path, proxy: Proxy
) -> None:
    """Over a link that breaks after each megabyte three of them arrive; begun anew each time they never would."""
    proxy.delay = 0.01  # a reset throws away what the machine has not read yet: no link outruns its machine so far
    proxy.cut_each_after(MEGABYTE)
    bring(lifeline, here, there)
    assert there.read_bytes() == CONTENT
    assert proxy.cuts >= 3
    assert proxy.sent_bytes < 1.5 * len(CONTENT)


def test_a_later_run_goes_on(lifeline: Lifeline, here: Path, there: Path, proxy: Proxy) -> None:
    """What an interrupted run left is gone on with by the next one."""
    there.parent.mkdir(parents=True)
    there.with_name("p.run.part").write_bytes(CONTENT[: 2 * MEGABYTE])
    assert bring(lifeline, here, there) < 1.1 * MEGABYTE
    assert there.read_bytes() == CONTENT


@pytest.mark.parametrize(
    "part", [b"x" * MEGABYTE, CONTENT + b"more", CONTENT[:-1] + b"x"], ids=["other", "longer", "last byte"]
)
def test_a_part_that_is_not_ours(lifeline: Lifeline, here: Path, there: Path, part: bytes) -> None:
    """A part whose bytes are not those of the file is not built upon."""
    there.parent.mkdir(parents=True)
    there.with_name("p.run.part").write_bytes(part)
    bring(lifeline, here, there)
    assert there.read_bytes() == CONTENT


def test_another_file_at_its_place(lifeline: Lifeline, here: Path, there: Path) -> None:
    """A file of the same size with another hash is replaced, not believed."""
    there.parent.mkdir(parents=True)
    there.write_bytes(b"x" * len(CONTENT))
    bring(lifeline, here, there)
    assert there.read_bytes() == CONTENT


@pytest.mark.parametrize("planted", ["p.run", "p.run.part", "."])
def test_a_planted_link_is_not_followed(lifeline: Lifeline, here: Path, there: Path, planted: str) -> None:
    """A symbolic link where the file, its part or its folder is to be: refused, and what it points at stays."""
    victim = here.parent / "victim"
    if planted == ".":
        victim.mkdir()
        there.parent.parent.mkdir(parents=True)
        there.parent.symlink_to(victim)
    else:
        victim.write_text("precious")
        there.parent.mkdir(parents=True)
        (there.parent / planted).symlink_to(victim)
    with pytest.raises(ObservationError, match="symbolic link"):
        bring(lifeline, here, there)
    assert names(victim) == [] if victim.is_dir() else victim.read_text() == "precious"


def test_what_arrives_with_another_hash_is_not_kept(lifeline: Lifeline, here: Path, there: Path) -> None:
    """A file that is not what was agreed never comes to its place."""
    with pytest.raises(ObservationError, match="another hash"):
        bring(lifeline, here, there, sha256="0" * 64)
    assert names(there.parent) == []


def test_no_room(lifeline: Lifeline, here: Path, there: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not fit is refused before a byte of it is sent."""
    monkeypatch.setattr("procedure.upload._LOOK", "df() { echo / 1 1 1 1 /; }\n" + _LOOK)
    with pytest.raises(ObservationError, match="no room"):
        bring(lifeline, here, there)
    assert names(there.parent) == []


def test_a_black_hole_is_survived(lifeline: Lifeline, here: Path, there: Path, proxy: Proxy) -> None:
    """A link that swallows everything in the middle of the copy is given up, and the copy goes on over a new one."""
    told: list[int] = []

    def tell(done: int, size: int) -> None:
        told.append(done)
        if len(told) == 5:
            proxy.swallow()
            threading.Timer(3, proxy.mend).start()

    lifeline.limits = LIMITS.model_copy(update={"keepalive": 0.3, "keepalive_missed": 2})
    assert lifeline.losses == 0
    upload(lifeline, here, str(there), sha256=SHA256, on_progress=tell)
    assert there.read_bytes() == CONTENT
