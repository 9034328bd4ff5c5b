"""Finding the company behind a name that is written too differently to be looked up."""

from collections.abc import Sequence
from dataclasses import dataclass

from cse_chat.adapters.analyst.language.lexicon import Lexicon
from cse_chat.adapters.analyst.language.vocabulary import GENERIC

_SCORE = 75  # of 100, of token_set_ratio
_MARGIN = 8  # to the next company
_WORD_SCORE = 75
_LONE_WORD_SCORE = 86  # a name of one word must be all but right
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
    resemble a word of the name, from its first letter on. Of two names nearly as good neither is
    taken, nor is one of a family whose common name is all there is.
    """
    deciding = [word for word in words if word not in GENERIC and len(word) > 1]
    if not any(len(word) >= _SHORTEST for word in deciding):
        return Guess(None)
    best = _best_titles(" ".join(words), lexicon)
    ranked = sorted(best, key=lambda symbol: (-best[symbol][1], symbol))
    alike = tuple(ranked[:_SUGGESTIONS])
    if not ranked or not _resembles(deciding, best[ranked[0]][0]):
        return Guess(None, alike)
    rival = max((best[symbol][1] for symbol in ranked[1:]), default=0.0)
    if best[ranked[0]][1] - rival < _MARGIN or _is_of_family(deciding, lexicon):
        return Guess(None, alike)
    return Guess(ranked[0])


def _best_titles(query: str, lexicon: Lexicon) -> dict[str, tuple[str, float]]:
    """Return the best title of each company that scores enough, with its score."""
    # Imported late: only misspelt names need it, and start-up counts.
    from rapidfuzz import fuzz, process, utils  # noqa: PLC0415 - see above

    best: dict[str, tuple[str, float]] = {}
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
        if score > best.get(symbol, ("", 0.0))[1]:
            best[symbol] = title, score
    return best


def _is_of_family(deciding: Sequence[str], lexicon: Lexicon) -> bool:
    alike = {symbol for title, symbol in lexicon.titles if _resembles(deciding, title)}
    return len(deciding) == 1 and len(alike) > 1


def _resembles(deciding: Sequence[str], title: str) -> bool:
    from rapidfuzz import fuzz  # noqa: PLC0415 - as in _best_titles

    known = title.split()
    needed = _WORD_SCORE if len(deciding) > 1 else _LONE_WORD_SCORE
    return all(
        any(word[0] == other[0] and fuzz.ratio(word, other) >= needed for other in known)
        for word in deciding
    )
