"""The typed columns that tables are made of."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from cse_chat.domain.model.artifacts import Cell, Column, ColumnType, Table

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Filled(Generic[Row]):
    """A column and where a row's cell comes from."""

    column: Column
    cell: Callable[[Row], Cell | date]


def text(name: str, label: str, cell: Callable[[Row], str | None]) -> Filled[Row]:
    """Make a column of words."""
    return Filled(Column(name=name, label=label), cell)


def rupees(
    name: str, label: str, cell: Callable[[Row], float | None], decimals: int = 2
) -> Filled[Row]:
    """Make a column of LKR."""
    column = Column(name=name, label=label, type=ColumnType.NUMBER, unit="LKR", decimals=decimals)
    return Filled(column, cell)


def number(name: str, label: str, cell: Callable[[Row], float | None]) -> Filled[Row]:
    """Make a column of plain numbers."""
    return Filled(Column(name=name, label=label, type=ColumnType.NUMBER, decimals=2), cell)


def percent(name: str, label: str, cell: Callable[[Row], float | None]) -> Filled[Row]:
    """Make a column of percentages."""
    column = Column(name=name, label=label, type=ColumnType.PERCENT, unit="%", decimals=2)
    return Filled(column, cell)


def count(name: str, label: str, cell: Callable[[Row], int | None], unit: str = "") -> Filled[Row]:
    """Make a column of whole numbers."""
    return Filled(Column(name=name, label=label, type=ColumnType.INTEGER, unit=unit), cell)


def day(name: str, label: str, cell: Callable[[Row], date | None]) -> Filled[Row]:
    """Make a column of dates."""
    return Filled(Column(name=name, label=label, type=ColumnType.DATE), cell)


def table(title: str, columns: Sequence[Filled[Row]], rows: Iterable[Row]) -> Table:
    """Fill a table, a row for each of *rows*."""
    return Table(
        title=title,
        columns=tuple(filled.column for filled in columns),
        rows=tuple(tuple(_cell(filled.cell(row)) for filled in columns) for row in rows),
    )


def _cell(value: Cell | date) -> Cell:
    return value.isoformat() if isinstance(value, date) else value
