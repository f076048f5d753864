"""What systemctl, service and initctl print."""

from __future__ import annotations

from tests.uat.checks.recording import Row, Said

LAB = "recorded: the lab machine, systemd 252"
DEBIAN = "recorded: Debian 12 without systemd running, sysvinit-utils 3.06"
LSB = "documented: LSB 5.0, 20.2, exit codes of status; texts of /etc/init.d/functions, initscripts-9.03"
UPSTART = "documented: initctl(8) of upstart-0.6.5, status"
RHEL7 = "recorded: systemd 219 on RHEL 7.9, in a public test of a service provider (g04sysv.service)"
SYSTEMCTL = "documented: systemctl(1) of systemd 219 and 239, show and is-enabled"


def question(name: str) -> str:
    """Write the question about a service."""
    return (
        "PATH=$PATH:/usr/sbin:/sbin; if [ -d /run/systemd/system ]; "
        f"then echo systemd; systemctl show -p LoadState -p ActiveState -p UnitFileState {name}; "
        f"elif [ -x /etc/init.d/{name} ]; then echo script; service {name} status; "
        f"elif [ -f /etc/init/{name}.conf ]; then echo upstart; "
        f"initctl status {name} && grep '^start on' /etc/init/{name}.conf; "
        "else echo nothing; fi"
    )


def links(name: str) -> str:
    """Write the question about start links."""
    return f"ls -d /etc/rc[2345].d/S[0-9][0-9]{name}"


def unit(load: str, active: str, file: str) -> Said:
    """Write systemctl's answer."""
    return Said(stdout=f"systemd\nLoadState={load}\nActiveState={active}\nUnitFileState={file}\n")


def state(exists: bool, running: bool, enabled: bool) -> dict[str, bool]:
    """Write what must be observed."""
    return {"exists": exists, "running": running, "enabled": enabled}


NO_LINK = Said(
    stderr="ls: cannot access /etc/rc[2345].d/S[0-9][0-9]asterisk: No such file or directory\n", exit_code=2
)
LINKED = Said(stdout="/etc/rc2.d/S90asterisk\n/etc/rc3.d/S90asterisk\n")

ROWS = [
    Row(
        fact="a unit runs and is enabled",
        system="Debian 12",
        source=LAB,
        inputs={"name": "nginx"},
        answers={question("nginx"): unit("loaded", "active", "enabled")},
        observed=state(True, True, True),
    ),
    Row(
        fact="a static unit comes up with those that want it",
        system="Debian 12",
        source=LAB,
        inputs={"name": "dbus"},
        answers={question("dbus"): unit("loaded", "active", "static")},
        observed=state(True, True, True),
    ),
    Row(
        fact="a unit that nobody has is not there",
        system="Debian 12",
        source=LAB,
        inputs={"name": "nope"},
        answers={question("nope"): unit("not-found", "inactive", "")},
        observed=state(False, False, False),
    ),
    Row(
        fact="a script that does not run ends with 3",
        system="Debian 12",
        source=DEBIAN,
        inputs={"name": "ssh"},
        answers={
            question("ssh"): Said(stdout="script\nsshd is not running ... failed!\n", exit_code=3),
            links("ssh"): Said(stdout="/etc/rc2.d/S01ssh\n/etc/rc3.d/S01ssh\n"),
        },
        observed=state(True, False, True),
    ),
    Row(
        fact="systemd that cannot be asked is an error",
        system="Debian 12",
        source="documented: systemctl of systemd 252, when D-Bus is down",
        inputs={"name": "nginx"},
        answers={
            question("nginx"): Said(
                stdout="systemd\n", stderr="Failed to connect to bus: No such file or directory\n", exit_code=1
            )
        },
        error="Failed to connect to bus",
    ),
    Row(
        fact="a unit made of a script says generated, its links tell",
        system="AlmaLinux 8",
        source=SYSTEMCTL,
        inputs={"name": "asterisk"},
        answers={question("asterisk"): unit("loaded", "active", "generated"), links("asterisk"): LINKED},
        observed=state(True, True, True),
    ),
    Row(
        fact="a unit still starting does not run yet",
        system="AlmaLinux 8",
        source=SYSTEMCTL,
        inputs={"name": "asterisk"},
        answers={question("asterisk"): unit("loaded", "activating", "enabled")},
        observed=state(True, False, True),
    ),
    Row(
        fact="what is enabled until the next reboot only is not enabled",
        system="AlmaLinux 8",
        source=SYSTEMCTL,
        inputs={"name": "asterisk"},
        answers={question("asterisk"): unit("loaded", "active", "enabled-runtime")},
        observed=state(True, True, False),
    ),
    Row(
        fact="a unit made of a script says bad, without links it is not enabled",
        system="CentOS 7",
        source=RHEL7,
        inputs={"name": "asterisk"},
        answers={question("asterisk"): unit("loaded", "active", "bad"), links("asterisk"): NO_LINK},
        observed=state(True, True, False),
    ),
    Row(
        fact="a masked unit is there and not enabled, whatever links there are",
        system="CentOS 7",
        source="recorded: systemd 219, in the public tests of quattor's ncm-systemd (cups masked: UnitFileState=bad)",
        inputs={"name": "cups"},
        answers={question("cups"): unit("masked", "inactive", "bad")},
        observed=state(True, False, False),
    ),
    Row(
        fact="a script that runs and has links",
        system="CentOS 6",
        source=LSB,
        inputs={"name": "asterisk"},
        answers={
            question("asterisk"): Said(stdout="script\nasterisk (pid  1472) is running...\n"),
            links("asterisk"): LINKED,
        },
        observed=state(True, True, True),
    ),
    Row(
        fact="a dead program with its lock file does not run",
        system="CentOS 6",
        source=LSB,
        inputs={"name": "asterisk"},
        answers={
            question("asterisk"): Said(stdout="script\nasterisk dead but subsys locked\n", exit_code=2),
            links("asterisk"): NO_LINK,
        },
        observed=state(True, False, False),
    ),
    Row(
        fact="a script that knows no status is an error, not a stopped service",
        system="CentOS 6",
        source="documented: the usage line that scripts without status print (Red Hat, sysvinitfiles)",
        inputs={"name": "asterisk"},
        answers={
            question("asterisk"): Said(
                stdout="script\nUsage: /etc/init.d/asterisk {start|stop|restart}\n", exit_code=1
            )
        },
        error="Usage: /etc/init.d/asterisk",
    ),
    Row(
        fact="a status that is unknown (LSB: 4) is an error",
        system="CentOS 6",
        source=LSB,
        inputs={"name": "asterisk"},
        answers={
            question("asterisk"): Said(
                stdout="script\nasterisk status unknown due to insufficient privileges.\n", exit_code=4
            )
        },
        error="insufficient privileges",
    ),
    Row(
        fact="an Upstart job that runs and starts by itself",
        system="CentOS 6",
        source=UPSTART,
        inputs={"name": "tvoxd"},
        answers={
            question("tvoxd"): Said(stdout="upstart\ntvoxd start/running, process 1723\nstart on runlevel [345]\n")
        },
        observed=state(True, True, True),
    ),
    Row(
        fact="an Upstart job that waits and is started by hand",
        system="CentOS 6",
        source=UPSTART,
        inputs={"name": "tvoxd"},
        answers={question("tvoxd"): Said(stdout="upstart\ntvoxd stop/waiting\n", exit_code=1)},
        observed=state(True, False, False),
    ),
    Row(
        fact="neither script nor job: not there",
        system="CentOS 6",
        source=UPSTART,
        inputs={"name": "nope"},
        answers={question("nope"): Said(stdout="nothing\n")},
        observed=state(False, False, False),
    ),
]
