"""Answers to what is not answered, and to small talk: honest, short, without a figure."""

from cse_chat.adapters.analyst.language.cues import Cue
from cse_chat.adapters.analyst.language.intents import Intent
from cse_chat.adapters.analyst.language.requests import Request
from cse_chat.adapters.analyst.language.slots import MAX_ROWS
from cse_chat.adapters.analyst.market.market import Market
from cse_chat.adapters.analyst.market.results.periods import Period
from cse_chat.adapters.analyst.narration import figures
from cse_chat.adapters.analyst.narration.drafts import NOT_ADVICE, Draft, lines
from cse_chat.adapters.analyst.narration.indices import index_of, index_trend_sentence
from cse_chat.adapters.analyst.narration.quotes import price_sentence, quote_table
from cse_chat.adapters.analyst.narration.totals import valuation_sentence
from cse_chat.adapters.analyst.narration.trends import trend_sentence
from cse_chat.domain.model.artifacts import Table

CAPABILITIES = (
    "I answer questions about the Colombo Stock Exchange (CSE): prices, gainers and losers, "
    'sectors, indices, trends, owners, directors. For example: "What is the price of JKH?", '
    '"Top gainers this month" or "Who owns Cargills?"'
)
_NAMED = 5
_ONLY_CSE = "Only companies listed on the Colombo Stock Exchange (CSE) are covered."


def out_of_scope(market: Market, request: Request) -> Draft:  # noqa: ARG001 - one signature for all
    """Say that a question was not understood, and what can be asked."""
    return Draft(text=lines("I don't understand that as a question I can answer.", CAPABILITIES))


def injection(market: Market, request: Request) -> Draft:  # noqa: ARG001 - one signature for all
    """Decline, telling nothing about the inside."""
    return Draft(text=lines("I can't help with that.", CAPABILITIES))


def greeting(market: Market, request: Request) -> Draft:  # noqa: ARG001 - one signature for all
    """Greet, and say what can be asked."""
    return Draft(text=lines("Hello!", CAPABILITIES))


def capabilities(market: Market, request: Request) -> Draft:  # noqa: ARG001 - one signature for all
    """Say what can be asked."""
    return Draft(
        text=lines(
            CAPABILITIES,
            f"The data run from {market.data_start} to {market.data_date}; prices are delayed and "
            "nothing here is investment advice.",
        )
    )


def thanks(market: Market, request: Request) -> Draft:  # noqa: ARG001 - one signature for all
    """Take thanks."""
    return Draft(text="You're welcome. Ask me about the Colombo Stock Exchange any time.")


def other_market(market: Market, request: Request) -> Draft:  # noqa: ARG001 - one signature for all
    """Say that other markets are not covered."""
    return Draft(text=f"I have no data for that. {_ONLY_CSE}")


def unknown_company(market: Market, request: Request) -> Draft:
    """Say that a name was not found; offer what sounds alike, without figures."""
    name = f'"{request.unknown[0]}"' if request.unknown else "that company"
    alike = ""
    if request.alike:
        names = [figures.named(market.directory.listing(symbol)) for symbol in request.alike]
        alike = f"Did you mean {' or '.join(names)}?"
    return Draft(
        text=lines(
            f"I could not find {name} among the listed companies: it may be unlisted, delisted "
            f"or traded elsewhere. {_ONLY_CSE}",
            alike,
        )
    )


def no_such_time(market: Market, request: Request) -> Draft:  # noqa: ARG001 - one signature for all
    """Say that the data have no figures of the time asked for."""
    return Draft(
        text=f"There are no figures of that time: the data run from {market.data_start} to "
        f"{market.data_date}.",
        scope=market.totals.breadth().scope,
    )


def no_such_date(market: Market, request: Request) -> Draft:
    """Say that what is written as a date is none, rather than answer for another day."""
    return Draft(
        text=f'There is no such date as "{request.no_date}". '
        f"Ask for a day of the calendar; the data run from {market.data_start} to "
        f"{market.data_date}."
    )


def too_many_conditions(market: Market, request: Request) -> Draft:  # noqa: ARG001 - one signature for all
    """Say that only one threshold can be asked for, rather than leave one out."""
    return Draft(
        text="I can apply one condition at a time, and that question has several. "
        'Ask for one of them, such as "stocks below Rs. 5" or "stocks with volume above 1 million".'
    )


def too_many_names(market: Market, request: Request) -> Draft:  # noqa: ARG001 - one signature for all
    """Say which names one answer has no room for, rather than leave them out."""
    names = [f'"{name}"' for name in request.unread]
    if len(names) > _NAMED:
        names = [*names[:_NAMED], f"{len(names) - _NAMED} more"]
    return Draft(
        text="That question is about more than one answer can hold. "
        f"Please ask about {figures.joined(names)} in a question of their own."
    )


def no_such_number(market: Market, request: Request) -> Draft:  # noqa: ARG001 - one signature for all
    """Say how many rows can be listed."""
    return Draft(
        text=f"I can list 1 to {MAX_ROWS} rows, not {request.count}. "
        'Ask for a number of them, such as "top 5 gainers".'
    )


def too_many_questions() -> Draft:
    """Say that a text has more questions than are answered at a time."""
    return Draft(text="I answer four questions at a time; please ask the others again.")


def reason(market: Market, request: Request) -> Draft:  # noqa: ARG001 - one signature for all
    """Say that the data hold figures, not reasons."""
    return Draft(
        text="The data do not say why: they record prices, trading, owners and dates of "
        "announcements, not news or reasons."
    )


def not_understood(market: Market, request: Request) -> Draft:
    """Say what of a question was not understood, rather than answer the rest of it."""
    words = figures.joined([f'"{words}"' for words in request.unread]) or "a part of it"
    instead = ""
    if request.instead is not None and request.instead not in _NOTHING_TO_OFFER:
        instead = f"Without it I could answer: {request.instead.value}{_about(market, request)}."
    return Draft(
        text=lines(
            f"I don't understand {words} in that question, and leaving it out would answer "
            "another one.",
            _IN_SCRIPT if request.in_sinhala else "",
            instead,
            f"Please ask in other words. {CAPABILITIES}" if not instead else "",
        )
    )


_IN_SCRIPT = (
    "Company names in Sinhala script are known by their sound only; symbols (JKH) and English "
    "names always work."
)
_NOTHING_TO_OFFER = frozenset(
    {Intent.UNAVAILABLE, Intent.GREETING, Intent.HELP, Intent.THANKS, Intent.REASON}
)


def _about(market: Market, request: Request) -> str:
    """Return what a question names, as the end of a sentence."""
    names = [figures.named(market.directory.listing(symbol)) for symbol in request.companies[:3]]
    names += [market.directory.sector(code).name for code in request.sectors[:3]]
    return f" of {figures.joined(names)}" if names else ""


def ambiguous(market: Market, request: Request) -> Draft:
    """Ask which company of a family is meant, with the price of each."""
    quotes = [
        quote
        for symbol in request.candidates
        if (quote := market.quotes.latest(symbol)) is not None
    ]
    listings = [market.directory.listing(symbol) for symbol in request.candidates]
    prices = {quote.listing.symbol: quote for quote in quotes}
    rows = []
    for listing in listings:
        quote = prices.get(listing.symbol)
        price = f"{figures.price(quote.close)} on {quote.date}" if quote else "no trade in the data"
        rows.append(f"{figures.named(listing)}: {price}")
    tables: tuple[Table, ...] = (quote_table(quotes),) if quotes else ()
    return Draft(
        text=lines(f'Which "{request.family}" do you mean?', *rows),
        artifacts=tables,
        scope=market.companies.card(request.candidates[0]).scope,
        subjects=request.candidates,
    )


def unavailable(market: Market, request: Request) -> Draft:
    """Say that the data lack a figure; offer the market's ratios where they come close."""
    of = ""
    if request.companies and Cue.CURRENCY not in request.cues:
        of = f" of {figures.named(market.directory.listing(request.companies[0]))}"
    elif request.sectors:
        of = f" of the sector {market.directory.sector(request.sectors[0]).name}"
    text = f"The data do not include {_missing(request.cues)}{of}: not available here."
    found = market.totals.valuation()
    if found is None or not {Cue.VALUATION, Cue.FUNDAMENTAL, Cue.DIVIDEND} & request.cues:
        return Draft(text=text, scope=market.totals.breadth().scope, subjects=request.companies)
    return Draft(
        text=lines(text, valuation_sentence(found)),
        scope=found.scope,
        subjects=request.companies,
    )


def _missing(cues: frozenset[Cue]) -> str:
    for cue, name in (
        (Cue.CURRENCY, "exchange rates (every price is in rupees)"),
        (Cue.ORDER_BOOK, "the order book (bids and offers)"),
        (Cue.NEWS, "news"),
        (Cue.FUNDAMENTAL, "financial statements (earnings, EPS, revenue, profit, book value)"),
        (Cue.VALUATION, "P/E, P/BV or dividend yield"),
        (Cue.FLOWS, "foreign holdings and flows"),
    ):
        if cue in cues:
            return name
    return "dividend amounts"


def advice(market: Market, request: Request) -> Draft:
    """Give facts in place of a verdict."""
    head = "I can't tell you whether to trade a share; here are facts instead."
    return _facts(market, request, head=head)


def prediction(market: Market, request: Request) -> Draft:
    """Give the past trend in place of a forecast."""
    return _facts(market, request, head="I can't predict prices; this is the past trend.")


def _facts(market: Market, request: Request, *, head: str) -> Draft:
    if request.unknown and not (request.companies or request.candidates):
        return Draft(text=lines(head, unknown_company(market, request).text, NOT_ADVICE))
    if request.candidates and not request.companies:
        found = ambiguous(market, request)
        return Draft(
            text=lines(head, found.text, NOT_ADVICE),
            artifacts=found.artifacts,
            scope=found.scope,
            subjects=found.subjects,
        )
    if not request.companies:
        trend = market.indices.trend(index_of(request), Period.this_year())
        return Draft(text=lines(head, index_trend_sentence(trend), NOT_ADVICE), scope=trend.scope)
    return _company_facts(market, request, head=head)


def _company_facts(market: Market, request: Request, *, head: str) -> Draft:
    symbols = request.companies[:3]
    sentences = []
    quotes = []
    for symbol in symbols:
        quote = market.quotes.latest(symbol)
        if quote is None:
            sentences.append(
                f"{figures.named(market.directory.listing(symbol))} has no trade in the stored data."
            )
            continue
        quotes.append(quote)
        sentences.append(price_sentence(quote))
        trend = market.trends.of(symbol, Period.this_year())
        if trend.return_pct is not None:
            sentences.append(trend_sentence(trend))
    return Draft(
        text=lines(head, *sentences, NOT_ADVICE),
        artifacts=(quote_table(quotes),) if quotes else (),
        scope=market.companies.card(symbols[0]).scope,
        subjects=symbols,
    )
