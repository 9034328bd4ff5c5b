"""Reading when a question is about: a day, a period, or a range of days."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from cse_chat.adapters.analyst.language.dates import (
    Today,
    Words,
    date_at,
    month_at,
    months_before,
    weekday_at,
)
from cse_chat.adapters.analyst.language.numerals import number_of
from cse_chat.adapters.analyst.language.stretches import last_of_month, stands_alone, stretch_at
from cse_chat.adapters.analyst.market.results.periods import Period

_UNITS = {
    "day": "days",
    "days": "days",
    "week": "weeks",
    "weeks": "weeks",
    "month": "months",
    "months": "months",
    "year": "years",
    "years": "years",
    "session": "sessions",
    "sessions": "sessions",
}
_ABBREVIATED = {"d": "days", "w": "weeks", "m": "months", "y": "years"}
_LAST = frozenset({"last", "past", "previous", "prior"})
_BEFORE_LAST = frozenset({"recent", "over", "in", "for", "within", "the"})
_CURRENT = {
    "week": Period.this_week,
    "month": Period.this_month,
    "quarter": Period.this_quarter,
    "year": Period.this_year,
}
_RETURN_WORDS = frozenset({"return", "returns", "performance", "change", "trend"})
_EDGES = {"end": True, "close": True, "start": False, "beginning": False}
_MOST_UNITS = 1_000
_MOST_YEARS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """What a question says of time.

    Attributes:
        day: A single day asked for, whether or not it is a session.
        is_today: The day is the last one of the data because the question says "today".
        period: A span for returns; "yesterday" is a day and a period.
        start: First day of a range of days, with `end`; for histories.
        end: Last day of the range.
        count: How many sessions of a history are meant, if a number of days was given.
    """

    day: date | None = None
    is_today: bool = False
    period: Period | None = None
    start: date | None = None
    end: date | None = None
    count: int | None = None


Found = tuple[When, int]
"""What was read, and how many words it took."""


def find_when(words: Sequence[str | None], today: Today) -> tuple[When | None, frozenset[int]]:
    """Return the first day or period of *words*, and the places of the words it consists of.

    Args:
        words: One for each token, None where a name stands.
        today: What relative days count from.
    """
    plain = [word or "" for word in words]
    for read in (_range, _edge, _period, _since, _day, _stretch):
        for at in range(len(plain)):
            if found := read(plain, at, today):
                when, length = found
                return when, frozenset(range(at, at + length))
    return None, frozenset()


def _range(words: Words, at: int, today: Today) -> Found | None:
    """Read "from 1 July to 10 July", "between January and March", "from 5 May until now"."""
    if words[at] not in {"from", "between", "since"}:
        return None
    first = _end_at(words, at + 1, today)
    if first is None:
        return None
    middle = at + 1 + first[2]
    if middle >= len(words) or words[middle] not in {"to", "and", "until", "till", "through"}:
        return None
    last = _end_at(words, middle + 1, today)
    if last is None or last[1] < first[0]:
        return None
    # A month begins after the close of the month before; a day is itself the base.
    base = first[0] if first[0] == first[1] else first[0] - timedelta(days=1)
    end = min(last[1], today.day)
    return When(period=Period.between(base, end), start=first[0], end=end), middle + 1 + last[
        2
    ] - at


def _end_at(words: Words, at: int, today: Today) -> tuple[date, date, int] | None:
    """Return the first and the last day of the day or month at *at*, and the words it takes."""
    if at < len(words) and words[at] in {"today", "now", "date"}:
        return today.day, today.day, 1
    if found := date_at(words, at, today):
        return found[0], found[0], found[1]
    month = month_at(words, at, today)
    return None if month is None else (month[0], last_of_month(month[0]), month[1])


def _period(words: Words, at: int, today: Today) -> Found | None:
    """Read "this month", "ytd", "last 5 days", "over the past week", "3 months", "2 weeks ago"."""
    if current := _current(words, at):
        return current
    start = at
    while start < len(words) and words[start] in _LAST | _BEFORE_LAST:
        start += 1
    said_last = _LAST & set(words[at:start])
    if start >= len(words):
        return None
    if counted := _count_and_unit(words, start):
        return _counted(words, at, start, counted, today, said_last=bool(said_last))
    # Without a number it must say "last": a bare "month" or "day" is no period.
    found = _last_one(words[start], said_last, today) if said_last else None
    return None if found is None else (found, start + 1 - at)


def _current(words: Words, at: int) -> Found | None:
    """Read "ytd", "this month", "of the year"."""
    if words[at] == "ytd":
        return When(period=Period.this_year()), 1
    if words[at : at + 3] == ["year", "to", "date"]:
        return When(period=Period.this_year()), 3
    led = words[at] in {"of", "for", "in"} and words[at + 1 : at + 2] == ["the"]
    unit = at + 1 + led
    if not (led or words[at] in {"this", "current"}) or unit >= len(words):
        return None
    make = _CURRENT.get(words[unit])
    return None if make is None else (When(period=make()), unit + 1 - at)


def _counted(  # the parts of one reading, each needed to tell periods from other numbers
    words: Words,
    at: int,
    start: int,
    counted: tuple[int, str, int],
    today: Today,
    *,
    said_last: bool,
) -> Found | None:
    number, unit, length = counted
    end = start + length
    following = words[end] if end < len(words) else ""
    if following == "ago":
        return _ago(number, unit, today), end + 1 - at
    is_amount = words[start].endswith("m") and not said_last and following not in _RETURN_WORDS
    is_yearly_range = not said_last and words[start] == "52"
    if is_amount or is_yearly_range:  # "10m" rupees, "52 week high"
        return None
    return _span(number, unit, today), end - at


def _last_one(word: str, said: frozenset[str], today: Today) -> When | None:
    """Read the unit after "last" or "previous"."""
    if word == "quarter":
        return When(period=Period.back(months=3))
    unit = _UNITS.get(word)
    if unit in {"days", "sessions"}:
        if said & {"previous", "prior"}:
            return When(day=_sessions_before(today, 1), period=Period.yesterday())
        return When(day=today.day, is_today=True)
    return None if unit is None else _span(1, unit, today)


def _count_and_unit(words: Words, at: int) -> tuple[int, str, int] | None:
    if short := re.fullmatch(r"(\d{1,3})([dwmy])", words[at]):
        return int(short[1]), _ABBREVIATED[short[2]], 1
    number = number_of(words[at])
    if words[at] in {"a", "an"} and words[at + 2 : at + 3] == ["ago"]:
        number = 1
    if not number:
        return None
    unit_at = at + (2 if words[at + 1 : at + 2] in (["trading"], ["market"]) else 1)
    unit = _UNITS.get(words[unit_at]) if unit_at < len(words) else None
    return None if unit is None else (number, unit, unit_at + 1 - at)


def _span(number: int, unit: str, today: Today) -> When:
    number = min(number, _MOST_UNITS)
    match unit:
        case "days":
            # A history of N days has N sessions; a return over N days goes back N calendar days.
            start = today.day - timedelta(days=number)
            return When(period=Period.back(days=number), count=number, start=start, end=today.day)
        case "sessions":
            return When(period=Period.last_sessions(number), count=number)
        case "weeks":
            period, start = Period.back(weeks=number), today.day - timedelta(weeks=number)
        case "months":
            period, start = Period.back(months=number), months_before(today.day, number)
        case _:
            number = min(number, _MOST_YEARS)
            period, start = Period.back(years=number), months_before(today.day, 12 * number)
    # The base day itself is not part of the span.
    return When(period=period, start=start + timedelta(days=1), end=today.day)


def _ago(number: int, unit: str, today: Today) -> When:
    number = min(number, _MOST_UNITS)
    match unit:
        case "sessions":
            return When(day=_sessions_before(today, number))
        case "days" | "weeks":
            days = number * (7 if unit == "weeks" else 1)
            return When(day=today.day - timedelta(days=days))
        case _:
            months = number * (12 if unit == "years" else 1)
            return When(day=months_before(today.day, months))


def _sessions_before(today: Today, number: int) -> date:
    day: date = today.day
    for _ in range(number):
        # Before the first session of the data every weekday is taken for one.
        day = today.session_before(day) or day - timedelta(days=7 / 5)
    return day


def _since(words: Words, at: int, today: Today) -> Found | None:
    """Read "since January", "since 17 March 2026", "from May"."""
    if words[at] not in {"since", "from", "after"}:
        return None
    if found := date_at(words, at + 1, today):
        day, length = found
        return When(period=Period.since(day), start=day, end=today.day), length + 1
    if (found := month_at(words, at + 1, today)) and words[at] != "after":
        first, length = found
        base = first - timedelta(days=1)
        return When(period=Period.since(base), start=first, end=today.day), length + 1
    return None


def _day(words: Words, at: int, today: Today) -> Found | None:
    """Read "today", "yesterday", "last friday", "17 March", "2026-03-17"."""
    if words[at] in {"today", "todays"}:
        return When(day=today.day, is_today=True), 1
    if words[at : at + 3] == ["day", "before", "yesterday"]:
        return When(day=_sessions_before(today, 2)), 3
    if words[at] in {"yesterday", "yesterdays"}:
        return When(day=_sessions_before(today, 1), period=Period.yesterday()), 1
    found = weekday_at(words, at, today) or date_at(words, at, today)
    return None if found is None else (When(day=found[0]), found[1])


def _edge(words: Words, at: int, today: Today) -> Found | None:
    """Read "end of June", "the beginning of last month" as the day it is."""
    if words[at] not in _EDGES or words[at + 1 : at + 2] != ["of"]:
        return None
    found = stretch_at(words, at + 2, today)
    if found is None:
        return None
    first, last, length = found
    day = last if _EDGES[words[at]] else first
    return When(day=min(day, today.day)), length + 2


def _stretch(words: Words, at: int, today: Today) -> Found | None:
    """Read "in March 2026", "during May", "in 2026", "Q2" as the calendar month, quarter, year."""
    led = words[at] in {"in", "during", "for", "of", "over", "throughout"}
    start = at + led
    found = stretch_at(words, start, today)
    if found is None or not (led or stands_alone(words, start)):
        return None
    first, last, length = found
    last = min(last, today.day)
    span = When(period=Period.between(first - timedelta(days=1), last), start=first, end=last)
    return span, length + led
