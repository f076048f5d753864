"""The completion proof: which logs are one, and what is said of all others."""

from __future__ import annotations

import copy
import dataclasses
import hashlib
import pickle
from pathlib import Path

import pytest

from procedure.attempt import Attempt, State
from procedure.proof import CompletionProof, Marker, prove, read, require
from uat.errors import ProcedureError

BOOT_ID = "7d5f1c9e-3a50-4c6e-9a3e-5f8c1d2b3a4c"
PICTURE = """\
2022-08-30 18:35:20,101 [main:655] Restarting configuration
2022-08-30 18:35:25,398 [main:682] ************************
2022-08-30 18:35:25,398 [main:683] *   Update completed!  *
2022-08-30 18:35:25,398 [main:684] ************************
2022-08-30 18:35:25,399 [main:699]

2022-08-30 18:35:25,399 [main:700] **********************************
2022-08-30 18:35:25,399 [main:701] *   Please REBOOT the machine!   *
2022-08-30 18:35:25,399 [main:702] **********************************
"""
"""The shape of the vendor's picture (guide, Upgrade/Updater.PNG; tvox-facts 4.4)."""
BARE = "working\nUpdate completed! \n\nPlease REBOOT the machine! \n"
"""The shape of the vendor's text pages."""
HEADER = 'Script started on 2026-11-22 19:32:23+00:00 [COMMAND="sh /x/wrapper inner /x" <not executed on terminal>]\n'
TRAILER = '\nScript done on 2026-11-22 19:32:23+00:00 [COMMAND_EXIT_CODE="0"]\n'

LOGS: dict[str, tuple[str | bytes, Marker]] = {
    "the vendor's picture": (PICTURE, Marker.PRESENT),
    "the vendor's text": (BARE, Marker.PRESENT),
    "CRLF": (PICTURE.replace("\n", "\r\n"), Marker.PRESENT),
    "CR CR LF": (PICTURE.replace("\n", "\r\r\n"), Marker.PRESENT),
    "colours": (BARE.replace("Update completed!", "\x1b[1;32mUpdate completed!\x1b[0m"), Marker.PRESENT),
    "title and character set": ("\x1b]0;updater\x07\x1b(B" + BARE, Marker.PRESENT),
    "script's own lines": (HEADER + PICTURE + TRAILER, Marker.PRESENT),
    "no last newline": (BARE.rstrip(), Marker.PRESENT),
    "blank lines after": (PICTURE + "\n\n   \n", Marker.PRESENT),
    "frames after": (PICTURE + "************\n", Marker.PRESENT),
    "twelve lines apart": ("Update completed!\n" + "*\n" * 11 + "Please REBOOT the machine!\n", Marker.PRESENT),
    "progress by CR before": ("10%\r50%\r100%\r" + BARE, Marker.PRESENT),
    "bytes that are no UTF-8 before": (b"\xff\xfe caf\xe9\n" + BARE.encode(), Marker.PRESENT),
    "the other line numbers": (PICTURE.replace("[main:", "[updater:9"), Marker.PRESENT),
    "a dot before the milliseconds": (PICTURE.replace(",39", ".39"), Marker.PRESENT),
    "empty": ("", Marker.ABSENT),
    "only frames": ("****\n****\n", Marker.ABSENT),
    "cut off before": ("Stopping services\nSyncing file system\n", Marker.ABSENT),
    "quoted": ("echo 'Update completed!'\necho 'Please REBOOT the machine!'\n", Marker.ABSENT),
    "the command line echoed": (
        '+ printf "Update completed!\\nPlease REBOOT the machine!\\n"\n',
        Marker.ABSENT,
    ),
    "in the header of script": (
        'Script started on 2026 [COMMAND="echo Update completed!; echo Please REBOOT the machine!"]\n',
        Marker.ABSENT,
    ),
    "help text": ("It ends with Update completed! and then Please REBOOT the machine! appears\n", Marker.ABSENT),
    "another case": (BARE.lower(), Marker.ABSENT),
    "without its mark": (BARE.replace("!", ""), Marker.ABSENT),
    "the web updater's words": ("Update completed successfully! Please reboot the system\n", Marker.ABSENT),
    "in the wrong order": ("Please REBOOT the machine!\nUpdate completed!\n", Marker.ABSENT),
    "thirteen lines apart": ("Update completed!\n" + "*\n" * 12 + "Please REBOOT the machine!\n", Marker.ABSENT),
    "two thousand lines apart": (
        "Update completed!\n" + "x\n" * 2000 + "Please REBOOT the machine!\n",
        Marker.ABSENT,
    ),
    "on one line": ("Update completed! Please REBOOT the machine!\n", Marker.ABSENT),
    "the first half": ("Update completed!\n", Marker.HALF),
    "the second half": ("Please REBOOT the machine!\n", Marker.HALF),
    "cut in the second half": (PICTURE[: PICTURE.index("REBOOT")], Marker.HALF),
    "text after": (PICTURE + "2022-08-30 18:35:26,000 [main:710] Rolling back\n", Marker.TEXT_AFTER),
    "one stray byte after": (PICTURE + "x", Marker.TEXT_AFTER),
    "a stray NUL after": (PICTURE + "\0", Marker.TEXT_AFTER),
    "a shell's error after": (PICTURE + "patch.run: line 12: mysql: command not found\n", Marker.TEXT_AFTER),
    "script's line in the middle": (PICTURE + "Script done on Monday\nmore\n", Marker.TEXT_AFTER),
    "an old log, then a cut run": (PICTURE + "Stopping services\n", Marker.TEXT_AFTER),
    "twice": (PICTURE * 2, Marker.TEXT_AFTER),
    "the first sentence twice": ("Update completed!\n" + BARE, Marker.TEXT_AFTER),
    "the second sentence twice": (BARE + "Please REBOOT the machine!\n", Marker.TEXT_AFTER),
    "failed": ("The update execution has failed!!!\n", Marker.FAILURE),
    "failed, in another case": ("THE UPDATE EXECUTION HAS FAILED\n", Marker.FAILURE),
    "failed before the marker": ("An error occurred during the update.\n" + PICTURE, Marker.FAILURE),
    "failed after the marker": (PICTURE + "The update execution has failed!!!\n", Marker.FAILURE),
    "failed version": ("Update to version 22.0.20 failed!\n", Marker.FAILURE),
    "a traceback": ("Traceback (most recent call last):\n  File ...\n" + PICTURE, Marker.FAILURE),
    "failed in colours": ("An \x1b[31merror\x1b[0m occurred during the update.\n", Marker.FAILURE),
}


def ended(exit_code: int | None = 0, state: State = State.ENDED) -> Attempt:
    return Attempt(directory="/x", state=state, exit_code=exit_code, boot_id=BOOT_ID)


def as_bytes(log: str | bytes) -> bytes:
    return log if isinstance(log, bytes) else log.encode()


@pytest.mark.parametrize("name", LOGS)
def test_marker(name: str) -> None:
    """Each log is read as what it is."""
    log, marker = LOGS[name]
    assert read(as_bytes(log)).marker is marker


@pytest.mark.parametrize("name", LOGS)
def test_only_a_present_marker_is_a_proof(name: str) -> None:
    """With exit code 0 exactly the logs whose marker is present make a proof."""
    log, marker = LOGS[name]
    try:
        prove(ended(), as_bytes(log), release="22.0.17")
    except ProcedureError:
        assert marker is not Marker.PRESENT
    else:
        assert marker is Marker.PRESENT


@pytest.mark.parametrize(
    ("attempt", "log", "stop"),
    [
        (ended(0), "", "no_marker"),
        (ended(1), "", "exit_code"),
        (ended(0), "Update completed!\n", "half_marker"),
        (ended(1), "Update completed!\n", "half_marker"),
        (ended(0), BARE + "more\n", "text_after_marker"),
        (ended(0), "The update execution has failed\n" + BARE, "failure_text"),
        (ended(1), "The update execution has failed\n", "failure_text"),
        (ended(3), BARE, "exit_code_contradicts"),
        (ended(137), BARE, "exit_code_contradicts"),
        (ended(None), BARE, "exit_code_contradicts"),
        (ended(None, State.LOST), BARE, "patch_lost"),
        (ended(None, State.UNCERTAIN), BARE, "patch_lost"),
        (ended(0, State.RUNNING), BARE, "patch_lost"),
        (ended(None, State.ORPHANED), BARE, "patch_orphaned"),
        (ended(0, State.ORPHANED), BARE, "patch_orphaned"),
    ],
)
def test_stop(attempt: Attempt, log: str, stop: str) -> None:
    """Without a proof the stop names the reason."""
    with pytest.raises(ProcedureError) as raised:
        prove(attempt, log.encode(), release="22.0.17")
    assert raised.value.stop == stop


def test_what_was_seen_instead_is_quoted() -> None:
    """The facts quote, by line number, the marker's lines and what follows them."""
    with pytest.raises(ProcedureError) as raised:
        prove(ended(3), (BARE + "Rolling back\n").encode(), release="22.0.17")
    assert raised.value.facts == {
        "state": "ended",
        "exit_code": 3,
        "marker_lines": ["2: Update completed!", "4: Please REBOOT the machine!"],
        "text_after": ["5: Rolling back"],
        "last_lines": ["1: working", "2: Update completed!", "4: Please REBOOT the machine!", "5: Rolling back"],
    }


def test_the_proof_quotes_the_marker() -> None:
    """A proof holds the lines it was made from, and the hash of the log."""
    proof = prove(ended(), BARE.encode(), release="22.0.17")
    assert (str(proof.completed), str(proof.reboot)) == ("2: Update completed!", "4: Please REBOOT the machine!")
    assert len(proof.log_sha256) == 64


def genuine() -> CompletionProof:
    return prove(ended(), BARE.encode(), release="22.0.17")


def test_nobody_else_makes_a_proof() -> None:
    """The constructor refuses every seal that is not its own."""
    fields = {field.name: getattr(genuine(), field.name) for field in dataclasses.fields(genuine())}
    for seal in (None, True, object(), "seal"):
        with pytest.raises(TypeError):
            CompletionProof(**fields, seal=seal)


def test_a_proof_is_not_changed_into_another() -> None:
    """A proof of one patch is not made into one of another."""
    with pytest.raises((TypeError, ValueError)):
        dataclasses.replace(genuine(), release="22.0.0")
    with pytest.raises(dataclasses.FrozenInstanceError):
        genuine().release = "22.0.0"  # type: ignore[misc]


def forged() -> CompletionProof:
    empty = object.__new__(CompletionProof)
    for name, value in vars(genuine()).items():
        if name != "_seal":
            object.__setattr__(empty, name, value)
    return empty


class Lookalike(CompletionProof):
    def __post_init__(self, seal: object) -> None:
        """Accept any seal."""


@pytest.mark.parametrize(
    "proof",
    [
        None,
        True,
        forged(),
        pickle.loads(pickle.dumps(genuine())),
        Lookalike(
            release="22.0.17",
            boot_id=BOOT_ID,
            log_sha256="",
            completed=genuine().completed,
            reboot=genuine().reboot,
            seal=None,
        ),
    ],
    ids=["nothing", "true", "made without its constructor", "read from a file", "a subclass"],
)
def test_a_forged_proof_opens_nothing(proof: object) -> None:
    """What was not made by `prove` in this process is refused."""
    with pytest.raises(TypeError):
        require(proof, "22.0.17")


def test_a_proof_of_another_patch_opens_nothing() -> None:
    """A proof opens the reboot of its own patch only."""
    with pytest.raises(TypeError):
        require(genuine(), "22.0.0")


def test_a_genuine_proof_is_let_through() -> None:
    """A proof from `prove` is given back, also as a copy in the same process."""
    assert require(copy.copy(genuine()), "22.0.17").release == "22.0.17"


def test_a_log_is_read_from_its_file(tmp_path: Path) -> None:
    """A log in a file is read as its bytes are, and its hash is of the whole."""
    (tmp_path / "log").write_bytes(PICTURE.encode())
    found = read(tmp_path / "log")
    assert found == read(PICTURE.encode())
    assert found.sha256 == hashlib.sha256(PICTURE.encode()).hexdigest()


PAIR = "Update completed!\nPlease REBOOT the machine!\n"


@pytest.mark.parametrize(
    ("log", "marker"),
    [
        ("x" * 200_000 + "\n" + PAIR, Marker.PRESENT),
        ("x" * 200_000 + PAIR, Marker.HALF),
        ("x" + " " * 200_000 + PAIR, Marker.HALF),
        ("Copying\r" * 50_000 + "\n" + PAIR, Marker.PRESENT),
        ("Copying\r" * 50_000 + PAIR, Marker.PRESENT),
        (PAIR + "\n" * 200_000, Marker.PRESENT),
        (PAIR + "x" * 200_000, Marker.TEXT_AFTER),
        ("Update completed!\n" * 50_000, Marker.HALF),
        ("\x1b]0;" + "title" * 30_000 + "\x07\n" + PAIR, Marker.PRESENT),
        *((f"{'x' * (65_530 + n)} An error occurred during the update\n" + PAIR, Marker.FAILURE) for n in range(12)),
    ],
    ids=lambda value: "" if len(value) > 40 else None,
)
def test_overlong_lines(log: str, marker: Marker) -> None:
    """A line longer than is held comes in parts: no part passes for a sentence, and none hides a failure."""
    assert read(log.encode()).marker is marker


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_pieces_make_no_difference(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However a log is cut into pieces as it is read, the same is found: no line end, letter or sequence is lost."""
    log = f"\r\n\x1b[32mè\x1b[0m\r\r\nwork\rwork\r\n{PAIR}Script done on 2026-11-28\r\n".encode()
    whole = read(log)
    monkeypatch.setattr("procedure.proof._PIECE_BYTES", size)
    assert read(log) == whole
    assert whole.marker is Marker.PRESENT
