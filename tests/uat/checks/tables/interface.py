"""What /sys/class/net and ip say."""

from __future__ import annotations

from tests.uat.checks.recording import Row, Said

HERE = "recorded: Debian 12, Linux 6.18, iproute2 6.1"
SYSFS = "documented: Documentation/ABI/testing/sysfs-class-net of the kernel; ip-address(8)"
OLD = "documented: net/core/net-sysfs.c of Linux 2.6.32; iproute2-2.6.32, ip/ipaddress.c"
ABSENT = {"exists": False, "up": False, "addresses": [], "mac": "", "mtu": None, "speed_mbit": None}


def question(name: str) -> str:
    """Write the question about an interface."""
    folder = f"/sys/class/net/{name}"
    return (
        f"PATH=$PATH:/usr/sbin:/sbin; if [ -d {folder} ]; then "
        f'for fact in carrier address mtu speed; do echo "$fact=$(cat {folder}/$fact 2>/dev/null)"; done; '
        f"ip -o addr show dev {name}; else echo absent; fi"
    )


def told(carrier: str, mac: str, mtu: int, speed: str, *addresses: str) -> Said:
    """Write what comes back."""
    facts = (f"carrier={carrier}", f"address={mac}", f"mtu={mtu}", f"speed={speed}")
    return Said(stdout="\n".join((*facts, *addresses)) + "\n")


ROWS = [
    Row(
        fact="a virtual card, which knows no speed",
        system="Debian 12",
        source=HERE,
        inputs={"name": "eth0"},
        answers={
            question("eth0"): told(
                "1",
                "02:fc:00:00:00:01",
                1400,
                "-1",
                r"4: eth0    inet 192.0.2.2/24 brd 192.0.2.255 scope global eth0\       valid_lft forever",
                r"4: eth0    inet6 fd00::2/64 scope global nodad \       valid_lft forever preferred_lft forever",
                r"4: eth0    inet6 fe80::fc:ff:fe00:1/64 scope link \       valid_lft forever preferred_lft forever",
            )
        },
        observed={
            "exists": True,
            "up": True,
            "addresses": ["192.0.2.2/24", "fd00::2/64", "fe80::fc:ff:fe00:1/64"],
            "mac": "02:fc:00:00:00:01",
            "mtu": 1400,
            "speed_mbit": None,
        },
    ),
    Row(
        fact="switched off, without an address",
        system="Debian 12",
        source=HERE,
        inputs={"name": "ifb0"},
        answers={question("ifb0"): told("", "02:c2:dc:f5:9f:63", 1500, "")},
        observed={
            "exists": True,
            "up": False,
            "addresses": [],
            "mac": "02:c2:dc:f5:9f:63",
            "mtu": 1500,
            "speed_mbit": None,
        },
    ),
    Row(
        fact="not there",
        system="Debian 12",
        source=HERE,
        inputs={"name": "eth7"},
        answers={question("eth7"): Said(stdout="absent\n")},
        observed=ABSENT,
    ),
    Row(
        fact="without ip nothing can be told of addresses",
        system="Debian 12",
        source="documented: POSIX sh, 2.8.2, exit status 127",
        inputs={"name": "eth0"},
        answers={
            question("eth0"): Said(
                stdout="carrier=1\naddress=02:fc:00:00:00:01\nmtu=1500\nspeed=1000\n",
                stderr="sh: 1: ip: not found\n",
                exit_code=127,
            )
        },
        error="ip: not found",
    ),
    Row(
        fact="something that is no interface is an error",
        system="Debian 12",
        source=SYSFS,
        inputs={"name": "bonding_masters"},
        answers={question("bonding_masters"): Said(stdout="carrier=\naddress=\nmtu=\nspeed=\n")},
        error="the kernel told no MTU of bonding_masters",
    ),
    Row(
        fact="a tunnel: no MAC, and the prefix of its other end",
        system="AlmaLinux 8",
        source=SYSFS,
        inputs={"name": "tun0"},
        answers={
            question("tun0"): told(
                "1",
                "",
                1500,
                "10",
                r"9: tun0    inet 10.8.0.1 peer 10.8.0.2/24 scope global tun0\       valid_lft forever",
            )
        },
        observed={
            "exists": True,
            "up": True,
            "addresses": ["10.8.0.1/24"],
            "mac": "",
            "mtu": 1500,
            "speed_mbit": 10,
        },
    ),
    Row(
        fact="a cable that is not plugged in, and a speed of 32 ones",
        system="CentOS 7",
        source=SYSFS,
        inputs={"name": "ens33"},
        answers={
            question("ens33"): told(
                "0",
                "00:0C:29:3B:58:0E",
                1500,
                "4294967295",
                r"2: ens33    inet 192.168.71.137/24 brd 192.168.71.255 scope global ens33\       valid_lft forever",
            )
        },
        observed={
            "exists": True,
            "up": False,
            "addresses": ["192.168.71.137/24"],
            "mac": "00:0c:29:3b:58:0e",
            "mtu": 1500,
            "speed_mbit": None,
        },
    ),
    Row(
        fact="the address of an alias stands with its card; a VLAN's name has another in it",
        system="CentOS 6",
        source=OLD,
        inputs={"name": "eth0.100"},
        answers={
            question("eth0.100"): told(
                "1",
                "00:50:56:aa:bb:cc",
                1500,
                "1000",
                "3: eth0.100    inet 10.20.30.40/24 brd 10.20.30.255 scope global eth0.100",
                "3: eth0.100    inet 10.20.30.41/24 brd 10.20.30.255 scope global secondary eth0.100:1",
            )
        },
        observed={
            "exists": True,
            "up": True,
            "addresses": ["10.20.30.40/24", "10.20.30.41/24"],
            "mac": "00:50:56:aa:bb:cc",
            "mtu": 1500,
            "speed_mbit": 1000,
        },
    ),
]
