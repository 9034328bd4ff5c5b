"""Data that comes with an answer: tables, and series for charts."""

from dataclasses import dataclass
from enum import StrEnum

Cell = str | int | float | None
"""One value of a row; ``None`` is unknown. Dates are ISO text."""


class ColumnType(StrEnum):
    """How a column's cells are read, aligned and sorted."""

    TEXT = "text"
    NUMBER = "number"
    INTEGER = "integer"
    PERCENT = "percent"
    DATE = "date"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A typed column.

    Attributes:
        name: Stable key, ``snake_case``.
        label: What a person reads above it.
        unit: ``LKR``, ``%``, ``shares`` ...; empty when it has none.
        decimals: Digits after the point a reader shows; ``None`` as they are.
    """

    name: str
    label: str
    type: ColumnType = ColumnType.TEXT
    unit: str = ""
    decimals: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under typed columns; every row has one cell for each column."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __post_init__(self) -> None:
        """Refuse a ragged table: no reader could show it."""
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"{self.title}: a row does not fit the columns")


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Points for a chart, oldest first, under the same kind of typed columns."""

    title: str
    columns: tuple[Column, ...]
    points: tuple[tuple[Cell, ...], ...]

    def __post_init__(self) -> None:
        """Refuse a ragged series: no reader could draw it."""
        if any(len(point) != len(self.columns) for point in self.points):
            raise ValueError(f"{self.title}: a point does not fit the columns")


Artifact = Table | Series
