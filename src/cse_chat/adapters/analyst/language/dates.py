"""Reading single days out of a question, relative to the date of the data."""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("january", "jan"),
            ("february", "feb"),
            ("march", "mar"),
            ("april", "apr"),
            ("may",),
            ("june", "jun"),
            ("july", "jul"),
            ("august", "aug"),
            ("september", "sept", "sep"),
            ("october", "oct"),
            ("november", "nov"),
            ("december", "dec"),
        ),
        start=1,
    )
    for name in names
}
_WEEKDAYS = {"monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4}
_YEAR = re.compile(r"20[0-4]\d")
_YEAR_FIRST = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})")
_DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")  # as Sri Lanka writes it
_DAY_OF_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?")

Words = list[str]
"""A word for each token; empty where a name stands."""


@dataclass(frozen=True, slots=True)
class Today:
    """The day that "today" means, and the session before any day."""

    day: date
    session_before: Callable[[date], date | None]


def months_before(day: date, months: int) -> date:
    """Return the same day so many months earlier, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    year = max(year, 1)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def year_at(words: Words, at: int) -> int | None:
    """Return the year that stands at *at*, if one does."""
    return int(words[at]) if at < len(words) and _YEAR.fullmatch(words[at]) else None


def weekday_at(words: Words, at: int, today: Today) -> tuple[date, int] | None:
    """Read "last friday", "on monday", "tuesday": the last one not after today."""
    length = 2 if words[at] in {"on", "last", "this"} else 1
    named = words[at + length - 1] if at + length <= len(words) else ""
    if named not in _WEEKDAYS:
        return None
    return today.day - timedelta(days=(today.day.weekday() - _WEEKDAYS[named]) % 7), length


def month_at(words: Words, at: int, today: Today) -> tuple[date, int] | None:
    """Read "March 2026", "May": the first of that month; without a year, of the last such one."""
    if at >= len(words) or words[at] not in _MONTHS:
        return None
    month = _MONTHS[words[at]]
    if (year := year_at(words, at + 1)) is not None:
        return date(year, month, 1), 2
    return date(today.day.year - (month > today.day.month), month, 1), 1


def date_at(words: Words, at: int, today: Today) -> tuple[date, int] | None:
    """Read "2026-03-17", "17/03/2026", "17 March 2026", "the 1st of May", "March 17"."""
    written = _written_at(words, at, today)
    found = _on_calendar(written) if written else None
    return (found, written.length) if written and found else None


def impossible_date(words: Words, today: Today) -> str | None:
    """Return the first date in *words* that no calendar has, such as "31 February", as written."""
    for at in range(len(words)):
        written = _written_at(words, at, today)
        if written and _on_calendar(written) is None:
            return " ".join(words[at : at + written.length])
    return None


class _Written(NamedTuple):
    """A date as it stands in a question, whether or not there is such a day."""

    year: int
    month: int
    day: int
    length: int  # in words


def _written_at(words: Words, at: int, today: Today) -> _Written | None:
    if at >= len(words):
        return None
    if match := _YEAR_FIRST.fullmatch(words[at]):
        year, month, day = (int(part) for part in match.groups())
        return _Written(year, month, day, 1)
    if match := _DAY_FIRST.fullmatch(words[at]):
        day, month, year = (int(part) for part in match.groups())
        return _Written(year, month, day, 1)
    return _spelt_date(words, at, today)


def _spelt_date(words: Words, at: int, today: Today) -> _Written | None:
    start = at + (words[at] == "the")
    rest = [*words[start : start + 4], "", ""]
    skipped = start - at
    if rest[1] == "of":
        del rest[1]
        skipped += 1
    first, second = rest[:2]
    if second in _MONTHS:
        month, match = _MONTHS[second], _DAY_OF_MONTH.fullmatch(first)
    elif first in _MONTHS:
        month, match = _MONTHS[first], _DAY_OF_MONTH.fullmatch(second)
    else:
        return None
    if match is None:
        return None
    day = int(match[1])
    if (year := year_at(rest, 2)) is not None:
        return _Written(year, month, day, 3 + skipped)
    is_ahead = (month, day) > (today.day.month, today.day.day)
    return _Written(today.day.year - is_ahead, month, day, 2 + skipped)


def _on_calendar(written: _Written) -> date | None:
    try:
        return date(written.year, written.month, written.day)
    except ValueError:  # such as 31 June
        return None
