"""Recorded tables become a pack."""

import runpy
import shutil
from pathlib import Path

import pytest

from cse_chat.adapters.analyst.data.errors import MarketDataError
from cse_chat.adapters.analyst.data.importer.command import main
from cse_chat.adapters.analyst.data.importer.folder import import_folder
from cse_chat.adapters.analyst.data.importer.names import title_case
from cse_chat.adapters.analyst.data.importer.relations import is_corporate
from cse_chat.adapters.analyst.data.packs import Pack
from cse_chat.adapters.analyst.data.schema import TABLES
from tests.analyst.data.conftest import RECORDED


def rows(pack: Pack, name: str) -> list[list[str]]:
    (table,) = (table for table in TABLES if table.name == name)
    return list(pack.rows(table))


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """A copy of the tables to damage."""
    return Path(shutil.copytree(RECORDED, tmp_path / "recorded"))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_importing_twice_gives_the_same_bytes(pack: Pack, tmp_path: Path) -> None:
    again = import_folder(RECORDED, tmp_path)
    names = {path.name for path in pack.folder.iterdir()}
    assert names == {path.name for path in tmp_path.iterdir()}
    assert all((pack.folder / n).read_bytes() == (tmp_path / n).read_bytes() for n in names)
    assert again.digest == pack.digest


def test_the_data_date_is_the_last_session(pack: Pack) -> None:
    assert pack.as_of == "2026-01-08"


def test_a_gap_over_which_closes_continue_is_a_closed_day(pack: Pack) -> None:
    assert ["2026-01-01", "closed"] in rows(pack, "calendar")


def test_a_gap_over_which_closes_jump_is_a_day_not_recorded(pack: Pack) -> None:
    assert ["2026-01-06", "not recorded"] in rows(pack, "calendar")


def test_a_day_with_an_index_value_was_no_holiday(recorded: Path, tmp_path: Path) -> None:
    """Even when no closing price moved over it."""
    edit(
        recorded / "board" / "indices_daily.csv",
        "2026-01-02,1005",
        "2026-01-01,1004,,,,502,,,\n2026-01-02,1005",
    )
    made = import_folder(recorded, tmp_path / "pack")
    assert ["2026-01-01", "not recorded"] in rows(made, "calendar")


def test_weekends_are_not_in_the_calendar(pack: Pack) -> None:
    assert not {"2026-01-03", "2026-01-04"} & {day for day, _ in rows(pack, "calendar")}


def test_a_subdivision_counts_by_its_shares_other_actions_by_price(pack: Pack) -> None:
    assert rows(pack, "action") == [
        ["BRVO.N0000", "2026-01-07", "subdivision", "5.0"],
        ["BRVO.N0000", "2026-01-08", "rights or scrip", "1.25"],
    ]


def test_a_previous_close_of_0_is_unknown(pack: Pack) -> None:
    (first_day,) = (row for row in rows(pack, "bar") if row[:2] == ["ECHO.N0000", "2026-01-05"])
    assert first_day[2] == ""


def test_a_first_of_january_is_kept_as_a_year_and_the_placeholder_dropped(pack: Pack) -> None:
    listed = {row[0]: row[7] for row in rows(pack, "security")}
    assert listed["BRVO.N0000"] == "1984"
    assert listed["ALFA.X0000"] == ""
    assert listed["ALFA.N0000"] == "1990-05-04"


def test_only_corporate_holders_without_a_note_are_taken(pack: Pack) -> None:
    """With a symbol, 5 % and more, of 2022 and later; the larger of two statements."""
    unlisted = [(row[0], row[1], row[3]) for row in rows(pack, "holding") if not row[2]]
    assert unlisted == [
        ("ALFA.N0000", "Zulu Investments", "6.5"),
        ("CHRL.N0000", "Employee's Provident Fund", "12"),
        ("DELT.N0000", "Tango Holdings", "66"),
        ("ECHO.N0000", "Whiskey", "70"),
    ]


def test_a_listed_holding_has_the_date_of_the_newest_report(pack: Pack) -> None:
    dates = {(row[0], row[1]): row[6] for row in rows(pack, "holding")}
    assert dates["ALFA.N0000", "BRVO.N0000"] == "2025-03-31"


def test_unlisted_subsidiaries_are_taken_once_with_the_larger_share(pack: Pack) -> None:
    assert rows(pack, "subsidiary") == [
        ["BRVO.N0000", "Bravo Logistics", ""],
        ["BRVO.N0000", "Bravo Power", "80"],
    ]


def test_officers_and_undated_seats_are_left_out(pack: Pack) -> None:
    names = {row[1] for row in rows(pack, "seat")}
    assert not names & {"Papa Figures", "Undated Person"}


def test_a_name_that_fuses_two_people_is_marked_unclear(pack: Pack) -> None:
    assert {row[1] for row in rows(pack, "seat") if row[6] == "1"} == {"C. Lima & D. Lima"}


def test_a_title_says_more_than_membership_when_it_can(pack: Pack) -> None:
    titles = {(row[0], row[1]): row[3] for row in rows(pack, "seat")}
    assert titles["ALFA.N0000", "A. B. Quebec"] == "Chairman / Chief Executive Officer"
    assert titles["ALFA.N0000", "Mike Romeo"] == "Independent Non-Executive Director"


def test_a_sector_alias_targets_the_code(pack: Pack) -> None:
    aliases = rows(pack, "alias")
    assert ["banking", "sector", "4010"] in aliases
    assert aliases.count(["alfa bank", "company", "ALFA.N0000"]) == 1


def test_announcements_of_one_kind_and_day_are_counted(pack: Pack) -> None:
    assert ["ALFA", "2025-06-01", "CASH DIVIDEND", "2"] in rows(pack, "announcement")


@pytest.mark.parametrize(
    ("upper", "title"),
    [
        ("JOHN KEELLS HOLDINGS PLC", "John Keells Holdings PLC"),
        ("C T HOLDINGS PLC", "C T Holdings PLC"),
        ("LOLC FINANCE PLC", "LOLC Finance PLC"),
        ("HNB FINANCE PLC", "HNB Finance PLC"),
        ("CARGILLS (CEYLON) PLC.", "Cargills (Ceylon) PLC"),
        ("C. W. MACKIE PLC", "C. W. Mackie PLC"),
        ("hSenid Business Solutions PLC", "hSenid Business Solutions PLC"),
        ("ON'ALLY HOLDINGS PLC", "On'ally Holdings PLC"),
        ("E - CHANNELLING PLC", "E-Channelling PLC"),
        ("ASIAN HOTELS AND PROPERTIES PLC", "Asian Hotels and Properties PLC"),
        ("THE KANDY HOTELS COMPANY (1938) PLC", "The Kandy Hotels Company (1938) PLC"),
        ("CAL GROWTH FUND (“Units”)", "CAL Growth Fund (Units)"),
        ("LAKE HOUSE PRINTERS & PUBLISHERS PLC", "Lake House Printers & Publishers PLC"),
    ],
)
def test_names_are_written_in_title_case(upper: str, title: str) -> None:
    assert title_case(upper) == title


@pytest.mark.parametrize(
    "name", ["Zulu Investments", "Vinik", "St. Anthony's Consolidated", "Post & Telecom Bank"]
)
def test_a_company_may_be_a_holder(name: str) -> None:
    assert is_corporate(name)


@pytest.mark.parametrize(
    "name",
    [
        "Some Bank & J. Person",
        "Some Bank / J. Person",
        "Some Bank PLC/J. Person",
        "J. Person & Some Bank",
        "Some Finance & John Person",
        "Mrs. J. Person",
        "Dr J. Person & Company",
        "Estate of Late J. Person",
        "John Person",
        "J. K. L. Person",
    ],
)
def test_a_possible_person_is_no_holder(name: str) -> None:
    assert not is_corporate(name)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("board/companies.csv", "gics_code", "code", "companies.csv: lacks gics_code"),
        ("board/companies.csv", "fund unit", "option", "unknown kind or status 'option'"),
        ("board/companies.csv", ",45,active", ",45", "row 9 is short"),
        ("aliases.csv", "Banks,bank,", "Bonks,bank,", "unknown sector Bonks"),
        (
            "board/prices_daily_2026-01.csv",
            "111,106,110,90",
            "111,106,ten,90",
            "'ten'",
        ),
        ("board/prices_daily_2026-01.csv", "111,106,110,90", "111,106,0,90", "contradicts itself"),
        ("board/indices_daily.csv", "2026-01-08,1050", "2026-01-08,ten", "contradicts itself"),
        ("board/prices_daily_2026-01.csv", "2026-01-07,GOLF", "2026-01-08,GOLF", "UNIQUE"),
    ],
)
def test_tables_that_cannot_be_right_replace_nothing(
    recorded: Path, tmp_path: Path, *, file: str, old: str, new: str, message: str
) -> None:
    edit(recorded / file, old, new)
    with pytest.raises(MarketDataError, match=message):
        import_folder(recorded, tmp_path / "pack")
    assert not (tmp_path / "pack").exists()


@pytest.mark.parametrize(
    "missing", ["aliases.csv", "board/companies.csv", "board/announcements_2025.csv"]
)
def test_a_missing_table_is_named(recorded: Path, tmp_path: Path, missing: str) -> None:
    (recorded / missing).unlink()
    with pytest.raises(MarketDataError, match=r"(aliases|companies|announcements_\*)\.csv"):
        import_folder(recorded, tmp_path / "pack")


def test_tables_without_a_price_are_no_market(recorded: Path, tmp_path: Path) -> None:
    for path in (recorded / "board").glob("prices_daily_*.csv"):
        path.write_text(path.read_text().splitlines()[0] + "\n")
    with pytest.raises(MarketDataError, match="has no prices"):
        import_folder(recorded, tmp_path / "pack")


def test_a_table_in_another_encoding_is_named(recorded: Path, tmp_path: Path) -> None:
    (recorded / "aliases.csv").write_bytes(b"target,alias,kind\nX,caf\xe9,company\n")
    with pytest.raises(MarketDataError, match=r"aliases\.csv: is not UTF-8"):
        import_folder(recorded, tmp_path / "pack")


def test_the_command_says_what_it_wrote(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(RECORDED), "--into", str(tmp_path)]) == 0
    assert "126 rows as of 2026-01-08" in capsys.readouterr().out


def test_the_command_names_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [str(tmp_path), "--into", str(tmp_path / "pack")]
    assert main(arguments) == 1
    assert "companies.csv: no such file" in capsys.readouterr().err


def test_the_importer_is_run_as_a_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["importer", str(RECORDED), "--into", str(tmp_path)])
    with pytest.raises(SystemExit) as caught:
        runpy.run_module("cse_chat.adapters.analyst.data.importer", run_name="__main__")
    assert caught.value.code == 0
    assert "2026-01-08" in capsys.readouterr().out
