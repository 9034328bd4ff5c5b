"""What can be named."""

from datetime import date

import pytest

from cse_chat.adapters.analyst.market.errors import (
    UnknownPersonError,
    UnknownSectorError,
    UnknownSymbolError,
)
from cse_chat.adapters.analyst.market.market import Market
from cse_chat.adapters.analyst.market.results.listings import AliasKind, SecurityKind, Status


def test_a_voting_share_is_labelled_by_its_base_others_in_full(market: Market) -> None:
    labels = [listing.label for listing in market.directory.of_base("ALFA")]
    assert labels == ["ALFA", "ALFA.X0000"]


def test_a_listing_has_its_kind_sector_and_last_day(market: Market) -> None:
    listing = market.directory.listing("CHRL.N0000")
    assert listing.name == "Charlie Foods (Ceylon) PLC"
    assert (listing.kind, listing.status) == (SecurityKind.VOTING, Status.THIN)
    assert (listing.sector, listing.gics_code) == ("Food, Beverage & Tobacco", "3020")
    assert listing.last_traded == date(2026, 1, 5)


def test_rights_and_units_are_not_ordinary_and_have_no_sector(market: Market) -> None:
    others = [listing for listing in market.directory.listings() if not listing.is_ordinary]
    assert [listing.symbol for listing in others] == ["ECHO.R0000", "FUND.U0000"]
    assert {listing.sector for listing in others} == {None}


@pytest.mark.parametrize(
    ("text", "symbol"),
    [("alfa", "ALFA.N0000"), ("Alfa.x0000", "ALFA.X0000"), ("FUND", "FUND.U0000")],
)
def test_a_symbol_is_found_in_any_case(market: Market, text: str, symbol: str) -> None:
    listing = market.directory.find(text)
    assert listing
    assert listing.symbol == symbol


def test_what_is_not_listed_is_not_found(market: Market) -> None:
    assert market.directory.find("TSLA") is None
    assert market.directory.of_base("TSLA") == ()
    with pytest.raises(UnknownSymbolError, match="TSLA"):
        market.directory.listing("TSLA")


def test_sectors_have_codes_and_aliases(market: Market) -> None:
    assert [sector.name for sector in market.directory.sectors()] == [
        "Banks",
        "Capital Goods",
        "Food, Beverage & Tobacco",
    ]
    assert market.directory.sector("4010").aliases == ("bank", "banking")
    with pytest.raises(UnknownSectorError, match="9999"):
        market.directory.sector("9999")


def test_aliases_say_what_they_stand_for(market: Market) -> None:
    targets = {(alias.alias, alias.kind): alias.target for alias in market.directory.aliases()}
    assert targets["alfa bank", AliasKind.COMPANY] == "ALFA.N0000"
    assert targets["sl20", AliasKind.INDEX] == "SPSL20"
    assert targets["mike romeo", AliasKind.PERSON] == "M ROMEO"


def test_persons_have_every_printed_name_but_no_fused_one(market: Market) -> None:
    persons = {person.person_key: person for person in market.directory.persons()}
    assert persons.keys() == {"AB QUEBEC", "M ROMEO"}
    assert persons["AB QUEBEC"].names == ("Anton Bernard Quebec", "A. B. Quebec")
    assert persons["AB QUEBEC"].seats == 3
    with pytest.raises(UnknownPersonError, match="C&D LIMA"):
        market.directory.person("C&D LIMA")


def test_auditors_and_categories_are_listed(market: Market) -> None:
    assert market.directory.auditors() == ("Kilo & Partners",)
    assert market.directory.announcement_categories == (
        "CASH DIVIDEND",
        "OTHER",
        "SUB-DIVISION OF SHARES",
    )
