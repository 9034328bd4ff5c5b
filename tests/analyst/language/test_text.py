"""Cleaning and cutting what was typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cse_chat.adapters.analyst.language.sinhala import has_sinhala_script, in_english
from cse_chat.adapters.analyst.language.text import MAX_CHARS, clean, tokenise


def _words(text: str) -> list[str]:
    return [token.word for token in tokenise(clean(text))]


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("  price\tof\nJKH ", "price of JKH"),
        ("\uff30\uff32\uff29\uff23\uff25 of \uff2a\uff2b\uff28", "PRICE of JKH"),
        ("J\u200bK\u200dH \u202eprice\u202c", "JKH price"),
        ("People\u2019s \u201cLeasing\u201d", 'People\'s "Leasing"'),
        ("SLT\u2013Mobitel \u2212 1", "SLT-Mobitel - 1"),
        ("a\x00b\x07c", "a b c"),
        ("so\u00adft", "soft"),
        ("", ""),
    ],
)
def test_what_cannot_be_seen_is_cleaned_away(typed: str, cleaned: str) -> None:
    assert clean(typed) == cleaned


@given(st.text(alphabet=st.characters(), max_size=200))
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)


def test_a_text_that_grows_in_normal_form_stays_within_the_cap() -> None:
    """One ligature becomes eighteen characters."""
    assert len(clean("\ufdfa" * 10_000)) <= MAX_CHARS


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("JKH's price?", ["jkh", "price"]),
        ("people's leasing", ["people", "leasing"]),
        ("S&P SL20", ["s", "and", "p", "sl20"]),
        ("hnb.x0000 and HNB.N", ["hnb.x0000", "and", "hnb.n"]),
        ("on 2026-07-24, 17/03/2026", ["on", "2026-07-24", "17/03/2026"]),
        ("1st 1,234.50 10m 5% > <", ["1st", "1,234.50", "10m", "5", "%", ">", "<"]),
        ("C.W. Mackie", ["c", "w", "mackie"]),
        ("JKHමිල කීයද", ["jkh", "මිල", "කීයද"]),
    ],
)
def test_a_text_is_cut_into_words_numbers_and_symbols(typed: str, words: list[str]) -> None:
    assert _words(typed) == words


def test_of_a_very_long_text_the_two_ends_are_read() -> None:
    words = _words("first " + "filler " * 500 + "last")

    assert len(words) == 160
    assert (words[0], words[-1]) == ("first", "last")


def test_sinhala_words_are_read_as_english_cues_in_both_scripts() -> None:
    for typed in ("JKH හි මිල කීයද අද", "JKH eke mila keeyada ada"):
        tokens = in_english(tokenise(clean(typed)))

        assert [token.word for token in tokens] == ["jkh", "price", "how", "much", "today"]


def test_a_joiner_inside_a_sinhala_word_does_not_hide_it() -> None:
    """Directors: typed with the zero-width joiner that its conjunct needs."""
    tokens = in_english(tokenise(clean("අධ්\u200dයක්ෂවරු")))

    assert [token.word for token in tokens] == ["directors"]


def test_sinhala_script_is_told_from_romanised_sinhala() -> None:
    assert has_sinhala_script("JKH මිල")
    assert not has_sinhala_script("JKH mila")
