"""Prices of one security on one day."""

from collections.abc import Callable
from datetime import date

from cse_chat.adapters.analyst.language.cues import Cue
from cse_chat.adapters.analyst.language.requests import Request
from cse_chat.adapters.analyst.market.market import Market
from cse_chat.adapters.analyst.market.results.listings import Listing, Status
from cse_chat.adapters.analyst.market.results.quotes import DatedQuote, Quote
from cse_chat.adapters.analyst.market.results.scope import DayKind
from cse_chat.adapters.analyst.narration import columns, figures
from cse_chat.adapters.analyst.narration.columns import Filled
from cse_chat.adapters.analyst.narration.drafts import Draft, lines
from cse_chat.adapters.analyst.narration.spans import why_not
from cse_chat.domain.model.artifacts import Table

_COLUMNS: tuple[Filled[Quote], ...] = (
    columns.text("symbol", "Symbol", lambda quote: quote.listing.label),
    columns.text("name", "Company", lambda quote: quote.listing.name),
    columns.day("date", "Date", lambda quote: quote.date),
    columns.rupees("close", "Last price", lambda quote: quote.close),
    columns.rupees("change", "Change", lambda quote: quote.change),
    columns.percent("change_pct", "Change", lambda quote: quote.change_pct),
    columns.rupees("open", "Open", lambda quote: quote.open),
    columns.rupees("high", "High", lambda quote: quote.high),
    columns.rupees("low", "Low", lambda quote: quote.low),
    columns.count("volume", "Volume", lambda quote: quote.volume, unit="shares"),
    columns.rupees("turnover", "Turnover", lambda quote: quote.turnover, decimals=0),
    columns.rupees("market_cap", "Market cap", lambda quote: quote.market_cap, decimals=0),
)


# A close is part of every sentence about a day, so it needs none of its own.
_DATED_FIELDS = frozenset(
    {
        Cue.OPEN,
        Cue.HIGH,
        Cue.LOW,
        Cue.PREVIOUS,
        Cue.CHANGE,
        Cue.VOLUME,
        Cue.TURNOVER,
        Cue.TRADES,
        Cue.MARKET_CAP,
        Cue.COUNT,
    }
)


def quote_table(quotes: list[Quote]) -> Table:
    """Put quotes side by side, one row each."""
    return columns.table("Quotes" if len(quotes) > 1 else "Quote", _COLUMNS, quotes)


def quote(market: Market, request: Request) -> Draft:
    """Answer what a share costs, now or on a day."""
    return _answered(
        market,
        request,
        lambda found: lines(_price_sentence(found), _why(request), _day_sentence(found)),
    )


def quote_fields(market: Market, request: Request) -> Draft:
    """Answer for single figures of a day: high, low, volume and so on."""
    return _answered(market, request, lambda found: _field_sentence(found, request.cues))


def _answered(market: Market, request: Request, now: Callable[[Quote], str]) -> Draft:
    """Answer with the quote of the day that is asked for; *now* says the latest one."""
    symbol = request.companies[0]
    day = _day_of(request)
    if day is not None:
        return _dated(market.quotes.on(symbol, day), request)
    found = market.quotes.latest(symbol)
    return never_traded(market, symbol) if found is None else quoted(found, now(found))


def _day_of(request: Request) -> date | None:
    """Return the day that is asked for; ``None``: now."""
    when = request.when
    return None if when is None or when.is_today else when.day


def market_cap(market: Market, request: Request) -> Draft:
    """Answer for the market value of one security line, now or on a day."""
    symbol = request.companies[0]
    dated = None
    day = _day_of(request)
    if day is not None:
        dated = market.quotes.on(symbol, day)
        if dated.quote is None:
            return _nothing_on(dated)
    found = dated.quote if dated is not None else market.quotes.latest(symbol)
    if found is None:
        return never_traded(market, symbol)
    named = figures.named(found.listing)
    verb = "is" if dated is None else "was"
    return quoted(
        found,
        lines(
            _reason(dated, found.listing) if dated is not None and not dated.traded else "",
            f"The market capitalisation of {named} {verb} {figures.market_value(found.market_cap)} "
            f"at {figures.price(found.close)} a share ({found.date}); it counts this security line "
            "only.",
        ),
    )


def never_traded(market: Market, symbol: str) -> Draft:
    """Say that the data have no price of a security."""
    listing = market.directory.listing(symbol)
    status = "" if listing.status is Status.ACTIVE else f" Its status is: {listing.status}."
    return Draft(
        text=f"{figures.named(listing)} has no trade in the stored data "
        f"({market.data_start} to {market.data_date}), so there is no price.{status}",
        scope=market.companies.card(symbol).scope,
        subjects=(symbol,),
    )


def price_sentence(found: Quote) -> str:
    """Say the last price and its change, with the date."""
    return _price_sentence(found)


def quoted(found: Quote, text: str) -> Draft:
    """Put a sentence about a quote beside its figures."""
    return Draft(
        text=lines(text, _staleness(found)),
        artifacts=(quote_table([found]),),
        scope=found.scope,
        subjects=(found.listing.symbol,),
    )


def _price_sentence(found: Quote) -> str:
    start = f"{figures.named(found.listing)} last traded at {figures.price(found.close)} on {found.date}"
    if found.change is None or found.prev_close is None:
        return f"{start}."
    if found.change == 0:
        return f"{start}, unchanged (0.00%) from the previous close."
    word = "up" if found.change > 0 else "down"
    return (
        f"{start}, {word} {figures.price(abs(found.change))} ({figures.percent(found.change_pct)}) "
        f"from the previous close of {figures.price(found.prev_close)}."
    )


def _day_sentence(found: Quote) -> str:
    crossings = ""
    if found.volume_incl_crossings and found.volume_incl_crossings != found.volume:
        crossings = f" ({figures.whole(found.volume_incl_crossings)} with crossings)"
    return (
        f"Open {figures.price(found.open)}, high {figures.price(found.high)}, low "
        f"{figures.price(found.low)}; volume {figures.whole(found.volume)} shares{crossings}; "
        f"market cap {figures.market_value(found.market_cap)}."
    )


def _why(request: Request) -> str:
    return "The data do not say why it moved." if Cue.WHY in request.cues else ""


def _staleness(found: Quote) -> str:
    data_date = found.scope.data_date
    if found.is_latest or found.listing.last_traded == data_date:
        return ""
    status = "" if found.listing.status is Status.ACTIVE else f" (status: {found.listing.status})"
    return f"It did not trade on {data_date}; its last trade was on {found.listing.last_traded}{status}."


def _field_sentence(found: Quote, cues: frozenset[Cue]) -> str:
    parts = [
        phrase
        for cue, phrase in (
            (Cue.OPEN, f"open {figures.price(found.open)}"),
            (Cue.HIGH, f"high {figures.price(found.high)}"),
            (Cue.LOW, f"low {figures.price(found.low)}"),
            (Cue.CLOSE, f"close {figures.price(found.close)}"),
            (Cue.PRICE, f"price {figures.price(found.close)}"),
            (Cue.PREVIOUS, f"previous close {figures.price(found.prev_close)}"),
            (Cue.CHANGE, _change_phrase(found)),
            (Cue.VOLUME, _volume_phrase(found)),
            (Cue.TRADES, f"{figures.whole(found.trades)} trades"),
            (Cue.TURNOVER, _turnover_phrase(found)),
            (Cue.MARKET_CAP, f"market cap {figures.market_value(found.market_cap)}"),
        )
        # "How many shares were traded" asks for the volume without its name.
        if cue in cues or (cue is Cue.VOLUME and {Cue.COUNT, Cue.TRADED} <= cues)
    ]
    return f"{figures.named(found.listing)} on {found.date}: {', '.join(parts)}."


def _change_phrase(found: Quote) -> str:
    if found.change is None:
        return "change not recorded"
    return f"change Rs. {figures.signed(found.change)} ({figures.percent(found.change_pct)})"


def _volume_phrase(found: Quote) -> str:
    crossings = ""
    if found.volume_incl_crossings and found.volume_incl_crossings != found.volume:
        crossings = f"; {figures.whole(found.volume_incl_crossings)} with crossings"
    return (
        f"volume {figures.whole(found.volume)} shares in {figures.whole(found.trades)} trades "
        f"(normal board{crossings})"
    )


def _turnover_phrase(found: Quote) -> str:
    return f"turnover {figures.money(found.turnover)} (normal board, without crossings)"


def _dated(dated: DatedQuote, request: Request) -> Draft:
    found = dated.quote
    if found is None:
        return _nothing_on(dated)
    fields = request.cues & _DATED_FIELDS
    sentence = _field_sentence(found, request.cues) if fields else _close_sentence(found)
    reason = "" if dated.traded else f"{_reason(dated, found.listing)} "
    return _quoted_on(dated, found, lines(f"{reason}{sentence}", _since(dated), _why(request)))


def dated_sentence(dated: DatedQuote) -> str:
    """Say the close of a day, or why there is none and the one before."""
    if dated.quote is None:
        return _nothing_on(dated).text
    reason = "" if dated.traded else f"{_reason(dated, dated.listing)} "
    return f"{reason}{_close_sentence(dated.quote)} {_since(dated)}".rstrip()


def _since(dated: DatedQuote) -> str:
    """Say which actions have changed the scale of the price since, and the price on today's."""
    if not dated.actions:
        return ""
    later = figures.joined([figures.action(item) for item in dated.actions])
    return f"That was before {later}; adjusted, the close is {figures.price(dated.adjusted_close)}."


def _quoted_on(dated: DatedQuote, found: Quote, text: str) -> Draft:
    return Draft(
        text=text,
        artifacts=(quote_table([found]),),
        scope=dated.scope,
        subjects=(found.listing.symbol,),
    )


def _close_sentence(found: Quote) -> str:
    change = (
        "" if found.change_pct is None else f" ({figures.percent(found.change_pct)} on the day)"
    )
    return f"{figures.named(found.listing)} closed at {figures.price(found.close)} on {found.date}{change}."


def _reason(dated: DatedQuote, listing: Listing) -> str:
    match dated.day_kind:
        case DayKind.SESSION:
            return f"{listing.label} did not trade on {dated.asked}."
        case DayKind.AFTER_DATA:
            return (
                f"The data end on {dated.scope.data_date}, before {dated.asked}; the last price is:"
            )
        case kind:
            return (
                f"{dated.asked} {why_not(kind)}; the previous session was {dated.previous_session}."
            )


def _nothing_on(dated: DatedQuote) -> Draft:
    reason = f"the data start on {dated.data_start}"
    if dated.day_kind is not DayKind.BEFORE_DATA:
        reason = "it had not traded in the stored data by then"
    return Draft(
        text=f"There is no price of {figures.named(dated.listing)} on {dated.asked}: {reason}.",
        scope=dated.scope,
        subjects=(dated.listing.symbol,),
    )
