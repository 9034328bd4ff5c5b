"""Finding the company behind a name that is written too differently to be looked up."""

from collections.abc import Sequence
from dataclasses import dataclass

from cse_chat.adapters.analyst.language.lexicon import Lexicon
from cse_chat.adapters.analyst.language.vocabulary import GENERIC

_SCORE = 75  # of 100, of token_set_ratio
_MARGIN = 8  # to the next company
_WORD_SCORE = 75
_SHORTEST = 5  # letters; below it every other word resembles the next
_SUGGESTIONS = 3


@dataclass(frozen=True, slots=True)
class Guess:
    """The one company meant, or None; and the symbols of those that sound alike."""

    symbol: str | None
    alike: tuple[str, ...] = ()


def guess(words: Sequence[str], lexicon: Lexicon) -> Guess:
    """Return which company *words* may name.

    A subset of words scores 100, so no generic word may decide: each other word must itself
    resemble a word of the name, from its first letter on. Of two names nearly as good neither is taken.
    """
    deciding = [word for word in words if word not in GENERIC and len(word) > 1]
    if not any(len(word) >= _SHORTEST for word in deciding):
        return Guess(None)
    # Imported late: only misspelt names need it, and start-up counts.
    from rapidfuzz import fuzz, process, utils  # noqa: PLC0415 - see above

    query = " ".join(words)
    scores: dict[str, float] = {}
    titles: dict[str, str] = {}
    # Without the default processor the upper case of a name would cost it its score.
    for _, score, at in process.extract(
        query,
        [title for title, _ in lexicon.titles],
        scorer=fuzz.token_set_ratio,
        processor=utils.default_process,
        score_cutoff=_SCORE,
        limit=None,
    ):
        title, symbol = lexicon.titles[at]
        if score > scores.get(symbol, 0):
            scores[symbol], titles[symbol] = score, title
    ranked = sorted(scores, key=lambda symbol: (-scores[symbol], symbol))

    def resembles(symbol: str) -> bool:
        known = titles[symbol].split()
        return all(
            any(word[0] == other[0] and fuzz.ratio(word, other) >= _WORD_SCORE for other in known)
            for word in deciding
        )

    fitting = [symbol for symbol in ranked if resembles(symbol)]
    if not fitting or fitting[0] != ranked[0]:
        return Guess(None, tuple(ranked[:_SUGGESTIONS]))
    rival = max((scores[symbol] for symbol in ranked[1:]), default=0.0)
    if scores[ranked[0]] - rival >= _MARGIN:
        return Guess(ranked[0])
    return Guess(None, tuple(ranked[:_SUGGESTIONS]))
