"""Tables on terminals of any width."""

from io import StringIO

import pytest
from rich.console import Console

from cse_chat.adapters.wire.responses import ArtifactWire, ColumnWire
from cse_chat.domain.model.artifacts import Cell, ColumnType
from cse_chat.entrypoints.cli.tables import rendered

COLUMNS = (
    ColumnWire(name="symbol", label="Symbol", type=ColumnType.TEXT, unit="", decimals=None),
    ColumnWire(name="name", label="Company", type=ColumnType.TEXT, unit="", decimals=None),
    ColumnWire(
        name="volume", label="Volume", type=ColumnType.INTEGER, unit="shares", decimals=None
    ),
    ColumnWire(name="cap", label="Market cap", type=ColumnType.NUMBER, unit="LKR", decimals=0),
)
ONE: tuple[Cell, ...] = ("LOFC", "LOLC Finance PLC", 11_781_431, 159_624_794_669.0)
OTHER: tuple[Cell, ...] = ("RHTL", "The Fortress Resorts PLC", 100, 2_661_280_416.0)


def lines_of(*rows: tuple[Cell, ...], width: int) -> list[str]:
    console = Console(file=StringIO(), width=width, color_system=None)
    with console.capture() as printed:
        console.print(rendered(ArtifactWire(type="table", title="T", columns=COLUMNS, rows=rows)))
    return [line.rstrip() for line in printed.get().splitlines()]


def test_with_room_the_headings_stand_on_one_line() -> None:
    lines = lines_of(ONE, OTHER, width=100)

    assert lines[3].split() == [
        *("Symbol", "Company", "Volume", "(shares)", "Market", "cap", "(LKR)")
    ]
    assert lines[5].split()[-2:] == ["11,781,431", "159,624,794,669"]


def test_with_less_room_headings_and_names_are_folded_and_figures_never() -> None:
    lines = lines_of(ONE, OTHER, width=51)

    assert [line.split() for line in lines[3:6]] == [
        ["Market"],
        ["Volume", "cap"],
        ["Symbol", "Company", "(shares)", "(LKR)"],
    ]
    assert lines[7].split() == ["LOFC", "LOLC", "11,781,431", "159,624,794,669"]


def test_columns_that_find_no_room_are_named() -> None:
    lines = lines_of(ONE, OTHER, width=40)

    assert any(line.endswith("11,781,431") for line in lines)
    assert "159,624" not in "".join(lines)
    assert "For want of room without: Market cap" in " ".join(lines)


@pytest.mark.parametrize("width", [40, 48])
def test_a_single_row_without_room_stands_upright(width: int) -> None:
    lines = lines_of(ONE, width=width)

    assert [line.split() for line in lines[3:7]] == [
        ["Symbol", "LOFC"],
        ["Company", "LOLC", "Finance", "PLC"],
        ["Volume", "(shares)", "11,781,431"],
        ["Market", "cap", "(LKR)", "159,624,794,669"],
    ]


def test_the_narrowest_terminal_gets_the_first_column() -> None:
    assert any("LOFC" in line for line in lines_of(ONE, OTHER, width=6))
