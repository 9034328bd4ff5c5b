"""The market data that ship with the product: one compressed text table per file.

A pack is a folder with `<table>.tsv.gz` files and `manifest.json`, which has the as-of date, the
source, and rows and SHA-256 of each file. The bytes depend on the facts alone, so that repeating
an import gives the same files.
"""

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cse_chat.adapters.analyst.data.errors import MarketDataError
from cse_chat.adapters.analyst.data.schema import SCHEMA_VERSION, TABLES, Table

SHIPPED = Path(__file__).parent / "pack"
SOURCE = (
    "Market figures: Colombo Stock Exchange (www.cse.lk), delayed, for information. "
    "Ownership, subsidiaries, boards and auditors: the companies' annual reports, machine-read."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFile:
    """What the manifest says of one file."""

    file: str
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A pack whose manifest was read; `digest` names all its contents."""

    folder: Path
    as_of: str
    source: str
    tables: Mapping[str, TableFile]
    digest: str

    @classmethod
    def open(cls, folder: Path) -> "Pack":
        """Read the manifest of *folder*.

        Raises:
            MarketDataError: It is missing, damaged or of another schema.
        """
        path = folder / "manifest.json"
        try:
            raw = path.read_bytes()
            manifest = json.loads(raw)
            if manifest["schema"] != SCHEMA_VERSION:
                raise MarketDataError(path, f"schema {manifest['schema']}, not {SCHEMA_VERSION}")
            return cls(
                folder=folder,
                as_of=manifest["as_of"],
                source=manifest["source"],
                tables={t.name: TableFile(**manifest["tables"][t.name]) for t in TABLES},
                digest=hashlib.sha256(raw).hexdigest(),
            )
        except OSError as error:
            raise MarketDataError(path, f"cannot be read ({error.strerror})") from error
        except (ValueError, KeyError, TypeError) as error:
            raise MarketDataError(path, "is damaged") from error

    def rows(self, table: Table) -> Iterator[list[str]]:
        """Give the fields of each row of *table*, checked against the manifest.

        Raises:
            MarketDataError: The file is missing or not the one the manifest describes.
        """
        entry = self.tables[table.name]
        path = self.folder / entry.file
        try:
            packed = path.read_bytes()
        except OSError as error:
            raise MarketDataError(path, f"cannot be read ({error.strerror})") from error
        if hashlib.sha256(packed).hexdigest() != entry.sha256:
            raise MarketDataError(path, "is damaged (its SHA-256 is not the manifest's)")
        try:
            text = gzip.decompress(packed).decode()
        except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
            raise MarketDataError(path, "is damaged (not gzip of UTF-8 text)") from error
        return (line.split("\t") for line in text.splitlines())


def write_pack(folder: Path, *, as_of: str, tables: Mapping[str, Iterable[Sequence[str]]]) -> Pack:
    """Write *tables* (rows of text fields per table name) as a pack and open it.

    Rows are sorted, so their order does not matter. A repeated row of a table is an error of the
    caller and is found when the SQLite file is built.
    """
    folder.mkdir(parents=True, exist_ok=True)
    entries: dict[str, dict[str, str | int]] = {}
    for table in TABLES:
        rows = sorted(tuple(row) for row in tables[table.name])
        text = "".join("\t".join(row) + "\n" for row in rows)
        # mtime 0 and no file name in the header: the bytes depend on the rows alone
        packed = gzip.compress(text.encode(), compresslevel=9, mtime=0)
        file = f"{table.name}.tsv.gz"
        (folder / file).write_bytes(packed)
        digest = hashlib.sha256(packed).hexdigest()
        entries[table.name] = {"file": file, "rows": len(rows), "sha256": digest}
    manifest = {"schema": SCHEMA_VERSION, "as_of": as_of, "source": SOURCE, "tables": entries}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    return Pack.open(folder)
