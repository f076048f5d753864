"""Sources that find the machine's place in the network."""

from __future__ import annotations

import pytest

from tests.uat.checks.recording import Said
from tests.uat.checks.tables.port import NETSTAT_TCP, NETSTAT_UDP, OLD_HEADER
from tests.uat.discovery.machines import abouts, found
from uat.errors import ObservationError

RANGE = "32768\t60999\n"
SS_TCP = (
    "State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\n"
    'LISTEN 0      511          0.0.0.0:443        0.0.0.0:*    users:(("nginx",pid=8,fd=6))\n'
    'LISTEN 0      511             [::]:443           [::]:*    users:(("nginx",pid=8,fd=7))\n'
    'LISTEN 0      100        127.0.0.1:5432       0.0.0.0:*    users:(("postgres",pid=9,fd=5))\n'
    'LISTEN 0      100          0.0.0.0:41234      0.0.0.0:*    users:(("rpc.statd",pid=7,fd=5))\n'
)
SS_UDP = (
    "State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\n"
    'UNCONN 0      0            0.0.0.0:5060       0.0.0.0:*    users:(("kamailio",pid=4,fd=6))\n'
    'UNCONN 0      0            0.0.0.0:12044      0.0.0.0:*    users:(("asterisk",pid=5,fd=6))\n'
    'UNCONN 0      0            0.0.0.0:68         0.0.0.0:*    users:(("dhclient",pid=3,fd=6))\n'
)
CENTOS7 = OLD_HEADER + 'LISTEN     0      128    *:22    *:*    users:(("sshd",pid=3278,fd=3))\n'


@pytest.mark.parametrize(
    ("tcp", "udp", "ports"),
    [
        (SS_TCP, SS_UDP, ["tcp-443", "tcp-5432", "udp-5060"]),
        (CENTOS7, OLD_HEADER, ["tcp-22"]),
        (NETSTAT_TCP, NETSTAT_UDP, None),
    ],
)
def test_port(tcp: str, udp: str, ports: list[str] | None) -> None:
    """What listens is proposed once a protocol and number, but for ports given at random and the sound of calls."""
    seen = abouts(found("port", f"{RANGE}-- t\n{tcp}-- u\n{udp}"))
    assert seen == ports if ports else ("tcp-25" in seen and "udp-68" not in seen)


def test_ports_process() -> None:
    """Where nobody may see who listens, nothing is expected of it."""
    made = found("port", f"{RANGE}-- t\n{CENTOS7.split('users')[0]}\n-- u\n{OLD_HEADER}")
    assert "process" not in made.proposals[0].expect
    assert "process" in found("port", f"{RANGE}-- t\n{CENTOS7}-- u\n{OLD_HEADER}").proposals[0].expect


def test_ports_are_rows() -> None:
    """The standard list gets each port as a row."""
    rows = found("port", f"{RANGE}-- t\n{CENTOS7}-- u\n{OLD_HEADER}").rows["ports"]
    assert rows == ({"id": "tcp-22", "number": "22", "protocol": "tcp"},)


def test_no_port() -> None:
    """A machine with neither ss nor netstat is not one on which nothing listens."""
    with pytest.raises(ObservationError, match="netstat"):
        found("port", RANGE)


def test_interface() -> None:
    """Interfaces that have a link, without those of containers."""
    made = found("interface", "docker0\neth0\nlo\ntun0\nveth12ab\n")
    assert abouts(made) == ["eth0", "tun0"]
    assert made.rows["interfaces"][0] == {"id": "eth0", "interface": "eth0"}


ROUTES = """\
default via 10.20.30.1 dev eth0 proto static metric 100
10.20.30.0/24 dev eth0 proto kernel scope link src 10.20.30.40
10.99.0.0/16 via 10.20.30.254 dev eth0
192.0.2.7 via 10.20.30.254 dev eth0
blackhole 10.66.0.0/16
"""


def test_route() -> None:
    """The default route, and those that lead through a gateway, each asked by an address in it."""
    made = found("route", ROUTES)
    assert [(one.about, one.inputs["to"]) for one in made.proposals] == [
        ("default", "default"),
        ("10.99.0.0/16", "10.99.0.1"),
        ("192.0.2.7", "192.0.2.7"),
    ]


HOSTS = (
    "127.0.0.1 localhost localhost.localdomain\n::1 ip6-loopback\n10.0.0.5 tam01\n10.0.0.4 pbx.acme.it pbx # TVox\n"
)


def test_host() -> None:
    """The names of the hosts file, without the machine's for itself."""
    assert abouts(found("host", HOSTS)) == ["pbx", "pbx.acme.it", "tam01"]


def test_resolver() -> None:
    """The servers, and the machine's own full name; a name without a domain is not asked for."""
    assert abouts(found("resolver", "tvox.acme.it\n10.0.0.53\n10.0.0.54\n")) == ["servers", "tvox.acme.it"]
    assert abouts(found("resolver", "tvox\n")) == []


IPTABLES = """\
* ip
*filter
:INPUT DROP [0:0]
:f2b-sip - [0:0]
-A INPUT -p udp --dport 5060 -j ACCEPT
-A INPUT -j f2b-sip
-A f2b-sip -s 192.0.2.1/32 -p udp --dport 5060 -j ACCEPT
-A FORWARD -i tun0 -j ACCEPT
COMMIT
"""


def test_firewall() -> None:
    """The firewall as a whole, and the chains that open ports, but not those where bans come and go."""
    assert abouts(found("firewall", IPTABLES)) == ["active", "INPUT"]


def test_no_firewall() -> None:
    """Where no rule holds there is nothing to keep."""
    assert abouts(found("firewall", Said(stdout="* ip\n*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n"))) == []
