"""Recorded tables (CSV) that an import reads."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

from cse_chat.adapters.analyst.data.errors import MarketDataError

Row: TypeAlias = Mapping[str, str]

REPAIR = "give a folder that has this file with its columns"


def read(path: Path, *columns: str) -> list[Row]:
    """Read the CSV file at *path*, which must have *columns* (it may have more).

    Raises:
        MarketDataError: The file is missing, is not UTF-8 or lacks a column or a field.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            missing = set(columns) - set(reader.fieldnames or ())
            if missing:
                raise MarketDataError(path, f"lacks {', '.join(sorted(missing))}", repair=REPAIR)
            rows: list[Row] = [{name: row[name] for name in columns} for row in reader]
    except OSError as error:
        raise MarketDataError(path, f"cannot be read ({error.strerror})", repair=REPAIR) from error
    except UnicodeDecodeError as error:
        raise MarketDataError(path, "is not UTF-8", repair=REPAIR) from error
    for number, row in enumerate(rows, start=1):
        # DictReader fills the fields a short row lacks with None.
        if None in row.values():
            raise MarketDataError(path, f"row {number} is short", repair=REPAIR)
    return rows


def read_all(folder: Path, pattern: str, *columns: str) -> list[Row]:
    """Read the files of *folder* that match *pattern*, in order of name, as one table."""
    paths = sorted(folder.glob(pattern))
    if not paths:
        raise MarketDataError(folder / pattern, "no such file", repair=REPAIR)
    return [row for path in paths for row in read(path, *columns)]
