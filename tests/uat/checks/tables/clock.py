"""What date, chronyc, ntpq and timedatectl print."""

from __future__ import annotations

from tests.uat.checks.recording import RTT_SECONDS, Row, Said

LAB = "recorded: the lab machine, chrony 4.3 and systemd 252"
CHRONY3 = "documented: chronyc(1) of chrony 4.1, tracking; the example of Red Hat's manual of RHEL 8"
CHRONY1 = "documented: chronyc(1) of chrony 1.31, tracking; the example of Fedora's System Administrator's Guide"
JC = "recorded: CentOS 7.7, kellyjonbrazil/jc tests/fixtures/centos-7.7/"
NTPQ6 = "documented: ntpq(1) of ntp-4.2.6p5, peers"
PATH = "PATH=$PATH:/usr/sbin:/sbin; "
NOW = 1_795_377_048.981623
MIDDLE = NOW + RTT_SECONDS / 2
"""The clock here when the answer has come, if the machine's is right and answered halfway."""

DATE = {"date +%s.%N": Said(stdout="1795377048.981623836\n")}
NO_CHRONY = {PATH + "chronyc -n tracking": Said(stderr="sh: chronyc: command not found\n", exit_code=127)}
NO_NTP = {PATH + "ntpq -pn": Said(stderr="sh: ntpq: command not found\n", exit_code=127)}


def tracking(reference: str, leap: str) -> dict[str, Said]:
    """Write chronyc's answer."""
    text = f"Reference ID    : {reference}\nStratum         : 10\nLeap status     : {leap}\n"
    return {PATH + "chronyc -n tracking": Said(stdout=text)}


def seen(synchronised: bool, source: str, offset: float = 0.0) -> dict[str, object]:
    """Write what must be observed."""
    return {"offset_seconds": offset, "synchronised": synchronised, "source": source}


PEERS = """\
     remote           refid      st t when poll reach   delay   offset  jitter
==============================================================================
+44.190.6.254    127.67.113.92    2 u   66   64  377   22.690   -0.392   2.085
-108.59.2.24     130.133.1.10     2 u   63   64  377   90.805    2.840   1.908
*72.5.72.15      216.218.254.202  2 u   63   64  377   22.654    0.231   1.964
"""
LOCAL_ONLY = """\
     remote           refid      st t when poll reach   delay   offset  jitter
==============================================================================
*127.127.1.0     .LOCL.          10 l   12   64  377    0.000    0.000   0.000
"""
TIMEDATECTL = """\
               Local time: Sun 2026-11-22 20:50:46 CET
           Universal time: Sun 2026-11-22 19:50:46 UTC
                 RTC time: Sun 2026-11-22 19:50:47
                Time zone: Europe/Rome (CET, +0100)
System clock synchronized: yes
              NTP service: active
          RTC in local TZ: no
"""
OLD_TIMEDATECTL = """\
      Local time: Tue 2020-03-10 17:53:21 PDT
  Universal time: Wed 2020-03-11 00:53:21 UTC
        RTC time: Wed 2020-03-11 00:53:21
       Time zone: America/Los_Angeles (PDT, -0700)
     NTP enabled: yes
NTP synchronized: yes
 RTC in local TZ: no
"""

ROWS = [
    Row(
        fact="a clock that chrony keeps, and that is right halfway through the round trip",
        system="Debian 12",
        source=LAB,
        inputs={},
        answers=DATE | tracking("7F000001 (127.0.0.1)", "Normal"),
        now=MIDDLE,
        observed=seen(True, "127.0.0.1"),
    ),
    Row(
        fact="a clock behind is below zero",
        system="Debian 12",
        source=LAB,
        inputs={},
        answers=DATE | tracking("7F000001 (127.0.0.1)", "Normal"),
        now=MIDDLE + 3600,
        observed=seen(True, "127.0.0.1", offset=-3600.0),
    ),
    Row(
        fact="timedatectl where nothing else is",
        system="Debian 12",
        source=LAB,
        inputs={},
        answers=DATE | NO_CHRONY | NO_NTP | {PATH + "timedatectl": Said(stdout=TIMEDATECTL)},
        now=MIDDLE,
        observed=seen(True, ""),
    ),
    Row(
        fact="nobody who could tell is an error",
        system="Debian 12",
        source="recorded: Debian 12 without systemd running",
        inputs={},
        answers=DATE
        | NO_CHRONY
        | NO_NTP
        | {
            PATH + "timedatectl": Said(
                stderr="System has not been booted with systemd as init system (PID 1). Can't operate.\n", exit_code=1
            )
        },
        now=MIDDLE,
        error="neither chronyc, ntpq nor timedatectl",
    ),
    Row(
        fact="chrony that follows nobody",
        system="AlmaLinux 8",
        source=CHRONY3,
        inputs={},
        answers=DATE | tracking("00000000 ()", "Not synchronised"),
        now=MIDDLE,
        observed=seen(False, ""),
    ),
    Row(
        fact="chrony that follows the machine's own clock",
        system="AlmaLinux 8",
        source="documented: chrony.conf(5), local: reference 7F7F0101",
        inputs={},
        answers=DATE | tracking("7F7F0101 ()", "Normal"),
        now=MIDDLE,
        observed=seen(False, ""),
    ),
    Row(
        fact="chrony that does not run, timedatectl that says no",
        system="AlmaLinux 8",
        source="documented: chronyc(1), 506; timedatectl(1) of systemd 239",
        inputs={},
        answers=DATE
        | {PATH + "chronyc -n tracking": Said(stdout="506 Cannot talk to daemon\n", exit_code=1)}
        | NO_NTP
        | {PATH + "timedatectl": Said(stdout=TIMEDATECTL.replace("synchronized: yes", "synchronized: no"))},
        now=MIDDLE,
        observed=seen(False, ""),
    ),
    Row(
        fact="an older chrony writes addresses",
        system="CentOS 7",
        source=CHRONY1,
        inputs={},
        answers=DATE | tracking("1.2.3.4 (1.2.3.4)", "Normal"),
        now=MIDDLE,
        observed=seen(True, "1.2.3.4"),
    ),
    Row(
        fact="ntpd follows the source with the star",
        system="CentOS 7",
        source=JC + "ntpq-pn.out",
        inputs={},
        answers=DATE | NO_CHRONY | {PATH + "ntpq -pn": Said(stdout=PEERS)},
        now=MIDDLE,
        observed=seen(True, "72.5.72.15"),
    ),
    Row(
        fact="an older timedatectl says NTP synchronized",
        system="CentOS 7",
        source=JC + "timedatectl.out",
        inputs={},
        answers=DATE | NO_CHRONY | NO_NTP | {PATH + "timedatectl": Said(stdout=OLD_TIMEDATECTL)},
        now=MIDDLE,
        observed=seen(True, ""),
    ),
    Row(
        fact="ntpd that follows the machine's own clock",
        system="CentOS 6",
        source=NTPQ6,
        inputs={},
        answers=DATE | NO_CHRONY | {PATH + "ntpq -pn": Said(stdout=LOCAL_ONLY)},
        now=MIDDLE,
        observed=seen(False, ""),
    ),
    Row(
        fact="ntpd that follows nobody yet",
        system="CentOS 6",
        source=NTPQ6,
        inputs={},
        answers=DATE | NO_CHRONY | {PATH + "ntpq -pn": Said(stdout=PEERS.replace("*", " "))},
        now=MIDDLE,
        observed=seen(False, ""),
    ),
    Row(
        fact="a date without fractions is an error",
        system="CentOS 6",
        source="documented: date(1) of BusyBox, which knows no %N",
        inputs={},
        answers={"date +%s.%N": Said(stdout="1795377048.N\n")},
        now=MIDDLE,
        error="date told no time",
    ),
]
