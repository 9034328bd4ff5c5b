"""Correcting what was mistyped, and leaving alone what was not."""

import pytest

from cse_chat.adapters.analyst.language.spelling import Speller

WORDS = ["price", "gainers", "commercial", "bank", "rise", "stock", "stack", "keells", "x1234"]


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller(WORDS, two_edits_from=8)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("pirce", "price"),
        ("gainrs", "gainers"),
        ("comercail", "commercial"),
        ("bnak", "bank"),
        ("bak", None),  # too short
        ("rice", None),  # another word, not a slip
        ("stuck", None),  # two words are as near
        ("brice", None),  # another first letter
        ("gxxners", None),  # two slips in a short word
        ("price1", None),
    ],
)
def test_a_slip_is_corrected_when_one_word_alone_can_be_meant(
    speller: Speller, typed: str, meant: str | None
) -> None:
    found = speller.nearest(typed)

    assert (found and found[0]) == meant


def test_a_known_word_is_known(speller: Speller) -> None:
    assert speller.knows("rise")
    assert not speller.knows("rice")
