"""Titles."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cse_chat.domain.errors import InvalidRequestError
from cse_chat.domain.model.threads import MAX_TITLE_CHARS, checked_title, title_of


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("Top stocks?", "Top stocks?"),
        ("  Top\t stocks?  \nAnd why?", "Top stocks?"),
        ("\n\nTop stocks?", "Top stocks?"),
        ("a\x07b", "a b"),
        ("\x01", "Untitled"),
        ("x" * 80, "x" * 80),
        ("x" * 81, "x" * 79 + "…"),
        ("word " * 30, ("word " * 16).strip() + "…"),
        ("word " * 15 + "ends" + " more", "word " * 15 + "ends…"),
        ("a " + "x" * 100, "a " + "x" * 77 + "…"),
        ("one, two, " * 20, "one, two, " * 7 + "one, two…"),
        ("\u0d9a\u0dca\u200d\u0dba", "\u0d9a\u0dca\u200d\u0dba"),  # a joiner within a syllable
    ],
)
def test_a_title_is_the_first_line_shortened_between_words(question: str, title: str) -> None:
    assert title_of(question) == title


@given(st.text(min_size=1))
def test_every_question_has_a_title_that_may_be_one(question: str) -> None:
    title = title_of(question)

    assert checked_title(title) == title
    assert len(title) <= 80


def test_a_title_is_trimmed() -> None:
    assert checked_title(" \n Banks \t") == "Banks"


@pytest.mark.parametrize("text", ["x", "x" * MAX_TITLE_CHARS, "\u0d9a\u0dca\u200d\u0dba", "😀"])
def test_a_line_is_a_title(text: str) -> None:
    assert checked_title(text) == text


@pytest.mark.parametrize(
    "text", ["", "  ", "x" * (MAX_TITLE_CHARS + 1), "a\nb", "a\0b", "\ud800", "a\u2029b", "a\x7fb"]
)
def test_what_does_not_fit_on_a_line_is_none(text: str) -> None:
    with pytest.raises(InvalidRequestError):
        checked_title(text)


def test_no_title_of_a_question_has_a_control_character() -> None:
    every = "".join(chr(n) for n in range(0x300))

    assert not [c for c in title_of(f"x{every}") if unicodedata.category(c) == "Cc"]
