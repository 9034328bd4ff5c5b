"""Company names and symbols in Sinhala script, by their consonants.

A name is spelt by ear in Sinhala, with vowels that no rule gives back; its consonants survive. So
names are compared by what is left of both without vowels: "සම්පත්" and "Sampath" are ``smpt``.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Self

from cse_chat.adapters.analyst.language.lexicon import Lexicon, key_of
from cse_chat.adapters.analyst.language.mentions import MentionKind
from cse_chat.adapters.analyst.language.vocabulary import GENERIC

# Sinhala has words of its own for these; the others of a name it spells.
_LEFT_OUT = frozenset({"plc", "limited", "ltd", "company", "and", "of", "the"})
_SHORTEST = 3  # consonants; fewer fit too many names
_SHORTEST_INEXACT = 5  # with fewer, a name must fit exactly
_SCORE = 88  # of 100
_MARGIN = 10  # to the next company

_CONSONANTS = {
    **dict.fromkeys("කඛ", "k"),
    **dict.fromkeys("ගඝඟ", "g"),
    **dict.fromkeys("චඡජඣඦ", "j"),
    **dict.fromkeys("ටඨතථ", "t"),
    **dict.fromkeys("ඩඪඬදධඳ", "d"),
    **dict.fromkeys("ණනඤඥඞං", "n"),
    **dict.fromkeys("පඵ", "p"),
    **dict.fromkeys("බභඹ", "b"),
    **dict.fromkeys("ශෂස", "s"),
    **dict.fromkeys("ළල", "l"),
    "ෆ": "f",
    "ම": "m",
    "ර": "r",
    "ව": "v",
    "හ": "h",
}

# How the letters of a symbol are called, the longest first.
_LETTERS = {
    "ඩබ්ලිව්": "W", "ඩබ්ලිව": "W", "එක්ස්": "X", "ඉසෙඩ්": "Z", "සෙඩ්": "Z", "එෆ්": "F",
    "එච්": "H", "එල්": "L", "එම්": "M", "එන්": "N", "ආර්": "R", "එස්": "S", "කිව්": "Q",
    "වයි": "Y", "අයි": "I", "යූ": "U", "බී": "B", "සී": "C", "ඩී": "D", "ජී": "G", "ජේ": "J",
    "කේ": "K", "පී": "P", "ටී": "T", "වී": "V", "ඒ": "A", "ඊ": "E", "ඕ": "O", "ඕ්": "O",
}  # fmt: skip
_CALLED = re.compile("|".join(sorted(_LETTERS, key=len, reverse=True)))

# Latin spellings of one sound, in the order they are replaced.
_SOUNDS = (
    (re.compile(r"ti(?=on)|sh|ce|ci|cy"), "s"),
    (re.compile(r"x"), "ks"),
    (re.compile(r"ph"), "f"),
    (re.compile(r"([tdkgb])h"), r"\1"),
    (re.compile(r"ch"), "j"),
    (re.compile(r"[cq]"), "k"),
    (re.compile(r"w"), "v"),
    (re.compile(r"z"), "s"),
    (re.compile(r"(?<!^)h"), ""),
    (re.compile(r"[^kgjtdnpbslmrvfh]"), ""),
    (re.compile(r"(.)\1+"), r"\1"),
)


def symbol_called(words: Sequence[str]) -> str | None:
    """Return the symbol whose letters *words* call out: "ජේකේඑච්" is JKH; else None."""
    text = "".join(words)
    letters = _CALLED.findall(text)
    if len(letters) < 2 or "".join(letters) != text:  # noqa: PLR2004 - one letter is no symbol
        return None
    return "".join(_LETTERS[letter] for letter in letters)


def skeleton(words: Iterable[str]) -> str:
    """Return the consonants of words of the Sinhala script, run together.

    A word that was understood already ("bank") may stand among them in English.
    """
    return "".join(_plain(_sounded(word) if word.isascii() else _heard(word)) for word in words)


def _heard(word: str) -> str:
    return "".join(_CONSONANTS.get(char, "") for char in word)


def latin_skeleton(words: Iterable[str]) -> str:
    """Return the consonants of English words, as Sinhala writes their sounds."""
    return "".join(_plain(_sounded(word)) for word in words)


def _sounded(word: str) -> str:
    for pattern, sound in _SOUNDS:
        word = pattern.sub(sound, word)
    return word


def _plain(sounds: str) -> str:
    """Drop doubled consonants, and the r within a word that is written but seldom spoken."""
    return re.sub(r"(.)\1+", r"\1", re.sub(r"(?<=.)r(?=.)", "", sounds))


@dataclass(frozen=True, slots=True)
class Skeletons:
    """The names of all companies by their consonants.

    Attributes:
        whole: Symbols by the key of a whole name or alias.
        short: Symbols by the key of a name without its generic words.
    """

    whole: Mapping[str, frozenset[str]]
    short: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, lexicon: Lexicon) -> Self:
        """Read the titles of *lexicon*."""
        return cls(_keyed(lexicon, _LEFT_OUT), _keyed(lexicon, GENERIC))

    def find(self, words: Sequence[str]) -> str | None:
        """Return the one company that *words* of Sinhala script name, or None when not clear."""
        wanted = skeleton(words)
        if len(wanted) < _SHORTEST:
            return None
        for names in (self.whole, self.short):
            if symbols := names.get(wanted):
                return next(iter(symbols)) if len(symbols) == 1 else None
        return self._nearest(wanted) if len(wanted) >= _SHORTEST_INEXACT else None

    def _nearest(self, wanted: str) -> str | None:
        # Imported late: only names in Sinhala script need it, and start-up counts.
        from rapidfuzz import fuzz  # noqa: PLC0415 - see above

        best: dict[str, float] = {}
        for names in (self.whole, self.short):
            for key, symbols in names.items():
                score = fuzz.ratio(wanted, key)
                for symbol in symbols:
                    best[symbol] = max(best.get(symbol, 0.0), score)
        (first, top), (_, second) = sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))[:2]
        return first if top >= _SCORE and top - second >= _MARGIN else None


def _keyed(lexicon: Lexicon, without: AbstractSet[str]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for title, its in lexicon.titles:
        words = [word for word in title.split() if word not in without]
        # Of two companies with one bare name the better known is meant.
        known = lexicon.names.get(key_of(words), ())
        symbol = known[0].targets[0] if known and known[0].kind is MentionKind.COMPANY else its
        key = latin_skeleton(words)
        # One generic word is no name; several may be: "commercial bank".
        if len(key) >= _SHORTEST and (len(words) > 1 or not GENERIC.issuperset(words)):
            found.setdefault(key, set()).add(symbol)
    return {key: frozenset(symbols) for key, symbols in found.items()}
