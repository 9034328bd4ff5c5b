"""Understanding a question in its thread."""

from dataclasses import dataclass, replace

from cse_chat.adapters.analyst.language.cues import Cue
from cse_chat.adapters.analyst.language.dates import Today
from cse_chat.adapters.analyst.language.intents import Intent
from cse_chat.adapters.analyst.language.linker import Linker
from cse_chat.adapters.analyst.language.mentions import MentionKind
from cse_chat.adapters.analyst.language.parsing import parse
from cse_chat.adapters.analyst.language.requests import NOTHING_SAID, Context, Request
from cse_chat.adapters.analyst.language.resolution import Resolution, named_in
from cse_chat.adapters.analyst.language.safety import Gate, gate
from cse_chat.adapters.analyst.language.text import clean

_GATED = {
    Gate.INJECTION: Intent.INJECTION,
    Gate.ADVICE: Intent.ADVICE,
    Gate.PREDICTION: Intent.PREDICTION,
    Gate.OTHER_MARKET: Intent.OTHER_MARKET,
}

# What these refuse or hedge concerns the whole of a text, whatever else it asks.
GATED = frozenset(_GATED.values())


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
            named = named_in(parsed, _GATED[reason])
            if not named.companies and not named.candidates and Cue.PRONOUN in parsed.cues:
                return replace(named, companies=context.companies[:1])
            return named
        # To leave out a part of a question would be to answer another one.
        if parsed.no_date is not None:
            return named_in(parsed, Intent.NO_SUCH_DATE)
        if parsed.has_more_bounds:
            return named_in(parsed, Intent.TOO_MANY_CONDITIONS)
        return Resolution(parsed, context).request()
