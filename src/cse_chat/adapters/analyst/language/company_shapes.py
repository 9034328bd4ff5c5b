"""What questions about companies and persons look like."""

from cse_chat.adapters.analyst.language.cues import Cue
from cse_chat.adapters.analyst.language.feature_groups import (
    AGGREGATES,
    DAY_FIELDS,
    DAY_FIGURES,
    EXTREMES,
    MOVES,
    NAMED,
    TRADING,
)
from cse_chat.adapters.analyst.language.intents import Intent, Sign, shape

# Weights: relations 60, unavailable figures 50, the exact kinds of figures 40 and 30, prices and
# movements 20, whatever is left 10 and below.
COMPANY_SHAPES = (
    # Relations
    shape(Intent.SHARED_DIRECTORS, 66, needs={Sign.TWO_COMPANIES, Cue.SHARED}),
    shape(Intent.SHARED_DIRECTORS, 61, needs={Sign.TWO_COMPANIES, Cue.SIT, Cue.PRONOUN}),
    shape(Intent.INTERLOCKS, 64, needs={Sign.SUBJECT, Cue.SHARED}, some={Cue.BOARD}),
    shape(Intent.CHAIN, 64, needs={Sign.SUBJECT}, some={Cue.CONTROL}),
    shape(Intent.SUBSIDIARIES, 62, needs={Sign.SUBJECT, Sign.ASKS_HOLDINGS}),
    shape(Intent.PARENT, 60, needs={Sign.SUBJECT, Cue.OWN}, never={Sign.ASKS_HOLDINGS}),
    shape(Intent.PARENT, 60, needs={Sign.SUBJECT, Cue.SUBSIDIARY}, never={Sign.ASKS_HOLDINGS}),
    shape(Intent.DIRECTORS, 60, needs={Sign.SUBJECT}, some={Cue.BOARD}, never={Sign.PERSON_NAMED}),
    shape(Intent.PERSON_BOARDS, 60, needs={Sign.PERSON_NAMED}),
    shape(Intent.AUDITOR, 60, needs={Sign.SUBJECT, Cue.AUDIT}),
    shape(Intent.AUDIT_CLIENTS, 60, needs={Sign.AUDITOR_NAMED}, never={Sign.SUBJECT}),
    shape(Intent.DIVIDEND, 56, needs={Sign.SUBJECT, Cue.DIVIDEND}),
    shape(Intent.ANNOUNCEMENTS, 55, needs={Sign.SUBJECT, Cue.ANNOUNCE}),
    # Figures of many days
    shape(Intent.STATISTICS, 58, needs={Sign.SUBJECT}, some=AGGREGATES, never={Cue.FLOWS}),
    shape(Intent.STATISTICS, 58, needs={Sign.INDEX_NAMED}, some=AGGREGATES, never={Sign.SUBJECT}),
    shape(
        Intent.STATISTICS,
        30,
        needs={Sign.SUBJECT, Sign.PERIOD},
        some=TRADING,
        never={*EXTREMES, Cue.DAYS, Cue.FLOWS},
    ),
    shape(Intent.DAYS, 57, needs={Sign.SUBJECT, Cue.DAYS}),
    shape(Intent.DAYS, 57, needs={Sign.INDEX_NAMED, Cue.DAYS}, never={Sign.SUBJECT}),
    shape(Intent.DAYS, 46, needs={Cue.DAYS}, some=TRADING | {Cue.MARKET}, never=NAMED),
    shape(Intent.DAYS, 27, needs={Sign.SUBJECT, Cue.TOP}, some=DAY_FIGURES),
    shape(Intent.DAYS, 27, needs={Sign.SUBJECT, Cue.BOTTOM}, some=DAY_FIGURES),
    shape(Intent.DAYS, 27, needs={Sign.SUBJECT}, some={Cue.EXPENSIVE, Cue.CHEAP}),
    shape(Intent.DAYS, 28, needs={Sign.SUBJECT, Cue.WHEN}, some=EXTREMES | {Cue.HIGH, Cue.LOW}),
    shape(Intent.DAYS, 31, needs={Sign.INDEX_NAMED}, some=EXTREMES, never={Sign.SUBJECT}),
    shape(
        Intent.DAYS,
        31,
        needs={Sign.INDEX_NAMED, Sign.PERIOD},
        some={Cue.HIGH, Cue.LOW},
        never={Sign.SUBJECT},
    ),
    # Companies
    shape(Intent.HIGH_LOW, 46, needs={Sign.SUBJECT, Cue.YEAR_RANGE}),
    shape(
        Intent.HIGH_LOW,
        44,
        needs={Sign.SUBJECT, Sign.PERIOD},
        some={Cue.HIGH, Cue.LOW, Cue.TOP, Cue.BOTTOM, Cue.EXPENSIVE, Cue.CHEAP},
        never={Sign.TWO_COMPANIES},
    ),
    shape(
        Intent.MARKET_CAP,
        40,
        needs={Sign.SUBJECT, Cue.MARKET_CAP},
        never={Sign.TWO_COMPANIES, *DAY_FIELDS},
    ),
    shape(
        Intent.SECTOR_OF,
        40,
        needs={Sign.SUBJECT, Cue.SECTOR},
        never={Sign.SECTOR_NAMED},
    ),
    shape(Intent.SECTOR_OF, 3, needs={Sign.SUBJECT, Sign.SECTOR_NAMED}),
    shape(Intent.SECTOR_OF, 19, needs={Sign.SUBJECT, Cue.SECTOR, Sign.SECTOR_NAMED}),
    shape(
        Intent.COMPARE,
        34,
        needs={Sign.TWO_COMPANIES},
        never={Sign.SECTOR_NAMED, Sign.INDEX_NAMED},
    ),
    shape(Intent.COMPARE, 34, needs={Sign.SUBJECT, Sign.INDEX_NAMED}),
    shape(Intent.COMPARE, 34, needs={Sign.SUBJECT, Cue.MARKET}, some={Cue.COMPARE, Cue.BETTER}),
    shape(
        Intent.COMPARE,
        34,
        needs={Sign.SUBJECT, Sign.SECTOR_NAMED},
        some={Cue.COMPARE, Cue.BETTER},
    ),
    shape(Intent.HISTORY, 32, needs={Sign.SUBJECT, Cue.HISTORY}),
    shape(
        Intent.HISTORY,
        31,
        needs={Sign.SUBJECT, Cue.LIST, Sign.PERIOD},
        never=MOVES | {Cue.PERFORM, Cue.TREND, Cue.CHANGE},
    ),
    shape(
        Intent.QUOTE,
        28,
        needs={Sign.SUBJECT, Sign.DAY, Cue.CLOSE},
        never=DAY_FIELDS - {Cue.CLOSE},
    ),
    shape(Intent.FIELD, 26, needs={Sign.SUBJECT}, some=DAY_FIELDS, never={Sign.PERIOD}),
    shape(Intent.FIELD, 25, needs={Sign.SUBJECT, Cue.COUNT, Cue.TRADED, Cue.COMPANY}),
    shape(Intent.COMPANY_INFO, 24, needs={Sign.SUBJECT, Cue.WHEN, Cue.COMPANY}),
    shape(Intent.COMPANY_INFO, 3, needs={Sign.SUBJECT, Cue.WHICH}),
    shape(Intent.QUOTE, 25, needs={Sign.SUBJECT, Sign.DAY}),
    shape(
        Intent.TREND,
        24,
        needs={Sign.SUBJECT, Sign.PERIOD},
        some=MOVES | {Cue.PERFORM, Cue.TREND, Cue.CHANGE, Cue.PRICE, Sign.PERIOD},
    ),
    shape(
        Intent.TREND, 17, needs={Sign.SUBJECT}, some={Cue.PERFORM, Cue.TREND}, never={Sign.TODAY}
    ),
    shape(Intent.QUOTE, 18, needs={Sign.SUBJECT, Cue.PRICE}),
    shape(Intent.QUOTE, 16, needs={Sign.SUBJECT}, some=MOVES | {Sign.TODAY}),
    shape(Intent.COMPANY_INFO, 14, needs={Sign.SUBJECT}, some={Cue.ABOUT, Cue.SUMMARY, Cue.WHO}),
    shape(Intent.COMPANY_INFO, 30, needs={Sign.SUBJECT, Cue.DETAIL}),
    shape(Intent.COMPANY_INFO, 24, needs={Sign.SUBJECT, Cue.COUNT, Cue.COMPANY}),
    shape(Intent.COMPANY_INFO, 3, needs={Sign.SUBJECT, Cue.WHICH}),
    shape(Intent.QUOTE, 2, needs={Sign.SUBJECT}),
)
