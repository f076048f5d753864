"""What ip route prints."""

from __future__ import annotations

from tests.uat.checks.recording import Row, Said

HERE = "recorded: Debian 12, Linux 6.18, iproute2 6.1"
JC = "recorded: CentOS 7.7, kellyjonbrazil/jc tests/fixtures/centos-7.7/ip_route.out"
OLD = "recorded: ip route get of iproute2-2.6.32 (RHEL 6), in public notes on networks"
IP = "documented: ip-route(8)"
OLD6 = "documented: iproute2-2.6.32 and 4.11, ip/iproute.c: a dead end for IPv6 is printed, with its error"
PATH = "PATH=$PATH:/usr/sbin:/sbin; "
DEFAULT = PATH + "ip -4 route show default"
NONE = {"exists": False, "gateway": "", "interface": "", "source": ""}


def get(address: str) -> str:
    """Write the question about an address."""
    return f"{PATH}ip route get {address}"


def seen(gateway: str, interface: str, source: str) -> dict[str, object]:
    """Write what must be observed of a way."""
    return {"exists": True, "gateway": gateway, "interface": interface, "source": source}


ROWS = [
    Row(
        fact="through a gateway",
        system="Debian 12",
        source=HERE,
        inputs={"to": "8.8.8.8"},
        answers={get("8.8.8.8"): Said(stdout="8.8.8.8 via 192.0.2.1 dev eth0 src 192.0.2.2 uid 0 \n    cache \n")},
        observed=seen("192.0.2.1", "eth0", "192.0.2.2"),
    ),
    Row(
        fact="IPv6, directly; the address in its shortest form",
        system="Debian 12",
        source=HERE,
        inputs={"to": "FD00:0::5"},
        answers={
            get("fd00::5"): Said(stdout="fd00::5 from :: dev eth0 proto kernel src fd00::2 metric 256 pref medium\n")
        },
        observed=seen("", "eth0", "fd00::2"),
    ),
    Row(
        fact="an address of its own",
        system="Debian 12",
        source=HERE,
        inputs={"to": "127.0.0.1"},
        answers={get("127.0.0.1"): Said(stdout="local 127.0.0.1 dev lo src 127.0.0.1 uid 0 \n    cache <local> \n")},
        observed=seen("", "lo", "127.0.0.1"),
    ),
    Row(
        fact="nowhere",
        system="Debian 12",
        source=HERE,
        inputs={"to": "8.8.8.8"},
        answers={get("8.8.8.8"): Said(stderr="RTNETLINK answers: Network is unreachable\n", exit_code=2)},
        observed=NONE,
    ),
    Row(
        fact="no default route",
        system="Debian 12",
        source=HERE,
        inputs={"to": "default"},
        answers={DEFAULT: Said()},
        observed=NONE,
    ),
    Row(
        fact="another refusal is an error",
        system="Debian 12",
        source="documented: rtnetlink(7)",
        inputs={"to": "8.8.8.8"},
        answers={get("8.8.8.8"): Said(stderr="Cannot open netlink socket: Too many open files\n", exit_code=2)},
        error="cannot ask for the way to 8.8.8.8: Cannot open netlink socket",
    ),
    Row(
        fact="something else than a way is an error",
        system="Debian 12",
        source=IP,
        inputs={"to": "8.8.8.8"},
        answers={get("8.8.8.8"): Said(stdout="Object route is unknown\n")},
        error="something else of the way to 8.8.8.8",
    ),
    Row(
        fact="several ways of one default route: the first",
        system="AlmaLinux 8",
        source=IP,
        inputs={"to": "default"},
        answers={
            DEFAULT: Said(
                stdout="default proto static metric 100 \n"
                "\tnexthop via 10.20.30.1 dev eth0 weight 1 \n\tnexthop via 10.20.31.1 dev eth1 weight 1 \n"
            )
        },
        observed=seen("10.20.30.1", "eth0", ""),
    ),
    Row(
        fact="two default routes: the first, and nothing of the second",
        system="AlmaLinux 8",
        source=IP,
        inputs={"to": "default"},
        answers={
            DEFAULT: Said(
                stdout="default dev ppp0 scope link metric 50 \n"
                "default via 10.20.30.1 dev eth0 proto static src 10.20.30.40 metric 100 \n"
            )
        },
        observed=seen("", "ppp0", ""),
    ),
    Row(
        fact="the default route",
        system="CentOS 7",
        source=JC,
        inputs={"to": "default"},
        answers={DEFAULT: Said(stdout="default via 10.0.2.2 dev enp0s3 proto dhcp metric 100\n")},
        observed=seen("10.0.2.2", "enp0s3", ""),
    ),
    Row(
        fact="nowhere, in IPv6",
        system="CentOS 7",
        source=OLD6,
        inputs={"to": "2001:db8::1"},
        answers={
            get("2001:db8::1"): Said(
                stdout="unreachable 2001:db8::1 dev lo table unspec src ::1 metric 4294967295 error -101\n"
            )
        },
        observed=NONE,
    ),
    Row(
        fact="directly",
        system="CentOS 6",
        source=OLD,
        inputs={"to": "192.168.17.130"},
        answers={
            get("192.168.17.130"): Said(
                stdout="192.168.17.130 dev eth0  src 192.168.17.129 \n    cache  mtu 1500 advmss 1460 hoplimit 64\n"
            )
        },
        observed=seen("", "eth0", "192.168.17.129"),
    ),
]
