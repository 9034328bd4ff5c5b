"""The command that remakes the shipped tables."""

import argparse
import sys
from pathlib import Path

from cse_chat.adapters.analyst.data.errors import MarketDataError
from cse_chat.adapters.analyst.data.importer.folder import import_folder
from cse_chat.adapters.analyst.data.packs import SHIPPED


def main(arguments: list[str] | None = None) -> int:
    """Import the folder named by *arguments*; 0 when done, 1 when it cannot be imported."""
    parser = argparse.ArgumentParser(prog="importer", description="Remake the market data tables.")
    parser.add_argument("folder", type=Path, help="recorded tables to import")
    parser.add_argument("--into", type=Path, default=SHIPPED, help="folder of the pack to write")
    chosen = parser.parse_args(arguments)
    try:
        pack = import_folder(chosen.folder, chosen.into)
    except MarketDataError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    rows = sum(table.rows for table in pack.tables.values())
    size = sum(file.stat().st_size for file in pack.folder.iterdir())
    sys.stdout.write(f"{rows:,} rows as of {pack.as_of}, {size:,} bytes in {pack.folder}\n")
    return 0
