"""What holds for good market data beyond the form of each table."""

from collections.abc import Iterator
from dataclasses import dataclass

from cse_chat.adapters.analyst.data.schema import (
    ACTION,
    ANNOUNCEMENT,
    AUDITOR,
    BAR,
    HOLDING,
    INDEX_DAY,
    MARKET_DAY,
    SEAT,
    SECTOR,
    SECTOR_DAY,
    SECURITY,
    SUBSIDIARY,
    Table,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A claim about the tables.

    Attributes:
        subject: What it is about.
        claim: What holds.
        exceptions: The query that gives the rows for which it does not; empty for good data.
    """

    subject: str
    claim: str
    exceptions: str


_SESSIONS = "SELECT date FROM calendar WHERE kind = 'session'"
# The calendar begins with the recorded prices; some figures begin before, so that a change is known.
_CLOSED_DAYS = "SELECT date FROM calendar WHERE kind = 'closed'"

_CALENDAR = (
    Rule(
        subject="calendar",
        claim="it has weekdays only",
        exceptions="SELECT date FROM calendar WHERE strftime('%w', date) IN ('0', '6')"
        " OR strftime('%w', date) IS NULL",
    ),
    Rule(
        subject="calendar",
        claim="its last session is the date of the data",
        exceptions=f"SELECT max(date), (SELECT value FROM meta WHERE key = 'as_of')"  # noqa: S608 - constants only
        f" FROM ({_SESSIONS}) HAVING max(date) IS NOT (SELECT value FROM meta WHERE key = 'as_of')",
    ),
    Rule(
        subject="calendar",
        claim="every session has prices",
        exceptions=f"{_SESSIONS} EXCEPT SELECT date FROM bar",  # noqa: S608 - constants only
    ),
    Rule(
        subject="bar",
        claim="every price is of a session",
        exceptions=f"SELECT symbol, date FROM bar WHERE date NOT IN ({_SESSIONS})",  # noqa: S608 - constants only
    ),
)

_FIGURES = (
    Rule(
        subject="bar",
        claim="no low is above its high",
        exceptions="SELECT symbol, date FROM bar WHERE low > high",
    ),
    Rule(
        subject="bar",
        claim="no volume, number of trades or turnover is negative",
        exceptions="SELECT symbol, date FROM bar WHERE min(ifnull(volume, 0), ifnull(trades, 0),"
        " ifnull(turnover, 0), ifnull(market_cap, 0)) < 0",
    ),
    Rule(
        subject="index_day",
        claim="no low is above its high",
        exceptions="SELECT code, date FROM index_day WHERE low > high",
    ),
    Rule(
        subject="holding",
        claim="every share is from 0 to 100 percent",
        exceptions="SELECT owned, holder FROM holding WHERE pct NOT BETWEEN 0 AND 100",
    ),
    Rule(
        subject="subsidiary",
        claim="every share is from 0 to 100 percent",
        exceptions="SELECT symbol, name FROM subsidiary WHERE pct NOT BETWEEN 0 AND 100",
    ),
)


def _days_of(table: Table) -> Rule:
    return Rule(
        subject=table.name,
        claim="no day is one on which the exchange was closed, or after the last session",
        exceptions=f"SELECT DISTINCT date FROM {table.name} WHERE date IN ({_CLOSED_DAYS})"  # noqa: S608 - constants only
        f" OR date > (SELECT max(date) FROM ({_SESSIONS}))",
    )


def _points_to(table: Table, column: str, other: Table, key: str) -> Rule:
    return Rule(
        subject=table.name,
        claim=f"every {column} is in the table {other.name}",
        exceptions=f"SELECT DISTINCT {column} FROM {table.name} WHERE {column} IS NOT NULL"  # noqa: S608 - constants only
        f" AND {column} NOT IN (SELECT {key} FROM {other.name})",
    )


def _alias_of(kind: str, other: Table, key: str) -> Rule:
    return Rule(
        subject="alias",
        claim=f"every alias for {kind} stands for one in the table {other.name}",
        exceptions=f"SELECT alias, target FROM alias WHERE kind = '{kind}'"  # noqa: S608 - constants only
        f" AND target NOT IN (SELECT {key} FROM {other.name})",
    )


def _rules() -> Iterator[Rule]:
    yield from _CALENDAR
    for table in (INDEX_DAY, SECTOR_DAY, MARKET_DAY):
        yield _days_of(table)
    yield from _FIGURES
    for table, column in (
        (BAR, "symbol"),
        (ACTION, "symbol"),
        (HOLDING, "owned"),
        (HOLDING, "holder_symbol"),
        (SUBSIDIARY, "symbol"),
        (SEAT, "symbol"),
        (AUDITOR, "symbol"),
    ):
        yield _points_to(table, column, SECURITY, "symbol")
    yield _points_to(ANNOUNCEMENT, "base", SECURITY, "base")
    yield _points_to(SECURITY, "gics_code", SECTOR, "gics_code")
    yield _points_to(SECTOR_DAY, "gics_code", SECTOR, "gics_code")
    yield _alias_of("company", SECURITY, "symbol")
    yield _alias_of("sector", SECTOR, "gics_code")
    yield _alias_of("index", INDEX_DAY, "code")
    yield _alias_of("person", SEAT, "person_key")


RULES = tuple(_rules())
