"""Sources that find what runs: services, processes, what runs by the clock."""

from __future__ import annotations

import pytest

from tests.uat.checks.recording import Said
from tests.uat.discovery.machines import abouts, found
from uat.errors import ObservationError

CENTOS7 = """\
systemd
asterisk.service                   loaded active running Asterisk PBX and telephony daemon.
dbus.service                       loaded active running D-Bus System Message Bus
getty@tty1.service                 loaded active running Getty on tty1
network.service                    loaded active exited  LSB: Bring up/down networking
sshd.service                       loaded active running OpenSSH server daemon
systemd-journald.service           loaded active running Journal Service
tvox_client_proxy.service          loaded active running LSB: proxy
"""
"""Written as systemctl(1) of systemd 219 says it."""

DEBIAN12 = """\
systemd
  cron.service               loaded active running Regular background program processing daemon
  postgresql.service         loaded active exited  PostgreSQL RDBMS
  postgresql@15-main.service loaded active running PostgreSQL Cluster 15-main
  sshd@4-10.0.0.1:22-10.0.0.2:50112.service loaded active running OpenSSH per-connection server daemon
  user@0.service             loaded active running User Manager for UID 0
"""

CENTOS6 = """\
others
rc stop/waiting
tty (/dev/tty3) start/running, process 1303
asterisk-job start/running, process 900
--
crond
mysqld
"""


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (CENTOS7, ["asterisk", "sshd", "tvox_client_proxy"]),
        (DEBIAN12, ["cron", "postgresql@15-main"]),
        (CENTOS6, ["asterisk-job", "crond", "mysqld"]),
    ],
)
def test_unit(text: str, names: list[str]) -> None:
    """Services that run are proposed, not the system's plumbing, a login's, or what ran once."""
    assert abouts(found("unit", text)) == names


def test_units_are_rows() -> None:
    """The standard list gets each service as a row, and a name that no id can be is made one."""
    assert found("unit", DEBIAN12).rows["units"][1] == {"id": "postgresql-15-main", "unit": "postgresql@15-main"}


def test_no_unit() -> None:
    """A machine that tells of no service has not been understood."""
    with pytest.raises(ObservationError, match="no service runs"):
        found("unit", "sh: systemctl: not found\n")


def line(pid: int, parent: int, name: str, arguments: str) -> str:
    """Write a line of ps."""
    return f"{pid:>10} {parent:>10} {'S':<8} {'root':<32} {name:<64} {arguments}\n"


PS = "ps -Aww -o pid:10= -o ppid:10= -o stat:8= -o user:32= -o comm:64= -o args="
OURS = line(50, 1, "sshd", "sshd: root@notty") + line(51, 50, "sh", f"sh -c {PS}")


def processes(*lines: str) -> list[str]:
    """Let the source see some processes beside ours."""
    return abouts(found("process", "".join(lines) + OURS))


def test_process() -> None:
    """What the first process has started is proposed once; its children, the kernel's and logins' are not."""
    assert processes(
        line(1, 0, "systemd", "/sbin/init"),
        line(2, 0, "kthreadd", "[kthreadd]"),
        line(9, 2, "ksoftirqd/0", "[ksoftirqd/0]"),
        line(60, 1, "nginx", "nginx: master process"),
        line(61, 60, "nginx", "nginx: worker process"),
        line(62, 1, "mysqld_safe", "/bin/sh /usr/bin/mysqld_safe"),
        line(63, 62, "mysqld", "/usr/libexec/mysqld"),
        line(70, 1, "sshd", "/usr/sbin/sshd -D"),
        line(80, 50, "vim", "vim acme.yaml"),
    ) == ["mysqld_safe", "nginx"]


@pytest.mark.parametrize(
    ("name", "arguments", "about", "matches"),
    [
        ("java", "java -Xmx2g -cp /opt/a.jar:/opt/b org.wso2.Bootstrap start",
         "org.wso2.Bootstrap", r"org\.wso2\.Bootstrap"),
        ("java", "/usr/bin/java -server -jar /opt/jetty/start.jar --daemon", "start.jar", r"/opt/jetty/start\.jar"),
        ("python3", "/usr/bin/python3 -u /usr/bin/fail2ban-server -xf start", "fail2ban-server",
         r"/usr/bin/fail2ban\-server"),
        ("perl", "/usr/bin/perl -w /opt/telenia/cdr.pl", "cdr.pl", r"/opt/telenia/cdr\.pl"),
    ],
)  # fmt: skip
def test_interpreter(name: str, arguments: str, about: str, matches: str) -> None:
    """What an interpreter runs is proposed by its script or class, wherever it was started from."""
    made = found("process", line(60, 7, name, arguments) + OURS)
    assert abouts(made) == [about]
    assert made.proposals[0].inputs == {"matches": matches}
    assert made.rows["processes"] == ()


@pytest.mark.parametrize("arguments", ["python3 -c import-this", "python3 -m http.server", "python3"])
def test_no_script(arguments: str) -> None:
    """An interpreter that somebody typed something to is not proposed."""
    assert processes(line(60, 7, "python3", arguments)) == []


TIMERS = "logrotate.timer enabled  enabled\nfstrim.timer    disabled enabled\nsystemd-tmpfiles-clean.timer static -\n"
CRONTABS = """\
crond
--
/etc/crontab:SHELL=/bin/bash
/etc/crontab:# 5 * * * * root /opt/old.sh
/etc/cron.d/backup:30 2 * * * root /usr/bin/nice -n 19 /opt/telenia/bin/tvox_backup.sh -pS3cret >/dev/null 2>&1
/etc/cron.d/backup:45 2 * * * root cd /opt && /opt/telenia/bin/tvox_backup.sh --second
/var/spool/cron/root:@daily php /opt/telenia/rotate.php
/var/spool/cron/root:@hourly echo nothing
"""


def test_timer() -> None:
    """Timers that are enabled, and the programs of crontabs, each once."""
    assert abouts(found("timer", TIMERS, CRONTABS)) == ["logrotate", "cron-tvox_backup.sh", "cron-rotate.php"]


def test_no_secret_of_a_crontab() -> None:
    """A password on a line of a crontab gets into no proposal."""
    assert "S3cret" not in str(found("timer", TIMERS, CRONTABS))


def test_unreadable_crontab() -> None:
    """Who may not read all crontabs still gets the timers, and is told."""
    made = found("timer", TIMERS, Said(stdout="crond\n--\n", stderr="ls: cannot open directory: Permission denied\n"))
    assert abouts(made) == ["logrotate"]
    assert "Permission denied" in made.notes[0]
