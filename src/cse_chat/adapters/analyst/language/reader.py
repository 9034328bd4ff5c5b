"""Understanding a question in its thread."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from cse_chat.adapters.analyst.language.cues import Cue
from cse_chat.adapters.analyst.language.dates import Today
from cse_chat.adapters.analyst.language.intents import Feature, Intent, Sign
from cse_chat.adapters.analyst.language.linker import Linker
from cse_chat.adapters.analyst.language.mentions import MentionKind
from cse_chat.adapters.analyst.language.parsing import Parsed, parse
from cse_chat.adapters.analyst.language.periods import When
from cse_chat.adapters.analyst.language.requests import NOTHING_SAID, Context, Request
from cse_chat.adapters.analyst.language.safety import Gate, gate
from cse_chat.adapters.analyst.language.shapes import best_intent
from cse_chat.adapters.analyst.language.text import clean

_GATED = {
    Gate.INJECTION: Intent.INJECTION,
    Gate.ADVICE: Intent.ADVICE,
    Gate.PREDICTION: Intent.PREDICTION,
    Gate.OTHER_MARKET: Intent.OTHER_MARKET,
}

# With one of these a question is about the market, even if the thread was about a company.
_MARKET_WIDE = frozenset(
    {
        Cue.ACTIVE,
        Cue.BOTTOM,
        Cue.BREADTH,
        Cue.COMPANY,
        Cue.COUNT,
        Cue.EACH,
        Cue.GREETING,
        Cue.HELP,
        Cue.INDEX,
        Cue.MARKET,
        Cue.MOVER,
        Cue.SIZE,
        Cue.SUMMARY,
        Cue.THANKS,
        Cue.TOP,
    }
)

# With one of these a strange word beside it names no company.
_RANKING = frozenset(
    {Cue.ACTIVE, Cue.BOTTOM, Cue.BREADTH, Cue.EACH, Cue.MOVER, Cue.SIZE, Cue.SUMMARY, Cue.TOP}
)

# Cues that ask for nothing by themselves.
_EMPTY = frozenset({Cue.FOLLOW, Cue.WHICH, Cue.COMPANY, Cue.PRONOUN, Cue.LIST, Cue.MARKET})

_LISTS = frozenset(
    {
        Intent.MOVERS,
        Intent.ACTIVE,
        Intent.RANKING,
        Intent.FILTER,
        Intent.BREADTH,
        Intent.SECTOR_MEMBERS,
        Intent.SECTOR_PERFORMANCE,
        Intent.SECTOR_COUNT,
    }
)
_OF_COMPANIES = frozenset(
    {
        Intent.ANNOUNCEMENTS,
        Intent.AUDITOR,
        Intent.CHAIN,
        Intent.COMPANY_INFO,
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
        Intent.SUBSIDIARIES,
        Intent.TREND,
        Intent.UNAVAILABLE,
    }
)
# Asked of something the data do not know, these say so; other questions are not understood.
_NAMED_BY_ABOUT = frozenset({Intent.COMPANY_INFO, Intent.QUOTE, Intent.UNAVAILABLE})
_MOST_COMPARED = 10
_BARE_WORDS = 3


@dataclass(frozen=True, slots=True)
class Reader:
    """Turns questions into requests. The same text in the same context gives the same request."""

    linker: Linker
    today: Today

    def read(self, text: str, context: Context = NOTHING_SAID) -> Request:
        """Return what *text* asks, given what the thread was about."""
        text = clean(text)
        parsed = parse(text, self.linker, self.today)
        reason = gate(text)
        if reason is Gate.OTHER_MARKET and parsed.of_kind(MentionKind.COMPANY):
            reason = None
        if reason is not None:
            return self._gated(reason, parsed, context)
        # To leave out a part of a question would be to answer another one.
        if parsed.no_date is not None:
            return _named(parsed, Intent.NO_SUCH_DATE)
        if parsed.has_more_bounds:
            return _named(parsed, Intent.TOO_MANY_CONDITIONS)
        return _Resolution(parsed, context).request()

    def _gated(self, reason: Gate, parsed: Parsed, context: Context) -> Request:
        named = _named(parsed, Intent.QUOTE)
        if not named.companies and not named.candidates and Cue.PRONOUN in parsed.cues:
            named = replace(named, companies=context.companies[:1])
        return replace(named, intent=_GATED[reason])


def _named(parsed: Parsed, intent: Intent) -> Request:
    strange = parsed.strange_names
    families = parsed.surfaces(MentionKind.FAMILY)
    return Request(
        intent=intent,
        companies=parsed.of_kind(MentionKind.COMPANY),
        candidates=parsed.of_kind(MentionKind.FAMILY),
        family=families[0] if families else "",
        unknown=tuple(item.surface for item in strange),
        alike=tuple(target for item in strange for target in item.targets),
        sectors=parsed.of_kind(MentionKind.SECTOR),
        indices=parsed.of_kind(MentionKind.INDEX),
        persons=parsed.of_kind(MentionKind.PERSON),
        auditors=parsed.of_kind(MentionKind.AUDITOR),
        when=parsed.when,
        count=parsed.count,
        bounds=parsed.bounds,
        no_date=parsed.no_date,
        cues=parsed.cues,
        in_sinhala=parsed.in_sinhala,
    )


class _Resolution:
    """One question on its way to a request."""

    def __init__(self, parsed: Parsed, context: Context) -> None:
        self._parsed = parsed
        self._context = context
        self._cues = parsed.cues
        self._named = _named(parsed, Intent.OUT_OF_SCOPE)
        self._continues = Cue.FOLLOW in self._cues or parsed.begins_with_link
        self._names_anything = any(item.kind is not MentionKind.UNKNOWN for item in parsed.mentions)

    def request(self) -> Request:
        request = self._referred()
        merged = self._merged(request)
        if merged is not None:
            return merged
        intent = self._intent(request)
        if intent is None:
            return request
        if request.unknown and not request.companies and not request.candidates:
            intent = self._of_unknown(intent)
        request = replace(request, intent=intent)
        return self._inheriting(request) if self._continues else request

    def _referred(self) -> Request:
        """Put companies in the place of "it", "both", "the first one"."""
        named, context = self._named, self._context
        ordinal = self._parsed.ordinal
        if ordinal is not None and not self._names_anything and ordinal < len(context.results):
            return replace(named, companies=(context.results[ordinal],))
        pronoun = Cue.PRONOUN in self._cues
        if pronoun and Cue.COMPARE in self._cues and len(named.companies) == 1:
            both = (*context.companies[:1], *named.companies)
            return replace(named, companies=tuple(dict.fromkeys(both)))
        if self._names_anything or named.unknown:
            return named
        if Cue.COMPARE in self._cues:
            return replace(named, companies=context.companies[:_MOST_COMPARED])
        if pronoun or self._asks_about_thread():
            plural = len(context.request.companies) if context.request else 0
            return replace(named, companies=context.companies[: max(plural, 1)])
        return named

    def _asks_about_thread(self) -> bool:
        """Whether a question without a name is about the company the thread was about."""
        cues = self._cues - _EMPTY
        if not cues or cues & _MARKET_WIDE or Cue.MARKET in self._cues:
            return False
        return self._continues or (Cue.SECTOR not in cues and Cue.COMPANY not in self._cues)

    def _intent(self, request: Request) -> Intent | None:
        """Return what is asked; beside a list, a sector or an index a strange word is no company."""
        features = frozenset(self._features(request))
        is_wide = bool(features & _RANKING or request.sectors or request.indices)
        if is_wide and not (request.companies or request.candidates):
            return best_intent(features - {Sign.SUBJECT}) or best_intent(features)
        return best_intent(features)

    def _features(self, request: Request) -> Iterator[Feature]:
        yield from self._cues
        when = request.when
        if request.companies or request.candidates or request.unknown:
            yield Sign.SUBJECT
        if len(request.companies) > 1:
            yield Sign.TWO_COMPANIES
        for sign, is_there in (
            (Sign.SECTOR_NAMED, request.sectors),
            (Sign.INDEX_NAMED, request.indices),
            (Sign.PERSON_NAMED, request.persons),
            (Sign.AUDITOR_NAMED, request.auditors),
            (Sign.THRESHOLD, request.bounds),
            (Sign.NUMBER, request.count),
            (Sign.ASKS_HOLDINGS, self._parsed.asks_holdings),
        ):
            if is_there:
                yield sign
        if when is not None:
            yield from _signs_of(when)

    def _merged(self, request: Request) -> Request | None:
        """Return the question before with what this one replaces, if it only replaces something."""
        before = self._context.request
        adds_nothing = not self._cues - _EMPTY
        if before is None or not adds_nothing or request.bounds or request.unknown:
            return None
        is_bare = self._continues or len(self._parsed.tokens) <= _BARE_WORDS
        if not is_bare:
            return None
        merged = replace(before, in_sinhala=request.in_sinhala)
        if request.when is not None:
            merged = _with_when(merged, request.when)
        if request.count is not None:
            merged = replace(merged, count=request.count)
        if not self._names_anything and not request.companies:
            return merged if request.when or request.count else None
        return _with_names(merged, request)

    def _inheriting(self, request: Request) -> Request:
        """Keep sector and period of a list: "top banks this month", "and the losers?"."""
        before = self._context.request
        if before is None or request.intent not in _LISTS or before.intent not in _LISTS:
            return request
        return replace(
            request,
            when=request.when or before.when,
            sectors=request.sectors or before.sectors,
            count=request.count or before.count,
        )

    def _of_unknown(self, intent: Intent) -> Intent:
        """Say that a name is unknown, if the question is one about a company at all."""
        if intent not in _OF_COMPANIES | {Intent.SHARED_DIRECTORS, Intent.COMPARE}:
            return intent
        tokens, mentions = self._parsed.tokens, self._parsed.mentions
        asks = self._cues - _EMPTY - {Cue.ABOUT, Cue.MORE, Cue.WHO}
        if asks or intent not in _NAMED_BY_ABOUT:
            return Intent.UNKNOWN_COMPANY
        is_next = any(found.end == item.start for found in self._parsed.found for item in mentions)
        is_whole = len(tokens) <= _BARE_WORDS - 1
        return Intent.UNKNOWN_COMPANY if is_next or is_whole else Intent.OUT_OF_SCOPE


def _signs_of(when: When) -> Iterator[Sign]:
    if when.is_today:
        yield Sign.TODAY
    elif when.day is not None:
        yield Sign.DAY
    else:
        yield Sign.PERIOD


def _with_when(request: Request, when: When) -> Request:
    """Ask the same of another time; a price over a period is a trend, a trend of a day a price."""
    intent = request.intent
    if when.day is None:
        intent = {
            Intent.QUOTE: Intent.TREND,
            Intent.FIELD: Intent.TREND,
            Intent.COMPANY_INFO: Intent.TREND,
            Intent.MARKET_CAP: Intent.TREND,
            Intent.INDEX_LEVEL: Intent.INDEX_TREND,
            Intent.MARKET_SUMMARY: Intent.INDEX_TREND,
        }.get(intent, intent)
    else:
        intent = {
            Intent.TREND: Intent.QUOTE,
            Intent.HISTORY: Intent.QUOTE,
            Intent.INDEX_TREND: Intent.INDEX_LEVEL,
        }.get(intent, intent)
    return replace(request, intent=intent, when=when)


def _with_names(request: Request, named: Request) -> Request:
    """Ask the same of something else."""
    if named.companies or named.candidates:
        intent = request.intent if request.intent in _OF_COMPANIES else Intent.QUOTE
        return replace(
            request,
            intent=intent,
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
