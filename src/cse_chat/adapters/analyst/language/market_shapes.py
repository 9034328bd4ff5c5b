"""What questions about the market, its lists and its sectors look like."""

from cse_chat.adapters.analyst.language.cues import Cue
from cse_chat.adapters.analyst.language.feature_groups import (
    EXTREMES,
    MOVES,
    NAMED,
    OF_MANY,
    TRADING,
)
from cse_chat.adapters.analyst.language.intents import Intent, Sign, shape

# Weights: relations 60, unavailable figures 50, the exact kinds of figures 40 and 30, prices and
# movements 20, whatever is left 10 and below.
MARKET_SHAPES = (
    # Figures that the data lack
    shape(Intent.UNAVAILABLE, 51, needs={Sign.SUBJECT, Cue.CURRENCY}),
    shape(Intent.UNAVAILABLE, 44, needs={Cue.VALUATION}, some=OF_MANY, never={Sign.PERSON_NAMED}),
    shape(Intent.UNAVAILABLE, 44, needs={Cue.FLOWS, Cue.COMPANY}),
    shape(
        Intent.UNAVAILABLE,
        50,
        some={Cue.FUNDAMENTAL, Cue.NEWS, Cue.ORDER_BOOK},
        never={Sign.PERSON_NAMED},
    ),
    shape(Intent.UNAVAILABLE, 50, needs={Sign.SUBJECT}, some={Cue.VALUATION, Cue.FLOWS}),
    shape(Intent.UNAVAILABLE, 50, needs={Sign.SECTOR_NAMED}, some={Cue.VALUATION, Cue.FLOWS}),
    shape(Intent.UNAVAILABLE, 22, needs={Cue.DIVIDEND}, never={Sign.SUBJECT}),
    # The whole market
    shape(Intent.MARKET_VALUATION, 45, needs={Cue.VALUATION}, never={Sign.SUBJECT, Cue.COMPANY}),
    shape(
        Intent.MARKET_VALUATION,
        16,
        needs={Cue.MARKET_CAP},
        never={*EXTREMES, Cue.COMPANY, Sign.SUBJECT, Sign.SECTOR_NAMED},
    ),
    shape(Intent.FLOWS, 45, needs={Cue.FLOWS}, never={Sign.SUBJECT, Sign.SECTOR_NAMED}),
    shape(
        Intent.FLOWS,
        28,
        needs={Cue.MARKET},
        some=TRADING,
        never={*NAMED, *EXTREMES, Cue.COMPANY, Cue.ACTIVE, Cue.SECTOR, Sign.SECTOR_NAMED},
    ),
    shape(Intent.BREADTH, 44, some={Cue.BREADTH, Cue.UNCHANGED}, never=NAMED),
    shape(
        Intent.BREADTH,
        44,
        needs={Cue.COUNT},
        some={*MOVES, Cue.UNCHANGED},
        never={Sign.THRESHOLD, *NAMED},
    ),
    shape(Intent.BREADTH, 40, needs={*MOVES, Cue.COMPANY}, never={*NAMED, *EXTREMES, Cue.MOVER}),
    shape(Intent.MARKET_SUMMARY, 32, needs={Cue.SUMMARY}, never=NAMED | {Sign.SECTOR_NAMED}),
    # Filters and rankings
    shape(Intent.FILTER, 42, needs={Sign.THRESHOLD}, never=NAMED),
    shape(Intent.SECTOR_COUNT, 40, needs={Cue.COUNT}, some={Cue.SECTOR, Cue.COMPANY}, never=NAMED),
    shape(Intent.SECTOR_COUNT, 40, needs={Cue.COUNT, Sign.SECTOR_NAMED}, never=NAMED),
    shape(
        Intent.SECTOR_RANKING,
        38,
        needs={Cue.SECTOR},
        some={*EXTREMES, *MOVES, Cue.PERFORM, Cue.TREND, Cue.ACTIVE, *TRADING, Sign.PERIOD},
        never={*NAMED, Sign.SECTOR_NAMED, Cue.COUNT},
    ),
    shape(Intent.SECTOR_COUNT, 12, needs={Cue.SECTOR}, never={*NAMED, Sign.SECTOR_NAMED}),
    shape(Intent.ACTIVE, 36, needs={Cue.ACTIVE}, never=NAMED),
    shape(Intent.ACTIVE, 36, needs={Cue.BOTTOM, Sign.PERIOD}, some=TRADING, never=NAMED),
    shape(
        Intent.ACTIVE,
        36,
        some=TRADING,
        never={*NAMED, Cue.MARKET_CAP, Cue.MARKET, Cue.BOTTOM, Cue.COUNT},
    ),
    shape(Intent.ACTIVE, 33, needs={Cue.TOP}, some=TRADING, never={*NAMED, Cue.BOTTOM}),
    shape(Intent.RANKING, 36, needs={Cue.MARKET_CAP}, some=EXTREMES, never=NAMED),
    shape(Intent.RANKING, 35, needs={Cue.BOTTOM}, some=TRADING, never=NAMED),
    shape(Intent.RANKING, 34, needs={Cue.MARKET_CAP, Cue.COMPANY}, never=NAMED),
    shape(Intent.RANKING, 34, needs={Cue.MARKET_CAP, Sign.SECTOR_NAMED}, never=NAMED),
    shape(Intent.RANKING, 34, some={Cue.EXPENSIVE, Cue.CHEAP}, never=NAMED),
    shape(Intent.RANKING, 32, needs={Cue.PRICE}, some=EXTREMES, never=NAMED | MOVES),
    shape(
        Intent.RANKING,
        31,
        needs={Cue.SIZE},
        some={Cue.COMPANY, Sign.SECTOR_NAMED},
        never=NAMED | MOVES,
    ),
    shape(Intent.MOVERS, 30, needs={Cue.MOVER}, never=NAMED),
    shape(Intent.MOVERS, 26, some=MOVES | {Cue.PERFORM}, needs={Cue.TOP}, never=NAMED),
    # "Fell the least" asks for no list of movers: those that moved least are the most.
    shape(Intent.MOVERS, 26, needs={Cue.BOTTOM, Cue.PERFORM}, never=NAMED),
    shape(Intent.MOVERS, 24, some=MOVES, needs={Cue.COMPANY}, never=NAMED | {Cue.BOTTOM}),
    shape(Intent.MOVERS, 22, some=EXTREMES, needs={Cue.COMPANY}, never=NAMED | MOVES),
    shape(Intent.MOVERS, 22, some=EXTREMES, needs={Sign.SECTOR_NAMED}, never=NAMED | MOVES),
    shape(
        Intent.MOVERS,
        22,
        some=MOVES,
        needs={Cue.WHICH, Sign.SECTOR_NAMED},
        never=NAMED | {Cue.SECTOR, Cue.BOTTOM},
    ),
    shape(
        Intent.MOVERS,
        14,
        some=MOVES,
        needs={Cue.WHICH},
        never=NAMED | {Cue.MARKET, Cue.SECTOR, Cue.BOTTOM},
    ),
    shape(Intent.MOVERS, 10, some=EXTREMES, needs={Sign.NUMBER}, never=NAMED | MOVES),
    # Indices
    shape(Intent.INDEX_HISTORY, 46, needs={Sign.INDEX_NAMED, Cue.HISTORY}, never={Sign.SUBJECT}),
    shape(Intent.INDEX_TREND, 40, needs={Sign.INDEX_NAMED, Sign.PERIOD}, never={Sign.SUBJECT}),
    shape(Intent.INDEX_TREND, 40, needs={Sign.INDEX_NAMED, Cue.YEAR_RANGE}, never={Sign.SUBJECT}),
    shape(Intent.INDEX_LEVEL, 30, needs={Sign.INDEX_NAMED}, never={Sign.SUBJECT}),
    shape(Intent.INDEX_LEVEL, 15, needs={Cue.INDEX}, never={*NAMED, Sign.SECTOR_NAMED}),
    shape(
        Intent.INDEX_TREND,
        25,
        needs={Cue.MARKET, Sign.PERIOD},
        some=MOVES | {Cue.PERFORM, Cue.TREND, Cue.CHANGE, Cue.MARKET},
        never={*NAMED, Sign.SECTOR_NAMED, Cue.COMPANY, Cue.MOVER},
    ),
    shape(
        Intent.INDEX_LEVEL,
        13,
        needs={Cue.MARKET},
        some=MOVES | {Cue.CLOSE, Sign.DAY},
        never={*NAMED, Sign.SECTOR_NAMED},
    ),
    shape(Intent.MARKET_SUMMARY, 11, needs={Cue.MARKET}, never={*NAMED, Sign.SECTOR_NAMED}),
    # Sectors
    shape(
        Intent.SECTOR_PERFORMANCE,
        20,
        needs={Sign.SECTOR_NAMED},
        some=MOVES
        | {Cue.PERFORM, Cue.TREND, Cue.CHANGE, Cue.INDEX, Cue.SUMMARY, Sign.PERIOD, Sign.DAY},
        never=NAMED,
    ),
    shape(
        Intent.SECTOR_MEMBERS,
        21,
        needs={Sign.SECTOR_NAMED},
        some={Cue.COMPANY, Cue.LIST},
        never=NAMED,
    ),
    shape(
        Intent.SECTOR_MEMBERS,
        8,
        needs={Sign.SECTOR_NAMED},
        some={Cue.WHICH, Cue.MARKET},
        never=NAMED,
    ),
    shape(Intent.SECTOR_PERFORMANCE, 6, needs={Sign.SECTOR_NAMED}, never=NAMED),
    # Talk
    shape(Intent.REASON, 1, needs={Cue.WHY}),
    shape(Intent.HELP, 4, needs={Cue.HELP}),
    shape(Intent.THANKS, 3, needs={Cue.THANKS}),
    shape(Intent.GREETING, 3, needs={Cue.GREETING}),
)
