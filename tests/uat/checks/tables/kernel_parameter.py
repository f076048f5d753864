"""What cat says of files under /proc/sys."""

from __future__ import annotations

from tests.uat.checks.recording import Row, Said

HERE = "recorded: Debian 12, Linux 6.18"
SYSCTL = "documented: sysctl.d(5) on names; Documentation/networking/ip-sysctl of the kernel on values"

ROWS = [
    Row(
        fact="a number",
        system="Debian 12",
        source=HERE,
        inputs={"name": "net.ipv4.ip_forward"},
        answers={"cat /proc/sys/net/ipv4/ip_forward": Said(stdout="0\n")},
        observed={"exists": True, "value": "0"},
    ),
    Row(
        fact="several numbers",
        system="Debian 12",
        source=HERE,
        inputs={"name": "net/ipv4/tcp_rmem"},
        answers={"cat /proc/sys/net/ipv4/tcp_rmem": Said(stdout="4096\t131072\t33554432\n")},
        observed={"exists": True, "value": "4096 131072 33554432"},
    ),
    Row(
        fact="not there",
        system="Debian 12",
        source=HERE,
        inputs={"name": "net.ipv4.nope"},
        answers={
            "cat /proc/sys/net/ipv4/nope": Said(
                stderr="cat: /proc/sys/net/ipv4/nope: No such file or directory\n", exit_code=1
            )
        },
        observed={"exists": False, "value": ""},
    ),
    Row(
        fact="half a name is an error",
        system="Debian 12",
        source=HERE,
        inputs={"name": "net.ipv4"},
        answers={"cat /proc/sys/net/ipv4": Said(stderr="cat: /proc/sys/net/ipv4: Is a directory\n", exit_code=1)},
        error="cannot read the kernel parameter net.ipv4: cat: /proc/sys/net/ipv4: Is a directory",
    ),
    Row(
        fact="what can only be written is an error",
        system="AlmaLinux 8",
        source="documented: Documentation/networking/ip-sysctl of the kernel, route/flush",
        inputs={"name": "net.ipv4.route.flush"},
        answers={
            "cat /proc/sys/net/ipv4/route/flush": Said(
                stderr="cat: /proc/sys/net/ipv4/route/flush: Permission denied\n", exit_code=1
            )
        },
        error="Permission denied",
    ),
    Row(
        fact="a dot in the name of an interface, written as a slash",
        system="CentOS 7",
        source=SYSCTL,
        inputs={"name": "net.ipv4.conf.eth0/100.rp_filter"},
        answers={"cat /proc/sys/net/ipv4/conf/eth0.100/rp_filter": Said(stdout="1\n")},
        observed={"exists": True, "value": "1"},
    ),
    Row(
        fact="a dot in the name of an interface, after a slash",
        system="CentOS 6",
        source=SYSCTL,
        inputs={"name": "net/ipv4/conf/eth0.100/rp_filter"},
        answers={"cat /proc/sys/net/ipv4/conf/eth0.100/rp_filter": Said(stdout="1\n")},
        observed={"exists": True, "value": "1"},
    ),
]
