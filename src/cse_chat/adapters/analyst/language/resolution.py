"""From the parts of a question, and its thread, to what it asks."""

from collections.abc import Iterator
from dataclasses import replace

from cse_chat.adapters.analyst.language.coverage import left_out, surplus, takes_when
from cse_chat.adapters.analyst.language.cues import Cue
from cse_chat.adapters.analyst.language.follow_ups import (
    asked_again,
    inheriting,
    is_list,
    of_one_company,
    within_list,
)
from cse_chat.adapters.analyst.language.intents import Feature, Intent, Sign
from cse_chat.adapters.analyst.language.mentions import MentionKind
from cse_chat.adapters.analyst.language.parsing import Parsed
from cse_chat.adapters.analyst.language.periods import When
from cse_chat.adapters.analyst.language.requests import Context, Request
from cse_chat.adapters.analyst.language.shapes import fitting_intents

# With one of these a question is about the market, even if the thread was about a company.
_MARKET_WIDE = frozenset(
    {
        Cue.ACTIVE,
        Cue.BREADTH,
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
    }
)
# These are, too, but for the day of a company: "and its highest close?", "on which day?".
_SUPERLATIVE = frozenset({Cue.TOP, Cue.BOTTOM})

# Cues that ask for nothing by themselves.
_EMPTY = frozenset({Cue.FOLLOW, Cue.WHICH, Cue.COMPANY, Cue.PRONOUN, Cue.LIST, Cue.MARKET})
# Nor do these, where nothing else was understood.
_SMALL_TALK = _EMPTY | {Cue.ABOUT, Cue.GREETING, Cue.HELP, Cue.MORE, Cue.THANKS, Cue.WHO}

# Asked of something the data do not know, these say so; other questions are not understood.
_NAMED_BY_ABOUT = frozenset({Intent.COMPANY_INFO, Intent.QUOTE, Intent.UNAVAILABLE})
_SHORT = 2  # words of a question that is hardly more than a name


def named_in(parsed: Parsed, intent: Intent) -> Request:
    """Return a request for *intent* with everything that *parsed* names."""
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


class Resolution:
    """One question on its way to a request."""

    def __init__(self, parsed: Parsed, context: Context) -> None:
        self._parsed = parsed
        self._context = context
        self._cues = parsed.cues
        self._named = named_in(parsed, Intent.OUT_OF_SCOPE)
        self._continues = Cue.FOLLOW in self._cues or parsed.begins_with_link
        self._names_anything = any(item.kind is not MentionKind.UNKNOWN for item in parsed.mentions)

    def request(self) -> Request:
        """Return what is asked: with every word of the question in it, or that one was not read."""
        request = self._referred()
        if self._parsed.unread or request.unknown:
            return self._not_read(request)
        again = asked_again(self._parsed, request, self._context)
        if again is not None:
            return self._checked(self._in_time(again))
        return self._checked(self._whole(request) or self._not_covered(request))

    def _whole(self, request: Request) -> Request | None:
        """Return the best reading that leaves nothing out, alone or within the list before."""
        of_list = within_list(request, self._context)
        if self._parsed.is_plural and Cue.WHICH in self._cues and not self._names_anything:
            # "Which of them rose" asks for a part of that list, if it is one that can be named.
            return self._best(of_list) if of_list is not None else None
        found = self._best(request) or (of_list and self._best(of_list)) or None
        if found is None:
            return None
        return inheriting(found, self._context) if self._continues else found

    def _best(self, request: Request) -> Request | None:
        for intent in fitting_intents(frozenset(self._features(request))):
            if not left_out(intent, self._parsed):
                return replace(request, intent=intent)
        return None

    def _in_time(self, request: Request) -> Request:
        """Refuse a time that the answer before cannot be asked again for."""
        when = self._parsed.when
        if when is None or takes_when(request.intent, when, request.cues):
            return request
        said = self._parsed.said(self._parsed.places["when"])
        return replace(
            request, intent=Intent.NOT_UNDERSTOOD, unread=said, instead=request.intent, when=None
        )

    def _not_covered(self, request: Request) -> Request:
        """Return that no reading takes the whole question, and what it would leave out."""
        intents = list(fitting_intents(frozenset(self._features(request))))
        if not intents:
            return request
        unread = {intent: self._parsed.said(left_out(intent, self._parsed)) for intent in intents}
        best = min(intents, key=lambda intent: len(unread[intent]))
        return replace(request, intent=Intent.NOT_UNDERSTOOD, unread=unread[best], instead=best)

    def _not_read(self, request: Request) -> Request:
        """Return what to say of a question with words that nothing could be made of."""
        features = frozenset(self._features(request))
        intents = fitting_intents(features)
        intent = next((found for found in intents if not left_out(found, self._parsed)), None)
        has_subject = request.companies or request.candidates
        if request.unknown and not has_subject and self._asks_of_company(request):
            return replace(request, intent=Intent.UNKNOWN_COMPANY)
        if not self._names_anything and not self._cues - _SMALL_TALK and request.when is None:
            return replace(request, intent=Intent.OUT_OF_SCOPE)
        return replace(
            request,
            intent=Intent.NOT_UNDERSTOOD,
            unread=self._parsed.said(self._parsed.unread) or request.unknown,
            instead=intent,
        )

    def _asks_of_company(self, request: Request) -> bool:
        """Say whether an unknown name is that of a company, going by what is asked of it."""
        if self._names_anything and not request.persons:
            return False
        intent = next(iter(fitting_intents(frozenset(self._features(request)))), None)
        if intent is None or not of_one_company(intent):
            return False
        asks = self._cues - _EMPTY - {Cue.ABOUT, Cue.MORE, Cue.WHO}
        if asks or intent not in _NAMED_BY_ABOUT:
            return True
        mentions = self._parsed.mentions
        follows = {found.end for found in self._parsed.found}
        is_next = any(item.start in follows for item in mentions)
        return is_next or len(self._parsed.tokens) <= _SHORT

    def _checked(self, request: Request) -> Request:
        """Refuse numbers of rows that cannot be, and more names than one answer holds."""
        if request.count is not None and request.count < 1 and is_list(request.intent):
            return replace(request, intent=Intent.NO_SUCH_NUMBER)
        if beyond := surplus(request):
            said = tuple(self._parsed.surface_of(target) for target in beyond)
            return replace(request, intent=Intent.TOO_MANY_NAMES, unread=said)
        return request

    def _referred(self) -> Request:
        """Put companies in the place of "it", "both", "the first one"."""
        named, context = self._named, self._context
        ordinal = self._parsed.ordinal
        if ordinal is not None and not self._names_anything and ordinal < len(context.results):
            return replace(named, companies=(context.results[ordinal],))
        pronoun = Cue.PRONOUN in self._cues
        one_more = len(named.companies) == 1 and (pronoun or not self._names_both())
        if Cue.COMPARE in self._cues and one_more:
            both = (*context.companies[:1], *named.companies)
            return replace(named, companies=tuple(dict.fromkeys(both)))
        names_subject = self._names_anything and not (pronoun and self._names_no_subject())
        if names_subject or named.unknown:
            return named
        return replace(named, companies=self._meant(pronoun=pronoun))

    def _meant(self, *, pronoun: bool) -> tuple[str, ...]:
        """Return the companies of the thread that a question without a name is about."""
        context = self._context
        if Cue.COMPARE in self._cues:
            return context.companies
        if not pronoun and not self._asks_about_thread():
            return self._named.companies
        one_request = context.request is not None and bool(context.request.companies)
        return context.companies[: None if one_request or self._parsed.is_plural else 1]

    def _names_both(self) -> bool:
        """Say whether a comparison of one company needs no other: the market, an index, a sector."""
        named = self._named
        return bool(named.indices or named.sectors or Cue.MARKET in self._cues)

    def _names_no_subject(self) -> bool:
        named = self._named
        return not (named.companies or named.candidates or named.persons or named.auditors)

    def _asks_about_thread(self) -> bool:
        """Whether a question without a name is about the company the thread was about."""
        cues = self._cues - _EMPTY
        if not cues or cues & _MARKET_WIDE or Cue.MARKET in self._cues:
            return False
        if cues & _SUPERLATIVE and not cues - _SUPERLATIVE - {Cue.GAIN, Cue.LOSE, Cue.PERFORM}:
            return False
        if cues == {Cue.WHY} and not self._continues:
            return False
        return self._continues or (Cue.SECTOR not in cues and Cue.COMPANY not in self._cues)

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


def _signs_of(when: When) -> Iterator[Sign]:
    if when.is_today:
        yield Sign.TODAY
    elif when.day is not None:
        yield Sign.DAY
    else:
        yield Sign.PERIOD
