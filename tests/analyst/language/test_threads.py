"""Questions that are understood only from those before them."""

import pytest

from cse_chat.adapters.analyst.language.intents import Intent
from cse_chat.adapters.analyst.language.requests import Request
from cse_chat.adapters.analyst.market.results.periods import Period
from cse_chat.adapters.analyst.narration.answerer import Answerer


def _request(answerer: Answerer, *turns: str) -> Request:
    return answerer.answer(turns[-1], turns[:-1]).request


@pytest.mark.parametrize(
    ("turns", "intent", "companies"),
    [
        (("price of Sampath", "and its sector?"), Intent.SECTOR_OF, ["SAMP"]),
        (("price of Sampath", "who owns it"), Intent.PARENT, ["SAMP"]),
        (("price of Sampath", "and the directors?"), Intent.DIRECTORS, ["SAMP"]),
        (("price of Sampath", "market cap?"), Intent.MARKET_CAP, ["SAMP"]),
        (("price of Sampath", "and its volume?"), Intent.FIELD, ["SAMP"]),
        (("price of Sampath", "what about dividends?"), Intent.DIVIDEND, ["SAMP"]),
        (("price of Sampath", "and this year?"), Intent.TREND, ["SAMP"]),
        (("Sampath this year", "and yesterday?"), Intent.QUOTE, ["SAMP"]),
        (("price of Sampath", "should I buy it?"), Intent.ADVICE, ["SAMP"]),
        (("Top 3 gainers?", "tell me more about the first one"), Intent.COMPANY_INFO, ["LOFC"]),
        (("Top 3 gainers?", "price of the last one"), Intent.QUOTE, ["AINS"]),
        (
            ("Top 3 gainers?", "who owns the first one", "and the second one?"),
            Intent.PARENT,
            ["RHTL"],
        ),
        (("price of JKH", "compare it with Hayleys"), Intent.COMPARE, ["JKH", "HAYL"]),
        (
            ("compare JKH and Hayleys", "which did better this year?"),
            Intent.COMPARE,
            ["JKH", "HAYL"],
        ),
        (("compare JKH and Hayleys", "who audits them?"), Intent.AUDITOR, ["JKH", "HAYL"]),
        (("price of Renuka", "Renuka Foods"), Intent.QUOTE, ["COCO"]),
        (("How is HNB doing this month?", "what about Seylan?"), Intent.TREND, ["SEYB"]),
        (("Who owns Cargills?", "and Lion Brewery?"), Intent.PARENT, ["LION"]),
        (("top gainers", "what about JKH?"), Intent.QUOTE, ["JKH"]),
        (("price of JKH", "hi", "and HNB?"), Intent.QUOTE, ["HNB"]),
        (("price of JKH", "price of Tesla", "its sector?"), Intent.SECTOR_OF, ["JKH"]),
    ],
)
def test_what_is_left_out_is_taken_from_the_thread(
    answerer: Answerer, turns: tuple[str, ...], intent: Intent, companies: list[str]
) -> None:
    request = _request(answerer, *turns)

    assert request.intent is intent
    assert [symbol.removesuffix(".N0000") for symbol in request.companies] == companies


@pytest.mark.parametrize(
    ("turns", "intent"),
    [
        (("price of JKH", "which sector gained the most today"), Intent.SECTOR_RANKING),
        (("price of JKH", "top 5 losers"), Intent.MOVERS),
        (("price of JKH", "how is the market"), Intent.MARKET_SUMMARY),
        (("price of JKH", "thanks"), Intent.THANKS),
        (("price of JKH", "what about the ASPI?"), Intent.INDEX_LEVEL),
        (("price of JKH", "what about banks?"), Intent.SECTOR_PERFORMANCE),
        (("ASPI this year", "and S&P SL20?"), Intent.INDEX_TREND),
        (("ASPI this year", "and yesterday?"), Intent.INDEX_LEVEL),
        (("how is the market", "and this month?"), Intent.INDEX_TREND),
        (("price of JKH", "what about Mohan Pandithage?"), Intent.PERSON_BOARDS),
        (("price of JKH", "and KPMG?"), Intent.AUDIT_CLIENTS),
        (("price of JKH", "what about Tesla?"), Intent.OTHER_MARKET),
        (("price of JKH", "and Expolanka?"), Intent.UNKNOWN_COMPANY),
        (("the first one",), Intent.OUT_OF_SCOPE),
        (("and its sector?",), Intent.SECTOR_COUNT),
        (("what about it?",), Intent.OUT_OF_SCOPE),
        (("price of JKH", "and?"), Intent.OUT_OF_SCOPE),
        (("Who owns JKH", "please now look at what there is of HNB"), Intent.COMPANY_INFO),
        (("price of JKH", "top gainers among unicorns"), Intent.NOT_UNDERSTOOD),
        (("which stocks performed brilliantly today",), Intent.NOT_UNDERSTOOD),
        (("What Are The Very Topmost Gainers",), Intent.MOVERS),
        (("how did the market react to the budget",), Intent.NOT_UNDERSTOOD),
        (("largest shareholder of Expolanka",), Intent.UNKNOWN_COMPANY),
        (("price of the Expolanka share",), Intent.UNKNOWN_COMPANY),
        (("how is quibble doing",), Intent.UNKNOWN_COMPANY),
        (("tell me about Quibble",), Intent.UNKNOWN_COMPANY),
        (("please describe to me quibble now",), Intent.OUT_OF_SCOPE),
        (("do Quibble and Quabble share directors",), Intent.UNKNOWN_COMPANY),
        (("largest sectors of Quibble",), Intent.UNKNOWN_COMPANY),
        (("how is the banking sector doing in Zanzibar",), Intent.NOT_UNDERSTOOD),
        (("今日の株価は",), Intent.OUT_OF_SCOPE),
        (("tell me about the weather",), Intent.OUT_OF_SCOPE),
    ],
)
def test_a_complete_question_starts_anew(
    answerer: Answerer, turns: tuple[str, ...], intent: Intent
) -> None:
    assert _request(answerer, *turns).intent is intent


def test_a_list_keeps_its_sector_period_and_length(answerer: Answerer) -> None:
    request = _request(
        answerer, "Top 3 gainers in banking this month", "and the losers?", "and for insurance?"
    )

    assert request.intent is Intent.MOVERS
    assert request.sectors == ("4030",)
    assert request.count == 3
    assert request.when is not None
    assert request.when.period == Period.this_month()


def test_a_list_can_be_asked_for_again_with_another_length(answerer: Answerer) -> None:
    request = _request(answerer, "Top gainers", "and 7?")

    assert (request.intent, request.count) == (Intent.MOVERS, 7)


def test_only_the_newest_questions_of_a_long_thread_are_read(answerer: Answerer) -> None:
    filler = ["how is the market"] * 6

    assert _request(answerer, "price of JKH", *filler[:5], "its auditor?").companies
    assert _request(answerer, "price of JKH", *filler, "its auditor?").companies == ()
