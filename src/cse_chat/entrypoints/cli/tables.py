"""The tables of an answer, such that a terminal of any width shows whole figures."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cse_chat.adapters.wire.responses import ArtifactWire, ColumnWire
from cse_chat.domain.model.artifacts import Cell, ColumnType
from cse_chat.entrypoints.cli.printing import printable

_CHANGE: Final = re.compile(r"change|return|gain|loss", re.IGNORECASE)
_FIGURES: Final = frozenset((ColumnType.NUMBER, ColumnType.INTEGER, ColumnType.PERCENT))
_MAX_ROWS: Final = 50
_UNLIMITED: Final = 10_000
_UNKNOWN: Final = "-"


def rendered(artifact: ArtifactWire) -> RenderableType:
    """Return a table of *artifact*, figures to the right, with as many rows as fit a person.

    Where it is wider than its place, a single row stands upright; of several rows the first
    columns are shown and the others named.
    """
    return Padding(_Fitting(artifact), (1, 0, 0, 0), expand=False)


@dataclass(frozen=True, slots=True)
class _Fitting:
    artifact: ArtifactWire

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the table, and what is missing in it."""
        artifact = self.artifact
        table = self._widest(console, options)
        left_out = artifact.columns[len(table.columns) :]
        if left_out and len(artifact.rows) == 1:
            yield _upright(artifact)
            return
        yield table
        if (more := len(artifact.rows) - _MAX_ROWS) > 0:
            yield Text(f"... and {more} more rows (--json has all)")
        if left_out:
            names = ", ".join(map(heading_of, left_out))
            yield Text(f"For want of room without: {names} (--json has all)", style="dim")

    def _widest(self, console: Console, options: ConsoleOptions) -> Table:
        table = _table(self.artifact, len(self.artifact.columns), heading_of)
        unlimited = options.update(width=_UNLIMITED)
        for count in range(len(self.artifact.columns), 0, -1):
            if Measurement.get(console, unlimited, table).minimum <= options.max_width:
                break
            table = _table(self.artifact, count, _folded_heading_of)
        return table


def _table(artifact: ArtifactWire, count: int, heading: Callable[[ColumnWire], str]) -> Table:
    table = _titled(artifact)
    rows = artifact.rows[:_MAX_ROWS]
    for place, column in enumerate(artifact.columns[:count]):
        is_figure = column.type in _FIGURES
        title, cells = heading(column), [shown(row[place], column) for row in rows]
        table.add_column(
            Text(title),
            justify="right" if is_figure else "left",
            no_wrap=is_figure,
            # Else it is measured by the longest word of its heading, and cut.
            min_width=max(map(cell_len, [*title.split("\n"), *cells])) if is_figure else None,
            overflow="fold",
        )
    for row in rows:
        table.add_row(*map(Text, map(shown, row[:count], artifact.columns)))
    return table


def _upright(artifact: ArtifactWire) -> Table:
    table = _titled(artifact)
    table.show_header = False
    table.add_column()
    table.add_column(overflow="fold")
    for cell, column in zip(artifact.rows[0], artifact.columns, strict=True):
        table.add_row(Text(heading_of(column)), Text(shown(cell, column)))
    return table


def _titled(artifact: ArtifactWire) -> Table:
    return Table(
        title=printable(artifact.title),
        title_justify="left",
        title_style="bold",
        box=SIMPLE_HEAD,
        pad_edge=False,
    )


def heading_of(column: ColumnWire) -> str:
    """Return the label with the unit; percentages carry theirs in the cells."""
    label = printable(column.label)
    has_unit = column.unit and column.type != ColumnType.PERCENT
    return f"{label} ({printable(column.unit)})" if has_unit else label


def _folded_heading_of(column: ColumnWire) -> str:
    return heading_of(column).replace(" ", "\n")


def shown(cell: Cell, column: ColumnWire) -> str:
    """Return *cell* as a person reads it; a change has its sign."""
    if cell is None:
        return _UNKNOWN
    if isinstance(cell, str):
        return printable(cell)
    is_percent = column.type == ColumnType.PERCENT
    is_change = column.type in _FIGURES and _CHANGE.search(f"{column.name} {column.label}")
    sign = "+" if is_change and cell else ""
    decimals = 2 if is_percent and column.decimals is None else column.decimals
    if decimals is None:
        text = f"{cell:{sign},.4f}".rstrip("0").rstrip(".")
    else:
        text = f"{cell:{sign},.{decimals}f}"
    return f"{text}%" if is_percent else text
