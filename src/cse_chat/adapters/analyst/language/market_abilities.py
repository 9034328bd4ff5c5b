"""What each question about the market, its lists and its sectors takes into account; see `coverage`."""

from collections.abc import Mapping

from cse_chat.adapters.analyst.language.cues import Cue
from cse_chat.adapters.analyst.language.feature_groups import EXTREMES, TRADING
from cse_chat.adapters.analyst.language.intents import Intent
from cse_chat.adapters.analyst.language.takes import (
    ALL_SECTORS,
    INDICES,
    SECTORS,
    Takes,
    takes,
)

_MOVES = {Cue.GAIN, Cue.LOSE, Cue.CHANGE, Cue.PERFORM}

MARKET_ABILITIES: Mapping[Intent, tuple[Takes, ...]] = {
    Intent.ACTIVE: takes(
        {Cue.ACTIVE, Cue.TOP, Cue.BOTTOM, Cue.TOTAL} | TRADING, "day period count", SECTORS
    ),
    Intent.BREADTH: takes(
        {Cue.BREADTH, Cue.UNCHANGED, Cue.COUNT, Cue.GAIN, Cue.LOSE, Cue.TOTAL},
        "day period",
        SECTORS,
    ),
    Intent.FILTER: takes(
        {
            Cue.MOVER,
            Cue.PRICE,
            Cue.CLOSE,
            Cue.MARKET_CAP,
            Cue.COUNT,
            Cue.CHEAP,
            *TRADING,
            *_MOVES,
            *EXTREMES,
        },
        "day period count bounds",
        SECTORS,
    ),
    Intent.FLOWS: takes(
        {Cue.FLOWS, Cue.TURNOVER, Cue.TRADES, Cue.TOTAL, Cue.AVERAGE, Cue.DAYS, Cue.COUNT},
        "day period",
    ),
    Intent.GREETING: takes(),
    Intent.HELP: takes(),
    Intent.INDEX_HISTORY: takes(
        {Cue.HISTORY, Cue.PRICE, Cue.CLOSE, Cue.INDEX, Cue.HIGH, Cue.LOW, Cue.CHANGE, Cue.DAYS},
        "period count",
        INDICES,
    ),
    Intent.INDEX_LEVEL: takes(
        {
            Cue.INDEX,
            Cue.HISTORY,
            Cue.CLOSE,
            Cue.HIGH,
            Cue.LOW,
            Cue.PRICE,
            Cue.COMPARE,
            Cue.WHY,
            Cue.SUMMARY,
            Cue.TREND,
            Cue.COUNT,
            *_MOVES,
        },
        "day",
        INDICES,
    ),
    Intent.INDEX_TREND: takes(
        {
            Cue.INDEX,
            Cue.TREND,
            Cue.YEAR_RANGE,
            Cue.WHY,
            Cue.PRICE,
            Cue.CLOSE,
            Cue.COMPARE,
            Cue.SUMMARY,
            Cue.COUNT,
            *_MOVES,
        },
        "period",
        INDICES,
    ),
    Intent.MARKET_SUMMARY: takes({Cue.SUMMARY, Cue.TREND, Cue.CLOSE, *_MOVES}, "day"),
    Intent.MARKET_VALUATION: takes({Cue.VALUATION, Cue.MARKET_CAP, Cue.TOTAL}, "day"),
    Intent.MOVERS: takes(
        {Cue.MOVER, Cue.PRICE, Cue.SIZE, *_MOVES, *EXTREMES}, "day period count", SECTORS
    ),
    Intent.RANKING: takes(
        {
            Cue.MARKET_CAP,
            Cue.EXPENSIVE,
            Cue.CHEAP,
            Cue.PRICE,
            Cue.SIZE,
            *EXTREMES,
            *TRADING,
        },
        "day period count",
        SECTORS,
    ),
    Intent.REASON: takes({Cue.WHY}),
    Intent.SECTOR_COUNT: takes({Cue.COUNT, Cue.SECTOR, Cue.EACH, Cue.TOTAL}, "", ALL_SECTORS),
    Intent.SECTOR_MEMBERS: takes({Cue.SECTOR, Cue.COUNT}, "", SECTORS),
    Intent.SECTOR_PERFORMANCE: takes(
        {
            Cue.SECTOR,
            Cue.TREND,
            Cue.INDEX,
            Cue.SUMMARY,
            Cue.COMPARE,
            Cue.BETTER,
            Cue.WHY,
            Cue.PRICE,
            Cue.CLOSE,
            *_MOVES,
        },
        "day period",
        ALL_SECTORS,
    ),
    Intent.SECTOR_RANKING: takes(
        {Cue.SECTOR, Cue.TREND, Cue.ACTIVE, Cue.EACH, Cue.INDEX, *TRADING, *EXTREMES, *_MOVES},
        "day period count",
    ),
    Intent.THANKS: takes(),
}
