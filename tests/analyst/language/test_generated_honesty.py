"""No answer invents a number: the same check over many companies, sectors and tools."""

import pytest

from cse_chat.adapters.analyst.market.market import Market
from tests.analyst.answers.test_honesty import Overheard

OF_COMPANIES = (
    "price of {}",
    "price of {} on 2026-03-17",
    "high, low, volume and turnover of {}",
    "market cap of {}",
    "52 week high of {}",
    "{} this year",
    "how is {} doing",
    "prices of {} in the last 7 days",
    "compare {} and JKH this month",
    "tell me about {}",
    "who owns {}",
    "what does {} own",
    "who ultimately controls {}",
    "directors of {}",
    "which companies share directors with {}",
    "last dividend of {}",
    "announcements of {}",
    "should I buy {}",
    "PE of {}",
    "average closing price of {} in June",
    "total volume and turnover of {} this month",
    "on which day did {} trade the most",
    "biggest daily loss of {} this year",
    "compare {} and the banking sector this month",
    "does {} own JKH",
)
OF_SECTORS = (
    "how is the {} sector doing",
    "{} sector this month",
    "list the companies in the {} sector",
    "top gainers in the {} sector",
    "worst performing stocks in the {} sector this year",
    "most active stocks in the {} sector by volume",
    "biggest companies in the {} sector by market cap",
    "how many stocks in the {} sector rose today",
    "how many stocks in the {} sector fell this month",
    "most active stocks in the {} sector this week",
)
EVERY = 23  # one company in so many: all tools over a dozen companies of all kinds


@pytest.fixture(scope="module")
def overheard(market: Market) -> Overheard:
    return Overheard(market)


@pytest.mark.parametrize("template", OF_COMPANIES)
def test_no_number_about_a_company_is_invented(
    overheard: Overheard, market: Market, template: str
) -> None:
    for listing in market.directory.listings()[::EVERY]:
        question = template.format(listing.symbol)

        assert overheard.invented(question, []) == set(), question


@pytest.mark.parametrize("template", OF_SECTORS)
def test_no_number_about_a_sector_is_invented(
    overheard: Overheard, market: Market, template: str
) -> None:
    for sector in market.directory.sectors():
        question = template.format(sector.name)

        assert overheard.invented(question, []) == set(), question
