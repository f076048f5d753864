"""The journal: what was written is there, whole, in order; what was damaged is refused."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from uat import journal
from uat.journal import Journal, JournalError
from uat.model import Check, Checklist, Ending, Header, Outcome, Phase, Result, Resumption, Source, Step

NOW = datetime(2026, 11, 28, 21, 3, 10, tzinfo=UTC)


def header() -> Header:
    """A run of one check."""
    check = Check(id="A-1", title={"it": "è"}, kind="service", inputs={"name": "x"}, source=Source(file="a.yaml"))
    return Header(
        id="r1",
        phase=Phase.PRE,
        started_at=NOW,
        operator="anna",
        tool="t",
        checklist=Checklist(customer="ACME", checks=(check,)),
        planned={Phase.PRE: ("A-1",)},
    )


def result(outcome: Outcome = Outcome.PASSED) -> Result:
    """A result of that check."""
    return Result(check_id="A-1", phase=Phase.PRE, outcome=outcome, observed={"running": True}, started_at=NOW)


def test_a_run_is_what_its_journal_says(tmp_path: Path) -> None:
    """Every record comes back equal to what was written."""
    book = Journal.create(tmp_path / "run", header())
    book.write("result", result())
    book.write("ending", Ending(exit_code=0, ended_at=NOW))
    run = journal.read(tmp_path / "run")
    assert (run.header, run.results, run.ending) == (header(), (result(),), Ending(exit_code=0, ended_at=NOW))


def test_a_step_counts_as_last_written(tmp_path: Path) -> None:
    """The intent of a step is replaced by what was seen, under the same number."""
    book = Journal.create(tmp_path / "run", header())
    for outcome in (Outcome.RUNNING, Outcome.PASSED):
        book.write("step", Step(number=1, name="gate", outcome=outcome, started_at=NOW))
    assert [step.outcome for step in journal.read(tmp_path / "run").steps] == [Outcome.PASSED]


def test_evidence_is_never_overwritten(tmp_path: Path) -> None:
    """A second run in the same folder is refused."""
    Journal.create(tmp_path / "run", header())
    with pytest.raises(JournalError, match="never overwritten"):
        Journal.create(tmp_path / "run", header())


def test_a_torn_last_line_is_left_out(tmp_path: Path) -> None:
    """A crash in the middle of a write loses that record alone."""
    book = Journal.create(tmp_path / "run", header())
    book.write("result", result())
    whole = book.path.read_bytes()
    book.path.write_bytes(whole[:-10])
    assert journal.read(book.path).results == ()


def test_damage_elsewhere_is_refused(tmp_path: Path) -> None:
    """A line that cannot be read, with others after it, is named."""
    book = Journal.create(tmp_path / "run", header())
    book.write("result", result())
    book.path.write_bytes(b"{oops\n" + book.path.read_bytes())
    with pytest.raises(JournalError, match=r"journal\.jsonl:1: damaged"):
        journal.read(book.path)


def test_short_writes_are_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`os.write` may write a part and raise nothing; the record is whole all the same."""
    whole_write = os.write
    book = Journal.create(tmp_path / "run", header())
    monkeypatch.setattr(os, "write", lambda descriptor, data: whole_write(descriptor, data[:7]))
    book.write("result", result())
    assert journal.read(book.path).results == (result(),)


def test_a_full_disk_is_an_error(tmp_path: Path) -> None:
    """What cannot be written stops the run, with the place and the reason."""
    book = Journal(Path("/dev/full"))
    with pytest.raises(JournalError, match="cannot write"):
        book.write("result", result())


def test_each_line_is_sealed_and_chained(tmp_path: Path) -> None:
    """A line's hash is of its bytes, its prev is the hash before; anybody can check it without this program."""
    book = Journal.create(tmp_path / "run", header())
    book.write("result", result())
    before = "0" * 64
    for line in book.path.read_bytes().splitlines():
        text, _, seal = line.rpartition(b', "hash": "')
        assert json.loads(line)["prev"] == before
        assert hashlib.sha256(text).hexdigest() == seal.decode().rstrip('"}')
        before = json.loads(line)["hash"]
    assert journal.read(book.path).head == before == book.head


def test_one_flipped_byte_is_noticed_wherever_it_is(tmp_path: Path) -> None:
    """Whichever byte is another one, the journal is refused; only a lost last newline looks like a torn line."""
    book = Journal.create(tmp_path / "run", small_header())
    book.write("ending", Ending(exit_code=0, ended_at=NOW))
    whole = book.path.read_bytes()
    for place in range(len(whole) - 1):
        book.path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(JournalError, match=r"damaged|does not follow|format"):
            journal.read(book.path)
    book.path.write_bytes(whole[:-1] + b"x")
    with pytest.raises(JournalError, match="damaged"):
        journal.read(book.path)


def test_a_line_taken_out_or_moved_is_noticed(tmp_path: Path) -> None:
    """Lines cannot be removed, repeated or put in another order between others."""
    book = Journal.create(tmp_path / "run", small_header())
    for number in range(3):
        book.write("step", Step(number=number, name="gate", outcome=Outcome.PASSED, started_at=NOW))
    a, b, c, d = book.path.read_bytes().splitlines(keepends=True)
    for lines in ((a, b, d), (a, c, b, d), (a, b, b, c, d), (b, c, d)):
        book.path.write_bytes(b"".join(lines))
        with pytest.raises(JournalError, match="does not follow"):
            journal.read(book.path)


@pytest.mark.parametrize("kept", [0.0, 0.3, 0.7, 0.999])
def test_a_torn_line_is_cut_off_when_somebody_goes_on(tmp_path: Path, kept: float) -> None:
    """What a crash left of a last line is cut off and said; what follows is a whole chain again."""
    book = Journal.create(tmp_path / "run", header())
    before = book.path.read_bytes()
    book.write("result", result())
    line = book.path.read_bytes()[len(before) :]
    part = line[: int(len(line) * kept)]
    book.path.write_bytes(before + part)
    assert journal.read(book.path).torn_bytes == len(part)
    going_on = Journal.resume(tmp_path / "run", resumption())
    going_on.write("result", result(Outcome.FAILED))
    run = journal.read(book.path)
    assert (run.torn_bytes, run.resumptions[0].torn_bytes) == (0, len(part))
    assert [one.outcome for one in run.results] == [Outcome.FAILED]


def test_a_damaged_journal_is_not_gone_on_with(tmp_path: Path) -> None:
    """Damage elsewhere than at the end is refused, and the file is left as it is."""
    book = Journal.create(tmp_path / "run", header())
    book.write("result", result())
    damaged = book.path.read_bytes().replace(b"ACME", b"ACMF", 1)
    book.path.write_bytes(damaged)
    with pytest.raises(JournalError, match=r"journal\.jsonl:1: damaged"):
        Journal.resume(tmp_path / "run", resumption())
    assert book.path.read_bytes() == damaged


def test_a_run_that_is_gone_on_with_has_no_ending_yet(tmp_path: Path) -> None:
    """The ending of the interrupted part does not count once somebody goes on."""
    book = Journal.create(tmp_path / "run", header())
    book.write("ending", Ending(exit_code=10, stop="interrupted", ended_at=NOW))
    Journal.resume(tmp_path / "run", resumption())
    assert journal.read(book.path).ending is None


def test_another_format_is_refused(tmp_path: Path) -> None:
    """A journal of another version of the format is named, not guessed at."""
    book = Journal.create(tmp_path / "run", small_header())
    text = book.path.read_bytes().rpartition(b', "hash": "')[0].replace(b'{"v": 1,', b'{"v": 2,')
    book.path.write_bytes(text + b', "hash": "' + hashlib.sha256(text).hexdigest().encode() + b'"}\n')
    with pytest.raises(JournalError, match="format 2; this version reads 1"):
        journal.read(book.path)


def test_many_threads_write_one_chain(tmp_path: Path) -> None:
    """Whoever writes from wherever, every line is whole and follows the one before."""
    book = Journal.create(tmp_path / "run", small_header())
    with ThreadPoolExecutor(8) as pool:
        for number in range(40):
            step = Step(number=number, name="gate", outcome=Outcome.PASSED, started_at=NOW)
            pool.submit(book.write, "step", step)
    assert len(journal.read(book.path).steps) == 40


def test_on_a_full_disk_there_is_room_for_a_last_word(tmp_path: Path, small_disk: Path) -> None:
    """A record that does not fit is taken back whole; the room that was kept is enough to say why it stopped."""
    book = Journal.create(small_disk / "run", header())
    fill(small_disk)
    with pytest.raises(JournalError, match="cannot write"):
        book.write("result", result().model_copy(update={"error": "x" * 200_000}))
    book.write("ending", Ending(exit_code=10, stop="interrupted", ended_at=NOW))
    run = journal.read(book.path)
    assert run.torn_bytes == 0
    assert (run.results, run.ending and run.ending.stop) == ((), "interrupted")


def test_nothing_begins_on_a_full_disk(small_disk: Path) -> None:
    """A run for whose last word there is no room does not begin."""
    fill(small_disk, leave=1)
    with pytest.raises(JournalError, match="cannot write"):
        Journal.create(small_disk / "run", header())


def test_a_disk_that_failed_is_not_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a failed flush nothing more is written: a second one may succeed although the data is gone."""
    book = Journal.create(tmp_path / "run", header())

    def broken(descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(JournalError, match="Input/output error"):
        book.write("result", result())
    monkeypatch.undo()
    with pytest.raises(JournalError, match="the disk failed before"):
        book.write("result", result())


def test_a_planted_link_is_not_followed(tmp_path: Path) -> None:
    """A symbolic link in place of the journal is refused, and what it points at is left alone."""
    book = Journal.create(tmp_path / "run", header())
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"mine")
    book.path.unlink()
    book.path.symlink_to(elsewhere)
    with pytest.raises(JournalError, match="cannot write"):
        book.write("result", result())
    assert elsewhere.read_bytes() == b"mine"


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    """Folder and journal are closed to others."""
    book = Journal.create(tmp_path / "run", header())
    assert [oct(path.stat().st_mode & 0o777) for path in (tmp_path / "run", book.path)] == ["0o700", "0o600"]


def small_header() -> Header:
    """A run of nothing, so that its line is short."""
    return Header(
        id="r", phase=Phase.PRE, started_at=NOW, operator="", tool="", checklist=Checklist(customer="A"), planned={}
    )


def resumption() -> Resumption:
    """Somebody goes on."""
    return Resumption(at=NOW, operator="bea", tool="t")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of half a megabyte."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(place)]
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a small disk of one's own needs Linux and root")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def fill(place: Path, *, leave: int = 0) -> None:
    """Fill a file system up, but for so many pages."""
    with (place / "filler").open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"x" * 4096)
    if leave:
        os.truncate(place / "filler", (place / "filler").stat().st_size - leave * 4096)
