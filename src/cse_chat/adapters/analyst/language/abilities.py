"""What each intent takes into account of a question; see `coverage`."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from cse_chat.adapters.analyst.language.cues import Cue
from cse_chat.adapters.analyst.language.intents import Intent
from cse_chat.adapters.analyst.language.mentions import MentionKind

# These ask for nothing that an answer could leave out.
ALWAYS = frozenset(
    {
        Cue.ABOUT,
        Cue.COMPANY,
        Cue.FOLLOW,
        Cue.GREETING,
        Cue.HELP,
        Cue.LIST,
        Cue.MARKET,
        Cue.MORE,
        Cue.PRONOUN,
        Cue.THANKS,
        Cue.TRADED,
        Cue.WHICH,
        Cue.WHO,
    }
)
_TRADING = {Cue.VOLUME, Cue.TURNOVER, Cue.TRADES}
_EXTREMES = {Cue.TOP, Cue.BOTTOM}
_MOVES = {Cue.GAIN, Cue.LOSE, Cue.CHANGE, Cue.PERFORM}
_HOLDING = {Cue.OWN, Cue.OWNED, Cue.SUBSIDIARY, Cue.TOP, Cue.SIZE, Cue.PRICE}
_COMPANIES = frozenset({MentionKind.COMPANY, MentionKind.FAMILY})
_SECTORS = frozenset({MentionKind.SECTOR})
_INDICES = frozenset({MentionKind.INDEX})


@dataclass(frozen=True, slots=True)
class Takes:
    """What the answer to an intent takes into account.

    Attributes:
        cues: Beyond those that ask for nothing.
        slots: Of ``day``, ``period``, ``count``, ``bounds``.
        names: Kinds of names.
    """

    cues: AbstractSet[Cue]
    slots: frozenset[str]
    names: AbstractSet[MentionKind]


def _takes(
    cues: AbstractSet[Cue] = frozenset(),
    slots: str = "",
    names: AbstractSet[MentionKind] = frozenset(),
) -> Takes:
    return Takes(cues, frozenset(slots.split()), names)


TAKES: Mapping[Intent, Takes] = {
    Intent.ACTIVE: _takes(
        {Cue.ACTIVE, Cue.TOP, Cue.BOTTOM, Cue.TOTAL} | _TRADING, "day period count", _SECTORS
    ),
    Intent.ANNOUNCEMENTS: _takes({Cue.ANNOUNCE, Cue.WHEN}, "day period count", _COMPANIES),
    Intent.AUDITOR: _takes({Cue.AUDIT}, "", _COMPANIES | {MentionKind.AUDITOR}),
    Intent.AUDIT_CLIENTS: _takes(
        {Cue.AUDIT, Cue.COUNT}, "", {MentionKind.AUDITOR, MentionKind.SECTOR}
    ),
    Intent.BREADTH: _takes(
        {Cue.BREADTH, Cue.UNCHANGED, Cue.COUNT, Cue.GAIN, Cue.LOSE, Cue.TOTAL},
        "day period",
        _SECTORS,
    ),
    Intent.CHAIN: _takes({Cue.CONTROL} | _HOLDING, "", _COMPANIES),
    Intent.COMPANY_INFO: _takes({Cue.DETAIL, Cue.SUMMARY, Cue.WHEN, Cue.COUNT}, "", _COMPANIES),
    Intent.COMPARE: _takes(
        {
            Cue.COMPARE,
            Cue.BETTER,
            Cue.HIGHER,
            Cue.LOWER,
            Cue.PRICE,
            Cue.CLOSE,
            Cue.MARKET_CAP,
            Cue.TREND,
            Cue.EXPENSIVE,
            Cue.CHEAP,
            Cue.SIZE,
            Cue.SECTOR,
            Cue.INDEX,
            *_TRADING,
            *_EXTREMES,
            *_MOVES,
        },
        "day period",
        _COMPANIES | _INDICES | _SECTORS,
    ),
    Intent.DAYS: _takes(
        {
            Cue.DAYS,
            Cue.WHEN,
            Cue.ACTIVE,
            Cue.CLOSE,
            Cue.PRICE,
            Cue.HIGH,
            Cue.LOW,
            Cue.EXPENSIVE,
            Cue.CHEAP,
            Cue.INDEX,
            Cue.SIZE,
            *_TRADING,
            *_EXTREMES,
            *_MOVES,
        },
        "period count",
        _COMPANIES | _INDICES,
    ),
    Intent.DIRECTORS: _takes({Cue.BOARD, Cue.CHAIR, Cue.CHIEF, Cue.COUNT, Cue.SIT}, "", _COMPANIES),
    Intent.DIVIDEND: _takes(
        {Cue.DIVIDEND, Cue.ANNOUNCE, Cue.PRICE, Cue.WHEN}, "period count", _COMPANIES
    ),
    Intent.FIELD: _takes(
        {
            Cue.OPEN,
            Cue.HIGH,
            Cue.LOW,
            Cue.CLOSE,
            Cue.PREVIOUS,
            Cue.CHANGE,
            Cue.PRICE,
            Cue.MARKET_CAP,
            Cue.COUNT,
            *_TRADING,
        },
        "day",
        _COMPANIES,
    ),
    Intent.FILTER: _takes(
        {
            Cue.MOVER,
            Cue.PRICE,
            Cue.CLOSE,
            Cue.MARKET_CAP,
            Cue.COUNT,
            Cue.CHEAP,
            *_TRADING,
            *_MOVES,
            *_EXTREMES,
        },
        "day period count bounds",
        _SECTORS,
    ),
    Intent.FLOWS: _takes(
        {Cue.FLOWS, Cue.TURNOVER, Cue.TRADES, Cue.TOTAL, Cue.AVERAGE, Cue.DAYS, Cue.COUNT},
        "day period",
    ),
    Intent.GREETING: _takes(),
    Intent.HELP: _takes(),
    Intent.HIGH_LOW: _takes(
        {
            Cue.WHEN,
            Cue.YEAR_RANGE,
            Cue.HIGH,
            Cue.LOW,
            Cue.EXPENSIVE,
            Cue.CHEAP,
            Cue.PRICE,
            Cue.CLOSE,
            *_EXTREMES,
        },
        "period",
        _COMPANIES,
    ),
    Intent.HISTORY: _takes(
        {Cue.HISTORY, Cue.PRICE, Cue.OPEN, Cue.HIGH, Cue.LOW, Cue.CLOSE, Cue.VOLUME, Cue.DAYS},
        "period count",
        _COMPANIES,
    ),
    Intent.INDEX_HISTORY: _takes(
        {Cue.HISTORY, Cue.PRICE, Cue.CLOSE, Cue.INDEX, Cue.HIGH, Cue.LOW, Cue.CHANGE, Cue.DAYS},
        "period count",
        _INDICES,
    ),
    Intent.INDEX_LEVEL: _takes(
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
        _INDICES,
    ),
    Intent.INDEX_TREND: _takes(
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
        _INDICES,
    ),
    Intent.INTERLOCKS: _takes({Cue.SHARED, Cue.BOARD, Cue.COUNT}, "count", _COMPANIES),
    Intent.MARKET_CAP: _takes({Cue.MARKET_CAP, Cue.PRICE}, "day", _COMPANIES),
    Intent.MARKET_SUMMARY: _takes({Cue.SUMMARY, Cue.TREND, Cue.CLOSE, *_MOVES}, "day"),
    Intent.MARKET_VALUATION: _takes({Cue.VALUATION, Cue.MARKET_CAP, Cue.TOTAL}, "day"),
    Intent.MOVERS: _takes(
        {Cue.MOVER, Cue.PRICE, Cue.SIZE, *_MOVES, *_EXTREMES}, "day period count", _SECTORS
    ),
    Intent.PARENT: _takes(_HOLDING, "count", _COMPANIES),
    Intent.PERSON_BOARDS: _takes(
        {Cue.BOARD, Cue.SIT, Cue.CHAIR, Cue.CHIEF, Cue.COUNT},
        "",
        _COMPANIES | {MentionKind.PERSON},
    ),
    Intent.QUOTE: _takes(
        {Cue.PRICE, Cue.CLOSE, Cue.WHY, Cue.SUMMARY, Cue.HISTORY, *_MOVES}, "day", _COMPANIES
    ),
    Intent.RANKING: _takes(
        {
            Cue.MARKET_CAP,
            Cue.EXPENSIVE,
            Cue.CHEAP,
            Cue.PRICE,
            Cue.SIZE,
            *_EXTREMES,
            *_TRADING,
        },
        "day period count",
        _SECTORS,
    ),
    Intent.REASON: _takes({Cue.WHY}),
    Intent.SECTOR_COUNT: _takes({Cue.COUNT, Cue.SECTOR, Cue.EACH, Cue.TOTAL}, "", _SECTORS),
    Intent.SECTOR_MEMBERS: _takes({Cue.SECTOR, Cue.COUNT}, "", _SECTORS),
    Intent.SECTOR_OF: _takes({Cue.SECTOR}, "", _COMPANIES | _SECTORS),
    Intent.SECTOR_PERFORMANCE: _takes(
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
        _SECTORS,
    ),
    Intent.SECTOR_RANKING: _takes(
        {Cue.SECTOR, Cue.TREND, Cue.ACTIVE, Cue.EACH, Cue.INDEX, *_TRADING, *_EXTREMES, *_MOVES},
        "day period count",
    ),
    Intent.SHARED_DIRECTORS: _takes({Cue.BOARD, Cue.SHARED, Cue.SIT, Cue.COUNT}, "", _COMPANIES),
    Intent.STATISTICS: _takes(
        {
            Cue.AVERAGE,
            Cue.MEDIAN,
            Cue.TOTAL,
            Cue.CLOSE,
            Cue.HISTORY,
            Cue.PRICE,
            Cue.DAYS,
            Cue.COUNT,
            Cue.INDEX,
            *_TRADING,
        },
        "period",
        _COMPANIES | _INDICES,
    ),
    Intent.SUBSIDIARIES: _takes({Cue.COUNT} | _HOLDING, "count", _COMPANIES),
    Intent.THANKS: _takes(),
    Intent.TREND: _takes(
        {Cue.TREND, Cue.PRICE, Cue.CLOSE, Cue.WHY, Cue.SUMMARY, *_MOVES}, "day period", _COMPANIES
    ),
}
