"""What is told about market data, and which faults in them are found."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from cse_chat.adapters.analyst.data.builder import built
from cse_chat.adapters.analyst.data.inspection import DataCheck, checks_of, status_of
from cse_chat.adapters.analyst.data.packs import SHIPPED, Pack, write_pack
from cse_chat.adapters.analyst.data.schema import TABLES

Rows = dict[str, list[list[str]]]


@pytest.fixture
def rows(pack: Pack) -> Rows:
    """Every table of the pack, to change."""
    return {table.name: list(pack.rows(table)) for table in TABLES}


def broken_in(pack_folder: Path, folder: Path) -> list[DataCheck]:
    return [check for check in checks_of(folder, pack_folder) if not check.holds]


def broken_with(rows: Rows, pack: Pack, tmp_path: Path) -> list[DataCheck]:
    changed = write_pack(tmp_path / "changed", as_of=pack.as_of, tables=rows)
    return broken_in(changed.folder, tmp_path)


def test_the_status_says_what_there_is_without_building_it(pack: Pack, tmp_path: Path) -> None:
    status = status_of(tmp_path / "data", pack.folder)

    assert (status.as_of, status.source) == (pack.as_of, pack.source)
    assert (status.first_session, status.sessions) == ("2025-12-29", 7)
    assert status.rows["security"] == 9
    assert list(status.rows) == [table.name for table in TABLES]
    assert not status.is_built
    assert not (tmp_path / "data").exists()


def test_the_status_knows_the_built_file(pack: Pack, tmp_path: Path) -> None:
    path = built(pack, tmp_path)

    status = status_of(tmp_path, pack.folder)

    assert (status.database, status.is_built) == (path, True)


@pytest.mark.parametrize("is_built", [False, True])
def test_the_shipped_data_are_as_they_should_be(tmp_path: Path, *, is_built: bool) -> None:
    if is_built:
        built(Pack.open(SHIPPED), tmp_path)

    checks = list(checks_of(tmp_path))

    assert [check for check in checks if not check.holds] == []
    (database,) = [check.claim for check in checks if check.subject == "database"]
    assert database.startswith("holds exactly" if is_built else "not built yet")


def test_a_missing_manifest_is_the_only_thing_told(tmp_path: Path) -> None:
    (check,) = checks_of(tmp_path, tmp_path)

    assert (check.subject, check.holds) == ("manifest", False)
    assert "make data FROM=" in check.remedy


def test_every_damaged_table_is_named(pack: Pack, tmp_path: Path) -> None:
    copy = write_pack(
        tmp_path / "copy",
        as_of=pack.as_of,
        tables={table.name: pack.rows(table) for table in TABLES},
    )
    (copy.folder / "seat.tsv.gz").unlink()
    (copy.folder / "bar.tsv.gz").write_bytes(b"x")

    assert [check.subject for check in broken_in(copy.folder, tmp_path)] == ["bar", "seat"]


def test_a_number_of_rows_that_the_manifest_does_not_name_is_found(
    pack: Pack, tmp_path: Path
) -> None:
    copy = write_pack(
        tmp_path / "copy",
        as_of=pack.as_of,
        tables={table.name: pack.rows(table) for table in TABLES},
    )
    manifest = copy.folder / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"rows": 9', '"rows": 10', 1))

    (check,) = broken_in(copy.folder, tmp_path)

    assert "has 9 rows, and the manifest says 10" in check.claim


def test_a_repeated_row_is_found(rows: Rows, pack: Pack, tmp_path: Path) -> None:
    rows["sector"].append(rows["sector"][0])

    (check,) = broken_with(rows, pack, tmp_path)

    assert check.subject == "rows"
    assert "repeated" in check.claim


def drop_a_session(rows: Rows) -> None:
    rows["calendar"] = [row for row in rows["calendar"] if row[0] != "2026-01-02"]


def have_a_session_on_sunday(rows: Rows) -> None:
    rows["calendar"].append(["2026-01-04", "closed"])


def trade_after_the_end(rows: Rows) -> None:
    rows["calendar"].append(["2031-01-01", "session"])


def swap_low_and_high(rows: Rows) -> None:
    bar = next(row for row in rows["bar"] if row[4] != row[5])
    bar[4], bar[5] = bar[5], bar[4]


def sell_less_than_nothing(rows: Rows) -> None:
    rows["bar"][0][7] = "-1"


def own_more_than_all(rows: Rows) -> None:
    rows["holding"][0][3] = "100.5"


def list_an_unknown_share(rows: Rows) -> None:
    rows["auditor"].append(["NONE.N0000", "Somebody"])


def name_an_unknown_sector(rows: Rows) -> None:
    rows["alias"].append(["nowhere", "sector", "0000"])


@pytest.mark.parametrize(
    ("change", "subject", "words"),
    [
        (drop_a_session, "bar", "every price is of a session"),
        (have_a_session_on_sunday, "calendar", "weekdays only (1 exception, such as 2026-01-04)"),
        (trade_after_the_end, "calendar", "its last session is the date of the data"),
        (trade_after_the_end, "calendar", "every session has prices"),
        (swap_low_and_high, "bar", "no low is above its high"),
        (sell_less_than_nothing, "bar", "no volume"),
        (own_more_than_all, "holding", "from 0 to 100 percent"),
        (list_an_unknown_share, "auditor", "every symbol is in the table security"),
        (name_an_unknown_sector, "alias", "every alias for sector"),
    ],
)
def test_what_cannot_be_in_good_data_is_found(
    rows: Rows,
    pack: Pack,
    tmp_path: Path,
    *,
    change: Callable[[Rows], None],
    subject: str,
    words: str,
) -> None:
    change(rows)

    found = broken_with(rows, pack, tmp_path)

    assert any(check.subject == subject and words in check.claim for check in found), found
    assert all(check.claim.startswith("not so: ") and check.remedy for check in found)


def test_a_built_file_with_another_figure_is_found(pack: Pack, tmp_path: Path) -> None:
    connection = sqlite3.connect(built(pack, tmp_path))
    with connection:
        connection.execute("UPDATE bar SET close = close + 1")
    connection.close()

    (check,) = broken_in(pack.folder, tmp_path)

    assert check.subject == "database"
    assert "(bar)" in check.claim
    assert "delete that file" in check.remedy


def test_a_built_file_that_is_cut_short_is_found(pack: Pack, tmp_path: Path) -> None:
    path = built(pack, tmp_path)
    path.write_bytes(path.read_bytes()[:5_000])

    (check,) = broken_in(pack.folder, tmp_path)

    assert check.subject == "database"


def test_checking_writes_nothing(pack: Pack, tmp_path: Path) -> None:
    path = built(pack, tmp_path)
    before = path.read_bytes()

    assert broken_in(pack.folder, tmp_path) == []

    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
