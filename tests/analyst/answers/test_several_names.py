"""Of several names in a question each one is answered, or the answer says which was not."""

from itertools import combinations

import pytest

from cse_chat.adapters.analyst.language.intents import Intent
from cse_chat.adapters.analyst.market.market import Market
from cse_chat.adapters.analyst.narration import figures
from cse_chat.adapters.analyst.narration.answerer import Answerer
from cse_chat.domain.model.artifacts import Table


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


def test_more_companies_than_one_answer_holds_are_named_and_none_is_left_out(
    answerer: Answerer,
) -> None:
    many = "JKH, HNB, COMB, SAMP, NDB, DIPD, LOLC, CTC, HAYL, DIAL"

    held, more = (answerer.answer(f"Compare {names}") for names in (many, f"{many}, SLTL, NTB"))

    assert held.request.intent is Intent.COMPARE
    (table,) = held.draft.artifacts
    assert isinstance(table, Table)
    assert len(table.rows) == 10
    assert more.request.intent is Intent.TOO_MANY_NAMES
    assert '"SLTL" and "NTB"' in more.draft.text


@pytest.mark.parametrize(
    ("question", "first", "second"),
    [
        ("highest volume of JKH and HNB in 2026", "(JKH): highest volume", "(HNB): highest volume"),
        ("highest close of JKH and ASPI in 2026", "(JKH): highest closing", "The ASPI: highest"),
        ("best days of ASPI and S&P SL20", "The ASPI: best day", "The S&P SL20: best day"),
        ("how did ASPI and S&P SL20 do in 2026", "The ASPI: -6.42%", "The S&P SL20: -3.49%"),
        (
            "sectors of JKH, HNB, COMB",
            "(JKH) is in the sector Capital",
            "(COMB) is in the sector B",
        ),
        (
            "compare JKH with banks and insurance in 2026",
            "Banks sector index",
            "Insurance sector i",
        ),
    ],
)
def test_each_of_several_names_is_answered(
    answerer: Answerer, question: str, first: str, second: str
) -> None:
    text = answerer.answer(question).draft.text

    assert first in text
    assert second in text


def test_whoever_shares_the_lead_is_not_the_winner(answerer: Answerer) -> None:
    """Both closed where they had closed the day before."""
    text = answerer.answer("which did better from 2026-07-23 to 2026-07-24, JKH or SAMP").draft.text

    assert text.startswith("None did better")


def test_a_comma_behind_a_year_changes_nothing(answerer: Answerer) -> None:
    plain, comma = (
        answerer.answer(f"which was better in June 2026{mark} JKH or ASPI").draft.text
        for mark in (":", ",")
    )

    assert plain == comma
    assert plain.startswith("John Keells Holdings PLC (JKH) did better.")


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("which of JKH and HNB was cheaper in 2026", "cheaper"),
        ("which is higher, JKH or the ASPI", "higher"),
        ("highest volume of the ASPI in 2026", "highest volume"),
        ("which of JKH and the ASPI has the highest volume in 2026", "highest volume"),
    ],
)
def test_a_price_is_not_answered_by_a_return_nor_a_volume_by_a_level(
    answerer: Answerer, question: str, word: str
) -> None:
    answered = answerer.answer(question)

    assert answered.request.intent is Intent.NOT_UNDERSTOOD
    assert answered.request.unread == (word,)
