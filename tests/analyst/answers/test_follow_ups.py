"""Threads of two and three turns, with figures checked by the tools and by hand."""

import pytest

from cse_chat.adapters.analyst.language.intents import Intent
from cse_chat.adapters.analyst.market.market import Market
from cse_chat.adapters.analyst.market.results.periods import Period
from cse_chat.adapters.analyst.narration.answerer import Answerer

# The turns, what the last answer says, and what it must not say.
THREADS: list[tuple[tuple[str, ...], str, str]] = [
    (
        ("price of Sampath", "and its owners?"),
        "The largest corporate holder of Sampath",
        "traded at",
    ),
    (
        ("price of Lion Brewery", "and its owners?"),
        "Ceylon Beverage Holdings PLC (BREW) 52.25%",
        "",
    ),
    (("price of JKH", "and Sampath?"), "Sampath Bank PLC (SAMP) last traded at Rs. 137.00", "JKH"),
    (("who owns Cargills?", "and Lion Brewery?"), "Ceylon Beverage Holdings PLC (BREW)", "CARG"),
    (("who audits Dialog?", "and HNB?"), "(HNB) is audited by KPMG.", "Deloitte"),
    (("price of HNB", "who audits it?"), "is audited by KPMG.", ""),
    (
        ("tell me about Dialog", "who owns it?", "and its auditor?", "and HNB?"),
        "by KPMG.",
        "Dialog",
    ),
    (("price of JKH", "compare it with HNB"), "Hatton National Bank PLC (HNB): Rs. 385.00", ""),
    (("price of JKH", "compare with HNB"), "John Keells Holdings PLC (JKH): Rs. 19.60", ""),
    (("compare JKH and HNB", "and Sampath?"), "Sampath Bank PLC (SAMP): Rs. 137.00", ""),
    (("compare JKH and HNB", "this year?"), "-3.39% year to date", ""),
    (("compare JKH and HNB", "which is cheaper?"), "(JKH) has the lowest price: Rs. 19.60", ""),
    (("top gainers", "the second one"), "The Fortress Resorts PLC (RHTL) last traded at", "LOFC"),
    (("top gainers", "who owns the third?"), "Richard Pieris and Company PLC (RICH) 82.00%", ""),
    (("top 3 gainers", "who owns them?"), "The Fortress Resorts PLC (RHTL)", ""),
    (("top gainers", "and the losers?"), "Top losers on 2026-07-24:", "Top gainers"),
    (("top gainers", "and the worst?"), "Top losers on 2026-07-24:", "Top gainers"),
    (("top losers", "show more"), "10. ", "Top gainers"),
    (("top losers", "top 10 instead"), "Top losers on 2026-07-24:", "Top gainers"),
    (("top losers", "top 10 instead"), "10. ", ""),
    (("top losers", "for the banks only"), "Top losers in Banks on 2026-07-24:", "SING"),
    (("top gainers", "in June?"), "2026-06-30", "2026-07-24:"),
    (("top gainers this month", "and this week?"), "this week", "this month"),
    (("most active stocks", "by volume?"), "Highest volume on 2026-07-24:", "turnover on"),
    (("most active stocks", "this week?"), "over 5 sessions, 2026-07-20 to 2026-07-24", ""),
    (("best sectors today", "and the worst?"), "Worst sectors", "Best sectors"),
    (("best sectors today", "this year?"), "Telecommunication Services +41.28%", ""),
    (("list the banks", "which of them rose today?"), "Top gainers in Banks", ""),
    (("list the banks", "the biggest?"), "1. Commercial Bank of Ceylon PLC (COMB)", ""),
    (("top 3 banks by market cap", "and insurers?"), "Largest by market cap in Insurance", "Banks"),
    (("stocks below 5 rupees", "only banks"), "No share in Banks with price below Rs. 5.00.", ""),
    (("price of JKH", "in June?"), "from Rs. 20.20 (2026-05-29) to Rs. 20.20 (2026-06-30)", ""),
    (("price of JKH", "what about last month"), "over the last month", ""),
    (("price of JKH", "why?"), "The data do not say why", "Rs."),
    (("price of JKH", "and its highest close?"), "highest closing price Rs. 22.90", ""),
    (("price of JKH", "on which day was it highest?"), "Rs. 22.90 on 2026-01-12", ""),
    (("price of JKH", "average in June?"), "average Rs. 20.14 a session", ""),
    (("price of JKH", "P/E?"), "do not include P/E", "last traded at"),
    (("volume of JKH", "yesterday?"), "volume 2,444,719 shares", ""),
    (("volume of JKH", "in June?"), "total 57,063,618 shares", ""),
    (("52 week high of JKH", "and HNB?"), "52-week high Rs. 460.00", "JKH"),
    (("market cap of JKH", "on 2026-03-17?"), "was Rs. 334.5 bn", ""),
    (("market cap of JKH", "in June?"), 'I don\'t understand "in June"', "Rs."),
    (("ASPI", "last month?"), "The ASPI: -4.66% over the last month", ""),
    (("do JKH and HNB share directors", "and Sampath?"), "Sampath Bank PLC (SAMP)", "HNB"),
    (("should I buy JKH?", "and HNB?"), "This is not investment advice.", "JKH"),
    (("price of JKH", "ok thanks", "its volume"), "volume 1,208,744 shares", ""),
    (("price of Tesla", "and JKH?"), "(JKH) last traded at Rs. 19.60", ""),
    (("price of JKH", "top gainers", "what about JKH?"), "(JKH) last traded at Rs. 19.60", ""),
    (("price of JKH", "which sector fell the most today"), "Worst sectors", "JKH"),
    (("who owns JKH", "price of HNB", "and its sector?"), "is in the sector Banks.", "JKH"),
]


@pytest.mark.parametrize(
    ("turns", "said", "unsaid"), THREADS, ids=[" > ".join(t) for t, *_ in THREADS]
)
def test_a_thread_is_followed(
    answerer: Answerer, turns: tuple[str, ...], said: str, unsaid: str
) -> None:
    text = answerer.answer(turns[-1], turns[:-1]).draft.text

    assert said in text
    assert not unsaid or unsaid not in text


@pytest.mark.parametrize("base", ["JKH", "SAMP", "DIAL", "HAYL", "LOLC", "CTC"])
def test_another_time_of_a_price_is_its_movement_over_it(
    answerer: Answerer, market: Market, base: str
) -> None:
    trend = market.trends.of(f"{base}.N0000", Period.this_week())

    text = answerer.answer("and this week?", [f"price of {base}"]).draft.text
    assert trend.return_pct is not None
    assert f"{trend.return_pct:+.2f}%" in text or (
        abs(trend.return_pct) < 0.005 and "0.00%" in text
    )


@pytest.mark.parametrize("base", ["JKH", "SAMP", "DIAL", "HAYL", "LOLC", "CTC"])
def test_any_worker_understands_the_thread_from_its_texts(market: Market, base: str) -> None:
    """Nothing is kept between calls: an answerer that never saw the thread answers the same."""
    turns = (f"who audits {base}", "and its board?", "compare it with HNB")
    first, second = Answerer(market), Answerer(market)
    for at in range(len(turns)):
        first.answer(turns[at], turns[:at])

    assert first.answer(turns[-1], turns[:-1]) == second.answer(turns[-1], turns[:-1])


def test_a_question_that_was_not_understood_leaves_the_thread_where_it_was(
    answerer: Answerer,
) -> None:
    turns = ["price of JKH", "volatility of its price"]

    assert answerer.answer(turns[1], turns[:1]).request.intent is Intent.NOT_UNDERSTOOD
    assert answerer.answer("its auditor?", turns).request.companies == ("JKH.N0000",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("What is the price of JKH? And who owns Lion Brewery?", ["Rs. 19.60", "BREW"]),
        ("who audits JKH and what does it own", ["Ernst & Young", "Listed companies held by"]),
        ("JKH sector and market cap", ["sector Capital Goods", "Rs. 347.6 bn"]),
        ("JKH volume yesterday and today", ["2,444,719", "1,208,744"]),
        ("price of JKH and who audits it", ["Rs. 19.60", "Ernst & Young"]),
        ("I hold HNB shares. How did they do this month?", ["-4.64% this month"]),
        ("I am a student from Kandy. I need the price of JKH.", ["(JKH) last traded at"]),
        (
            "price of JKH? P/E of JKH? board of JKH? sector of JKH? auditor of JKH?",
            ["four questions"],
        ),
    ],
)
def test_several_questions_in_one_text_are_answered_in_turn(
    answerer: Answerer, text: str, said: list[str]
) -> None:
    answer = answerer.answer(text).draft.text

    assert all(part in answer for part in said)
    assert "Kandy" not in answer
