"""What systemctl tells of timers, and what stands in crontabs."""

from __future__ import annotations

from tests.uat.checks.recording import Row, Said
from uat.checks import timer

LAB = "recorded: Debian 12, systemd 252, systemctl show"
SYSTEMCTL = "documented: systemctl(1) of systemd 219 and 239; print_property of src/systemctl/systemctl.c"
CRONIE = "documented: crontab(5) and crond(8) of cronie 1.4.4 and 1.4.11; /etc/crontab of CentOS"
BOOT = 1764000000


def question(name: str) -> str:
    """Write the question about a timer."""
    return timer._TIMER.format(name=name)


def unit(**properties: str) -> Said:
    """Write systemctl's answer."""
    lines = "".join(f"{name}={value}\n" for name, value in properties.items())
    return Said(stdout=f"systemd\nBootedAt={BOOT}\n{lines}")


def state(exists: bool, enabled: bool, last_at: str | None = None, next_at: str | None = None) -> dict[str, object]:
    """Write what must be observed of a timer."""
    return {"exists": exists, "enabled": enabled, "last_at": last_at, "next_at": next_at, "lines": []}


CRONTABS = """\
crond
--
/etc/crontab:SHELL=/bin/bash
/etc/crontab:# 59 23 * * * root /root/tvox_backup.sh
/etc/crontab:
/etc/cron.d/tvox:PATH = /usr/bin:/opt/tvox_backup.sh
/etc/cron.d/tvox:  30   2 * * *\troot  /usr/local/bin/tvox_backup.sh >/dev/null 2>&1
/etc/cron.d/tvox.rpmsave:30 1 * * * root /usr/local/bin/tvox_backup.sh
/etc/cron.d/tvox~:30 1 * * * root /usr/local/bin/tvox_backup.sh
/var/spool/cron/telenia:@daily LANG=C /home/telenia/tvox_backup.sh: all
"""
LINES = [
    "/etc/cron.d/tvox: 30 2 * * * root /usr/local/bin/tvox_backup.sh >/dev/null 2>&1",
    "/var/spool/cron/telenia: @daily LANG=C /home/telenia/tvox_backup.sh: all",
]

ROWS = [
    Row(
        fact="a timer that ran and will run",
        system="Debian 12",
        source=LAB,
        inputs={"name": "logrotate"},
        answers={
            question("logrotate.timer"): unit(
                LoadState="loaded",
                UnitFileState="enabled",
                NextElapseUSecRealtime="Thu 2026-11-26 00:00:00 UTC",
                NextElapseUSecMonotonic="infinity",
                LastTriggerUSec="Wed 2026-11-25 00:00:01 UTC",
            )
        },
        observed=state(True, True, "2026-11-25T00:00:01Z", "2026-11-26T00:00:00Z"),
    ),
    Row(
        fact="a timer that never ran, and whose next time counts from the boot",
        system="AlmaLinux 8",
        source=SYSTEMCTL,
        inputs={"name": "systemd-tmpfiles-clean.timer"},
        answers={
            question("systemd-tmpfiles-clean.timer"): unit(
                LoadState="loaded",
                UnitFileState="static",
                NextElapseUSecRealtime="",
                NextElapseUSecMonotonic="1d 15min 2.5s",
                LastTriggerUSec="n/a",
            )
        },
        observed=state(True, True, None, "2025-11-25T16:15:02Z"),
    ),
    Row(
        fact="moments are written as spans since 1970",
        system="CentOS 7",
        source=SYSTEMCTL,
        inputs={"name": "fstrim"},
        answers={
            question("fstrim.timer"): unit(
                NextElapseUSecRealtime="55y 10month 4w 8h 30min",
                NextElapseUSecMonotonic="0",
                LastTriggerUSec="55y 10month 3w 8h 30min 1.000123s",
                LoadState="loaded",
                UnitFileState="disabled",
            )
        },
        observed=state(True, False, "2025-11-22T11:30:01Z", "2025-11-29T11:30:00Z"),
    ),
    Row(
        fact="a timer that nobody has",
        system="AlmaLinux 8",
        source=SYSTEMCTL,
        inputs={"name": "no"},
        answers={question("no.timer"): unit(LoadState="not-found", UnitFileState="")},
        observed=state(False, False),
    ),
    Row(
        fact="a masked timer does not come up",
        system="AlmaLinux 8",
        source=SYSTEMCTL,
        inputs={"name": "x"},
        answers={question("x.timer"): unit(LoadState="masked", UnitFileState="enabled")},
        observed=state(True, False),
    ),
    Row(
        fact="there are no timers without systemd",
        system="CentOS 6",
        source=SYSTEMCTL,
        inputs={"name": "logrotate"},
        answers={question("logrotate.timer"): Said(stdout="other\n")},
        observed=state(False, False),
    ),
    Row(
        fact="an answer that is none",
        system="AlmaLinux 8",
        source=SYSTEMCTL,
        inputs={"name": "x"},
        answers={question("x.timer"): Said(stdout="systemd\n", stderr="Failed to connect to bus\n")},
        error="did not tell how x.timer is: Failed to connect to bus",
    ),
    Row(
        fact="comments, variables and files left behind are no jobs",
        system="CentOS 6",
        source=CRONIE,
        inputs={"matches": r"tvox_backup\.sh"},
        answers={timer._CRONTABS: Said(stdout=CRONTABS)},
        observed={**state(True, True), "lines": LINES},
    ),
    Row(
        fact="no cron runs what is there; a name with a dot is passed over",
        system="Debian 12",
        source="documented: cron(8) of Debian's cron 3.0pl1-162, run-parts(8)",
        inputs={"matches": "backup"},
        answers={
            timer._CRONTABS: Said(
                stdout="debian\n--\n/etc/cron.d/a.disabled:@daily root backup\n/etc/cron.d/a:@daily root backup\n"
            )
        },
        observed={**state(True, False), "lines": ["/etc/cron.d/a: @daily root backup"]},
    ),
    Row(
        fact="no line matches",
        system="CentOS 6",
        source=CRONIE,
        inputs={"matches": "nothing"},
        answers={timer._CRONTABS: Said(stdout="--\n/etc/crontab:@daily root a\n/etc/crontab:\n\n")},
        observed=state(False, False),
    ),
    Row(
        fact="a crontab that may not be read",
        system="CentOS 7",
        source=CRONIE,
        inputs={"matches": "x"},
        answers={
            timer._CRONTABS: Said(
                stdout="crond\n--\n", stderr="ls: cannot open directory /var/spool/cron: Permission denied\n"
            )
        },
        error="cannot read all crontabs: ls: cannot open directory /var/spool/cron",
    ),
]
