"""What each question about companies and persons takes into account; see `coverage`."""

from collections.abc import Mapping

from cse_chat.adapters.analyst.language.cues import Cue
from cse_chat.adapters.analyst.language.feature_groups import EXTREMES, TRADING
from cse_chat.adapters.analyst.language.intents import Intent
from cse_chat.adapters.analyst.language.mentions import MentionKind
from cse_chat.adapters.analyst.language.takes import (
    ALL_SECTORS,
    AUDITORS,
    COMPANIES,
    INDICES,
    PERSONS,
    SECTORS,
    Takes,
    takes,
)

_MOVES = {Cue.GAIN, Cue.LOSE, Cue.CHANGE, Cue.PERFORM}
_RETURNS = {Cue.COMPARE, Cue.BETTER, Cue.TREND, *_MOVES}
_HOLDING = {Cue.OWN, Cue.OWNED, Cue.SUBSIDIARY, Cue.TOP, Cue.SIZE, Cue.PRICE}
# Each pair of them is answered: of five companies ten.
_IN_PAIRS = {**COMPANIES, MentionKind.COMPANY: 5}
_DAYS = {
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
    *EXTREMES,
    *_MOVES,
}

COMPANY_ABILITIES: Mapping[Intent, tuple[Takes, ...]] = {
    Intent.ANNOUNCEMENTS: takes({Cue.ANNOUNCE, Cue.WHEN}, "day period count", COMPANIES),
    Intent.AUDITOR: takes({Cue.AUDIT}, "", COMPANIES, AUDITORS),
    Intent.AUDIT_CLIENTS: takes({Cue.AUDIT, Cue.COUNT}, "", AUDITORS, SECTORS),
    Intent.CHAIN: takes({Cue.CONTROL} | _HOLDING, "", COMPANIES),
    Intent.COMPANY_INFO: takes({Cue.DETAIL, Cue.SUMMARY, Cue.WHEN, Cue.COUNT}, "", COMPANIES),
    Intent.COMPARE: (
        # Returns, also against indices and sectors
        *takes({*_RETURNS, Cue.PRICE, Cue.CLOSE}, "day period", COMPANIES, INDICES, ALL_SECTORS),
        *takes(
            {*_RETURNS, Cue.HIGHER, Cue.LOWER, *EXTREMES},
            "day period",
            COMPANIES,
            INDICES,
            ALL_SECTORS,
            needs=_RETURNS - {Cue.COMPARE},  # else the highest is that of a price
        ),
        # Figures of one session
        *takes(
            {
                Cue.COMPARE,
                Cue.HIGHER,
                Cue.LOWER,
                Cue.PRICE,
                Cue.CLOSE,
                Cue.CHANGE,
                Cue.MARKET_CAP,
                Cue.EXPENSIVE,
                Cue.CHEAP,
                Cue.SIZE,
                *TRADING,
                *EXTREMES,
            },
            "day",
            COMPANIES,
        ),
    ),
    Intent.DAYS: (
        *takes(_DAYS, "period count", COMPANIES, INDICES),
        *takes({*_DAYS, *TRADING}, "period count", COMPANIES),  # an index is not traded
    ),
    Intent.DIRECTORS: takes({Cue.BOARD, Cue.CHAIR, Cue.CHIEF, Cue.COUNT, Cue.SIT}, "", COMPANIES),
    Intent.DIVIDEND: takes(
        {Cue.DIVIDEND, Cue.ANNOUNCE, Cue.PRICE, Cue.WHEN}, "period count", COMPANIES
    ),
    Intent.FIELD: takes(
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
            *TRADING,
        },
        "day",
        COMPANIES,
    ),
    Intent.HIGH_LOW: takes(
        {
            Cue.WHEN,
            Cue.YEAR_RANGE,
            Cue.HIGH,
            Cue.LOW,
            Cue.EXPENSIVE,
            Cue.CHEAP,
            Cue.PRICE,
            Cue.CLOSE,
            *EXTREMES,
        },
        "period",
        COMPANIES,
    ),
    Intent.HISTORY: takes(
        {Cue.HISTORY, Cue.PRICE, Cue.OPEN, Cue.HIGH, Cue.LOW, Cue.CLOSE, Cue.VOLUME, Cue.DAYS},
        "period count",
        COMPANIES,
    ),
    Intent.INTERLOCKS: takes({Cue.SHARED, Cue.BOARD, Cue.COUNT}, "count", COMPANIES),
    Intent.MARKET_CAP: takes({Cue.MARKET_CAP, Cue.PRICE}, "day", COMPANIES),
    Intent.PARENT: takes(_HOLDING, "count", COMPANIES),
    Intent.PERSON_BOARDS: takes(
        {Cue.BOARD, Cue.SIT, Cue.CHAIR, Cue.CHIEF, Cue.COUNT},
        "",
        COMPANIES,
        PERSONS,
    ),
    Intent.QUOTE: takes(
        {Cue.PRICE, Cue.CLOSE, Cue.WHY, Cue.SUMMARY, Cue.HISTORY, *_MOVES}, "day", COMPANIES
    ),
    Intent.SECTOR_OF: takes({Cue.SECTOR}, "", COMPANIES, SECTORS),
    Intent.SHARED_DIRECTORS: takes({Cue.BOARD, Cue.SHARED, Cue.SIT, Cue.COUNT}, "", _IN_PAIRS),
    Intent.STATISTICS: takes(
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
            *TRADING,
        },
        "period",
        COMPANIES,
        INDICES,
    ),
    Intent.SUBSIDIARIES: takes({Cue.COUNT} | _HOLDING, "count", COMPANIES),
    Intent.TREND: takes(
        {Cue.TREND, Cue.PRICE, Cue.CLOSE, Cue.WHY, Cue.SUMMARY, *_MOVES}, "day period", COMPANIES
    ),
}
