"""Real rules of nft and iptables, in a network of the test's own."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.uat.checks.looking import Shell, look, needs_root

TOOLS = ("nft", "iptables", "iptables-legacy", "ip6tables")
missing = [tool for tool in TOOLS if not shutil.which(tool, path="/usr/sbin:/sbin:/usr/bin")]
pytestmark = [
    needs_root,
    pytest.mark.skipif(bool(missing), reason=f"not here (Debian: iptables, nftables): {', '.join(missing)}"),
]

RULESET = """\
table inet tvox {
  set allowed { type ipv4_addr; elements = { 1.1.1.1, 2.2.2.2, 3.3.3.3 } }
  map way { type inet_service : verdict; elements = { 22 : accept, 23 : drop } }
  counter hits { }
  chain input {
    type filter hook input priority 0; policy drop;
    ip saddr @allowed udp dport { 5060, 5061 } counter accept comment "SIP, { trunk }"
    tcp dport vmap @way
  }
  chain side { log prefix "side: " counter drop; }
}
"""


def network(folder: Path, *commands: str) -> Shell:
    """Make a network with rules of its own."""
    (folder / "rules").write_text(RULESET)
    made = " && ".join((*commands, 'exec "$@"'))
    return Shell(inside=("unshare", "-n", "sh", "-c", f"PATH=$PATH:/usr/sbin:/sbin; cd '{folder}'; {made}", "in"))


def test_none(tmp_path: Path) -> None:
    """Where nobody made rules no firewall is active."""
    assert look(network(tmp_path).probe, "firewall") == {"active": False, "rules": (), "count": 0}


def test_nft(tmp_path: Path) -> None:
    """All that nft has is listed: rules, policies that refuse, elements of sets and maps."""
    assert look(network(tmp_path, "nft -f rules").probe, "firewall")["rules"] == (
        "inet tvox allowed: 1.1.1.1",
        "inet tvox allowed: 2.2.2.2",
        "inet tvox allowed: 3.3.3.3",
        'inet tvox input: ip saddr @allowed udp dport { 5060, 5061 } counter accept comment "SIP, { trunk }"',
        "inet tvox input: policy drop",
        "inet tvox input: tcp dport vmap @way",
        'inet tvox side: log prefix "side: " counter drop',
        "inet tvox way: 22 : accept",
        "inet tvox way: 23 : drop",
    )


def test_iptables(tmp_path: Path) -> None:
    """A rule is listed once, whichever iptables made it, and for both families."""
    shell = network(
        tmp_path,
        "iptables-nft -A INPUT -p tcp --dport 22 -j ACCEPT",
        "iptables-legacy -A INPUT -p tcp --dport 23 -j DROP",
        "ip6tables-legacy -P FORWARD DROP",
    )
    rules = look(shell.probe, "firewall")["rules"]
    assert [rule for rule in rules if "22" in rule] == ["ip filter INPUT: tcp dport 22 counter accept"]
    assert [rule for rule in rules if "23" in rule] == ["ip filter INPUT: -p tcp -m tcp --dport 23 -j DROP"]
    assert "ip6 filter FORWARD: policy DROP" in rules


def test_iptables_of_old(tmp_path: Path) -> None:
    """Where iptables itself is the old one, its rules are listed once too."""
    for name in ("iptables", "ip6tables"):
        (tmp_path / name).symlink_to(f"/usr/sbin/{name}-legacy")
        (tmp_path / f"{name}-save").symlink_to(f"/usr/sbin/{name}-legacy-save")
    shell = network(tmp_path, f"export PATH='{tmp_path}':$PATH", "iptables -P INPUT DROP")
    assert look(shell.probe, "firewall")["rules"] == ("ip filter INPUT: policy DROP",)


def test_traffic_changes_nothing(tmp_path: Path) -> None:
    """What counters counted is no difference."""
    send = "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))"
    traffic = f'ip link set lo up && {sys.executable} -c "{send}"'
    rules = [f"iptables-{kind} -A OUTPUT -p udp -j ACCEPT" for kind in ("nft", "legacy")]
    quiet = look(network(tmp_path, *rules).probe, "firewall")
    assert look(network(tmp_path, *rules, traffic).probe, "firewall") == quiet
    assert quiet["count"] == 2
