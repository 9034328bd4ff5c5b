"""A folder of recorded tables, made into a pack."""

import tempfile
from pathlib import Path

from cse_chat.adapters.analyst.data.builder import built
from cse_chat.adapters.analyst.data.errors import MarketDataError
from cse_chat.adapters.analyst.data.importer.relations import (
    auditor_rows,
    holding_rows,
    seat_rows,
    subsidiary_rows,
)
from cse_chat.adapters.analyst.data.importer.securities import (
    alias_rows,
    announcement_rows,
    sector_rows,
    security_rows,
)
from cse_chat.adapters.analyst.data.importer.sessions import (
    action_rows,
    bar_rows,
    calendar_rows,
    index_day_rows,
    market_day_rows,
    sector_day_rows,
)
from cse_chat.adapters.analyst.data.importer.source import REPAIR
from cse_chat.adapters.analyst.data.packs import Pack, write_pack


def import_folder(source: Path, into: Path) -> Pack:
    """Make the tables of *source* into a pack in *into*, replacing what is there.

    The pack is first built into SQLite in a temporary folder: tables that contradict themselves
    (a repeated row, a missing figure) replace nothing.

    Args:
        source: Has the folder of market tables, `relations` and `aliases.csv`.
        into: Made when absent.

    Raises:
        MarketDataError: A file is missing, lacks a column or contradicts itself.
    """
    try:
        tables = read_tables(source)
    except ValueError as error:
        raise MarketDataError(source, f"has a field that cannot be ({error})") from error
    if not tables["bar"]:
        raise MarketDataError(source, "has no prices", repair=REPAIR)
    as_of = max(row[1] for row in tables["bar"])
    with tempfile.TemporaryDirectory() as scratch:
        built(write_pack(Path(scratch) / "pack", as_of=as_of, tables=tables), Path(scratch))
    return write_pack(into, as_of=as_of, tables=tables)


def market_folder(source: Path) -> Path:
    """Find the folder of market tables: the last by name that lists companies.

    Raises:
        MarketDataError: There is none.
    """
    folders = sorted(path.parent for path in source.glob("*/companies.csv"))
    if not folders:
        raise MarketDataError(source / "*" / "companies.csv", "no such file", repair=REPAIR)
    return folders[-1]


def read_tables(source: Path) -> dict[str, list[list[str]]]:
    """Read every table of the product out of the recorded ones."""
    market, relations = market_folder(source), source / "relations"
    sectors = sector_rows(market / "companies.csv")
    bars = bar_rows(market)
    indices = index_day_rows(market / "indices_daily.csv")
    return {
        "calendar": calendar_rows(bars, indices),
        "sector": sectors,
        "security": security_rows(market / "companies.csv", relations / "founded.csv"),
        "bar": bars,
        "action": action_rows(market / "corporate_actions_detected.csv"),
        "index_day": indices,
        "sector_day": sector_day_rows(market / "sector_indices_daily.csv"),
        "market_day": market_day_rows(market / "market_daily.csv"),
        "announcement": announcement_rows(market),
        "holding": holding_rows(
            relations / "ownership_listed_companies.csv", relations / "shareholders_companies.csv"
        ),
        "subsidiary": subsidiary_rows(relations / "subsidiaries.csv"),
        "seat": seat_rows(relations / "directors.csv"),
        "auditor": auditor_rows(relations / "auditors.csv"),
        "alias": alias_rows(source / "aliases.csv", sectors),
    }
