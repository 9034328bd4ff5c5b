"""What the questions for each intent look like, and which of them a question fits best."""

from collections.abc import Set as AbstractSet

from cse_chat.adapters.analyst.language.cues import Cue
from cse_chat.adapters.analyst.language.intents import Feature, Intent, Shape, Sign


def best_intent(features: AbstractSet[Feature]) -> Intent | None:
    """Return the intent whose shape fits best, the first of equals; None when none fits."""
    best = max(_SHAPES, key=lambda shape: shape.score(features))
    return best.intent if best.score(features) else None


def _shape(
    intent: Intent,
    weight: int,
    *,
    needs: AbstractSet[Feature] = frozenset(),
    some: AbstractSet[Feature] = frozenset(),
    never: AbstractSet[Feature] = frozenset(),
) -> Shape:
    return Shape(
        intent=intent,
        weight=weight,
        needs=frozenset(needs),
        some=frozenset(some),
        never=frozenset(never),
    )


_DAY_FIELDS = {
    Cue.OPEN,
    Cue.HIGH,
    Cue.LOW,
    Cue.CLOSE,
    Cue.PREVIOUS,
    Cue.VOLUME,
    Cue.TURNOVER,
    Cue.TRADES,
    Cue.CHANGE,
}
_TRADING = {Cue.VOLUME, Cue.TURNOVER, Cue.TRADES}
_EXTREMES = {Cue.TOP, Cue.BOTTOM}
_MOVES = {Cue.GAIN, Cue.LOSE}
_NAMED = {Sign.SUBJECT, Sign.INDEX_NAMED, Sign.PERSON_NAMED}

# Weights: relations 60, unavailable figures 50, the exact kinds of figures 40 and 30, prices and
# movements 20, whatever is left 10 and below.
_SHAPES = (
    # Relations
    _shape(Intent.SHARED_DIRECTORS, 66, needs={Sign.TWO_COMPANIES}, some={Cue.BOARD, Cue.SHARED}),
    _shape(Intent.INTERLOCKS, 64, needs={Sign.SUBJECT, Cue.SHARED}, some={Cue.BOARD}),
    _shape(Intent.CHAIN, 64, needs={Sign.SUBJECT}, some={Cue.CONTROL}),
    _shape(Intent.SUBSIDIARIES, 62, needs={Sign.SUBJECT, Sign.ASKS_HOLDINGS}),
    _shape(Intent.PARENT, 60, needs={Sign.SUBJECT, Cue.OWN}, never={Sign.ASKS_HOLDINGS}),
    _shape(Intent.PARENT, 60, needs={Sign.SUBJECT, Cue.SUBSIDIARY}, never={Sign.ASKS_HOLDINGS}),
    _shape(Intent.DIRECTORS, 60, needs={Sign.SUBJECT}, some={Cue.BOARD}, never={Sign.PERSON_NAMED}),
    _shape(Intent.PERSON_BOARDS, 60, needs={Sign.PERSON_NAMED}),
    _shape(Intent.AUDITOR, 60, needs={Sign.SUBJECT, Cue.AUDIT}),
    _shape(Intent.AUDIT_CLIENTS, 60, needs={Sign.AUDITOR_NAMED}, never={Sign.SUBJECT}),
    _shape(Intent.DIVIDEND, 56, needs={Sign.SUBJECT, Cue.DIVIDEND}),
    _shape(Intent.ANNOUNCEMENTS, 55, needs={Sign.SUBJECT, Cue.ANNOUNCE}),
    # Figures that the data lack
    _shape(
        Intent.UNAVAILABLE,
        50,
        some={Cue.FUNDAMENTAL, Cue.NEWS, Cue.ORDER_BOOK},
        never={Sign.PERSON_NAMED},
    ),
    _shape(Intent.UNAVAILABLE, 50, needs={Sign.SUBJECT}, some={Cue.VALUATION, Cue.FLOWS}),
    _shape(Intent.UNAVAILABLE, 50, needs={Sign.SECTOR_NAMED}, some={Cue.VALUATION, Cue.FLOWS}),
    _shape(Intent.UNAVAILABLE, 22, needs={Cue.DIVIDEND}, never={Sign.SUBJECT}),
    # The whole market
    _shape(Intent.MARKET_VALUATION, 45, needs={Cue.VALUATION}, never={Sign.SUBJECT}),
    _shape(
        Intent.MARKET_VALUATION,
        16,
        needs={Cue.MARKET_CAP},
        never={*_EXTREMES, Cue.COMPANY, Sign.SUBJECT, Sign.SECTOR_NAMED},
    ),
    _shape(Intent.FLOWS, 45, needs={Cue.FLOWS}, never={Sign.SUBJECT, Sign.SECTOR_NAMED}),
    _shape(
        Intent.FLOWS,
        28,
        needs={Cue.MARKET},
        some=_TRADING,
        never={*_NAMED, *_EXTREMES, Cue.COMPANY, Cue.ACTIVE, Cue.SECTOR, Sign.SECTOR_NAMED},
    ),
    _shape(Intent.BREADTH, 44, some={Cue.BREADTH, Cue.UNCHANGED}, never=_NAMED),
    _shape(
        Intent.BREADTH, 44, needs={Cue.COUNT}, some={*_MOVES, Cue.UNCHANGED}, never={Sign.THRESHOLD}
    ),
    _shape(
        Intent.BREADTH, 40, needs={*_MOVES, Cue.COMPANY}, never={*_NAMED, *_EXTREMES, Cue.MOVER}
    ),
    _shape(Intent.MARKET_SUMMARY, 32, needs={Cue.SUMMARY}, never=_NAMED | {Sign.SECTOR_NAMED}),
    # Filters and rankings
    _shape(Intent.FILTER, 42, needs={Sign.THRESHOLD}, never=_NAMED),
    _shape(
        Intent.SECTOR_COUNT, 40, needs={Cue.COUNT}, some={Cue.SECTOR, Cue.COMPANY}, never=_NAMED
    ),
    _shape(Intent.SECTOR_COUNT, 40, needs={Cue.COUNT, Sign.SECTOR_NAMED}, never=_NAMED),
    _shape(
        Intent.SECTOR_RANKING,
        38,
        needs={Cue.SECTOR},
        some={*_EXTREMES, *_MOVES, Cue.PERFORM, Cue.TREND, Cue.ACTIVE, *_TRADING, Sign.PERIOD},
        never={*_NAMED, Sign.SECTOR_NAMED, Cue.COUNT},
    ),
    _shape(Intent.SECTOR_COUNT, 12, needs={Cue.SECTOR}, never={*_NAMED, Sign.SECTOR_NAMED}),
    _shape(Intent.ACTIVE, 36, needs={Cue.ACTIVE}, never=_NAMED),
    _shape(
        Intent.ACTIVE,
        36,
        some=_TRADING,
        never={*_NAMED, Cue.MARKET_CAP, Cue.MARKET, Cue.BOTTOM, Cue.COUNT},
    ),
    _shape(Intent.ACTIVE, 33, needs={Cue.TOP}, some=_TRADING, never={*_NAMED, Cue.BOTTOM}),
    _shape(Intent.RANKING, 36, needs={Cue.MARKET_CAP}, some=_EXTREMES, never=_NAMED),
    _shape(Intent.RANKING, 35, needs={Cue.BOTTOM}, some=_TRADING, never=_NAMED),
    _shape(Intent.RANKING, 34, needs={Cue.MARKET_CAP, Cue.COMPANY}, never=_NAMED),
    _shape(Intent.RANKING, 34, needs={Cue.MARKET_CAP, Sign.SECTOR_NAMED}, never=_NAMED),
    _shape(Intent.RANKING, 34, some={Cue.EXPENSIVE, Cue.CHEAP}, never=_NAMED),
    _shape(Intent.RANKING, 32, needs={Cue.PRICE}, some=_EXTREMES, never=_NAMED | _MOVES),
    _shape(
        Intent.RANKING,
        31,
        needs={Cue.SIZE},
        some={Cue.COMPANY, Sign.SECTOR_NAMED},
        never=_NAMED | _MOVES,
    ),
    _shape(Intent.MOVERS, 30, needs={Cue.MOVER}, never=_NAMED),
    _shape(
        Intent.MOVERS,
        26,
        some=_MOVES | {Cue.PERFORM},
        needs={Cue.TOP},
        never=_NAMED,
    ),
    _shape(Intent.MOVERS, 26, some=_MOVES | {Cue.PERFORM}, needs={Cue.BOTTOM}, never=_NAMED),
    _shape(Intent.MOVERS, 24, some=_MOVES, needs={Cue.COMPANY}, never=_NAMED),
    _shape(Intent.MOVERS, 22, some=_EXTREMES, needs={Cue.COMPANY}, never=_NAMED),
    _shape(Intent.MOVERS, 22, some=_EXTREMES, needs={Sign.SECTOR_NAMED}, never=_NAMED),
    _shape(
        Intent.MOVERS,
        22,
        some=_MOVES,
        needs={Cue.WHICH, Sign.SECTOR_NAMED},
        never=_NAMED | {Cue.SECTOR},
    ),
    _shape(
        Intent.MOVERS, 14, some=_MOVES, needs={Cue.WHICH}, never=_NAMED | {Cue.MARKET, Cue.SECTOR}
    ),
    _shape(Intent.MOVERS, 10, some=_EXTREMES, needs={Sign.NUMBER}, never=_NAMED),
    # Indices
    _shape(Intent.INDEX_HISTORY, 46, needs={Sign.INDEX_NAMED, Cue.HISTORY}, never={Sign.SUBJECT}),
    _shape(Intent.INDEX_TREND, 40, needs={Sign.INDEX_NAMED, Sign.PERIOD}, never={Sign.SUBJECT}),
    _shape(Intent.INDEX_TREND, 40, needs={Sign.INDEX_NAMED, Cue.YEAR_RANGE}, never={Sign.SUBJECT}),
    _shape(Intent.INDEX_LEVEL, 30, needs={Sign.INDEX_NAMED}, never={Sign.SUBJECT}),
    _shape(Intent.INDEX_LEVEL, 15, needs={Cue.INDEX}, never={*_NAMED, Sign.SECTOR_NAMED}),
    _shape(
        Intent.INDEX_TREND,
        25,
        needs={Cue.MARKET, Sign.PERIOD},
        some=_MOVES | {Cue.PERFORM, Cue.TREND, Cue.CHANGE, Cue.MARKET},
        never={*_NAMED, Sign.SECTOR_NAMED, Cue.COMPANY, Cue.MOVER},
    ),
    _shape(
        Intent.INDEX_LEVEL,
        13,
        needs={Cue.MARKET},
        some=_MOVES | {Cue.CLOSE, Sign.DAY},
        never={*_NAMED, Sign.SECTOR_NAMED},
    ),
    _shape(Intent.MARKET_SUMMARY, 11, needs={Cue.MARKET}, never={*_NAMED, Sign.SECTOR_NAMED}),
    # Companies
    _shape(Intent.HIGH_LOW, 46, needs={Sign.SUBJECT, Cue.YEAR_RANGE}),
    _shape(
        Intent.HIGH_LOW,
        44,
        needs={Sign.SUBJECT, Sign.PERIOD},
        some={Cue.HIGH, Cue.LOW, Cue.TOP, Cue.BOTTOM, Cue.EXPENSIVE, Cue.CHEAP},
        never={Sign.TWO_COMPANIES},
    ),
    _shape(Intent.MARKET_CAP, 40, needs={Sign.SUBJECT, Cue.MARKET_CAP}, never={Sign.TWO_COMPANIES}),
    _shape(
        Intent.SECTOR_OF,
        40,
        needs={Sign.SUBJECT, Cue.SECTOR},
        never={Sign.SECTOR_NAMED, Sign.TWO_COMPANIES},
    ),
    _shape(Intent.SECTOR_OF, 19, needs={Sign.SUBJECT, Cue.SECTOR, Sign.SECTOR_NAMED}),
    _shape(Intent.COMPARE, 34, needs={Sign.TWO_COMPANIES}),
    _shape(Intent.COMPARE, 34, needs={Sign.SUBJECT, Sign.INDEX_NAMED}),
    _shape(Intent.HISTORY, 32, needs={Sign.SUBJECT, Cue.HISTORY}),
    _shape(
        Intent.HISTORY,
        31,
        needs={Sign.SUBJECT, Cue.LIST, Sign.PERIOD},
        never=_MOVES | {Cue.PERFORM, Cue.TREND, Cue.CHANGE},
    ),
    _shape(
        Intent.QUOTE,
        28,
        needs={Sign.SUBJECT, Sign.DAY, Cue.CLOSE},
        never=_DAY_FIELDS - {Cue.CLOSE},
    ),
    _shape(Intent.FIELD, 26, needs={Sign.SUBJECT}, some=_DAY_FIELDS, never={Sign.PERIOD}),
    _shape(Intent.QUOTE, 25, needs={Sign.SUBJECT, Sign.DAY}),
    _shape(
        Intent.TREND,
        24,
        needs={Sign.SUBJECT, Sign.PERIOD},
        some=_MOVES | {Cue.PERFORM, Cue.TREND, Cue.CHANGE, Cue.PRICE, Sign.PERIOD},
    ),
    _shape(
        Intent.TREND, 17, needs={Sign.SUBJECT}, some={Cue.PERFORM, Cue.TREND}, never={Sign.TODAY}
    ),
    _shape(Intent.QUOTE, 18, needs={Sign.SUBJECT, Cue.PRICE}),
    _shape(Intent.QUOTE, 16, needs={Sign.SUBJECT}, some=_MOVES | {Sign.TODAY}),
    _shape(Intent.COMPANY_INFO, 14, needs={Sign.SUBJECT}, some={Cue.ABOUT, Cue.SUMMARY, Cue.WHO}),
    _shape(Intent.QUOTE, 2, needs={Sign.SUBJECT}),
    # Sectors
    _shape(
        Intent.SECTOR_PERFORMANCE,
        20,
        needs={Sign.SECTOR_NAMED},
        some=_MOVES
        | {Cue.PERFORM, Cue.TREND, Cue.CHANGE, Cue.INDEX, Cue.SUMMARY, Sign.PERIOD, Sign.DAY},
        never=_NAMED,
    ),
    _shape(
        Intent.SECTOR_MEMBERS,
        21,
        needs={Sign.SECTOR_NAMED},
        some={Cue.COMPANY, Cue.LIST},
        never=_NAMED,
    ),
    _shape(
        Intent.SECTOR_MEMBERS,
        8,
        needs={Sign.SECTOR_NAMED},
        some={Cue.WHICH, Cue.MARKET},
        never=_NAMED,
    ),
    _shape(Intent.SECTOR_PERFORMANCE, 6, needs={Sign.SECTOR_NAMED}, never=_NAMED),
    # Talk
    _shape(Intent.HELP, 4, needs={Cue.HELP}),
    _shape(Intent.THANKS, 3, needs={Cue.THANKS}),
    _shape(Intent.GREETING, 3, needs={Cue.GREETING}),
)
