"""The hosts file, as people write it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.uat.checks.recording import Recording, Said
from uat.checks import hosts_entry
from uat.model import Limits, System
from uat.probe import Probe

NAMES = st.from_regex(r"[a-z][a-z0-9.-]{0,8}", fullmatch=True)
ADDRESSES = st.ip_addresses().map(lambda address: str(address).lower())
BLANKS = st.text(" \t", min_size=1, max_size=3)
COMMENTS = st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=20)


@st.composite
def lines(draw: st.DrawFn) -> tuple[str, str, list[str]]:
    """Write a line of a hosts file; give it with its address and names."""
    address, names = draw(ADDRESSES), draw(st.lists(NAMES, min_size=1, max_size=3))
    text = draw(BLANKS).join([draw(st.sampled_from(["", " "])) + address, *names])
    return text + draw(st.sampled_from(["", " "])) + "#" + draw(COMMENTS), address, names


@given(written=st.lists(lines(), max_size=6), name=NAMES)
def test_whatever_is_written(written: list[tuple[str, str, list[str]]], name: str) -> None:
    """A name has the addresses of the lines that hold it, whatever stands between and behind the words."""
    text = "".join(f"{line}\n" for line, _, _ in written)
    probe = Probe(
        connection=Recording(answers={"cat /etc/hosts": Said(stdout=text)}), system=System(), limits=Limits()
    )
    for wanted in {name, *(one for _, _, names in written for one in names)}:
        expected = dict.fromkeys(address for _, address, names in written if wanted in names)
        observed = hosts_entry.observe(hosts_entry.Inputs(name=wanted), probe)
        assert observed.addresses == tuple(expected)
