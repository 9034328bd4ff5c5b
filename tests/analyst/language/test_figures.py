"""How figures are printed."""

from dataclasses import replace

import pytest

from cse_chat.adapters.analyst.market.market import Market
from cse_chat.adapters.analyst.market.results.rankings import Field
from cse_chat.adapters.analyst.narration import figures
from cse_chat.adapters.analyst.narration.quotes import price_sentence


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        (figures.price(1234.5), "Rs. 1,234.50"),
        (figures.price(2.675), "Rs. 2.68"),
        (figures.percent(-3.947368), "-3.95%"),
        (figures.percent(211.343284), "+211.34%"),
        (figures.percent(-0.001), "0.00%"),
        (figures.market_value(335_496_838_041), "Rs. 335.5 bn"),
        (figures.market_value(40_000_000), "Rs. 40.0 m"),
        (figures.money(2_450_000_000), "Rs. 2.45 bn"),
        (figures.money(5_230_622), "Rs. 5.2 m"),
        (figures.money(800), "Rs. 800"),
        (figures.millions(1_071_400_000), "Rs. 1,071 m"),
        (figures.signed(-26.63), "-26.63"),
        (figures.signed(-0.001), "0.00"),
        (figures.share(71.18), "71.18%"),
        (figures.whole(1_208_744), "1,208,744"),
        (figures.ranked_value(Field.CHANGE, 0.5), "Rs. +0.50"),
        (figures.ranked_value(Field.VOLUME_INCL_CROSSINGS, 50), "50 shares"),
        (figures.counted(1, "company"), "1 company"),
        (figures.counted(2, "company"), "2 companies"),
        (figures.counted(2, "day"), "2 days"),
        (figures.joined(["a", "b", "c"]), "a, b and c"),
        (figures.joined(["a"]), "a"),
    ],
)
def test_a_figure_is_printed_in_its_form(printed: str, expected: str) -> None:
    assert printed == expected


def test_what_is_not_recorded_is_said_to_be_so() -> None:
    for form in (figures.price, figures.number, figures.whole, figures.percent, figures.money):
        assert form(None) == "not recorded"
    assert figures.market_value(None) == figures.day(None) == "not recorded"
    assert figures.share(None) == "share not stated"


def test_a_price_without_a_previous_close_is_said_without_a_change(market: Market) -> None:
    quote = market.quotes.latest("JKH.N0000")

    assert quote is not None
    sentence = price_sentence(replace(quote, change=None, prev_close=None))
    assert sentence.endswith("last traded at Rs. 19.60 on 2026-07-24.")
