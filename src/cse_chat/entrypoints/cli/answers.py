"""An answer on the terminal: its text, its tables, and what it stands on."""

import re
import shlex
import sys
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cse_chat.adapters.wire.responses import ArtifactWire, ChatResponse, ColumnWire
from cse_chat.domain.model.artifacts import Cell, ColumnType

# The text comes from elsewhere: it must not move the cursor or colour the screen.
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_CHANGE: Final = re.compile(r"change|return|gain|loss", re.IGNORECASE)
_FIGURES: Final = frozenset((ColumnType.NUMBER, ColumnType.INTEGER, ColumnType.PERCENT))
_MAX_ROWS: Final = 50
_PIPED_WIDTH: Final = 200  # nobody sees where a line ends, and a cut table loses facts
_UNKNOWN: Final = "-"


def print_answer(response: ChatResponse, *, options: str = "") -> None:
    """Print *response* to the standard output.

    Args:
        response: What the service answered.
        options: What a follow-up needs beside the thread, such as ``--url``.
    """
    console = Console(highlight=False, width=None if sys.stdout.isatty() else _PIPED_WIDTH)
    console.print(Text(printable(response.response)), soft_wrap=not console.is_terminal)
    for artifact in response.artifacts or ():
        console.print(rendered(artifact))
    console.print(Text(basis_of(response), style="dim"))
    follow_up = f"cse-chat ask {options}--thread {shlex.quote(response.thread_id)}"
    console.print(Text(f'Go on with: {follow_up} "..."', style="dim"), soft_wrap=True)


def printable(text: str) -> str:
    """Return *text* without what a terminal would obey."""
    return _CONTROL.sub("", text)


def basis_of(response: ChatResponse) -> str:
    """Return date, sources and maker of the answer in one line."""
    metadata = response.metadata
    parts = [f"As of {metadata.as_of}"] if metadata.as_of else []
    parts += [f"Source: {printable('; '.join(metadata.sources))}"] if metadata.sources else []
    return " · ".join([*parts, printable(metadata.model_used)])


def rendered(artifact: ArtifactWire) -> RenderableType:
    """Return a table of *artifact*, figures to the right, with as many rows as fit a person."""
    table = Table(
        title=printable(artifact.title),
        title_justify="left",
        title_style="bold",
        box=SIMPLE_HEAD,
        pad_edge=False,
    )
    for column in artifact.columns:
        is_figure = column.type in _FIGURES
        table.add_column(
            Text(heading_of(column)),
            justify="right" if is_figure else "left",
            no_wrap=is_figure,
            overflow="fold",
        )
    for row in artifact.rows[:_MAX_ROWS]:
        table.add_row(
            *(Text(shown(cell, column)) for cell, column in zip(row, artifact.columns, strict=True))
        )
    more = len(artifact.rows) - _MAX_ROWS
    if more <= 0:
        return Padding(table, (1, 0, 0, 0), expand=False)
    return Padding(
        Group(table, Text(f"... and {more} more rows (--json has all)")), (1, 0, 0, 0), expand=False
    )


def heading_of(column: ColumnWire) -> str:
    """Return the label with the unit; percentages carry theirs in the cells."""
    label = printable(column.label)
    has_unit = column.unit and column.type != ColumnType.PERCENT
    return f"{label} ({printable(column.unit)})" if has_unit else label


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
