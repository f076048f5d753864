"""What ss and netstat print; columns are narrowed."""

from __future__ import annotations

from tests.uat.checks.recording import Row, Said

LAB = "recorded: the lab machine, iproute2 6.1"
CENTOS7 = "recorded: iproute-4.11 on CentOS 7, in a public report on sockets (ss -4 -t -l -n -p)"
NETSTAT = "recorded: net-tools 2.0 on CentOS 7.7, kellyjonbrazil/jc tests/fixtures/centos-7.7/netstat-sudo-lnp.out"
CENTOS6 = "documented: iproute2-2.6.32, misc/ss.c: users:((name,pid,fd)), * for every IPv4 address"
ALMA8 = "documented: ss(8) of iproute2 5.18; * is a socket for IPv4 and IPv6 alike"
HEADER = "State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\n"
OLD_HEADER = "State      Recv-Q Send-Q          Local Address:Port                         Peer Address:Port\n"


def question(number: int, letter: str = "t") -> str:
    """Write the question about a port."""
    return (
        "PATH=$PATH:/usr/sbin:/sbin; if command -v ss >/dev/null 2>&1; "
        f"then ss -ln{letter}p 'sport = :{number}'; else netstat -ln{letter}p; fi"
    )


def seen(listening: bool, addresses: list[str], process: str) -> dict[str, object]:
    """Write what must be observed from the machine."""
    return {"listening": listening, "reachable": None, "addresses": addresses, "process": process}


SSHD = (
    HEADER
    + 'LISTEN 0      128          0.0.0.0:22        0.0.0.0:*    users:(("sshd",pid=308,fd=3))\n'
    + 'LISTEN 0      128             [::]:22           [::]:*    users:(("sshd",pid=308,fd=4))\n'
)
SIP = (
    HEADER
    + 'UNCONN 0 0 10.20.30.41:5060 0.0.0.0:* users:(("kamailio",pid=300,fd=6),("kamailio",pid=298,fd=6))\n'
    + 'UNCONN 0 0 10.20.30.40:5060 0.0.0.0:* users:(("kamailio",pid=300,fd=4),("kamailio",pid=298,fd=4))\n'
)
NETSTAT_TCP = """\
Active Internet connections (only servers)
Proto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name    
tcp        0      0 127.0.0.1:25            0.0.0.0:*               LISTEN      1469/master         
tcp        0      0 0.0.0.0:22              0.0.0.0:*               LISTEN      1206/sshd           
tcp6       0      0 ::1:25                  :::*                    LISTEN      1469/master         
tcp6       0      0 :::22                   :::*                    LISTEN      1206/sshd           
"""  # noqa: W291  as it was recorded
NETSTAT_UDP = """\
Active Internet connections (only servers)
Proto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name    
udp        0      0 0.0.0.0:68              0.0.0.0:*                           1939/dhclient       
udp        0      0 127.0.0.1:323           0.0.0.0:*                           795/chronyd         
udp6       0      0 ::1:323                 :::*                                795/chronyd         
"""  # noqa: W291  as it was recorded

ROWS = [
    Row(
        fact="every address, IPv4 and IPv6",
        system="Debian 12",
        source=LAB,
        inputs={"number": 22},
        answers={question(22): Said(stdout=SSHD)},
        observed=seen(True, ["*"], "sshd"),
    ),
    Row(
        fact="UDP on two addresses, many processes of one name",
        system="Debian 12",
        source=LAB,
        inputs={"number": 5060, "protocol": "udp"},
        answers={question(5060, "u"): Said(stdout=SIP)},
        observed=seen(True, ["10.20.30.40", "10.20.30.41"], "kamailio"),
    ),
    Row(
        fact="one address is asked for",
        system="Debian 12",
        source=LAB,
        inputs={"number": 5060, "protocol": "udp", "address": "10.20.30.40"},
        answers={question(5060, "u"): Said(stdout=SIP)},
        observed=seen(True, ["10.20.30.40"], "kamailio"),
    ),
    Row(
        fact="an address that nobody listens on",
        system="Debian 12",
        source=LAB,
        inputs={"number": 5060, "protocol": "udp", "address": "127.0.0.1"},
        answers={question(5060, "u"): Said(stdout=SIP)},
        observed=seen(False, [], ""),
    ),
    Row(
        fact="every address serves the one that is asked for",
        system="Debian 12",
        source=LAB,
        inputs={"number": 22, "address": "10.20.30.40"},
        answers={question(22): Said(stdout=SSHD)},
        observed=seen(True, ["*"], "sshd"),
    ),
    Row(
        fact="nobody listens",
        system="Debian 12",
        source=LAB,
        inputs={"number": 9},
        answers={question(9): Said(stdout=HEADER)},
        observed=seen(False, [], ""),
    ),
    Row(
        fact="who is not root sees no process",
        system="Debian 12",
        source=LAB,
        inputs={"number": 22},
        answers={
            question(22): Said(stdout=HEADER + "LISTEN 0      128          0.0.0.0:22        0.0.0.0:*          \n")
        },
        observed=seen(True, ["*"], ""),
    ),
    Row(
        fact="one socket for both families",
        system="AlmaLinux 8",
        source=ALMA8,
        inputs={"number": 443},
        answers={
            question(443): Said(
                stdout=HEADER
                + 'LISTEN 0      511                *:443             *:*    users:(("httpd",pid=9,fd=4))\n'
            )
        },
        observed=seen(True, ["*"], "httpd"),
    ),
    Row(
        fact="the name of an interface is no part of an address",
        system="AlmaLinux 8",
        source=ALMA8,
        inputs={"number": 53, "protocol": "udp"},
        answers={
            question(53, "u"): Said(
                stdout=HEADER
                + 'UNCONN 0      0      127.0.0.53%lo:53     0.0.0.0:*  users:(("systemd-resolve",pid=610,fd=12))\n'
                + 'UNCONN 0      0      [fe80::1]%eth0:53          [::]:*    users:(("named",pid=700,fd=5))\n'
            )
        },
        observed=seen(True, ["127.0.0.53", "fe80::1"], "named, systemd-resolve"),
    ),
    Row(
        fact="* is every IPv4 address",
        system="CentOS 7",
        source=CENTOS7,
        inputs={"number": 22},
        answers={
            question(22): Said(
                stdout=OLD_HEADER
                + "LISTEN     0      128                         *:22                                      *:*"
                '                   users:(("sshd",pid=3278,fd=3))\n'
            )
        },
        observed=seen(True, ["*"], "sshd"),
    ),
    Row(
        fact="netstat where there is no ss; other ports are left out",
        system="CentOS 7",
        source=NETSTAT,
        inputs={"number": 25},
        answers={question(25): Said(stdout=NETSTAT_TCP)},
        observed=seen(True, ["127.0.0.1", "::1"], "master"),
    ),
    Row(
        fact="netstat's UDP has no state",
        system="CentOS 7",
        source=NETSTAT,
        inputs={"number": 68, "protocol": "udp"},
        answers={question(68, "u"): Said(stdout=NETSTAT_UDP)},
        observed=seen(True, ["*"], "dhclient"),
    ),
    Row(
        fact="an old ss writes processes without pid= and fd=",
        system="CentOS 6",
        source=CENTOS6,
        inputs={"number": 22},
        answers={
            question(22): Said(
                stdout=OLD_HEADER
                + 'LISTEN     0      128       :::22           :::*      users:(("sshd",1387,4))\n'
                + 'LISTEN     0      128        *:22            *:*      users:(("sshd",1387,3))\n'
            )
        },
        observed=seen(True, ["*"], "sshd"),
    ),
    Row(
        fact="neither ss nor netstat is an error, not a closed port",
        system="CentOS 6",
        source="documented: POSIX 2.8.2, exit code 127 of a command that is not there",
        inputs={"number": 22},
        answers={question(22): Said(stderr="sh: netstat: command not found\n", exit_code=127)},
        error="netstat: command not found",
    ),
]
