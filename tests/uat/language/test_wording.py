"""What is said of a word that nobody knows."""

from __future__ import annotations

from uat.language.wording import unknown_word


def test_the_nearest_word_is_meant() -> None:
    """The nearest right word is told."""
    assert unknown_word("kind", "servce", ["service", "sql"]) == "unknown kind 'servce'; did you mean 'service'?"


def test_a_long_list_is_cut() -> None:
    """Where many words are known and none is near, some are told and the others counted."""
    assert unknown_word("word", "x", [f"known_{number}" for number in range(90)]).endswith("known_39 and 50 more")
