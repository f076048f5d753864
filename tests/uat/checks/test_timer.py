"""Crontabs of a machine with a /var of the test's own."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.uat.checks.looking import look, machine, needs_root
from uat.checks.timer import _SECONDS, _span


@needs_root
def test_crontabs_are_read(tmp_path: Path) -> None:
    """Lines of users' crontabs are found where CentOS and Debian keep them, also after bytes that are no text."""
    shell = machine(tmp_path)
    places = [shell.var / "spool/cron/tvox", shell.var / "spool/cron/crontabs/it's me"]
    for place in places:
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(b"# \xff\x00\n*/5 * * * * tvox-uat-test-job\n")
    assert look(shell.probe, "timer", matches="tvox-uat-test-job")["lines"] == (
        "/var/spool/cron/crontabs/it's me: */5 * * * * tvox-uat-test-job",
        "/var/spool/cron/tvox: */5 * * * * tvox-uat-test-job",
    )


@given(seconds=st.integers(1, 2**33))
def test_spans(seconds: int) -> None:
    """A span is read as systemd writes it (format_timespan: each unit that is not zero, from the greatest)."""
    left, words = seconds, []
    for unit, length in _SECONDS.items():
        count, left = divmod(left, length)
        words += [f"{count}{unit}"] if count else []
    assert _span(" ".join(words)) == seconds
