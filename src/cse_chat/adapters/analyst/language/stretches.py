"""Reading calendar months, quarters and years out of a question."""

import re
from calendar import monthrange
from datetime import date

from cse_chat.adapters.analyst.language.dates import Today, Words, month_at, months_before, year_at

_DAY_NUMBER = re.compile(r"\d{1,2}(?:st|nd|rd|th)?")
_QUARTER = re.compile(r"q([1-4])")
_QUARTER_WORDS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4}
_MAY_BE_VERBS = frozenset({"may", "march", "mar"})

Stretch = tuple[date, date, int]
"""First and last day, both included, and how many words say it."""


def last_of_month(day: date) -> date:
    """Return the last day of the month of *day*."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def stretch_at(words: Words, at: int, today: Today) -> Stretch | None:
    """Read "March 2026", "last month", "2026", "Q2", "the first quarter of 2026"."""
    if at >= len(words):
        return None
    if stretch := _named_stretch(words[at : at + 2], today):
        return stretch
    if month := month_at(words, at, today):
        first, length = month
        return first, last_of_month(first), length
    if (year := year_at(words, at)) is not None:
        return date(year, 1, 1), date(year, 12, 31), 1
    return _quarter_at(words, at, today)


def _named_stretch(pair: Words, today: Today) -> Stretch | None:
    match pair:
        case ["this" | "the", "month"]:
            first = today.day.replace(day=1)
        case ["last", "month"]:
            first = months_before(today.day, 1).replace(day=1)
        case ["this" | "the" | "last", "year"]:
            year = today.day.year - (pair[0] == "last")
            return date(year, 1, 1), date(year, 12, 31), 2
        case _:
            return None
    return first, last_of_month(first), 2


def stands_alone(words: Words, at: int) -> bool:
    """Say whether what stands at *at* is a month or year even without "in" before it."""
    beside = {*words[max(at - 1, 0) : at], *words[at + 1 : at + 2]}
    if any(_DAY_NUMBER.fullmatch(word) for word in beside):
        return False  # "31 June" is no June
    is_verb = words[at] in _MAY_BE_VERBS and year_at(words, at + 1) is None
    return not is_verb and words[at] not in {"this", "last", "the"}


def _quarter_at(words: Words, at: int, today: Today) -> Stretch | None:
    at_word = at + (words[at] == "the")
    rest = words[at_word : at_word + 4]
    if not rest:
        return None
    if match := _QUARTER.fullmatch(rest[0]):
        number, length = int(match[1]), 1
    elif rest[0] in _QUARTER_WORDS and rest[1:2] == ["quarter"]:
        number, length = _QUARTER_WORDS[rest[0]], 2
    else:
        return None
    of = rest[length : length + 1] == ["of"]
    year = year_at(words, at_word + length + of)
    if year is not None:
        length += 1 + of
    else:
        year = today.day.year - (number * 3 - 2 > today.day.month)
    first = date(year, number * 3 - 2, 1)
    return first, last_of_month(first.replace(month=number * 3)), length + at_word - at
