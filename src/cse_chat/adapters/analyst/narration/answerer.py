"""From a question and its thread to an answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from cse_chat.adapters.analyst.language.cues import Cue
from cse_chat.adapters.analyst.language.dates import Today
from cse_chat.adapters.analyst.language.intents import Intent
from cse_chat.adapters.analyst.language.lexicon import Lexicon
from cse_chat.adapters.analyst.language.linker import Linker
from cse_chat.adapters.analyst.language.parts import (
    MOST_PARTS,
    asks_twice,
    clauses,
    is_statement,
    joined,
    sentences,
)
from cse_chat.adapters.analyst.language.reader import GATED, Reader
from cse_chat.adapters.analyst.language.requests import NOTHING_SAID, Context, Request
from cse_chat.adapters.analyst.language.safety import gate
from cse_chat.adapters.analyst.language.slots import MAX_ROWS
from cse_chat.adapters.analyst.language.text import clean
from cse_chat.adapters.analyst.market.errors import InvalidArgumentError, OutsideDataError
from cse_chat.adapters.analyst.market.market import Market
from cse_chat.adapters.analyst.narration import (
    activity,
    boards,
    companies,
    comparisons,
    days,
    indices,
    ownership,
    quotes,
    ranges,
    rankings,
    refusals,
    sectors,
    totals,
    trends,
)
from cse_chat.adapters.analyst.narration.drafts import Draft, closing_line, lines
from cse_chat.adapters.analyst.narration.several import each, together

Narrator = Callable[[Market, Request], Draft]

_NARRATORS: Mapping[Intent, Narrator] = {
    Intent.ACTIVE: activity.most_active,
    Intent.ADVICE: refusals.advice,
    Intent.ANNOUNCEMENTS: companies.announcements,
    Intent.AUDITOR: boards.auditor,
    Intent.AUDIT_CLIENTS: boards.audit_clients,
    Intent.BREADTH: totals.breadth,
    Intent.CHAIN: ownership.chain,
    Intent.COMPANY_INFO: companies.card,
    Intent.COMPARE: comparisons.comparison,
    Intent.DAYS: days.ranked_days,
    Intent.DIRECTORS: boards.directors,
    Intent.DIVIDEND: companies.dividend,
    Intent.FIELD: quotes.quote_fields,
    Intent.FILTER: rankings.screen,
    Intent.FLOWS: totals.flows,
    Intent.GREETING: refusals.greeting,
    Intent.HELP: refusals.capabilities,
    Intent.HIGH_LOW: ranges.high_low,
    Intent.HISTORY: trends.history,
    Intent.INDEX_HISTORY: indices.index_history,
    Intent.INDEX_LEVEL: indices.index_level,
    Intent.INDEX_TREND: indices.index_trend,
    Intent.INJECTION: refusals.injection,
    Intent.INTERLOCKS: boards.interlocks,
    Intent.MARKET_CAP: quotes.market_cap,
    Intent.MARKET_SUMMARY: totals.summary,
    Intent.MARKET_VALUATION: totals.valuation,
    Intent.MOVERS: rankings.movers,
    Intent.OTHER_MARKET: refusals.other_market,
    Intent.NOT_UNDERSTOOD: refusals.not_understood,
    Intent.NO_SUCH_DATE: refusals.no_such_date,
    Intent.NO_SUCH_NUMBER: refusals.no_such_number,
    Intent.OUT_OF_SCOPE: refusals.out_of_scope,
    Intent.PARENT: ownership.owners,
    Intent.PERSON_BOARDS: boards.person_boards,
    Intent.PREDICTION: refusals.prediction,
    Intent.QUOTE: quotes.quote,
    Intent.RANKING: rankings.ranking,
    Intent.REASON: refusals.reason,
    Intent.SECTOR_COUNT: sectors.counts,
    Intent.SECTOR_MEMBERS: sectors.members,
    Intent.SECTOR_OF: companies.sector_of,
    Intent.SECTOR_PERFORMANCE: sectors.performance,
    Intent.SECTOR_RANKING: sectors.sector_ranking,
    Intent.SHARED_DIRECTORS: boards.shared_directors,
    Intent.STATISTICS: days.statistics,
    Intent.SUBSIDIARIES: ownership.holdings,
    Intent.THANKS: refusals.thanks,
    Intent.TOO_MANY_CONDITIONS: refusals.too_many_conditions,
    Intent.TOO_MANY_NAMES: refusals.too_many_names,
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
        Intent.NOT_UNDERSTOOD,
        Intent.NO_SUCH_DATE,
        Intent.NO_SUCH_NUMBER,
        Intent.OTHER_MARKET,
        Intent.OUT_OF_SCOPE,
        Intent.REASON,
        Intent.THANKS,
        Intent.TOO_MANY_CONDITIONS,
        Intent.TOO_MANY_NAMES,
        Intent.UNKNOWN_COMPANY,
    }
)
_NOT_ANSWERED = _ASIDES - {Intent.GREETING, Intent.HELP, Intent.THANKS}
_TALK = frozenset({Intent.GREETING, Intent.THANKS, Intent.OUT_OF_SCOPE})
# These know themselves what to do with a name that several companies share.
_NEED_NO_CHOICE = _ASIDES | {Intent.ADVICE, Intent.PREDICTION}

_LEAD = "පිළිතුර (ඉංග්‍රීසියෙන්):"

# A thread is understood from its newest questions; what lies further back is rarely meant, and
# re-reading it would cost every question of a long thread more.
_REMEMBERED = 6


@dataclass(frozen=True, slots=True)
class Answered:
    """A request and its answer; the text is whole, with lead and closing line.

    Of several questions in one text the request is the last one's.
    """

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
            for answered in self._answered(text, context):
                context = _after(context, answered)
        parts = self._answered(question, context)
        drafts = [answered.draft for answered in parts]
        last = replace(parts[-1], draft=together(drafts))
        return replace(last, draft=_finished(last))

    def _answered(self, text: str, context: Context) -> list[Answered]:
        """Answer the questions of *text*, each in the light of those before it."""
        text = clean(text)
        parts = sentences(text)
        if len(parts) > 1 and gate(text) is None:
            return self._in_turn(parts, context)
        whole = self._reader.read(text, context)
        if whole.intent in GATED:
            return [Answered(whole, self._draft(whole))]
        if len(parts) > 1:
            return self._in_turn(parts, context)
        return self._joined(text, whole, context) or [Answered(whole, self._draft(whole))]

    def _joined(self, text: str, whole: Request, context: Context) -> list[Answered] | None:
        """Answer what "and" joins, if each part is a question by itself; else None."""
        is_refused = whole.intent in _NOT_ANSWERED
        for cut in (asks_twice, clauses, joined):
            parts = cut(text)
            # A reading that leaves nothing out stands, unless a second question begins in it.
            if len(parts) not in range(2, MOST_PARTS + 1) or not (is_refused or cut is asks_twice):
                continue
            answers = self._in_turn(parts, context)
            if any(answered.request.intent in _NOT_ANSWERED for answered in answers):
                continue
            if cut is not joined or _of_one(answers):
                return answers
        return None

    def _in_turn(self, parts: Sequence[str], context: Context) -> list[Answered]:
        answers: list[Answered] = []
        asked: list[Answered] = []
        for part in parts[:MOST_PARTS]:
            request = self._reader.read(part, context)
            answered = Answered(request, self._draft(request))
            context = _after(context, answered)
            answers.append(answered)
            # "I am a student." and "Thanks!" around a question need no answer.
            if request.intent not in _TALK and not (is_statement(part) and _only_tells(request)):
                asked.append(answered)
        if len(parts) > MOST_PARTS:
            asked.append(Answered(answers[-1].request, refusals.too_many_questions()))
        return asked or answers[-1:]

    def _draft(self, request: Request) -> Draft:
        if request.candidates and request.intent not in _NEED_NO_CHOICE:
            return refusals.ambiguous(self._market, request)
        note = ""
        is_list = request.intent not in _ASIDES
        if is_list and request.count is not None and request.count > MAX_ROWS:
            note = f"At most {MAX_ROWS} rows can be listed; {request.count:,} were asked for."
            request = replace(request, count=MAX_ROWS)
        drafts = [self._narrated(part) for part in each(request)]
        draft = together(drafts)
        return replace(draft, text=lines(note, draft.text))

    def _narrated(self, request: Request) -> Draft:
        try:
            return _NARRATORS[request.intent](self._market, request)
        except (OutsideDataError, InvalidArgumentError):
            # All other arguments are made to fit; what is left is a time without data.
            return refusals.no_such_time(self._market, request)


def _of_one(answers: Sequence[Answered]) -> bool:
    """Say whether all ask about one company: "and" joins conditions of a list as well."""
    subjects = {answered.request.companies for answered in answers}
    return len(subjects) == 1 and all(len(companies) == 1 for companies in subjects)


def _only_tells(request: Request) -> bool:
    """Say whether a statement asks for nothing that was understood: "I hold HNB shares"."""
    if request.intent in _NOT_ANSWERED:
        return True
    return not request.cues - {Cue.COMPANY, Cue.OWN, Cue.ABOUT, Cue.MARKET}


def _after(context: Context, answered: Answered) -> Context:
    """Return what the thread is about once *answered* is said."""
    if answered.request.intent in _ASIDES:
        return context
    subjects = answered.draft.subjects
    # "The second one" goes on meaning the last list, when one of it was asked about since.
    results = subjects if len(subjects) > 1 else context.results or subjects
    return Context(request=answered.request, results=results)


def _finished(answered: Answered) -> Draft:
    draft = answered.draft
    lead = _LEAD if answered.request.in_sinhala else ""
    closing = closing_line(draft.scope) if draft.scope is not None else ""
    return replace(draft, text=lines(lead, draft.text, closing))
