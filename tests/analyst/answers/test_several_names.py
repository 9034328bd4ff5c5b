"""Of several names in a question each one is answered, or the answer says which was not."""

from itertools import combinations

import pytest

from cse_chat.adapters.analyst.language.intents import Intent
from cse_chat.adapters.analyst.market.market import Market
from cse_chat.adapters.analyst.narration import figures
from cse_chat.adapters.analyst.narration.answerer import Answerer


def test_the_directors_of_two_companies_are_those_of_each(answerer: Answerer) -> None:
    answered = answerer.answer("who are the directors of JKH and HNB")

    assert answered.request.intent is Intent.DIRECTORS
    assert "The board of John Keells Holdings PLC (JKH)" in answered.draft.text
    assert "The board of Hatton National Bank PLC (HNB)" in answered.draft.text


@pytest.mark.parametrize(
    "question",
    [
        "do {} share directors?",
        "common directors of {}",
        "which directors do {} share",
        "who sits on the boards of both {}",
    ],
)
def test_shared_directors_are_asked_for_by_a_word_for_it(answerer: Answerer, question: str) -> None:
    answered = answerer.answer(question.format("JKH and UAL"))

    assert answered.request.intent is Intent.SHARED_DIRECTORS
    assert "Yes: Krishan Niraj Jayasekara Balendra sits" in answered.draft.text


def test_of_three_companies_every_pair_is_asked_for_shared_directors(
    answerer: Answerer, market: Market
) -> None:
    symbols = ("JKH.N0000", "UAL.N0000", "HNB.N0000", "KFP.N0000")

    draft = answerer.answer("Do JKH, UAL, HNB and KFP share directors?").draft

    for first, second in combinations(symbols, 2):
        found = market.boards.shared(first, second)
        pair = f"{figures.named(found.first)} and {figures.named(found.second)}"
        said = next(line for line in draft.text.splitlines() if pair in line)
        assert said.startswith("Yes:" if found.rows else "No:")
        assert all(row.name in said for row in found.rows)
    assert draft.subjects == symbols
    assert len(draft.artifacts) == sum(
        bool(market.boards.shared(*pair).rows) for pair in combinations(symbols, 2)
    )


def test_two_shares_of_one_company_have_one_board(answerer: Answerer) -> None:
    text = answerer.answer("do HNB and HNB.X share directors").draft.text

    assert "one company" in text
    assert "no figures of that time" not in text
