"""Tables that lack what a tool looks for."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from cse_chat.adapters.analyst.data.importer.folder import import_folder
from cse_chat.adapters.analyst.market.errors import OutsideDataError
from cse_chat.adapters.analyst.market.market import Market
from cse_chat.adapters.analyst.market.results.indices import Index
from cse_chat.adapters.analyst.market.results.periods import Period
from tests.analyst.data.conftest import RECORDED

DAYS = {"2026-01-05", "2026-01-07", "2026-01-08"}
CHANGE_UNKNOWN = "2026-01-07,1008,1000,1013,"


@pytest.fixture
def sparse(tmp_path: Path) -> Iterator[Market]:
    """Indices and sectors of the last days alone, no announcements, no market figures."""
    source = Path(shutil.copytree(RECORDED, tmp_path / "recorded"))
    indices = source / "board" / "indices_daily.csv"
    indices.write_text(indices.read_text().replace("2026-01-07,1008,1000,1013,-4", CHANGE_UNKNOWN))
    for name in ("indices_daily", "sector_indices_daily", "announcements_2025", "market_daily"):
        path = source / "board" / f"{name}.csv"
        header, *lines = path.read_text().splitlines()
        kept = [line for line in lines if line[:10] in DAYS and name != "market_daily"]
        path.write_text("\n".join([header, *kept, ""]))
    pack = import_folder(source, tmp_path / "pack")
    with Market.open(tmp_path / "data", pack.folder) as market:
        yield market


def test_a_period_before_the_first_sector_value_is_outside(sparse: Market) -> None:
    with pytest.raises(OutsideDataError):
        sparse.sectors.performance("4010", Period.this_year())


def test_a_period_before_the_first_index_value_is_outside(sparse: Market) -> None:
    with pytest.raises(OutsideDataError):
        sparse.indices.trend(Index.ASPI, Period.between(date(2025, 12, 29), date(2025, 12, 31)))


def test_without_announcements_there_is_no_span_of_them(sparse: Market) -> None:
    with pytest.raises(OutsideDataError):
        sparse.companies.announcements("ALFA.N0000")


def test_without_market_figures_the_count_of_listed_companies_is_unknown(sparse: Market) -> None:
    assert sparse.sectors.counts().listed is None


def test_a_change_over_a_missing_day_is_unknown(sparse: Market) -> None:
    """2026-01-06 was a session of which nothing is known here."""
    level = sparse.indices.level(Index.ASPI, date(2026, 1, 7))
    assert (level.value, level.change, level.change_pct) == (1008, None, None)
