"""The shell around a patch, under the shells and with the tools that old machines have."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from procedure import wrapper
from procedure.wrapper import launching, preparing, probing

SHELLS = {"dash": ["dash"], "bash": ["bash", "--posix"]}
OLD_SYNC = """#!/bin/sh
# coreutils before 8.24 flush everything, and only warn of operands
[ $# -eq 0 ] || echo 'sync: ignoring all arguments' >&2
"""
NO_SYNC = "#!/bin/sh\n[ $# -eq 0 ]\n"

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, ("screen", "script", "flock"))), reason="no screen, script or flock here"
)


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder of programs in which ``sh`` is another shell."""
    words = SHELLS[request.param]
    program = shutil.which(words[0])
    if program is None:
        pytest.skip(f"no {words[0]} here")
    return put(tmp_path / "bin", "sh", f'#!{program}\nexec {" ".join([program, *words[1:]])} "$@"\n')


def put(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text)
    (folder / name).chmod(0o755)
    return folder


def run(programs: Path, command: str) -> subprocess.CompletedProcess[bytes]:
    path = f"{programs}:/usr/bin:/bin"
    return subprocess.run(["/bin/sh", "-c", command], env={"PATH": path}, capture_output=True, timeout=20)


def attempt(programs: Path, directory: Path, command: str) -> None:
    """Run the wrapper to its end, without screen."""
    directory.mkdir(mode=0o700)
    (directory / "wrapper").write_text(wrapper._WRAPPER)
    (directory / "command").write_text(command)
    done = run(programs, f"sh {directory}/wrapper outer {directory}")
    assert done.returncode == 0, done.stderr


def probed(programs: Path, directory: Path) -> tuple[list[str], bytes]:
    done = run(programs, probing(str(directory), frame="frame", offset=0, most=4096, is_quiet=False))
    head, _, log = done.stdout.partition(b"\n")
    return head.decode().split(" "), log


def test_every_shell(shell: Path, tmp_path: Path) -> None:
    """The wrapper keeps exit code and log under dash and bash (which is CentOS's sh)."""
    attempt(shell, tmp_path / "a", "echo hello; exit 3")
    words, log = probed(shell, tmp_path / "a")
    assert words[:3] == ["frame", "ended", "3"]
    assert b"hello\r\n" in log


@pytest.mark.parametrize("sync", [OLD_SYNC, NO_SYNC], ids=["ignores operands", "refuses operands"])
def test_every_sync(shell: Path, tmp_path: Path, sync: str) -> None:
    """A sync that knows no single file flushes everything, and the exit code is kept."""
    put(shell, "sync", sync)
    attempt(shell, tmp_path / "a", "exit 4")
    assert probed(shell, tmp_path / "a")[0][:3] == ["frame", "ended", "4"]


def test_a_script_that_loses_the_exit_code(shell: Path, tmp_path: Path) -> None:
    """Old script(1) has no -e and exits 0: the exit code comes from inside."""
    real = shutil.which("script")
    put(shell, "script", f'#!/bin/sh\n{real} "$@"\nexit 0\n')
    attempt(shell, tmp_path / "a", "exit 5")
    assert probed(shell, tmp_path / "a")[0][2] == "5"


def test_a_script_that_ends_first(shell: Path, tmp_path: Path) -> None:
    """When script(1) ends before the patch, the patch is waited for."""
    put(shell, "script", '#!/bin/sh\nwhile [ $# -gt 2 ]; do shift; done\nsetsid sh -c "$1" &\n sleep 0.3\n')
    attempt(shell, tmp_path / "a", "sleep 1.5; exit 6")
    assert probed(shell, tmp_path / "a")[0][2] == "6"


def test_nothing_was_started(shell: Path, tmp_path: Path) -> None:
    """Without a directory, and before its launch: never started; with less or more in it: uncertain."""
    put(shell, "screen", "#!/bin/sh\n")
    directory = tmp_path / "root" / "a"
    assert probed(shell, directory)[0][1] == "never_started"
    run(shell, preparing(str(directory), command="true"))
    assert probed(shell, directory)[0][1] == "never_started"
    run(shell, launching(str(directory), screen="x"))
    assert probed(shell, directory)[0][1] == "uncertain"
    shutil.rmtree(directory)
    directory.mkdir()
    assert probed(shell, directory)[0][1] == "uncertain"


def test_what_is_launched_is_not_touched_again(shell: Path, tmp_path: Path) -> None:
    """Preparing and launching again change nothing of an attempt that was launched, and start nothing."""
    put(shell, "screen", f"#!/bin/sh\necho x >> {tmp_path}/started\n")
    directory = str(tmp_path / "root" / "a")
    for command in ("true", "false"):
        assert run(shell, preparing(directory, command=command)).returncode == 0
        assert run(shell, launching(directory, screen="x")).returncode == 0
    assert (tmp_path / "started").read_text() == "x\n"
    assert Path(directory, "command").read_text() == "true\n"


def test_a_directory_that_vanished_is_not_made_again(shell: Path, tmp_path: Path) -> None:
    """Launching without the directory starts nothing: what wiped it may be the patch."""
    put(shell, "screen", f"#!/bin/sh\necho x >> {tmp_path}/started\n")
    assert run(shell, launching(str(tmp_path / "gone"), screen="x")).returncode == 6
    assert not (tmp_path / "started").exists()


def test_a_command_is_kept_to_the_letter(shell: Path, tmp_path: Path) -> None:
    """Whatever stands in the command reaches the machine as it is."""
    command = "echo '$HOME' \"%s\" \\n `date` è; #\t"
    put(shell, "screen", "#!/bin/sh\n")
    run(shell, preparing(str(tmp_path / "root" / "a"), command=command))
    assert (tmp_path / "root" / "a" / "command").read_text() == command + "\n"


def test_a_full_disk_starts_nothing(shell: Path, tmp_path: Path) -> None:
    """When the directory or the wrapper cannot be written, that is said, and nothing counts as launched."""
    assert run(shell, preparing("/dev/full/a", command="true")).returncode == 3
    put(shell, "mv", "#!/bin/sh\nexit 1\n")
    assert run(shell, preparing(str(tmp_path / "a"), command="true")).returncode == 5
    assert probed(shell, tmp_path / "a")[0][1] == "uncertain"
