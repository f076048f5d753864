"""A command in screen on a real sshd: what its state is, whatever happens to the link, the screen and the wrapper."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from procedure import screen, wrapper
from procedure.attempt import State
from tests.procedure.bench import LIMITS, Bench
from tests.sshd import Sshd
from uat.errors import ProcedureError
from uat.host import Output
from uat.model import NewsKind

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, ("screen", "script", "flock"))), reason="no screen, script or flock here"
)


@pytest.fixture
def bench(sshd: Sshd, tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(sshd, tmp_path)
    yield bench
    bench.close()


def test_the_exit_code_and_every_byte_are_kept(bench: Bench) -> None:
    """A command's exit code and its whole output come back, although screen itself keeps neither."""
    bench.start("echo one; printf 'two\\n'; exit 3")
    ended = bench.follow()
    assert (ended.state, ended.exit_code) == (State.ENDED, 3)
    assert bench.printed == ["one", "two"]
    assert b"one\r\ntwo\r\n" in bench.fetch_log()


def test_the_patch_has_a_terminal(bench: Bench) -> None:
    """The command runs on a terminal of its own, as the vendor's engineer would run it."""
    bench.start("test -t 0 && test -t 1 && echo on a terminal")
    bench.follow()
    assert "on a terminal" in bench.printed


def test_who_attaches_sees_the_patch(bench: Bench, tmp_path: Path) -> None:
    """A person who attaches to the screen session sees what the patch prints."""
    bench.start("echo on the screen; sleep 3; stty size")
    bench.until(lambda: bool(bench.processes("tail")))
    time.sleep(1.5)
    copy = tmp_path / "hardcopy"
    subprocess.run(["screen", "-S", bench.name, "-X", "hardcopy", str(copy)], check=True)
    bench.until(copy.exists)
    assert "on the screen" in copy.read_text()
    bench.follow()
    assert bench.processes("tail") == []
    assert bench.printed == ["on the screen", "24 80"]


def test_nothing_of_ours_sticks_to_the_patch(bench: Bench) -> None:
    """The command runs with the machine's own umask and priority: what it installs must be readable."""
    bench.start("umask; nice")
    bench.follow()
    umask = f"{os.umask(0o22):04o}"
    os.umask(int(umask, 8))
    assert bench.printed == [umask, "0"]


def test_the_machines_copy_is_private(bench: Bench) -> None:
    """What we put on the machine is for root's eyes only."""
    bench.start("true")
    bench.follow()
    assert Path(bench.directory).stat().st_mode & 0o777 == 0o700


def test_a_second_start_starts_nothing(bench: Bench, tmp_path: Path) -> None:
    """Starting again follows what runs: a patch is run once."""
    for _ in range(3):
        bench.start(f"echo x >> {tmp_path}/runs; sleep 0.5")
    bench.follow()
    assert (tmp_path / "runs").read_text() == "x\n"


def test_a_cut_link_does_not_disturb_the_patch(sshd: Sshd, bench: Bench) -> None:
    """The link is cut while the patch is followed: it goes on, and nothing of its output is missing or doubled."""
    bench.start("for i in 1 2 3 4 5 6 7 8 9 10; do echo line $i; sleep 0.4; done")

    def cut() -> None:
        bench.until(lambda: len(bench.printed) > 1)
        sshd.cut()

    cutter = threading.Thread(target=cut)
    cutter.start()
    ended = bench.follow()
    cutter.join()
    assert (ended.state, ended.exit_code) == (State.ENDED, 0)
    assert [line for line in bench.printed if line.startswith("line")] == [f"line {i}" for i in range(1, 11)]
    assert len(bench.told(NewsKind.LINK_LOST)) == len(bench.told(NewsKind.LINK_BACK)) == 1
    assert bench.link.opened == 2
    assert bench.account.facts["links_lost"] == 1


def test_a_link_that_stays_away_ends_in_a_stop(sshd: Sshd, tmp_path: Path) -> None:
    """When nobody answers for the whole limit the run stops with exit code 11; the patch was not touched."""
    bench = Bench(sshd, tmp_path, LIMITS.model_copy(update={"unreachable": 1.0}))
    bench.start("sleep 30")
    bench.until(lambda: bool(bench.processes("sh", f"{bench.directory}/command")))
    pids = bench.processes("sh")
    sshd.process.terminate()
    sshd.process.wait()
    sshd.cut()
    bench.link.drop_connection()
    with pytest.raises(ProcedureError) as stop:
        bench.follow()
    assert (stop.value.stop, stop.value.exit_code) == ("link_lost", 11)
    assert bench.processes("sh") == pids
    bench.close()


def test_a_killed_screen_does_not_end_the_patch(bench: Bench) -> None:
    """screen is killed: the patch goes on, its exit code is kept (CVE-2021-26937: its own output can do that)."""
    bench.start("sleep 1; echo went on; exit 4")
    bench.until(lambda: bool(bench.processes("SCREEN")))
    bench.kill("SCREEN")
    ended = bench.follow()
    assert (ended.state, ended.exit_code) == (State.ENDED, 4)
    assert "went on" in bench.printed


def test_a_killed_wrapper_leaves_an_orphan(bench: Bench) -> None:
    """The wrapper is killed: the patch is followed to its end, but no exit code of it counts."""
    bench.start("sleep 1.5; echo the end")
    bench.until(lambda: bool(bench.processes("sh", f"{bench.directory}/wrapper", "outer")))
    bench.kill("sh", f"{bench.directory}/wrapper", "outer")
    assert bench.state() is State.ORPHANED
    ended = bench.follow()
    assert (ended.state, ended.exit_code) == (State.ORPHANED, None)
    assert "the end" in bench.printed
    bench.until(lambda: not bench.processes("tail"))


def test_a_patch_that_takes_everything_with_it_is_lost(bench: Bench) -> None:
    """Wrapper and patch are both gone without an exit code: lost."""
    bench.start("sleep 30")
    bench.until(lambda: bool(bench.processes("sh", f"{bench.directory}/command")))
    bench.end()
    assert bench.follow().state is State.LOST


def test_another_boot_id_is_lost(bench: Bench) -> None:
    """The machine restarted under the patch: lost, whatever its locks say."""
    bench.start("sleep 2")
    (Path(bench.directory) / "boot").write_text("0e6a9a1c-0000-4000-8000-000000000000\n")
    assert bench.follow().state is State.LOST


def test_a_vanished_directory_is_lost(bench: Bench) -> None:
    """The patch removed our directory: lost, not a patch that was never started."""
    bench.start(f"sleep 0.5; rm -rf {bench.directory}; sleep 0.5")
    assert bench.follow().state is State.LOST


def test_a_killed_patch_has_its_signals_exit_code(bench: Bench) -> None:
    """The patch is killed: ENDED with 128 + the signal."""
    bench.start("kill -KILL $$")
    assert bench.follow().exit_code == 137


def test_a_service_left_running_does_not_hold_up_the_end(bench: Bench) -> None:
    """A daemon that the patch started keeps its lock, and yet the patch has ended."""
    bench.start("setsid sleep 5 </dev/null >/dev/null 2>&1 & echo done")
    ended = bench.follow()
    assert (ended.state, ended.exit_code) == (State.ENDED, 0)


def test_silence_is_told_and_nothing_is_ended(bench: Bench) -> None:
    """A patch that says nothing for long is told of, less and less often, and passes."""
    bench.start("echo working; sleep 3; echo done")
    assert bench.follow().exit_code == 0
    assert bench.told(NewsKind.SILENCE)[:2] == ["working", "working"]
    assert bench.told(NewsKind.PROMPT) == []
    assert bench.account.facts["longest_silence_seconds"] >= 2.5  # type: ignore[operator]


def test_a_question_is_shown_and_never_answered(bench: Bench) -> None:
    """A question is told, waited for until its limit, and then the run stops; the patch still waits."""
    bench.start("printf 'Overwrite local customisations? [y/N] '; read answer; echo got $answer")
    with pytest.raises(ProcedureError) as stop:
        bench.follow()
    assert stop.value.stop == "prompt_unanswered"
    assert stop.value.facts["question"] == "Overwrite local customisations? [y/N]"
    assert bench.told(NewsKind.PROMPT) == ["Overwrite local customisations? [y/N]"]
    assert bench.state() is State.RUNNING


def test_a_person_may_answer_by_attaching(bench: Bench) -> None:
    """A person types the answer in the screen session: the patch goes on, and so does the run."""
    bench.start("printf 'Go on? '; read answer; echo got $answer")
    typing = ["screen", "-S", bench.name, "-X", "stuff", "y\r"]
    typist = threading.Timer(1.2, subprocess.run, [typing])
    typist.start()
    assert bench.follow().exit_code == 0
    typist.join()
    assert bench.told(NewsKind.PROMPT) == ["Go on?"]
    assert "got y" in bench.printed


def test_a_finished_line_can_be_a_question_too(bench: Bench) -> None:
    """A process that reads the terminal is waiting, however the last line looks."""
    bench.start("echo Press Enter; read answer")
    with pytest.raises(ProcedureError) as stop:
        bench.follow()
    assert stop.value.facts["question"] == "Press Enter"


def test_an_unfinished_progress_line_is_no_question(bench: Bench) -> None:
    """A line without its end whose process works is silence, even if it ends like a question."""
    bench.start("printf 'Copying files: '; sleep 3; echo ok")
    assert bench.follow().exit_code == 0
    assert bench.told(NewsKind.PROMPT) == []


def test_too_long_is_a_stop_and_the_patch_goes_on(sshd: Sshd, tmp_path: Path) -> None:
    """Over its limit the patch is left alone and the run stops."""
    bench = Bench(sshd, tmp_path, LIMITS.model_copy(update={"patch": 1.0}))
    bench.start("while sleep 0.2; do echo more; done")
    with pytest.raises(ProcedureError) as stop:
        bench.follow()
    assert stop.value.stop == "patch_timeout"
    assert bench.state() is State.RUNNING
    bench.kill("sh", f"{bench.directory}/command")
    bench.close()


def test_a_missing_tool_is_named(bench: Bench, sshd: Sshd, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without screen nothing is started, and the reason is said."""
    monkeypatch.setattr("procedure.wrapper._PREPARE", "command() { return 1; }\n" + wrapper._PREPARE)
    with pytest.raises(ProcedureError) as stop:
        bench.start("true")
    assert stop.value.stop == "patch_not_started"
    assert stop.value.facts["errors"] == "screen is not installed"
    assert not Path(bench.directory).exists()


def test_a_long_log_is_followed_whole(bench: Bench) -> None:
    """More output than one look takes is kept whole; of what nobody could read the end is shown, the rest counted."""
    bench.start("seq 1 400000")
    ended = bench.follow()
    log = bench.fetch_log()
    assert ended.log_bytes == len(log) > 2_000_000
    assert bench.printed[-1] == "400000"
    omitted = sum(map(int, bench.told(NewsKind.OMITTED)))
    assert omitted > 0
    assert omitted + len(bench.printed) in (400_000, 400_001)  # with script(1)'s own first line


def test_what_a_login_script_prints_is_no_state(sshd: Sshd, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Noise before the answer, even the marker's text, is neither state nor log."""
    original = screen.probing

    def noisy(*args: object, **kwargs: object) -> str:
        return "echo Update completed!; " + original(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(screen, "probing", noisy)
    bench.start("echo real")
    ended = bench.follow()
    assert ended.exit_code == 0
    assert "Update completed!" not in "\n".join(bench.printed)


def test_a_later_session_follows_on(sshd: Sshd, bench: Bench, tmp_path: Path) -> None:
    """A session that finds the log of an interrupted one goes on at its end: nothing is told or kept twice."""
    bench.start("echo one; printf 'tw'; sleep 2; echo o; echo three; exit 3")
    bench.until(lambda: screen.look(bench.lifeline, bench.directory).attempt.log_bytes > len("one\r\n"))
    seen = screen.look(bench.lifeline, bench.directory, most=1000).piece
    bench.log.write_bytes(seen)
    ended = bench.follow()
    assert ended.exit_code == 3
    assert bench.printed == ["two", "three"]
    assert bench.fetch_log() == Path(bench.directory, "log").read_bytes() == bench.log.read_bytes()


def test_the_last_line_of_an_earlier_session_is_known(bench: Bench) -> None:
    """A question that an interrupted session saw is still the question in the next one."""
    bench.start("echo Press Enter; read answer")
    bench.until(lambda: b"Enter" in Path(bench.directory, "log").read_bytes())
    bench.log.write_bytes(Path(bench.directory, "log").read_bytes())
    with pytest.raises(ProcedureError) as stop:
        bench.follow()
    assert stop.value.facts["question"] == "Press Enter"


@pytest.mark.parametrize("damaged", [b"", b"\0" * 20, b"x" * 100_000], ids=["lost", "zeros", "longer"])
def test_a_log_that_differs_is_fetched_anew(bench: Bench, damaged: bytes) -> None:
    """A log here that is not the machine's, byte by byte, is set aside and the machine's is fetched."""
    bench.start("seq 1 5000")
    bench.log.write_bytes(damaged)
    bench.follow()
    assert bench.fetch_log() == Path(bench.directory, "log").read_bytes()
    aside = bench.log.with_name("patch.log.differs")
    assert aside.exists() == bool(damaged)


def test_what_the_machine_lost_is_kept_here(bench: Bench) -> None:
    """A machine that has less of the log than was followed, or none, takes nothing away from ours."""
    bench.start("seq 1 5000")
    bench.follow()
    whole, there = bench.log.read_bytes(), Path(bench.directory, "log")
    there.write_bytes(whole[:1000])
    assert bench.fetch_log() == whole
    there.unlink()
    assert bench.fetch_log() == whole


def test_strays_are_counted(bench: Bench) -> None:
    """Without its directory an attempt whose processes live is told from one that was never started."""
    assert screen.look(bench.lifeline, bench.directory).attempt.strays == 0
    bench.start("sleep 30")
    bench.until(lambda: bool(bench.processes("sh", f"{bench.directory}/command")))
    shutil.rmtree(bench.directory)
    whole = screen.look(bench.lifeline, bench.directory).attempt
    assert (whole.state, whole.strays >= 5) == (State.NEVER_STARTED, True)
    for words in (("SCREEN",), ("sh",), ("script",)):
        with contextlib.suppress(AssertionError):
            bench.kill(*words)
    assert screen.look(bench.lifeline, bench.directory).attempt.strays >= 1


@pytest.mark.parametrize("is_over", [True, False], ids=["ended", "running"])
def test_a_patch_that_wiped_its_traces_is_not_started_again(bench: Bench, tmp_path: Path, is_over: bool) -> None:
    """A patch that removed our directory before its start was answered ran once, and nobody starts it again."""
    answered = bench.lifeline.run

    def unanswered(command: str, **more: object) -> Output:
        output = answered(command, **more)  # type: ignore[arg-type]
        if "screen -dmS" in command:
            bench.until(lambda: (tmp_path / "runs").exists() and not Path(bench.directory).exists())
            output = answered(command, **more)  # type: ignore[arg-type]  # as the lifeline does when no answer came
        return output

    bench.lifeline.run = unanswered  # type: ignore[method-assign]
    script = f"echo x >> {tmp_path}/runs; rm -rf {bench.directory}; sleep {0 if is_over else 30}"
    with pytest.raises(ProcedureError) as stop:
        bench.start(script)
    assert stop.value.stop == "patch_lost"
    if not is_over:
        with pytest.raises(ProcedureError) as stop:
            bench.start(script)
        assert (stop.value.stop, stop.value.facts["exit_code"]) == ("patch_lost", 6)
    assert (tmp_path / "runs").read_text() == "x\n"
