"""Lines of logs, counted on the machine."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import random
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from tests.uat.checks.looking import Shell, look, machine, needs_root
from tests.uat.checks.recording import Recording, Said
from uat.checks import log
from uat.errors import ObservationError
from uat.model import Check, Checklist, JsonValue, Limits, Outcome, Phase, Result, Source, System
from uat.observe import observe_one
from uat.probe import Probe
from uat.ssh.output import Output

NOW = datetime.now(UTC).replace(microsecond=0)


def ago(hours: float) -> datetime:
    """Give a time before this run of the tests."""
    return NOW - timedelta(hours=hours)


def iso(moment: datetime) -> str:
    """Write a time as rsyslog of Debian 12 does."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.123456+00:00"


def utc(moment: datetime) -> str:
    """Write a time as it is observed."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def old(path: Path, hours: float) -> Path:
    """Let a file have been written so long ago."""
    os.utime(path, (ago(hours).timestamp(), ago(hours).timestamp()))
    return path


def test_only_what_is_new(probe: Probe, tmp_path: Path) -> None:
    """Lines are counted from the moment on, with those that have no time and follow a new one."""
    path = tmp_path / "messages"
    lines = [
        f"{iso(ago(50))} pbx app: ERROR old",
        "  ERROR of the old one",
        f"{iso(ago(2))} pbx app: quiet",
        "  ERROR of the new one",
        f"{iso(ago(1))} pbx app: ERROR new",
    ]
    path.write_text("\n".join(lines) + "\n")
    observed = look(probe, "log", path=str(path), matches="ERROR", since="24h")
    assert observed.pop("looked_at") >= utc(NOW)
    assert observed == {
        "exists": True,
        "count": 2,
        "first_at": None,
        "last_at": utc(ago(1)),
        "lines": (lines[3], lines[4]),
    }


FORMATS = [
    "%Y-%m-%d %H:%M:%S.5 [main] ERROR",
    "%Y-%m-%dT%H:%M:%SZ ERROR",
    "[%Y-%m-%d %H:%M:%S] ERROR[1234] chan_sip.c: x",
    "%Y/%m/%d %H:%M:%S [error] 12#12: ERROR",
    '10.0.0.1 - - [%d/%b/%Y:%H:%M:%S +0000] "GET /ERROR HTTP/1.1" 500',
    "[%a %b %d %H:%M:%S.123456 %Y] [core:error] ERROR",
    "%b %e %H:%M:%S pbx app[1]: ERROR",
    "[%b %e %H:%M:%S] ERROR[1234] chan_dahdi.c: x",
]


@pytest.mark.parametrize("written", FORMATS)
def test_times(written: str, probe: Probe, tmp_path: Path) -> None:
    """The time of a line is read as syslog, Asterisk, Java and the web servers write it."""
    (tmp_path / "app.log").write_text(f"{ago(30).strftime(written)}\n{ago(3).strftime(written)}\n")
    observed = look(probe, "log", path=str(tmp_path / "app.log"), matches="ERROR", since="1d")
    assert (observed["count"], observed["first_at"]) == (1, utc(ago(3)))


def test_last_year(probe: Probe, tmp_path: Path) -> None:
    """A line without a year whose day is still to come is of last year."""
    (tmp_path / "messages").write_text(f"{ago(-48):%b %e %H:%M:%S} pbx app: ERROR\n")
    assert look(probe, "log", path=str(tmp_path / "messages"), matches="ERROR", since="24h")["count"] == 0


def test_time_zone(tmp_path: Path) -> None:
    """A time is the machine's own unless it says that it is UTC."""
    local = ago(1) + timedelta(hours=9)
    (tmp_path / "app.log").write_text(f"{local:%Y-%m-%d %H:%M:%S} ERROR\n{ago(1):%Y-%m-%dT%H:%M:%SZ} ERROR\n")
    shell = Shell(environment={"TZ": "Asia/Tokyo"})
    observed = look(shell.probe, "log", path=str(tmp_path / "app.log"), matches="ERROR", since="2h")
    assert (observed["count"], observed["first_at"], observed["last_at"]) == (2, utc(ago(1)), utc(ago(1)))


def test_rotated(probe: Probe, tmp_path: Path) -> None:
    """What was rotated away is read where the moment reaches into it, in the order of time, packed or not."""
    line = "{} pbx app: ERROR {}\n".format
    path = tmp_path / "messages"
    path.write_text(line(iso(ago(1)), "e"))
    packed = {
        "messages.1": line(iso(ago(5)), "d").encode(),
        "messages-20261122.gz": gzip.compress((line(iso(ago(90)), "z") + line(iso(ago(20)), "c")).encode()),
        "messages.3.bz2": bz2.compress(line(iso(ago(30)), "b").encode()),
        "messages.4.xz": lzma.compress(line(iso(ago(40)), "a").encode()),
    }
    for hours, (name, data) in zip((5, 20, 30, 40), packed.items(), strict=True):
        (tmp_path / name).write_bytes(data)
        old(tmp_path / name, hours)
    (tmp_path / "messages.5.gz").write_bytes(b"no gzip, and too old to be opened")
    old(tmp_path / "messages.5.gz", 100)
    (tmp_path / "messages-old").write_text(line(iso(ago(1)), "another log"))
    observed = look(probe, "log", path=str(path), matches="ERROR", since="72h")
    assert [text[-1] for text in observed["lines"]] == ["a", "b", "c", "d", "e"]


def test_several_files(probe: Probe, tmp_path: Path) -> None:
    """A path with * means all files that it fits, each once, whatever blanks and quotes they have in their names."""
    for name in ("it's.log", "a b.log", "a b.log.1", "other"):
        (tmp_path / name).write_text(f"{iso(ago(1))} ERROR {name}\n")
    observed = look(probe, "log", path=f"{tmp_path}/*.log*", matches="ERROR", since="24h")
    assert observed["count"] == 3


def test_binary_rubbish(probe: Probe, tmp_path: Path) -> None:
    """Bytes that are no text hide no line, and come back as what can be shown of them."""
    rubbish = random.Random(4).randbytes(300_000)
    text = f"{iso(ago(1))} ERROR ".encode() + b"\x00\xff\xfe\xc3 end\r\n"
    (tmp_path / "log").write_bytes(f"{iso(ago(99))} x\n".encode() + rubbish + b"\n" + text)
    observed = look(probe, "log", path=str(tmp_path / "log"), matches="ERROR", since="24h")
    assert observed["lines"] == (f"{iso(ago(1))} ERROR \ufffd\ufffd\ufffd end",)


def test_capped(probe: Probe, tmp_path: Path) -> None:
    """All lines are counted, the last twenty come back, and none of them whole if it is long."""
    (tmp_path / "log").write_text("".join(f"{iso(ago(1))} ERROR {n} {'x' * 3000}\n" for n in range(500)))
    observed = look(probe, "log", path=str(tmp_path / "log"), matches="ERROR", since="24h")
    assert (observed["count"], len(observed["lines"])) == (500, 20)
    assert {len(line) for line in observed["lines"]} == {1000}
    assert " ERROR 499 " in observed["lines"][-1]


def test_what_is_old_is_not_read(tmp_path: Path) -> None:
    """Of a great log little more than the new part is read."""
    lines = (f"{iso(ago(1000 - n / 1000))} pbx app: NOTICE something that is long enough\n" for n in range(400_000))
    path = tmp_path / "log"
    path.write_text("".join(lines) + f"{iso(ago(1))} ERROR\n")

    class Counting(Shell):
        def run(self, command: str, *, deadline: float | None = None, stdin: bytes = b"") -> Output:
            counted = f"{command}; sed -n s/rchar:/read/p /proc/$$/io >{tmp_path}/read"
            return super().run(counted, deadline=deadline, stdin=stdin)

    observed = look(Counting().probe, "log", path=str(path), matches="ERROR|NOTICE", since="24h")
    read = int((tmp_path / "read").read_text().split()[1])
    assert observed["count"] == 1
    assert read < path.stat().st_size / 4


def test_absent(probe: Probe, tmp_path: Path) -> None:
    """A log that is not there has no lines."""
    for path in (tmp_path / "no", tmp_path / "no*"):
        observed = look(probe, "log", path=str(path), matches="x", since="boot")
        assert (observed["exists"], observed["count"], observed["lines"]) == (False, 0, ())


def test_empty(probe: Probe, tmp_path: Path) -> None:
    """An empty log has no lines, and nothing is wrong with that."""
    (tmp_path / "log").write_text("")
    observed = look(probe, "log", path=str(tmp_path / "log"), matches="x", since="boot")
    assert (observed["exists"], observed["count"]) == (True, 0)


def test_without_times(probe: Probe, tmp_path: Path) -> None:
    """Lines without a time cannot be told old from new, and that is said."""
    (tmp_path / "log").write_text("ERROR\nERROR\n")
    with pytest.raises(ObservationError, match="no time can be read in the lines of /"):
        look(probe, "log", path=str(tmp_path / "log"), matches="ERROR", since="24h")
    (tmp_path / "log.1.gz").write_bytes(gzip.compress(b"ERROR\n"))
    (tmp_path / "log").write_text(f"{iso(ago(1))} ERROR\n")
    with pytest.raises(ObservationError, match="no time can be read"):
        look(probe, "log", path=str(tmp_path / "log"), matches="ERROR", since="24h")


def test_expression_of_another_dialect(probe: Probe, tmp_path: Path) -> None:
    """An expression that grep does not take is an error, not a log without such lines."""
    (tmp_path / "log").write_text(f"{iso(ago(1))} ERROR\n")
    with pytest.raises(ObservationError, match="grep"):
        look(probe, "log", path=str(tmp_path / "log"), matches="(?a)ERROR", since="24h")


def looked(phase: Phase, path: Path, before: dict[str, Result], probe: Probe) -> Result:
    """Observe a check of the log as a session does."""
    check = Check(
        id="LOG-01",
        title={},
        kind="log",
        inputs={"path": str(path), "matches": "ERROR", "since": "before"},
        source=Source(file="acme.yaml"),
    )
    return observe_one(check, phase, checklist=Checklist(customer="ACME"), before=before, probe=probe, ended=Event())


def test_since_pre(probe: Probe, tmp_path: Path) -> None:
    """What is counted in post came after the look of pre, where nothing is new yet."""
    path = tmp_path / "log"
    path.write_text(f"{iso(ago(1))} ERROR before\n")
    pre = looked(Phase.PRE, path, {}, probe)
    assert pre.observed and pre.observed["count"] == 0
    later = datetime.now(UTC) + timedelta(seconds=1)
    path.write_text(f"{iso(ago(1))} ERROR before\n{iso(later)} ERROR after\n")
    post = looked(Phase.POST, path, {"LOG-01": pre}, probe)
    assert post.observed and post.observed["lines"] == [f"{iso(later)} ERROR after"]


def test_since_a_pre_that_was_not(probe: Probe, tmp_path: Path) -> None:
    """Where pre did not look, post cannot tell what is new, and does not call it nothing."""
    result = looked(Phase.POST, tmp_path / "log", {}, probe)
    assert result.outcome is Outcome.ERROR
    assert result.error and "the look of pre, and there was none" in result.error


def test_clock_set_back(probe: Probe, tmp_path: Path) -> None:
    """A machine whose clock is behind its own look of pre cannot tell what is new."""
    pre = looked(Phase.PRE, tmp_path / "log", {}, probe)
    ahead = {**(pre.observed or {}), "looked_at": utc(NOW + timedelta(hours=1))}
    result = looked(Phase.POST, tmp_path / "log", {"LOG-01": pre.model_copy(update={"observed": ahead})}, probe)
    assert result.error and "it was set back" in result.error


CENTOS6_DMESG = """\
Initializing cgroup subsys cpuset
Linux version 2.6.32-754.el6.x86_64 (mockbuild@x86-01.bsys.centos.org)
dahdi: Telephony Interface Registered on major 196
dahdi: Detected time shift.
"""
"""As printk writes without CONFIG_PRINTK_TIME; the last line is of dahdi-linux 2.11, dahdi-base.c."""


@needs_root
def test_kernel_without_times(tmp_path: Path) -> None:
    """CentOS 6: the ring buffer has no times; all of it is since the boot, and of later nothing can be told."""
    shell = machine(tmp_path, dmesg=CENTOS6_DMESG)
    observed = look(shell.probe, "log", kernel=True, matches="dahdi: Detected time shift", since="boot")
    assert (observed["count"], observed["first_at"]) == (1, None)
    with pytest.raises(ObservationError, match="no time can be read"):
        look(shell.probe, "log", kernel=True, matches="dahdi", since="1s")


@needs_root
@pytest.mark.parametrize("name", ["messages", "kern.log"])
def test_kernel_by_syslog(name: str, tmp_path: Path) -> None:
    """CentOS 6: what the kernel said since another moment than the boot stands in syslog's file."""
    shell = machine(tmp_path, dmesg=CENTOS6_DMESG)
    moment = f"{ago(2):%b %e %H:%M:%S} pbx"
    text = f"{ago(9):%b %e %H:%M:%S} pbx kernel: dahdi: old\n{moment} kernel: dahdi: new\n{moment} app: dahdi\n"
    (shell.var / "log" / name).write_text(text)
    observed = look(shell.probe, "log", kernel=True, matches="dahdi", since="3h")
    assert observed["lines"] == (f"{moment} kernel: dahdi: new",)


@needs_root
def test_kernel_with_times(tmp_path: Path) -> None:
    """CentOS 7 without its journal: times of the ring buffer count from the boot."""
    up = float(Path("/proc/uptime").read_text().split()[0])
    shell = machine(tmp_path, dmesg=f"[    0.000000] dahdi: first\n[{up - 100:12.6f}] dahdi: second\n")
    assert look(shell.probe, "log", kernel=True, matches="dahdi", since="boot")["count"] == 2
    observed = look(shell.probe, "log", kernel=True, matches="dahdi", since="200s")
    assert observed["count"] == 1
    seen = datetime.fromisoformat(observed["last_at"]).timestamp()
    assert seen == pytest.approx(time.time() - 100, abs=30)


JOURNAL = """\
-- Logs begin at Sat 2026-11-21 08:00:01 CET, end at Wed 2026-11-25 03:54:06 CET. --
2026-11-25T03:54:06+0000 pbx kernel: dahdi: Detected time shift.
-- Reboot --
2026-11-25T03:55:06+0000 pbx kernel: dahdi: Detected time shift.
"""
"""As journalctl(1) of systemd 219 writes ``-o short-iso``."""


@needs_root
@pytest.mark.parametrize(
    ("inputs", "asked"),
    [
        ({"kernel": True, "since": "boot"}, "_TRANSPORT=kernel"),
        ({"unit": "dahdi.service", "since": "1h"}, "-u dahdi.service"),
    ],
)
def test_journal(inputs: dict[str, JsonValue], asked: str, tmp_path: Path) -> None:
    """Where systemd runs the journal is asked, from the moment on, and its own remarks are no lines."""
    shell = machine(tmp_path, systemd=True, journalctl=JOURNAL)
    observed = look(shell.probe, "log", matches="a", **inputs)
    assert (observed["count"], observed["first_at"]) == (2, "2026-11-25T03:54:06Z")
    words = (tmp_path / "bin" / "journalctl.asked").read_text()
    assert words.startswith("--no-pager -o short-iso --since @1")
    assert words.endswith(f" {asked}\n")


def test_no_journal(probe: Probe) -> None:
    """Without systemd no unit has a log."""
    if Path("/run/systemd/system").exists():
        pytest.skip("systemd runs here")
    assert look(probe, "log", unit="asterisk", matches="x", since="1h")["exists"] is False


def test_nonsense() -> None:
    """A machine that tells no time, or no count, is an error."""
    recording = Recording(answers={"date +%s; sed -n 's/^btime //p' /proc/stat": Said(stdout="yes\n")})
    with pytest.raises(ObservationError, match="told no times"):
        log.observe(log.Inputs(path="/x", matches="x"), Probe(connection=recording, system=System(), limits=Limits()))
