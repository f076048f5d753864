"""What dpkg-query and rpm print; the questions are testinfra's."""

from __future__ import annotations

from tests.uat.checks.recording import Row, Said

LAB = "recorded: the lab machine, dpkg 1.21"
RPM = "documented: rpm(8), --query, and os-release(5) or /etc/redhat-release of the system"
DEBIAN = {
    "uname -s": Said(stdout="Linux\n"),
    "cat /etc/os-release": Said(stdout='PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nID=debian\n'),
    "uname -m": Said(stdout="x86_64\n"),
}
ALMA8 = DEBIAN | {
    "cat /etc/os-release": Said(stdout='NAME="AlmaLinux"\nVERSION="8.5 (Arctic Sphynx)"\nID="almalinux"\n')
}
CENTOS7 = DEBIAN | {"cat /etc/os-release": Said(stdout='NAME="CentOS Linux"\nVERSION="7 (Core)"\nID="centos"\n')}
CENTOS6 = {
    "uname -s": Said(stdout="Linux\n"),
    "cat /etc/os-release": Said(stderr="cat: /etc/os-release: No such file or directory\n", exit_code=1),
    "cat /etc/redhat-release": Said(stdout="CentOS release 6.10 (Final)\n"),
    "uname -m": Said(stdout="x86_64\n"),
}
ABSENT = {"installed": False, "version": ""}

ROWS = [
    Row(
        fact="installed",
        system="Debian 12",
        source=LAB,
        inputs={"name": "nginx"},
        answers=DEBIAN
        | {
            "dpkg-query -f '${Status}' -W nginx": Said(stdout="install ok installed"),
            "dpkg-query -f '${Status} ${Version}' -W nginx": Said(stdout="install ok installed 1.22.1-9+deb12u11"),
        },
        observed={"installed": True, "version": "1.22.1-9+deb12u11"},
    ),
    Row(
        fact="never heard of",
        system="Debian 12",
        source=LAB,
        inputs={"name": "asterisk"},
        answers=DEBIAN
        | {
            "dpkg-query -f '${Status}' -W asterisk": Said(
                stderr="dpkg-query: no packages found matching asterisk\n", exit_code=1
            )
        },
        observed=ABSENT,
    ),
    Row(
        fact="removed, with its configuration left",
        system="Debian 12",
        source="documented: dpkg-query(1), Status: want, error flag, status",
        inputs={"name": "asterisk"},
        answers=DEBIAN | {"dpkg-query -f '${Status}' -W asterisk": Said(stdout="deinstall ok config-files")},
        observed=ABSENT,
    ),
    Row(
        fact="a broken list of packages is an error",
        system="Debian 12",
        source="documented: dpkg-query(1), exit status 2",
        inputs={"name": "nginx"},
        answers=DEBIAN
        | {
            "dpkg-query -f '${Status}' -W nginx": Said(
                stderr="dpkg-query: error: parsing file '/var/lib/dpkg/status'\n", exit_code=2
            )
        },
        error="cannot ask for the package nginx",
    ),
    Row(
        fact="installed",
        system="AlmaLinux 8",
        source=RPM,
        inputs={"name": "nginx"},
        answers=ALMA8
        | {
            "rpm -q --quiet nginx 2>&1": Said(),
            'rpm -q --queryformat="%{VERSION}" nginx': Said(stdout="1.14.1"),
        },
        observed={"installed": True, "version": "1.14.1"},
    ),
    Row(
        fact="not installed",
        system="CentOS 7",
        source=RPM,
        inputs={"name": "nginx"},
        answers=CENTOS7 | {"rpm -q --quiet nginx 2>&1": Said(exit_code=1)},
        observed=ABSENT,
    ),
    Row(
        fact="a broken list of packages is an error",
        system="CentOS 7",
        source="documented: rpm 4.11, lib/rpmdb.c",
        inputs={"name": "nginx"},
        answers=CENTOS7
        | {
            "rpm -q --quiet nginx 2>&1": Said(
                stdout="error: cannot open Packages database in /var/lib/rpm\n", exit_code=1
            )
        },
        error="cannot open Packages database",
    ),
    Row(
        fact="installed, on a system without os-release",
        system="CentOS 6",
        source=RPM,
        inputs={"name": "asterisk"},
        answers=CENTOS6
        | {
            "rpm -q --quiet asterisk 2>&1": Said(),
            'rpm -q --queryformat="%{VERSION}" asterisk': Said(stdout="1.8.32.3"),
        },
        observed={"installed": True, "version": "1.8.32.3"},
    ),
]
