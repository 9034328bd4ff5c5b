"""Finding the cues of a question."""

from collections.abc import Sequence
from dataclasses import dataclass

from cse_chat.adapters.analyst.language.cues import Cue
from cse_chat.adapters.analyst.language.phrases import PHRASES

_LONGEST = 5  # words of a phrase
_AUXILIARIES = frozenset({"do", "does", "did"})


@dataclass(frozen=True, slots=True)
class FoundCue:
    """A cue and the tokens that gave it: from `start` up to, not including, `end`."""

    cue: Cue
    start: int
    end: int


def _index() -> dict[str, dict[tuple[str, ...], tuple[Cue, ...]]]:
    by_first: dict[str, dict[tuple[str, ...], tuple[Cue, ...]]] = {}
    for cues, phrases in PHRASES.items():
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
    if _ends_in_sharing(words):
        found.append(FoundCue(Cue.SHARED, len(words) - 1, len(words)))
    return tuple(found)


def _ends_in_sharing(words: Sequence[str | None]) -> bool:
    """Say whether "share" is a verb: "which directors do JKH and HNB share"."""
    *before, last = words or (None,)
    return last == "share" and before[-1:] == [None] and not _AUXILIARIES.isdisjoint(before)


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
