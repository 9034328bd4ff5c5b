"""What a measurement leaves behind: a page for people, a JSON file for programs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console, Group
from rich.table import Table

from bench.figures import Figure

SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table of a report; cells are text already."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one case found.

    Attributes:
        settings: What it was told to do.
        runs: Every single run with all its samples, in the order in which they ran.
        figures: What is told of them.
        grids: More for people, beside the figures.
        errors: Wrong or missing answers, in sum.
        remarks: What a reader has to know to believe it.
    """

    case: str
    claim: str
    settings: Mapping[str, Any]
    runs: tuple[Mapping[str, Any], ...]
    figures: tuple[Figure, ...]
    grids: tuple[Grid, ...] = ()
    errors: int = 0
    remarks: tuple[str, ...] = field(default=())

    def document(self, *, machine: Mapping[str, object], at: datetime) -> dict[str, Any]:
        """Return it ready for JSON.

        Args:
            machine: See `machines.description`.
            at: When it was measured.
        """
        return {
            "schema": SCHEMA,
            "case": self.case,
            "date": at.isoformat(timespec="seconds"),
            "machine": machine,
            "settings": self.settings,
            "errors": self.errors,
            "remarks": self.remarks,
            "figures": [_figure(figure) for figure in self.figures],
            "runs": self.runs,
        }


def _figure(figure: Figure) -> dict[str, Any]:
    goal = figure.goal
    return {
        "name": figure.name,
        "unit": figure.unit,
        "samples": figure.samples,
        "median": figure.median,
        "low": figure.low,
        "high": figure.high,
        "goal": goal and {"direction": goal.direction, "bound": goal.bound},
        "met": figure.met,
    }


def write(report: Report, folder: Path, *, machine: Mapping[str, object], at: datetime) -> Path:
    """Write *report* into *folder*, which is made, and return the file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{at:%Y-%m-%dT%H%M%S}-{report.case}.json"
    document = msgspec.json.encode(report.document(machine=machine, at=at))
    path.write_bytes(msgspec.json.format(document, indent=1))
    return path


def show(report: Report, console: Console) -> None:
    """Print *report* for people."""
    tables = [_table(grid) for grid in report.grids]
    console.print()
    console.rule(f"[bold]{report.case}[/]: {report.claim}", align="left")
    console.print(Group(*tables, _verdicts(report.figures)))
    for remark in report.remarks:
        console.print(f"  {remark}")
    if report.errors:
        console.print(f"  [bold red]{report.errors} errors[/]: the figures above are worth nothing")


def _table(grid: Grid) -> Table:
    table = Table(
        title=grid.title, title_justify="left", title_style="bold", box=None, padding=(0, 1, 0, 0)
    )
    for number, column in enumerate(grid.columns):
        table.add_column(column, justify="right" if number else "left", no_wrap=True)
    for row in grid.rows:
        table.add_row(*row)
    return table


def _verdicts(figures: Sequence[Figure]) -> Table:
    grid = Grid(
        title="Figures: median over the rounds (lowest to highest)",
        columns=("figure", "median", "range", "goal", ""),
        rows=tuple(
            (
                figure.name,
                quantity(figure.median, figure.unit),
                f"{number(figure.low)} to {number(figure.high)}",
                f"{figure.goal.direction} {quantity(figure.goal.bound, figure.unit)}"
                if figure.goal
                else "",
                _VERDICTS[figure.met],
            )
            for figure in figures
        ),
    )
    return _table(grid)


_VERDICTS = {True: "[green]met[/]", False: "[red]missed[/]", None: ""}


def number(value: float) -> str:
    """Return *value* with three significant digits, thousands with commas."""
    if abs(value) >= 100:  # noqa: PLR2004 -- more than three digits before the point
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"  # noqa: PLR2004 -- likewise


def quantity(value: float, unit: str) -> str:
    """Return *value* with its unit."""
    return f"{number(value)} {unit}".rstrip()
