"""Owners, boards, auditors, and the graph of them."""

from datetime import date

import pytest

from cse_chat.adapters.analyst.market.errors import (
    InvalidArgumentError,
    UnknownPersonError,
    UnknownSymbolError,
)
from cse_chat.adapters.analyst.market.market import Market
from cse_chat.adapters.analyst.market.results.relations import Confidence


def test_owners_are_listed_largest_first_and_doubtful_ones_apart(market: Market) -> None:
    owners = market.ownership.owners("ALFA.X0000")
    assert owners.listing.symbol == "ALFA.N0000"
    assert [(holder.name, holder.pct) for holder in owners.rows] == [
        ("B R V Holdings PLC", 60),
        ("Zulu Investments", 6.5),
        ("hEcho Digital PLC", 2),
    ]
    assert [holder.name for holder in owners.doubtful] == ["Charlie Foods (Ceylon) PLC"]
    assert owners.scope.date == date(2025, 3, 31)
    assert "annual reports" in owners.scope.source


def test_a_holding_says_how_it_is_known(market: Market) -> None:
    first, second, _ = market.ownership.owners("ALFA.N0000").rows
    assert (first.is_direct, first.confidence) == (True, Confidence.HIGH)
    assert first.listing
    assert (second.listing, second.as_of) == (None, date(2025, 3, 31))


def test_holdings_are_sorted_into_four_lists(market: Market) -> None:
    echo = market.ownership.holdings("ECHO.N0000")
    assert [(owned.name, owned.pct) for owned in echo.rows] == [
        ("Charlie Foods (Ceylon) PLC", None)
    ]
    assert [owned.name for owned in echo.minor] == ["Alfa Bank of Ceylon PLC"]
    assert [owned.name for owned in market.ownership.holdings("CHRL.N0000").doubtful] == [
        "Alfa Bank of Ceylon PLC"
    ]
    unlisted = market.ownership.holdings("BRVO.N0000").unlisted
    assert [(owned.name, owned.pct) for owned in unlisted] == [
        ("Bravo Power", 80),
        ("Bravo Logistics", None),
    ]


def test_a_chain_follows_the_largest_direct_holder_and_stops_at_a_cycle(market: Market) -> None:
    chain = market.ownership.chain("ALFA.N0000")
    assert [link.holder.name for link in chain.links] == [
        "B R V Holdings PLC",
        "Golf & Country PLC",
    ]
    assert [link.holder.pct for link in chain.links] == [60, 55]
    assert chain.ends_in_cycle


def test_a_chain_goes_through_a_group_that_states_no_figure(market: Market) -> None:
    """And prefers a listed group to an unlisted holder."""
    chain = market.ownership.chain("CHRL.N0000")
    assert [(link.owned.label, link.holder.pct) for link in chain.links[:2]] == [
        ("CHRL", None),
        ("ECHO", 30),
    ]


def test_a_chain_ends_with_an_unlisted_controlling_holder(market: Market) -> None:
    chain = market.ownership.chain("DELT.N0000")
    assert [link.holder.name for link in chain.links] == ["Tango Holdings"]
    assert not chain.ends_in_cycle


def test_a_company_without_known_holders_has_no_chain(market: Market) -> None:
    chain = market.ownership.chain("FUND.U0000")
    assert (chain.links, chain.ends_in_cycle) == ((), False)
    assert market.ownership.parent("FUND.U0000") is None


def test_a_board_has_its_chair_first_and_marks_unclear_names(market: Market) -> None:
    board = market.boards.board("ALFA.X0000")
    assert [seat.name for seat in board.rows] == ["A. B. Quebec", "C. Lima & D. Lima", "Mike Romeo"]
    assert [seat.name_unclear for seat in board.rows] == [False, True, False]
    assert (board.as_of, board.rows[0].confidence) == (date(2024, 12, 31), Confidence.HIGH)


def test_a_company_without_a_recorded_board_has_no_rows(market: Market) -> None:
    board = market.boards.board("DELT.N0000")
    assert (board.rows, board.as_of) == ((), None)


def test_a_person_sits_on_boards(market: Market) -> None:
    boards = market.boards.person("AB QUEBEC")
    assert [row.listing.label for row in boards.rows] == ["ALFA", "BRVO", "CHRL"]
    assert boards.person.name == "Anton Bernard Quebec"
    assert not boards.may_be_namesakes
    assert market.boards.person("M ROMEO").may_be_namesakes
    with pytest.raises(UnknownPersonError):
        market.boards.person("X NOBODY")


def test_companies_share_directors_but_not_unclear_names(market: Market) -> None:
    shared = market.boards.shared("ALFA.N0000", "BRVO.N0000")
    assert [(row.name, row.may_be_namesakes) for row in shared.rows] == [
        ("Anton Bernard Quebec", False),
        ("Mike Romeo", True),
    ]
    assert market.boards.shared("ALFA.N0000", "DELT.N0000").rows == ()
    with pytest.raises(InvalidArgumentError, match="one company"):
        market.boards.shared("ALFA.N0000", "ALFA.X0000")


def test_the_company_sharing_most_directors_comes_first(market: Market) -> None:
    interlocks = market.boards.interlocks("ALFA.N0000")
    assert [(row.second.label, len(row.rows)) for row in interlocks.rows] == [
        ("BRVO", 2),
        ("CHRL", 1),
        ("GOLF", 1),
    ]
    with pytest.raises(InvalidArgumentError):
        market.boards.interlocks("ALFA.N0000", 0)


def test_auditors_and_their_clients(market: Market) -> None:
    assert market.auditors.of("ALFA.X0000").auditor == "Kilo & Partners"
    assert market.auditors.of("GOLF.N0000").auditor is None
    clients = market.auditors.clients("Kilo & Partners")
    assert [listing.label for listing in clients.rows] == ["ALFA", "BRVO"]
    with pytest.raises(InvalidArgumentError, match="Nobody"):
        market.auditors.clients("Nobody")


def test_a_group_is_what_chains_lead_up_to(market: Market) -> None:
    """Every company once, though the holdings form a cycle."""
    group = market.network.group("GOLF.N0000")
    assert [(m.listing.label, m.parent.label, m.pct, m.level) for m in group.rows] == [
        ("BRVO", "GOLF", 55, 1),
        ("ECHO", "GOLF", 30, 1),
        ("ALFA", "BRVO", 60, 2),
        ("CHRL", "ECHO", None, 2),
    ]
    assert market.network.group("DELT.N0000").rows == ()


def test_two_companies_are_connected_by_the_shortest_way(market: Market) -> None:
    connection = market.network.connection("CHRL.N0000", "GOLF.N0000")
    assert len(connection.ties) == 2
    one = market.network.connection("GOLF.N0000", "ALFA.N0000").ties
    assert [(tie.first.label, tie.second.label, tie.holds, tie.pct) for tie in one] == [
        ("ALFA", "GOLF", True, 51)
    ]
    assert one[0].persons == ("Mike Romeo",)


def test_a_doubtful_holding_is_no_tie(market: Market) -> None:
    """CHRL and ALFA are tied by a director alone."""
    (tie,) = market.network.connection("ALFA.N0000", "CHRL.N0000").ties
    assert (tie.holds, tie.persons) == (False, ("A. B. Quebec",))


def test_companies_without_a_way_are_not_connected(market: Market) -> None:
    assert market.network.connection("ALFA.N0000", "FUND.U0000").ties == ()
    with pytest.raises(InvalidArgumentError):
        market.network.connection("ALFA.N0000", "ALFA.X0000")


def test_relations_need_a_known_symbol(market: Market) -> None:
    with pytest.raises(UnknownSymbolError):
        market.ownership.owners("TSLA")
    with pytest.raises(UnknownSymbolError):
        market.boards.board("TSLA")


def test_a_card_puts_a_company_together(market: Market) -> None:
    card = market.companies.card("ALFA.N0000")
    assert (card.isin, card.listed, card.founded) == ("LK0001N00001", "1990-05-04", "1950")
    assert (card.shares_outstanding, card.beta, card.directors) == (1000, 1.1, 3)
    assert [other.label for other in card.other_securities] == ["ALFA.X0000"]
    assert card.quote
    assert card.quote.close == 110
    assert card.parent
    assert card.parent.name == "B R V Holdings PLC"
    assert card.auditor == "Kilo & Partners"
    assert [(a.category, a.date) for a in card.last_announcements] == [
        ("OTHER", date(2025, 6, 2)),
        ("CASH DIVIDEND", date(2025, 6, 1)),
    ]


def test_a_card_of_a_share_that_never_traded_has_no_quote(market: Market) -> None:
    card = market.companies.card("DELT.N0000")
    assert (card.quote, card.isin, card.listed, card.last_announcements) == (None, None, None, ())


def test_announcements_are_newest_first_and_bounded(market: Market) -> None:
    dividends = market.companies.announcements("ALFA.X0000", category="CASH DIVIDEND", n=1)
    assert [row.date for row in dividends.rows] == [date(2025, 6, 1)]
    assert dividends.total == 3
    assert (dividends.first, dividends.last) == (date(2025, 3, 1), date(2025, 7, 3))
    assert len(market.companies.announcements("ALFA.N0000").rows) == 3
    assert market.companies.announcements("GOLF.N0000").total == 0
    with pytest.raises(InvalidArgumentError, match="MERGER"):
        market.companies.announcements("ALFA.N0000", category="MERGER")
