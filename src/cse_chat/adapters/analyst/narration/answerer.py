"""From a question and its thread to an answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from cse_chat.adapters.analyst.language.dates import Today
from cse_chat.adapters.analyst.language.intents import Intent
from cse_chat.adapters.analyst.language.lexicon import Lexicon
from cse_chat.adapters.analyst.language.linker import Linker
from cse_chat.adapters.analyst.language.reader import Reader
from cse_chat.adapters.analyst.language.requests import NOTHING_SAID, Context, Request
from cse_chat.adapters.analyst.market.errors import InvalidArgumentError, OutsideDataError
from cse_chat.adapters.analyst.market.market import Market
from cse_chat.adapters.analyst.narration import (
    boards,
    companies,
    indices,
    ownership,
    quotes,
    rankings,
    refusals,
    sectors,
    trends,
)
from cse_chat.adapters.analyst.narration.drafts import Draft, closing_line, lines

Narrator = Callable[[Market, Request], Draft]

_NARRATORS: Mapping[Intent, Narrator] = {
    Intent.ACTIVE: rankings.most_active,
    Intent.ADVICE: refusals.advice,
    Intent.ANNOUNCEMENTS: companies.announcements,
    Intent.AUDITOR: boards.auditor,
    Intent.AUDIT_CLIENTS: boards.audit_clients,
    Intent.BREADTH: indices.breadth,
    Intent.CHAIN: ownership.chain,
    Intent.COMPANY_INFO: companies.card,
    Intent.COMPARE: trends.comparison,
    Intent.DIRECTORS: boards.directors,
    Intent.DIVIDEND: companies.dividend,
    Intent.FIELD: quotes.quote_fields,
    Intent.FILTER: rankings.screen,
    Intent.FLOWS: indices.flows,
    Intent.GREETING: refusals.greeting,
    Intent.HELP: refusals.capabilities,
    Intent.HIGH_LOW: quotes.high_low,
    Intent.HISTORY: trends.history,
    Intent.INDEX_HISTORY: indices.index_history,
    Intent.INDEX_LEVEL: indices.index_level,
    Intent.INDEX_TREND: indices.index_trend,
    Intent.INJECTION: refusals.injection,
    Intent.INTERLOCKS: boards.interlocks,
    Intent.MARKET_CAP: quotes.market_cap,
    Intent.MARKET_SUMMARY: indices.summary,
    Intent.MARKET_VALUATION: indices.valuation,
    Intent.MOVERS: rankings.movers,
    Intent.OTHER_MARKET: refusals.other_market,
    Intent.NO_SUCH_DATE: refusals.no_such_date,
    Intent.OUT_OF_SCOPE: refusals.out_of_scope,
    Intent.PARENT: ownership.owners,
    Intent.PERSON_BOARDS: boards.person_boards,
    Intent.PREDICTION: refusals.prediction,
    Intent.QUOTE: quotes.quote,
    Intent.RANKING: rankings.ranking,
    Intent.SECTOR_COUNT: sectors.counts,
    Intent.SECTOR_MEMBERS: sectors.members,
    Intent.SECTOR_OF: companies.sector_of,
    Intent.SECTOR_PERFORMANCE: sectors.performance,
    Intent.SECTOR_RANKING: sectors.sector_ranking,
    Intent.SHARED_DIRECTORS: boards.shared_directors,
    Intent.SUBSIDIARIES: ownership.holdings,
    Intent.THANKS: refusals.thanks,
    Intent.TOO_MANY_CONDITIONS: refusals.too_many_conditions,
    Intent.TREND: trends.trend,
    Intent.UNAVAILABLE: refusals.unavailable,
    Intent.UNKNOWN_COMPANY: refusals.unknown_company,
}

# These leave the thread where it was.
_ASIDES = frozenset(
    {
        Intent.GREETING,
        Intent.HELP,
        Intent.INJECTION,
        Intent.NO_SUCH_DATE,
        Intent.OTHER_MARKET,
        Intent.OUT_OF_SCOPE,
        Intent.THANKS,
        Intent.TOO_MANY_CONDITIONS,
        Intent.UNKNOWN_COMPANY,
    }
)
# These know themselves what to do with a name that several companies share.
_NEED_NO_CHOICE = _ASIDES | {Intent.ADVICE, Intent.PREDICTION}

_LEAD = "පිළිතුර (ඉංග්‍රීසියෙන්):"

# A thread is understood from its newest questions; what lies further back is rarely meant, and
# re-reading it would cost every question of a long thread more.
_REMEMBERED = 6


@dataclass(frozen=True, slots=True)
class Answered:
    """A request and its answer; the text is whole, with lead and closing line."""

    request: Request
    draft: Draft


class Answerer:
    """Answers questions from the market's tools: no state between calls, safe from any thread.

    The same question after the same questions gets the same answer.
    """

    def __init__(self, market: Market) -> None:
        self._market = market
        today = Today(market.data_date, market.calendar.session_before)
        self._reader = Reader(Linker(Lexicon.of(market.directory)), today)

    def answer(self, question: str, earlier: Sequence[str] = ()) -> Answered:
        """Answer *question*.

        Args:
            question: At most as long as the cleaner reads.
            earlier: The questions before it in the thread, oldest first.
        """
        context = NOTHING_SAID
        for text in earlier[-_REMEMBERED:]:
            context = self._after(context, self._answered(text, context))
        answered = self._answered(question, context)
        return replace(answered, draft=_finished(answered))

    def _after(self, context: Context, answered: Answered) -> Context:
        """Return what the thread is about once *answered* is said."""
        if answered.request.intent in _ASIDES:
            return context
        subjects = answered.draft.subjects
        # "The second one" goes on meaning the last list, when one of it was asked about since.
        results = subjects if len(subjects) > 1 else context.results or subjects
        return Context(request=answered.request, results=results)

    def _answered(self, text: str, context: Context) -> Answered:
        request = self._reader.read(text, context)
        return Answered(request, self._draft(request))

    def _draft(self, request: Request) -> Draft:
        if request.candidates and request.intent not in _NEED_NO_CHOICE:
            return refusals.ambiguous(self._market, request)
        try:
            return _NARRATORS[request.intent](self._market, request)
        except (OutsideDataError, InvalidArgumentError):
            # All other arguments are made to fit; what is left is a time without data.
            return refusals.no_such_time(self._market, request)


def _finished(answered: Answered) -> Draft:
    draft = answered.draft
    lead = _LEAD if answered.request.in_sinhala else ""
    closing = closing_line(draft.scope) if draft.scope is not None else ""
    return replace(draft, text=lines(lead, draft.text, closing))
