"""What can be asked, and how the signs of a question are weighed for each."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto

from cse_chat.adapters.analyst.language.cues import Cue


class Intent(StrEnum):
    """What a question asks for; the value is the public name of the step that answers it."""

    ACTIVE = "most active"
    ADVICE = "advice"
    AMBIGUOUS = "ambiguous company"
    ANNOUNCEMENTS = "announcements"
    AUDITOR = "auditor"
    AUDIT_CLIENTS = "audit clients"
    BREADTH = "market breadth"
    CHAIN = "ownership chain"
    COMPANY_INFO = "company card"
    COMPARE = "comparison"
    DAYS = "days of a period"
    DIRECTORS = "directors"
    DIVIDEND = "dividend announcements"
    FIELD = "quote fields"
    FILTER = "filter"
    FLOWS = "market flows"
    GREETING = "greeting"
    HELP = "help"
    HIGH_LOW = "price range"
    HISTORY = "price history"
    INDEX_HISTORY = "index history"
    INDEX_LEVEL = "index level"
    INDEX_TREND = "index trend"
    INJECTION = "refused"
    INTERLOCKS = "shared directors of a company"
    MARKET_CAP = "market cap"
    MARKET_SUMMARY = "market summary"
    MARKET_VALUATION = "market valuation"
    MOVERS = "movers"
    NO_SUCH_DATE = "no such date"
    NOT_UNDERSTOOD = "not understood"
    NO_SUCH_NUMBER = "no such number of rows"
    OTHER_MARKET = "other market"
    OUT_OF_SCOPE = "out of scope"
    PARENT = "owners"
    PERSON_BOARDS = "boards of a person"
    PREDICTION = "prediction"
    QUOTE = "quote"
    RANKING = "ranking"
    REASON = "reason"
    SECTOR_COUNT = "sector counts"
    SECTOR_MEMBERS = "sector members"
    SECTOR_OF = "sector of a company"
    SECTOR_PERFORMANCE = "sector performance"
    SECTOR_RANKING = "sector ranking"
    SHARED_DIRECTORS = "shared directors"
    STATISTICS = "statistics of a period"
    SUBSIDIARIES = "subsidiaries"
    THANKS = "thanks"
    TOO_MANY_CONDITIONS = "too many conditions"
    TOO_MANY_NAMES = "too many names"
    TREND = "trend"
    UNAVAILABLE = "unavailable figure"
    UNKNOWN_COMPANY = "unknown company"


# Asked of several companies, these are answered for each of them.
OF_ONE_COMPANY = frozenset(
    {
        Intent.ANNOUNCEMENTS,
        Intent.AUDITOR,
        Intent.CHAIN,
        Intent.COMPANY_INFO,
        Intent.DAYS,
        Intent.DIRECTORS,
        Intent.DIVIDEND,
        Intent.FIELD,
        Intent.HIGH_LOW,
        Intent.HISTORY,
        Intent.INTERLOCKS,
        Intent.MARKET_CAP,
        Intent.PARENT,
        Intent.QUOTE,
        Intent.SECTOR_OF,
        Intent.STATISTICS,
        Intent.SUBSIDIARIES,
        Intent.TREND,
        Intent.UNAVAILABLE,
    }
)


class Sign(Enum):
    """What a question has besides cues."""

    SUBJECT = auto()  # a company: named, ambiguous, unknown, or meant by a pronoun
    TWO_COMPANIES = auto()
    SECTOR_NAMED = auto()
    INDEX_NAMED = auto()
    PERSON_NAMED = auto()
    AUDITOR_NAMED = auto()
    PERIOD = auto()  # longer than a day
    DAY = auto()  # a day other than the last session
    TODAY = auto()
    THRESHOLD = auto()
    NUMBER = auto()
    ASKS_HOLDINGS = auto()  # what the company owns, rather than who owns it


Feature = Cue | Sign


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a question for `intent` looks like.

    Attributes:
        weight: Score when the shape fits; more specific shapes weigh more.
        needs: All of these must be there.
        some: At least one of these must be, unless it is empty; each adds one to the score.
        never: None of these may be there.
    """

    intent: Intent
    weight: int
    needs: frozenset[Feature] = field(default_factory=frozenset)
    some: frozenset[Feature] = field(default_factory=frozenset)
    never: frozenset[Feature] = field(default_factory=frozenset)

    def score(self, features: AbstractSet[Feature]) -> int:
        """Return how well *features* fit; 0 when they do not."""
        if not self.needs <= features or self.never & features:
            return 0
        matched = len(self.some & features)
        return 0 if self.some and not matched else self.weight + matched


def shape(
    intent: Intent,
    weight: int,
    *,
    needs: AbstractSet[Feature] = frozenset(),
    some: AbstractSet[Feature] = frozenset(),
    never: AbstractSet[Feature] = frozenset(),
) -> Shape:
    """Make a shape of plain sets."""
    return Shape(
        intent=intent,
        weight=weight,
        needs=frozenset(needs),
        some=frozenset(some),
        never=frozenset(never),
    )
