"""Finding the known word that a mistyped one was meant to be."""

from collections.abc import Iterable
from functools import lru_cache

_SHORTEST = 4  # below it, nearly every word is one edit away from another
_SWAPS_ONLY = 4  # letters; "rice" is not "rise", but "bnak" is "bank"
_ANY_LETTER_FROM = 7  # letters; in a shorter word only letters that are taken for one another
_ALIKE = (frozenset("aeiouy"), frozenset("cks"), frozenset("vw"))
_REMEMBERED = 4_096


class Speller:
    """Corrects words against a vocabulary; the same word always gets the same answer.

    A word is corrected when exactly one known word, or one strictly nearest, starts with the
    same letter and lies within one edit, two in long words. Swapped neighbours are one edit; in a
    word of four letters only a swap or a missing letter counts, and in one of up to six a letter
    stands for another only when the two are taken for one another.
    """

    def __init__(self, words: Iterable[str], *, two_edits_from: int) -> None:
        self._two_edits_from = two_edits_from
        self._known = frozenset(words)
        self._by_initial: dict[str, list[str]] = {}
        for word in sorted(self._known):
            if len(word) >= _SHORTEST and word.isalpha():
                self._by_initial.setdefault(word[0], []).append(word)
        self.nearest = lru_cache(maxsize=_REMEMBERED)(self._nearest)

    def knows(self, word: str) -> bool:
        """Say whether *word* needs no correction."""
        return word in self._known

    def _nearest(self, word: str) -> tuple[str, int] | None:
        """Return the word meant and its distance, or None when that is not clear."""
        if len(word) < _SHORTEST or not word.isalpha():
            return None
        # Imported late: the module is needed for mistyped questions only, and start-up counts.
        from rapidfuzz import process  # noqa: PLC0415 - see above
        from rapidfuzz.distance import OSA  # noqa: PLC0415 - see above

        limit = 1 if len(word) < self._two_edits_from else 2
        found = process.extract(
            word,
            self._by_initial.get(word[0], ()),
            scorer=OSA.distance,
            score_cutoff=limit,
            limit=2,
        )
        if not found or (len(found) > 1 and found[0][1] == found[1][1]):
            return None
        meant, distance = found[0][0], int(found[0][1])
        return None if _is_other_word(word, meant) else (meant, distance)


def _is_other_word(word: str, meant: str) -> bool:
    """Say whether a short word differs by a letter that nobody mistypes: Tesco is no telco."""
    if len(word) <= _SWAPS_ONLY:
        return (
            len(word) > len(meant) or not set(word) <= set(meant) or _swaps_no_letter(word, meant)
        )
    if len(word) >= _ANY_LETTER_FROM or len(word) != len(meant):
        return False
    differing = [(one, other) for one, other in zip(word, meant, strict=True) if one != other]
    if len(differing) != 1:  # swapped neighbours
        return False
    return not any(set(differing[0]) <= alike for alike in _ALIKE)


def _swaps_no_letter(word: str, meant: str) -> bool:
    return len(word) == len(meant) and sorted(word) != sorted(meant)
