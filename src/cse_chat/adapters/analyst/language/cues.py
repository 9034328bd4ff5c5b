"""Words and phrases that hint at what is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from cse_chat.adapters.analyst.language.text import word_set


class Cue(Enum):
    """A hint; a phrase may give several."""

    ABOUT = auto()
    ACTIVE = auto()
    ANNOUNCE = auto()
    AUDIT = auto()
    BETTER = auto()
    BOARD = auto()
    BOTTOM = auto()
    BREADTH = auto()
    CHANGE = auto()
    CHAIR = auto()
    CHEAP = auto()
    CHIEF = auto()
    CLOSE = auto()
    COMPANY = auto()
    COMPARE = auto()
    CONTROL = auto()
    COUNT = auto()
    DIVIDEND = auto()
    EACH = auto()
    EXPENSIVE = auto()
    FLOWS = auto()
    FOLLOW = auto()
    FUNDAMENTAL = auto()
    GAIN = auto()
    GREETING = auto()
    HELP = auto()
    HIGH = auto()
    HISTORY = auto()
    INDEX = auto()
    LIST = auto()
    LOSE = auto()
    LOW = auto()
    MARKET = auto()
    MARKET_CAP = auto()
    MORE = auto()
    MOVER = auto()
    NEWS = auto()
    OPEN = auto()
    ORDER_BOOK = auto()
    OWN = auto()
    OWNED = auto()
    PERFORM = auto()
    PREVIOUS = auto()
    PRICE = auto()
    PRONOUN = auto()
    SECTOR = auto()
    SHARED = auto()
    SIT = auto()
    SIZE = auto()
    SUBSIDIARY = auto()
    SUMMARY = auto()
    THANKS = auto()
    TOP = auto()
    TRADES = auto()
    TREND = auto()
    TURNOVER = auto()
    UNCHANGED = auto()
    VALUATION = auto()
    VOLUME = auto()
    WHICH = auto()
    WHO = auto()
    WHY = auto()
    YEAR_RANGE = auto()


_PHRASES: dict[tuple[Cue, ...], str] = {
    (Cue.ABOUT,): "tell me about|tell about|about|profile|info|information|details|describe|who is|"
    "what is|isin|outstanding|listing date|listed on|shares outstanding|shares in issue|issued shares|"
    "when was|introduce|background|company card|founded|established|beta",
    (Cue.ACTIVE,): "active|actively traded|heavily traded|most traded|traded most|busiest|"
    "liquid|most traded shares",
    (Cue.ANNOUNCE,): "announcement|announcements|announce|announced|disclosure|disclosures|filing|"
    "filings|notices",
    (Cue.AUDIT,): "audit|audits|auditor|auditors|audited|auditing|audit clients|clients",
    (Cue.BETTER, Cue.COMPARE): "did better|better|do better|performed better|outperform|"
    "outperformed|did worse|worse|stronger|ahead of",
    (Cue.BOARD,): "director|directors|board|board members|board of directors|"
    "board member|directorate",
    (Cue.BOARD, Cue.CHIEF): "ceo|chief executive|chief executive officer|managing director|md",
    (Cue.BOARD, Cue.CHAIR): "chairman|chairperson|chairwoman|chair|chairs",
    (Cue.BOTTOM,): "bottom|worst|least|minimum|weakest|lowest|fewest|laggards",
    (Cue.BOTTOM, Cue.LOSE): "worst performing|worst performer|worst performers|underperforming|"
    "poorest performing",
    (Cue.BREADTH,): "breadth|advancers|decliners|advances|declines|advance decline|"
    "advancing|declining|up and down|market breadth|in the green|in the red",
    (Cue.CHANGE,): "change|changed|changes|move|moved|movement|net change|percentage change",
    (Cue.CHEAP,): "cheap|cheapest|lowest priced|lowest price|least expensive|low priced|penny",
    (Cue.CLOSE,): "close|closes|closing|closed|closing price|close price|ended",
    (Cue.PREVIOUS,): "previous close|prior close|previous closing price|prev close",
    (Cue.COMPANY,): "company|companies|firm|firms|stock|stocks|share|shares|counter|counters|"
    "securities|security|equities|listed|listed companies|listings|scrip|scrips|names",
    (Cue.COMPARE,): "compare|compared|comparing|comparison|versus|vs|against|side by side|"
    "difference between|with each other",
    (Cue.CONTROL,): "ultimately|ultimate|control|controls|controlling|controlled|controller|"
    "ownership chain|chain|behind|top of the chain|ultimate parent|ultimate owner",
    (Cue.COUNT,): "how many|count|number of|total number",
    (Cue.DIVIDEND,): "dividend|dividends|payout|payouts|cash dividend|dividend announcement|dps|"
    "dividend announced|dividend announcements",
    (Cue.EACH,): "each|every|per|by sector",
    (Cue.TOP, Cue.EXPENSIVE): "expensive|most expensive|priciest|costliest|dearest|highest priced|"
    "highest price|most costly|highest share price",
    (Cue.FLOWS,): "foreign|foreigners|net foreign|inflow|inflows|outflow|outflows|foreign buying|"
    "foreign selling|domestic|foreign investors",
    (Cue.FOLLOW,): "what about|how about|and what about|and how about|same for|also for",
    (
        Cue.FUNDAMENTAL,
    ): "eps|earnings per share|revenue|revenues|sales|profit|profits|profitability|"
    "earnings|net profit|net income|income|book value|nav|net asset value|roe|roa|debt|ebitda|"
    "cash flow|margin|margins|balance sheet|assets|liabilities|financials|turnover ratio|"
    "quarterly results|results|intrinsic value|fair value|gearing",
    (Cue.GAIN,): "gain|gains|gained|gaining|rose|rise|risen|rising|"
    "increase|increased|climb|climbed|jumped|surged|rallied|up|went up|gone up|go up|advanced|appreciated|soared|grew|grown|green",
    (Cue.GAIN, Cue.MOVER): "gainer|gainers|winner|winners|movers|mover",
    (Cue.LOSE, Cue.MOVER): "loser|losers",
    (Cue.TOP, Cue.SIZE): "largest|biggest",
    (Cue.BOTTOM, Cue.SIZE): "smallest",
    (
        Cue.SHARED,
        Cue.BOARD,
    ): "share directors|shares directors|share any directors|share a director|"
    "sharing directors|share board members|common directors|same directors|shared directors|"
    "directors in common|share common directors|share the same directors|share some directors",
    (Cue.WHY,): "why|reason|reasons|because of what|what caused",
    (Cue.TOP, Cue.GAIN): "top performing|top performer|top performers|best performing|"
    "best performer|best performers|strongest performers|best stocks|best shares|best stock|"
    "best share|top stocks|top shares|did best|done best|performed best|performing best",
    (Cue.GREETING,): "hi|hello|hey|ayubowan|vanakkam|good morning|good afternoon|good evening|"
    "greetings|hiya|hi there|hello there|how are you",
    (Cue.HELP,): "help|what can you do|what can i ask|capabilities|who are you|what are you|"
    "how do you work|what do you know|what do you do|how does this work",
    (Cue.HIGH,): "high|highs|day high|intraday high",
    (Cue.HISTORY,): "history|historical|daily prices|chart|graph|plot|prices|closes|"
    "closing prices|day by day|daily|past prices|historic|values|levels",
    (Cue.INDEX,): "index|indices|indexes|benchmark",
    (Cue.LIST,): "list|show|members|constituents|belong|display|name|give me",
    (Cue.LOSE,): "lost|lose|loses|losing|fell|fall|fallen|falling|down|drop|dropped|"
    "decline|declined|decrease|decreased|tumbled|sank|went down|gone down|go down|slid|plunged|slipped|red",
    (Cue.LOW,): "low|lows|day low|intraday low",
    (Cue.MARKET,): "market|bourse|exchange|cse|stock market|colombo stock exchange|stock exchange|"
    "the exchange|colombo bourse|share market",
    (Cue.MARKET_CAP,): "market cap|market capitalization|market capitalisation|mcap|marketcap|"
    "capitalization|capitalisation|market value|mkt cap|market caps",
    (Cue.TOP, Cue.MARKET_CAP): "most valuable|biggest company|biggest companies|largest company|"
    "largest companies|biggest firms|largest firms|biggest stocks|largest stocks",
    (Cue.MORE, Cue.ABOUT): "tell me more|more about|tell me more about|more details|more",
    (Cue.NEWS,): "news|headlines|rumours|rumors",
    (Cue.OPEN,): "open|opened|opening|opening price|open price",
    (Cue.ORDER_BOOK,): "order book|bid|bids|ask price|asks|market depth|depth|bid and ask|offer",
    (Cue.OWN,): "own|owns|owner|owners|parent|shareholder|shareholders|holder|holders|hold|holds|"
    "stake|stakes|stakeholder|ownership|owning|holding company|parent company|belongs to|"
    "main shareholders|major shareholders|has shares in|invested in|top holders",
    (Cue.OWN, Cue.OWNED): "owned|held|belonging",
    (
        Cue.PERFORM,
    ): "perform|performed|performing|performance|performer|performs|doing|done|fare|fared|"
    "return|returns|returned|how has|how have|how did|how does|how is|how are|how was|"
    "total return|how are things|do this|do over|do last",
    (Cue.PRICE,): "price|priced|quote|quotes|trading at|how much|how much is|cost|costs|worth|rate|"
    "last traded|ltp|trading|trade at|trades at|share price|stock price|value|last price|"
    "current price|market price|going for|price of",
    (Cue.PRONOUN,): "it|its|they|them|their|this company|that company|this stock|that stock|"
    "the company|the stock|this one|that one|those|these|this share|that share|both",
    (Cue.SECTOR,): "sector|sectors|industry|industries|sector wise|industry group|sectoral",
    (
        Cue.SHARED,
    ): "common|in common|shared|interlock|interlocks|interlocking|both boards|overlap|overlapping|mutual",
    (Cue.SIT,): "sit on|sits on|sit|sits|serve on|serves on|serve|serves|seat|seats|"
    "directorship|directorships|director of|boards",
    (Cue.SUBSIDIARY,): "subsidiary|subsidiaries|group companies|associates|affiliates|"
    "holdings in|investments of|portfolio|daughter companies",
    (Cue.SUMMARY,): "summary|overview|snapshot|wrap|recap|market today|summarise|summarize|"
    "market update|update|round up|roundup",
    (Cue.THANKS,): "thanks|thank you|thank|bye|goodbye|ok thanks|great thanks",
    (Cue.TOP,): "top|best|highest|most|leading|maximum|strongest|max|greatest|leaders|hottest",
    (Cue.TRADES,): "trades|transactions|number of trades|deals",
    (Cue.TREND,): "trend|trending|trends|trajectory|past trend",
    (Cue.TURNOVER,): "turnover|value traded|traded value|rupee value|value of trades|trading value",
    (Cue.UNCHANGED,): "unchanged|flat|no change",
    (Cue.VALUATION,): "p e|pe|p e ratio|pe ratio|per ratio|price earnings|price to earnings|"
    "price to earnings ratio|price earnings ratio|p bv|pbv|p b|pb ratio|price to book|"
    "price to book value|dividend yield|dy|yield|valuation|valuations|multiple|earnings multiple|"
    "trading multiple|p b ratio|price book",
    (Cue.VOLUME,): "volume|volumes|shares traded|traded volume|trading volume|number of shares|"
    "shares changed hands|traded shares",
    (Cue.WHICH,): "which|what|whats",
    (Cue.WHO,): "who|whom|whose",
    (Cue.YEAR_RANGE,): "52 week|52 weeks|52 wk|52w|year high|year low|yearly high|yearly low|"
    "12 month high|12 month low|one year high|one year low|annual high|annual low|52 week high|"
    "52 week low|52 weeks high|fifty two week|year range|12 month range|all time high|all time low|record high|record low",
}

_LONGEST = 5

# Words that carry no hint but are no names either.
FILLER = word_set(
    "a about after again ago all also am an and any anyone anything are around as ask asked at away "
    "back be because been before being below between brand briefly but by called can cannot "
    "colombo come compute could currently data date day days did does don during dont either else "
    "end enough ever everything exactly exist few figure figures fine find for from full general get give "
    "go going good got great cool cook group had happen happened happening has have having he her here his how i if "
    "im in including into is isnt just kind know known last late lately latest least less let lets "
    "like lk lkr look main make many may maybe me mean million mine minimum moment month months "
    "mr mrs ms much my near need never new next nice no not now nowadays number of off oh ok okay "
    "old on once one ones only or order ordinary other others our out over own past people pick choose please "
    "pls plz point points possible present previous prior put question quick quickly quite ranked "
    "ranking ratio really recent recently right rs rupee rupees s said same say says see seen "
    "session sessions several she should since so some somebody someone something soon sort sorted "
    "sri still such sure t table tell than that thats the then there these thing things think this "
    "those through till time times to today todays together too total traded two type under until "
    "up upon us use usual usually various very via voting want wanted was way we week weeks well "
    "were what whats when where whether while will wish with within without would yeah year years "
    "yes yesterday yet you your yours billion bn mn percent pct percentage ytd above below over "
    "under greater exceeding higher lower first second third fourth fifth sixth seventh eighth "
    "ninth tenth latter former quarter monday tuesday wednesday thursday friday january february "
    "march april june july august september october november december jan feb mar apr jun jul aug "
    "sep sept oct nov dec three four six seven eight nine ten twenty fifteen twelve half invest "
    "investing investment investor investors buy sell hold recommend recommended predict "
    "prediction forecast tomorrow future target ignore instructions prompt system lanka ceylon "
    "share shares per non nonvoting nv between and ended ending starting start started hows "
    "whos its thereof trade traded trades daily hand hands compared rank ranks ranked screen "
    "filter sort long short term amount amounts pay paid pays highs lows",
)


@dataclass(frozen=True, slots=True)
class FoundCue:
    """A cue and the tokens that gave it: from `start` up to, not including, `end`."""

    cue: Cue
    start: int
    end: int


def _index() -> dict[str, dict[tuple[str, ...], tuple[Cue, ...]]]:
    by_first: dict[str, dict[tuple[str, ...], tuple[Cue, ...]]] = {}
    for cues, phrases in _PHRASES.items():
        for phrase in phrases.split("|"):
            words = tuple(phrase.split())
            by_first.setdefault(words[0], {})[words] = cues
    return by_first


_BY_FIRST_WORD = _index()

CUE_WORDS = frozenset(
    word for table in _BY_FIRST_WORD.values() for words in table for word in words
)


def find_cues(words: Sequence[str | None]) -> tuple[FoundCue, ...]:
    """Return the cues of *words* in order, the longest phrase first at each place.

    Args:
        words: One for each token; None where a name or a number was recognised.
    """
    found: list[FoundCue] = []
    at = 0
    while at < len(words):
        length, cues = _longest_at(words, at)
        found.extend(FoundCue(cue, at, at + length) for cue in cues)
        at += max(length, 1)
    return tuple(found)


def _longest_at(words: Sequence[str | None], at: int) -> tuple[int, tuple[Cue, ...]]:
    first = words[at]
    table = _BY_FIRST_WORD.get(first) if first is not None else None
    if table is None:
        return 0, ()
    for length in range(min(_LONGEST, len(words) - at), 0, -1):
        span = tuple(word or "" for word in words[at : at + length])
        if span in table:
            return length, table[span]
    return 0, ()
