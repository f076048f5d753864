"""What discovery proposes, and its ids."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.uat.discovery.machines import source
from uat import registry
from uat.language.layers import ID
from uat.proposal import AREAS, Found, Proposal, by_id, id_of, slug


@given(about=st.text(max_size=200))
def test_every_name_makes_an_id(about: str) -> None:
    """Whatever a thing on a machine is called, its id is one that the language takes, also as a row's."""
    assert ID.fullmatch(slug(about))
    assert ID.fullmatch(id_of("certificate", about))
    assert ID.fullmatch(f"PLT-20-processes.{slug(about)}")


def test_long_names_stay_apart() -> None:
    """Two long names that differ at their ends have two ids."""
    assert slug("x" * 60 + "a") != slug("x" * 60 + "b")


def test_one_id_once() -> None:
    """Of two things whose ids are the same, one is proposed."""
    one = {"title": {}, "area": "", "kind": "clock", "inputs": {}, "expect": {}}
    found = Found(proposals=tuple(Proposal.model_validate({"about": about, **one}) for about in ("a b", "a-b")))
    assert [id for id, _ in by_id("clock", found)] == ["DISC-CLOCK-a-b"]


def test_every_source_is_one() -> None:
    """Each file of the socket can be asked, and says what it is for."""
    for word in registry.names("uat.discovery"):
        assert callable(source(word).discover)
        assert (source(word).__doc__ or "").strip()


def test_every_area_has_both_languages() -> None:
    """A chapter has its title in Italian and in English."""
    assert all(set(said) == {"it", "en"} for said in AREAS.values())
