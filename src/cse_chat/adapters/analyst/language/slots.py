"""Reading numbers, thresholds, fields and directions out of a question."""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from cse_chat.adapters.analyst.language.cues import Cue
from cse_chat.adapters.analyst.language.numerals import number_of
from cse_chat.adapters.analyst.market.results.rankings import Condition, Field

MAX_ROWS = 50

_SCALES = {
    "k": 1e3,
    "thousand": 1e3,
    "lakh": 1e5,
    "lakhs": 1e5,
    "m": 1e6,
    "mn": 1e6,
    "million": 1e6,
    "millions": 1e6,
    "b": 1e9,
    "bn": 1e9,
    "billion": 1e9,
    "billions": 1e9,
    "trillion": 1e12,
}
_PERCENT = frozenset({"%", "percent", "pct", "percentage"})
_CURRENCY = frozenset({"rs", "lkr", "rupees", "rupee"})
_ABOVE = (
    "above",
    "over",
    "exceeding",
    "exceed",
    "beyond",
    ">",
    "more than",
    "greater than",
    "higher than",
    "at least",
    "bigger than",
    "larger than",
    "up by",
    "minimum of",
)
_BELOW = (
    "below",
    "under",
    "beneath",
    "<",
    "less than",
    "lower than",
    "cheaper than",
    "smaller than",
    "at most",
    "fewer than",
    "maximum of",
    "up to",
)
_INCLUSIVE = frozenset({"at least", "at most", "minimum of", "maximum of", "up to"})
_WORD_SIGNS = tuple((tuple(phrase.split()), phrase, True) for phrase in _ABOVE) + tuple(
    (tuple(phrase.split()), phrase, False) for phrase in _BELOW
)
_SIGNS_BY_FIRST_WORD = {
    first: tuple(sign for sign in _WORD_SIGNS if sign[0][0] == first)
    for first in {sign[0][0] for sign in _WORD_SIGNS}
}
_NUMBER = re.compile(r"(-?\d[\d,]*(?:\.\d+)?)(bn|mn|k|m|b)?")
_PLAIN_YEAR = re.compile(r"(?:19|20)\d\d")
_ORDINALS = {
    word: at
    for at, words in enumerate(
        (
            "first 1st former",
            "second 2nd latter",
            "third 3rd",
            "fourth 4th",
            "fifth 5th",
            "sixth 6th",
            "seventh 7th",
            "eighth 8th",
            "ninth 9th",
            "tenth 10th",
        )
    )
    for word in words.split()
}
_COUNTED = frozenset({"one", "company", "stock", "share"})

Words = Sequence[str | None]


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its unit; `words` is how many words it took."""

    value: float
    is_percent: bool
    is_scaled: bool  # in millions and the like: no price
    words: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """A threshold of a question, in plain units, and whether it counts percent."""

    above: float | None = None
    below: float | None = None
    is_percent: bool = False
    is_scaled: bool = False


def find_bounds(words: Words) -> tuple[Bounds | None, frozenset[int]]:
    """Return the threshold of *words*, if any, and the places of the words it consists of."""
    for at in range(len(words)):
        if found := _between(words, at) or _one_sided(words, at):
            bounds, length = found
            return bounds, frozenset(range(at, at + length))
    return None, frozenset()


def _between(words: Words, at: int) -> tuple[Bounds, int] | None:
    if words[at] not in {"between", "from"}:
        return None
    low = _amount(words, at + 1)
    if low is None:
        return None
    middle = at + 1 + low.words
    if middle >= len(words) or words[middle] not in {"and", "to"}:
        return None
    high = _amount(words, middle + 1)
    if high is None:
        return None
    if high.is_scaled and not low.is_scaled and words[middle + high.words] in _SCALES:
        # "Between 10 and 20 billion" leaves the first unit to the second.
        low = replace(low, value=low.value * _SCALES[words[middle + high.words] or ""])
    if high.value < low.value:
        return None
    bounds = Bounds(
        above=low.value,
        below=high.value,
        is_percent=low.is_percent or high.is_percent,
        is_scaled=low.is_scaled or high.is_scaled,
    )
    return bounds, middle + 1 + high.words - at


def _one_sided(words: Words, at: int) -> tuple[Bounds, int] | None:
    for sign, phrase, is_above in _SIGNS_BY_FIRST_WORD.get(words[at] or "", ()):
        if tuple(words[at : at + len(sign)]) != sign:
            continue
        amount = _amount(words, at + len(sign))
        if amount is None:
            continue
        # The screen compares strictly; a hair's breadth makes "at least" include the bound.
        slack = max(abs(amount.value), 1.0) * 1e-9 if phrase in _INCLUSIVE else 0.0
        bounds = Bounds(
            above=amount.value - slack if is_above else None,
            below=None if is_above else amount.value + slack,
            is_percent=amount.is_percent,
            is_scaled=amount.is_scaled,
        )
        return bounds, len(sign) + amount.words
    return None


def _amount(words: Words, at: int) -> Amount | None:
    start = at
    if at < len(words) and words[at] in _CURRENCY:
        at += 1
    match = _NUMBER.fullmatch(words[at] or "") if at < len(words) else None
    if match is None:
        return None
    value, scale = float(match[1].replace(",", "")), match[2] or ""
    at += 1
    following = (words[at] if at < len(words) else "") or ""
    if not scale and following in _SCALES:
        scale, at = following, at + 1
        following = (words[at] if at < len(words) else "") or ""
    is_percent = following in _PERCENT
    if is_percent or following in _CURRENCY:
        at += 1
    return Amount(value * _SCALES.get(scale, 1.0), is_percent, bool(scale), at - start)


def find_count(words: Words) -> tuple[int | None, frozenset[int]]:
    """Return how many rows are asked for, the first small number left over, and its place.

    The number is as typed: 0 or more than `MAX_ROWS` is for the answer to refuse or to tell.
    """
    for at, word in enumerate(words):
        number = number_of(word or "")
        if number is None or _PLAIN_YEAR.fullmatch(word or ""):
            continue
        # "which one", "the first one" count nothing.
        if word == "one" and (at == 0 or words[at - 1] not in {"top", "best", "worst", "bottom"}):
            continue
        return number, frozenset({at})
    return None, frozenset()


def find_ordinal(words: Words) -> tuple[int | None, frozenset[int]]:
    """Return the place that "the second one" means, from 0, -1 for the last; and where it says so."""
    for at, word in enumerate(words):
        following = words[at + 1] if at + 1 < len(words) else None
        length = 1 if following in {"of", None} else 2
        if word in _ORDINALS and following in {*_COUNTED, "of", None}:
            return _ORDINALS[word], frozenset(range(at, at + length))
        if word == "last" and following in _COUNTED:
            return -1, frozenset({at, at + 1})
        if word == "number" and (number := number_of(following or "")):
            return number - 1, frozenset({at, at + 1})
    return None, frozenset()


def field_of(cues: AbstractSet[Cue]) -> Field | None:
    """Return the figure by which *cues* ask to rank or filter, if they name one."""
    for cue, field in (
        (Cue.MARKET_CAP, Field.MARKET_CAP),
        (Cue.TURNOVER, Field.TURNOVER),
        (Cue.VOLUME, Field.VOLUME),
        (Cue.TRADES, Field.TRADES),
        (Cue.EXPENSIVE, Field.PRICE),
        (Cue.CHEAP, Field.PRICE),
        (Cue.PRICE, Field.PRICE),
        (Cue.SIZE, Field.MARKET_CAP),
    ):
        if cue in cues:
            return field
    return None


def condition_of(bounds: Bounds, cues: AbstractSet[Cue], *, over_period: bool) -> Condition:
    """Return the condition that *bounds* put on a figure; falls are negative percentages."""
    if bounds.is_percent:
        field = Field.RETURN if over_period else Field.CHANGE_PCT
        is_positive = (bounds.above or bounds.below or 0) > 0
        if Cue.LOSE in cues and Cue.GAIN not in cues and is_positive:
            return Condition(field=field, above=_minus(bounds.below), below=_minus(bounds.above))
        return Condition(field=field, above=bounds.above, below=bounds.below)
    named = field_of(cues - {Cue.SIZE})
    if named in {None, Field.PRICE} and bounds.is_scaled:
        named = Field.MARKET_CAP
    return Condition(field=named or Field.PRICE, above=bounds.above, below=bounds.below)


def _minus(value: float | None) -> float | None:
    return None if value is None else -value
