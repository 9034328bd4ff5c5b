"""Questions that only change something of the one before: "and HNB?", "in June?", "show more"."""

from collections.abc import Mapping
from dataclasses import replace

from cse_chat.adapters.analyst.language.cues import Cue
from cse_chat.adapters.analyst.language.intents import OF_ONE_COMPANY, Intent
from cse_chat.adapters.analyst.language.mentions import MentionKind
from cse_chat.adapters.analyst.language.parsing import Parsed
from cse_chat.adapters.analyst.language.periods import When
from cse_chat.adapters.analyst.language.requests import Context, Request
from cse_chat.adapters.analyst.language.text import word_set

_MAX_ROWS = 50
_USUAL_ROWS = 5

_LISTS = frozenset(
    {
        Intent.ACTIVE,
        Intent.BREADTH,
        Intent.FILTER,
        Intent.MOVERS,
        Intent.RANKING,
        Intent.SECTOR_COUNT,
        Intent.SECTOR_MEMBERS,
        Intent.SECTOR_PERFORMANCE,
    }
)
# Lists whose length can be asked for.
_COUNTED = frozenset(
    {Intent.ACTIVE, Intent.FILTER, Intent.MOVERS, Intent.RANKING, Intent.SECTOR_RANKING}
)
_PAIRS = frozenset({Intent.SHARED_DIRECTORS, Intent.COMPARE})
# Asked of another company, these are the same question.
_ALIKE = OF_ONE_COMPANY | {Intent.ADVICE, Intent.PREDICTION, Intent.PERSON_BOARDS}

# Words that only link a rest to the question before.
_LINKING = word_set(
    "and or also now then only just for in on at of the a an with to from what about how but please "
    "ok okay instead again alone same as well too by during over so rather me show give list "
    "that this these those them one ones"
)
_EMPTY = frozenset({Cue.FOLLOW, Cue.WHICH, Cue.COMPANY, Cue.PRONOUN, Cue.LIST, Cue.MARKET})
_MORE = frozenset({Cue.MORE, Cue.ABOUT})

# What a price becomes over a period, and a movement on a day.
_OVER_PERIOD: Mapping[Intent, Intent] = {
    Intent.COMPANY_INFO: Intent.TREND,
    Intent.FIELD: Intent.STATISTICS,
    Intent.INDEX_LEVEL: Intent.INDEX_TREND,
    Intent.MARKET_SUMMARY: Intent.INDEX_TREND,
    Intent.QUOTE: Intent.TREND,
}
_ON_DAY: Mapping[Intent, Intent] = {
    Intent.COMPANY_INFO: Intent.QUOTE,
    Intent.HISTORY: Intent.QUOTE,
    Intent.INDEX_HISTORY: Intent.INDEX_LEVEL,
    Intent.INDEX_TREND: Intent.INDEX_LEVEL,
    Intent.STATISTICS: Intent.FIELD,
    Intent.TREND: Intent.QUOTE,
}
_DIRECTIONS = frozenset({Cue.TOP, Cue.BOTTOM, Cue.GAIN, Cue.LOSE, Cue.EXPENSIVE, Cue.CHEAP})
_FIGURES = frozenset({Cue.VOLUME, Cue.TURNOVER, Cue.TRADES, Cue.MARKET_CAP})
_TRADING = frozenset({Cue.VOLUME, Cue.TURNOVER, Cue.TRADES})


def is_list(intent: Intent) -> bool:
    """Say whether the answer to *intent* is a list of as many rows as asked for."""
    return intent in _COUNTED or intent in {Intent.HISTORY, Intent.INDEX_HISTORY}


def of_one_company(intent: Intent) -> bool:
    """Say whether *intent* is asked of a company, or of two."""
    return intent in OF_ONE_COMPANY or intent in _PAIRS


def asked_again(parsed: Parsed, request: Request, context: Context) -> Request | None:
    """Return the question before with what this one replaces, if it only replaces something.

    Args:
        parsed: The question.
        request: What it names, with the companies that its pronouns mean.
        context: The thread.
    """
    before = context.request
    if before is None or request.bounds or request.unknown or not _is_rest(parsed, before):
        return None
    merged = replace(before, in_sinhala=request.in_sinhala)
    if request.when is not None:
        merged = _with_when(merged, request.when)
    if request.count is not None:
        merged = replace(merged, count=request.count)
    elif Cue.MORE in parsed.cues and before.intent is not Intent.FILTER:
        merged = replace(merged, count=min(2 * (before.count or _USUAL_ROWS), _MAX_ROWS))
    if turned := _turned(parsed, before):
        merged = replace(merged, cues=turned)
    refers = parsed.ordinal is not None or Cue.PRONOUN in parsed.cues
    if _names(parsed) or (refers and request.companies):
        return _with_names(merged, request)
    changes = turned or request.when or request.count is not None or Cue.MORE in parsed.cues
    return merged if changes else None


def inheriting(request: Request, context: Context) -> Request:
    """Keep sector, period and length of a list: "top banks this month", "and the losers?"."""
    before = context.request
    if before is None or request.intent not in _LISTS or before.intent not in _LISTS:
        return request
    return replace(
        request,
        when=request.when or before.when,
        sectors=request.sectors or before.sectors,
        count=request.count or before.count,
    )


def within_list(request: Request, context: Context) -> Request | None:
    """Return *request* narrowed to the sectors of the list before; None without such a list."""
    before = context.request
    if before is None or before.intent not in _LISTS or not before.sectors or request.sectors:
        return None
    return replace(request, companies=(), sectors=before.sectors)


def _names(parsed: Parsed) -> bool:
    return any(item.kind is not MentionKind.UNKNOWN for item in parsed.mentions)


def _is_rest(parsed: Parsed, before: Request) -> bool:
    """Say whether the words beside names, times and numbers only link them to what was asked."""
    asks = parsed.cues - _EMPTY
    if _changes_list(parsed, before):
        asks -= _MORE
        lengthens = Cue.MORE in parsed.cues or parsed.count is not None
        if lengthens or _turned(parsed, before):
            asks -= _DIRECTIONS | _FIGURES
    if asks:
        return False
    taken = frozenset().union(*parsed.places.values()) | {
        at for found in parsed.found for at in range(found.start, found.end)
    }
    return all(at in taken or token.word in _LINKING for at, token in enumerate(parsed.tokens))


def _changes_list(parsed: Parsed, before: Request) -> bool:
    """Say whether *parsed* can only mean the list before: it names nothing of it, nor else."""
    refers = parsed.ordinal is not None or Cue.PRONOUN in parsed.cues
    return before.intent in _COUNTED and not refers and not _names(parsed)


def _turned(parsed: Parsed, before: Request) -> frozenset[Cue] | None:
    """Return the cues of a list asked for in another order: "and the worst?", "by volume?"."""
    if not _changes_list(parsed, before) or before.intent is Intent.FILTER:
        return None
    asks = parsed.cues - _EMPTY
    if asks and asks <= {Cue.TOP, Cue.BOTTOM} and parsed.count is None:
        return (before.cues - _DIRECTIONS) | asks
    if asks and asks <= _FIGURES and before.intent is not Intent.MOVERS:
        return (before.cues - _FIGURES) | asks
    return None


def _with_when(request: Request, when: When) -> Request:
    """Ask the same of another time; a price over a period is a trend, a trend of a day a price."""
    by_time = _OVER_PERIOD if when.day is None else _ON_DAY
    intent = by_time.get(request.intent, request.intent)
    if intent is Intent.STATISTICS and not request.cues & _TRADING:
        intent = Intent.HIGH_LOW if request.cues & {Cue.HIGH, Cue.LOW} else Intent.TREND
    return replace(request, intent=intent, when=when)


def _beside(request: Request, named: Request) -> Request:
    """Put one more company beside those that are compared; a pair keeps its first."""
    kept = {
        Intent.COMPARE: request.companies,
        Intent.SHARED_DIRECTORS: request.companies[:1],
    }.get(request.intent, ())
    if len(named.companies) > 1:
        return named
    return replace(named, companies=tuple(dict.fromkeys((*kept, *named.companies))))


def _with_names(request: Request, named: Request) -> Request:
    """Ask the same of something else."""
    if named.companies and not named.candidates:
        named = _beside(request, named)
    if named.companies or named.candidates:
        is_same_kind = request.intent in _ALIKE or len(named.companies) > 1
        return replace(
            request,
            intent=request.intent if is_same_kind else Intent.QUOTE,
            companies=named.companies,
            candidates=named.candidates,
            family=named.family,
            sectors=(),
            indices=(),
        )
    if named.sectors:
        intent = request.intent if request.intent in _LISTS else Intent.SECTOR_PERFORMANCE
        return replace(request, intent=intent, sectors=named.sectors, companies=(), indices=())
    if named.indices:
        over_period = request.when is not None and request.when.period is not None
        intent = Intent.INDEX_TREND if over_period else Intent.INDEX_LEVEL
        return replace(request, intent=intent, indices=named.indices, companies=(), sectors=())
    if named.persons:
        return replace(named, intent=Intent.PERSON_BOARDS)
    return replace(named, intent=Intent.AUDIT_CLIENTS)
