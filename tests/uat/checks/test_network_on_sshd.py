"""The kinds that read how the machine stands in the network, on this computer's own."""

from __future__ import annotations

import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from tests.uat.checks.looking import Shell, look
from uat.probe import Probe

OWN = "mount -t sysfs sysfs /sys"
"""What /sys shows belongs to the network in which it was mounted (ip-netns(8))."""


def alone(prepare: str) -> Probe:
    """Make a probe in a network of its own, where nothing is but what is prepared."""
    inside = ("unshare", "-n", "-m", "sh", "-c", f'{OWN}; {prepare}\nexec "$@"', "alone")
    if not shutil.which("ip") or subprocess.run([*inside, "true"], capture_output=True).returncode:
        pytest.skip("no network of one's own here: it takes root, unshare (util-linux) and ip (iproute2)")
    return Shell(inside=inside).probe


@pytest.mark.parametrize("name", [name for _, name in socket.if_nameindex()])
def test_interface(probe: Probe, name: str) -> None:
    """An interface of this computer has the size and the MAC that the kernel says."""
    folder = Path("/sys/class/net", name)
    observed = look(probe, "interface", name=name)
    assert (observed["exists"], observed["mtu"]) == (True, int((folder / "mtu").read_text()))
    assert observed["mac"] == (folder / "address").read_text().strip()


def test_no_interface(probe: Probe) -> None:
    """An interface that nobody has does not exist."""
    assert look(probe, "interface", name="eth99")["exists"] is False


def test_interface_with_addresses() -> None:
    """An interface that is switched on has a link and its addresses, each with its prefix."""
    probe = alone("ip link set lo up; ip addr add 10.20.30.41 dev lo; ip addr add fd00::41/64 dev lo")
    observed = look(probe, "interface", name="lo")
    assert observed["up"] is True
    assert observed["addresses"] == ("10.20.30.41/32", "127.0.0.1/8", "::1/128", "fd00::41/64")


def test_interface_switched_off() -> None:
    """An interface that is switched off has no link, though it exists."""
    observed = look(alone("ip link set lo down"), "interface", name="lo")
    assert (observed["exists"], observed["up"], observed["addresses"]) == (True, False, ())


def test_route(probe: Probe) -> None:
    """The way to this computer itself is the loopback's."""
    observed = look(probe, "route", to="127.0.0.1")
    assert observed == {"exists": True, "gateway": "", "interface": "lo", "source": "127.0.0.1"}


@pytest.mark.parametrize("kind", ["blackhole", "prohibit", "unreachable", "throw"])
def test_dead_end(kind: str) -> None:
    """A route that ends in nothing is none."""
    probe = alone(f"ip link set lo up; ip route add {kind} 10.1.0.0/16")
    assert look(probe, "route", to="10.1.1.1")["exists"] is False


@pytest.mark.parametrize("to", ["default", "10.1.1.1", "2001:db8::1"])
def test_no_route(to: str) -> None:
    """A machine without routes has no way to anywhere."""
    assert look(alone(""), "route", to=to)["exists"] is False


def test_default_route() -> None:
    """The default route that is taken is the one with the lowest metric, and its source is what it names."""
    addresses = "ip link set lo up; ip addr add 10.20.30.40/24 dev lo; ip addr add 10.20.31.40/24 dev lo"
    second = "ip route add default via 10.20.31.1 dev lo metric 200"
    first = "ip route add default via 10.20.30.1 dev lo src 10.20.30.40 metric 100"
    observed = look(alone(f"{addresses}; {second}; {first}"), "route", to="default")
    assert observed == {"exists": True, "gateway": "10.20.30.1", "interface": "lo", "source": "10.20.30.40"}


def test_hosts_entry(probe: Probe) -> None:
    """This computer's own hosts file gives localhost its address."""
    assert "127.0.0.1" in look(probe, "hosts_entry", name="LocalHost")["addresses"]
    assert look(probe, "hosts_entry", name="no-such-host.invalid")["exists"] is False
