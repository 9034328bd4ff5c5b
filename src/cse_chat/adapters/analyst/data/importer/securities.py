"""Securities, sectors, other names and announcements of the exchange."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from cse_chat.adapters.analyst.data.errors import MarketDataError
from cse_chat.adapters.analyst.data.importer.names import title_case
from cse_chat.adapters.analyst.data.importer.source import Row, read, read_all

KINDS = {
    "ordinary voting": "voting",
    "ordinary non-voting": "non-voting",
    "rights": "rights",
    "fund unit": "fund unit",
}
STATUSES = {
    "active": "active",
    "thin": "thin",
    "delisted_or_suspended": "delisted or suspended",
}


def security_rows(companies: Path, founded: Path) -> list[list[str]]:
    """Make the table `security`."""
    founded_on = {row["symbol"]: row["founded_on"] for row in read(founded, "symbol", "founded_on")}
    rows = read(
        companies,
        "symbol",
        "base_symbol",
        "security_type",
        "name",
        "gics_code",
        "isin",
        "listing_date",
        "shares_outstanding",
        "beta_vs_asi_tri",
        "high_52w_cse_unadjusted",
        "low_52w_cse_unadjusted",
        "status",
    )
    try:
        return [_security(row, founded_on) for row in rows]
    except KeyError as error:
        raise MarketDataError(companies, f"unknown kind or status {error}") from error


def _security(row: Row, founded_on: Mapping[str, str]) -> list[str]:
    return [
        row["symbol"],
        row["base_symbol"],
        KINDS[row["security_type"]],
        title_case(row["name"]),
        STATUSES[row["status"]],
        row["gics_code"],
        row["isin"],
        known_date(row["listing_date"]),
        known_date(founded_on.get(row["symbol"], "")),
        row["shares_outstanding"],
        row["beta_vs_asi_tri"],
        row["high_52w_cse_unadjusted"],
        row["low_52w_cse_unadjusted"],
    ]


def known_date(text: str) -> str:
    """Keep what a date tells: a 1 January is a year alone, that of 1970 a placeholder."""
    if text == "1970-01-01":
        return ""
    return text.removesuffix("-01-01")


def sector_rows(companies: Path) -> list[list[str]]:
    """Make the table `sector`, with the names that the companies' table uses."""
    names = {row["gics_code"]: row["sector"] for row in read(companies, "gics_code", "sector")}
    return [[code, name] for code, name in names.items() if code]


def alias_rows(aliases: Path, sectors: Iterable[list[str]]) -> list[list[str]]:
    """Make the table `alias`; sectors are known by their code."""
    codes = {name: code for code, name in sectors}
    rows = set()
    for row in read(aliases, "target", "alias", "kind"):
        target = row["target"]
        if row["kind"] == "sector":
            if target not in codes:
                raise MarketDataError(aliases, f"unknown sector {target}")
            target = codes[target]
        rows.add((row["alias"].lower(), row["kind"], target))
    return [list(row) for row in rows]


def announcement_rows(folder: Path) -> list[list[str]]:
    """Make the table `announcement`: who announced what kind of thing when, how many times."""
    times = Counter(
        (row["base_symbol"], row["date"], row["category"])
        for row in read_all(folder, "announcements_*.csv", "date", "base_symbol", "category")
        if row["base_symbol"]
    )
    return [[*key, str(count)] for key, count in times.items()]
