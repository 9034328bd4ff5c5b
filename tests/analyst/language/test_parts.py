"""Cutting a text into its questions."""

import pytest

from cse_chat.adapters.analyst.language.parts import clauses, is_statement, sentences


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("price of JKH", ("price of JKH",)),
        ("Price of JKH? And HNB?", ("Price of JKH?", "And HNB?")),
        ("I hold HNB. How is it?", ("I hold HNB.", "How is it?")),
        ("stocks below Rs. 5", ("stocks below Rs. 5",)),
        ("price of C. T. Holdings", ("price of C. T. Holdings",)),
        ("JKH vs. HNB", ("JKH vs. HNB",)),
        ("", ()),
    ],
)
def test_sentences_end_at_their_marks(text: str, parts: tuple[str, ...]) -> None:
    assert sentences(text) == parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("price of JKH and who owns it", ("price of JKH and", "who owns it")),
        ("price of JKH and HNB", ("price of JKH and HNB",)),
    ],
)
def test_clauses_are_cut_only_where_a_question_may_begin(text: str, parts: tuple[str, ...]) -> None:
    assert clauses(text) == parts


def test_what_tells_something_is_no_question() -> None:
    assert is_statement("I am a student.")
    assert not is_statement("Is JKH a bank?")
    assert not is_statement("I wonder, what is the price of JKH?")
