"""What the link can do to a patch on a real sshd: the patch runs once all the same, and its state is told right."""

from __future__ import annotations

import random
import shutil
import threading
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from procedure import screen, steps
from procedure.account import Account
from procedure.attempt import Attempt, State
from procedure.boot import boot_id, wait_for_boot
from procedure.proof import CompletionProof, prove, read
from reports.visible import on_one_line
from tests.procedure.bench import LIMITS, Bench, through
from tests.procedure.machine import ONE, TWO
from tests.procedure.proxy import Proxy
from tests.sshd import Sshd
from uat.errors import ProcedureError
from uat.model import Limits, NewsKind

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, ("screen", "script", "flock"))), reason="no screen, script or flock here"
)

MARKER = "echo 'Update completed!'; echo 'Please REBOOT the machine!'"
TICKING = f"for i in 1 2 3 4 5 6 7 8 9 10; do echo line $i; sleep 0.2; done; {MARKER}"
TICKS = [f"line {i}" for i in range(1, 11)]
BRISK = LIMITS.model_copy(update={"keepalive": 0.3, "keepalive_missed": 2, "poll": 0.05, "unreachable": 20})
START_BYTES = 12_000
"""More than the whole exchange of a start takes, both ways; see `test_the_start_fits`."""


@pytest.fixture
def proxy(sshd: Sshd) -> Iterator[Proxy]:
    proxy = Proxy(sshd.port)
    yield proxy
    proxy.close()


@pytest.fixture
def bench(sshd: Sshd, proxy: Proxy, tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(through(sshd, proxy), tmp_path, BRISK)
    bench.link.connection()
    yield bench
    bench.close()


def completed(bench: Bench, ended: Attempt) -> CompletionProof:
    bench.fetch_log()
    return prove(ended, bench.log, release="22.0.17")


def ticks(bench: Bench) -> list[str]:
    return [line for line in bench.printed if line.startswith("line")]


def test_a1_a_reset_during_the_patch(bench: Bench, proxy: Proxy) -> None:
    """A1: the link is reset and stays away for a while; nothing of the output is missing or doubled."""
    bench.start(TICKING)
    threading.Timer(0.5, proxy.cut).start()
    threading.Timer(1.2, proxy.mend).start()
    completed(bench, bench.follow())
    assert ticks(bench) == TICKS
    assert len(bench.told(NewsKind.LINK_LOST)) == len(bench.told(NewsKind.LINK_BACK)) == 1


def test_a2_a_black_hole(bench: Bench, proxy: Proxy) -> None:
    """A2: a link that swallows everything is given up while it still does, and a new one goes on."""
    bench.start(TICKING)
    in_the_hole: list[bool] = []

    def swallow() -> None:
        proxy.swallow()
        bench.until(lambda: bool(bench.told(NewsKind.LINK_LOST)))
        in_the_hole.append(not bench.told(NewsKind.LINK_BACK))
        proxy.mend()

    hole = threading.Timer(0.5, swallow)
    hole.start()
    completed(bench, bench.follow())
    hole.join()
    assert in_the_hole == [True]
    assert ticks(bench) == TICKS
    assert bench.link.opened >= 2


def test_a2_the_keepalive_gives_up_within_half_a_minute() -> None:
    """A2: with the limits as they are delivered a dead link is found out in at most 30 s."""
    limits = Limits()
    assert limits.keepalive * (limits.keepalive_missed + 1) <= 30


def start_cut(bench: Bench, proxy: Proxy, folder: Path, *, after: int, is_killed: bool) -> None:
    """Cut the start after so many bytes; afterwards the patch has run at most once, and once after one more start."""
    runs = folder / "runs"
    script = f"echo x >> {runs}; {MARKER}"
    proxy.cut_after(after)
    try:
        bench.start(script)
    except ProcedureError as stop:
        assert (is_killed, stop.stop) == (True, "link_lost")
    proxy.mend()
    bench.lifeline.limits = BRISK
    state = bench.state()
    told = {State.NEVER_STARTED, State.UNCERTAIN, State.RUNNING, State.ENDED}
    assert state in told
    if state is State.NEVER_STARTED:
        assert not runs.exists()
    bench.start(script)
    completed(bench, bench.follow())
    assert runs.read_text() == "x\n"


def spread(step: int) -> list[tuple[int, bool]]:
    return [(after, index % 2 == 0) for index, after in enumerate(range(0, START_BYTES, step))]


@pytest.mark.parametrize(("after", "is_killed"), spread(800))
def test_a3_the_start_is_cut(bench: Bench, proxy: Proxy, tmp_path: Path, after: int, is_killed: bool) -> None:
    """A3: the link is cut after exactly so many bytes of the start: the patch runs once, its state is told right."""
    if is_killed:  # as if the runner ended there: no second try within this start
        bench.lifeline.limits = BRISK.model_copy(update={"unreachable": 0.0})
    start_cut(bench, proxy, tmp_path, after=after, is_killed=is_killed)


@pytest.mark.faults_full
@pytest.mark.parametrize("after", range(0, START_BYTES, 40))
def test_a3_the_start_is_cut_everywhere(bench: Bench, proxy: Proxy, tmp_path: Path, after: int) -> None:
    """A3: as above, in small steps."""
    start_cut(bench, proxy, tmp_path, after=after, is_killed=False)


def test_the_start_fits(bench: Bench, proxy: Proxy) -> None:
    """The cuts of A3 reach behind the end of a start."""
    before = proxy.passed_bytes
    bench.start(MARKER)
    assert 4_000 < proxy.passed_bytes - before < START_BYTES


@pytest.mark.parametrize(
    "megabytes", [5, pytest.param(50, marks=pytest.mark.faults_full)], ids=lambda size: f"{size} MB"
)
def test_a4_reading_the_log_is_cut(bench: Bench, proxy: Proxy, megabytes: int) -> None:
    """A4: the link is cut again and again while the log is read: it is read on, and is the machine's by hash."""
    proxy.delay = 0.002
    bench.start(f"head -c {megabytes * 700_000} /dev/urandom | base64; {MARKER}")
    bench.until(lambda: bench.state() is State.ENDED)
    bench.log.touch()
    for count in (100_000, 1_500_000, 700_000):
        proxy.cut_after(count)
        bench.fetch_log() if count == 100_000 else bench.log.write_bytes(bench.log.read_bytes()[:-count])
    whole = bench.fetch_log()
    assert whole == Path(bench.directory, "log").read_bytes()
    assert proxy.cuts >= 2


class Life:
    """A machine whose boot id stands in a file, and whose reboot writes another one."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.id, self.reboots = folder / "boot_id", folder / "reboots"
        self.id.write_text(f"{ONE}\n")
        question = f"cat {self.id}"
        monkeypatch.setattr("procedure.boot.QUESTION", question)
        monkeypatch.setattr("procedure.steps.QUESTION", question)
        monkeypatch.setattr("procedure.steps._REBOOT", f"echo x >> {self.reboots}; echo {TWO} > {self.id}")

    @property
    def number(self) -> int:
        return len(self.reboots.read_text().split()) if self.reboots.exists() else 0


@pytest.mark.parametrize("after", range(300, 1500, 150))
def test_a5_the_reboot_is_cut(
    bench: Bench, proxy: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """A5: the link is cut around the reboot: the boot id alone tells whether it was done; never twice."""
    life = Life(tmp_path, monkeypatch)
    ended = Attempt(directory="/x", state=State.ENDED, exit_code=0, boot_id=ONE)
    key = prove(ended, b"Update completed!\nPlease REBOOT the machine!\n", release="22.0.17")
    proxy.cut_after(after)
    mending = threading.Timer(0.3, proxy.mend)
    mending.start()
    try:
        after_id = steps.reboot(
            key,
            bench.link,
            release="22.0.17",
            limits=BRISK.model_copy(update={"shutdown": 0.3}),
            account=bench.account,
            climb=lambda said: {},
        )
    except ProcedureError as stop:
        assert (stop.stop, life.number) == ("boot_id_same", 0)
    else:
        assert (after_id, life.number) == (TWO, 1)
    mending.join()


def test_a6_a_slow_link(sshd: Sshd, tmp_path: Path) -> None:
    """A6: a link that takes 0.8 s each way, and stalls at times as loss makes it, changes nothing but the time."""
    proxy = Proxy(sshd.port)
    bench = Bench(through(sshd, proxy), tmp_path, LIMITS.model_copy(update={"connect": 30, "unreachable": 60}))
    bench.link.connection()
    proxy.delay, proxy.stalls = 0.4, random.Random(6)
    bench.start(TICKING)
    completed(bench, bench.follow())
    assert ticks(bench) == TICKS
    assert bench.told(NewsKind.LINK_LOST) == []
    proxy.delay, proxy.stalls = 0.0, None
    bench.close()
    proxy.close()


def test_a14_a_noisy_login(sshd: Sshd, bench: Bench) -> None:
    """A14: a login script that prints a megabyte and the marker's text is neither state, nor log, nor boot id."""
    noise = "seq 1 150000; echo 'Update completed!'; echo 'Please REBOOT the machine!'"
    (sshd.folder / ".bashrc").write_text(f"{noise}\n")
    bench.start("echo real")
    ended = bench.follow()
    bench.fetch_log()
    with pytest.raises(ProcedureError) as stop:
        prove(ended, bench.log, release="22.0.17")
    assert (ended.state, stop.value.stop, bench.printed) == (State.ENDED, "no_marker", ["real"])
    assert boot_id(bench.lifeline.run("cat /proc/sys/kernel/random/boot_id"))


@pytest.mark.parametrize("code", [255, 254, 129, 1])
def test_a15_exit_codes_that_ssh_has_too(bench: Bench, code: int) -> None:
    """A15: a patch's exit code is its own, even 255, which ssh says when the link breaks."""
    bench.start(f"{MARKER}; exit {code}")
    ended = bench.follow()
    assert (ended.state, ended.exit_code) == (State.ENDED, code)
    with pytest.raises(ProcedureError) as stop:
        completed(bench, ended)
    assert stop.value.stop == "exit_code_contradicts"


def test_a16_no_look_for_a_reboot_goes_over_an_old_connection(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A16: while one waits for another life each look opens a connection of its own, though the old one works."""
    life = Life(tmp_path, monkeypatch)
    opened = bench.link.opened
    threading.Timer(1, life.id.write_text, [f"{TWO}\n"]).start()
    account = Account(lambda news: None)
    limits = BRISK.model_copy(update={"shutdown": 10})
    looks = 0
    run = bench.link.connection

    def counted() -> object:
        nonlocal looks
        looks += 1
        return run()

    monkeypatch.setattr(bench.link, "connection", counted)
    assert wait_for_boot(bench.link, ONE, limits=limits, account=account, climb=lambda said: {}) == TWO
    assert bench.link.opened - opened == looks > 1


def proven_in(bench: Bench, *, most: int) -> CompletionProof:
    """Follow a patch to its proof, and see that never more than so many bytes were held in memory."""
    tracemalloc.start()
    ended = bench.follow()
    screen.fetch_log(bench.lifeline, bench.directory, bench.log)
    proven = prove(ended, bench.log, release="22.0.17")
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert held < most
    return proven


@pytest.mark.parametrize(
    "megabytes", [25, pytest.param(500, marks=pytest.mark.faults_full)], ids=lambda size: f"{size} MB"
)
def test_c24_huge_output(bench: Bench, megabytes: int) -> None:
    """C24: a patch that prints far more than memory should hold is followed, kept whole and proven."""
    bench.start(f"yes {'x' * 999} | head -c {megabytes}000000; echo; {MARKER}")
    proven_in(bench, most=15_000_000)
    assert bench.log.stat().st_size > megabytes * 1_000_000
    assert bench.told(NewsKind.OMITTED)


def test_c24_a_line_without_an_end(bench: Bench) -> None:
    """C24: a line of many megabytes is followed in bounded memory too, and the marker behind it is found."""
    bench.start(f"head -c 25000000 /dev/zero | tr '\\0' x; echo; {MARKER}")
    proven_in(bench, most=15_000_000)


HOSTILE = {
    "every byte": bytes(range(256)) * 40,
    "no UTF-8": b"\xff\xfe\xed\xa0\x80caf\xe9\n",
    "screens": b"\x1b[2J\x1b[H\x1b]0;title\x07\x1b]52;c;aGk=\x07\x1b[8mhidden\x1b[0m\n",
    "progress": b"".join(b"\rCopying %d %%" % n for n in range(101)) + b"\n",
    "bidi": "\u202eedisrever\u200b\n".encode(),
}


@pytest.mark.parametrize("output", HOSTILE.values(), ids=HOSTILE)
def test_c25_hostile_output(bench: Bench, tmp_path: Path, output: bytes) -> None:
    """C25: whatever bytes a patch prints are kept as they came; what steers a terminal does not reach one."""
    (tmp_path / "output").write_bytes(output)
    bench.start(f"stty -opost; cat {tmp_path}/output; stty opost; echo; {MARKER}")
    ended = bench.follow()
    assert output in bench.fetch_log()
    shown = "".join(map(on_one_line, bench.printed))
    assert not set(shown) & {*map(chr, range(32)), "\x7f", "\x9b", "\u202e", "\u200b"}
    assert read(bench.log).completed
    assert ended.exit_code == 0
