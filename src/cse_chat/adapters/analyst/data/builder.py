"""The SQLite file built from a pack, once, at the first start.

`python -m cse_chat.adapters.analyst.data.builder FOLDER` builds that of the shipped pack, for an
image whose containers write nothing.
"""

import os
import sqlite3
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from cse_chat.adapters.analyst.data.errors import MarketDataError
from cse_chat.adapters.analyst.data.packs import SHIPPED, Pack
from cse_chat.adapters.analyst.data.schema import META, SCHEMA_VERSION, TABLES

WRITABLE = "choose a folder that can be written (the data directory of the service)"


def built(pack: Pack, folder: Path) -> Path:
    """Give the SQLite file of *pack* in *folder*, building it when it is absent or damaged.

    The name carries the pack's digest, so another pack is another file. The file is written
    under a name of its own and then renamed: several processes may build at once, each renames
    a whole file, and a reader never sees half of one.

    Raises:
        MarketDataError: The pack is damaged, or *folder* cannot be written.
    """
    path = place_of(pack, folder)
    if is_sound(path, pack):
        return path
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f"{path.name}.", suffix=".tmp", dir=folder)
    except OSError as error:
        raise MarketDataError(
            folder, f"no file made ({error.strerror})", repair=WRITABLE
        ) from error
    os.close(handle)
    draft = Path(name)
    try:
        with closing(sqlite3.connect(draft, isolation_level=None)) as connection:
            fill(connection, pack)
        draft.replace(path)
    except sqlite3.IntegrityError as error:
        raise MarketDataError(pack.folder, f"contradicts itself ({error})") from error
    except (sqlite3.OperationalError, OSError) as error:
        raise MarketDataError(path, f"not written ({error})", repair=WRITABLE) from error
    finally:
        draft.unlink(missing_ok=True)
    return path


def place_of(pack: Pack, folder: Path) -> Path:
    """Give the path that the SQLite file of *pack* has in *folder*, built or not."""
    return folder.resolve() / f"market-{pack.digest[:16]}.sqlite"


def is_sound(path: Path, pack: Pack) -> bool:
    """Tell whether *path* is a whole SQLite file of *pack*.

    `quick_check` reads every page (about 10 ms); a file cut short or overwritten fails it.
    """
    if not path.exists():
        return False
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version != SCHEMA_VERSION:
                return False
            digest = connection.execute("SELECT value FROM meta WHERE key = 'digest'").fetchone()
            (check,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            return bool(digest == (pack.digest,) and check == "ok")
    except sqlite3.DatabaseError:
        return False


def fill(connection: sqlite3.Connection, pack: Pack) -> None:
    """Create every table in an empty database and load the rows of *pack*."""
    # Nothing is lost by a crash: the file has its name only when it is whole, and is rebuilt.
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("BEGIN")
    for table in TABLES:
        connection.execute(table.create())
        try:
            connection.executemany(table.insert(), pack.rows(table))
        except sqlite3.ProgrammingError as error:
            path = pack.folder / pack.tables[table.name].file
            raise MarketDataError(path, "has a row of another shape") from error
        if table.index:
            connection.execute(f"CREATE INDEX {table.name}_index ON {table.name} ({table.index})")
    connection.execute(META)
    meta = {"as_of": pack.as_of, "source": pack.source, "digest": pack.digest}
    connection.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    connection.execute("COMMIT")


def main(arguments: Sequence[str]) -> int:
    """Build the SQLite file of the shipped pack in the folder that is named; 0 when it is there."""
    (folder,) = arguments
    try:
        path = built(Pack.open(SHIPPED), Path(folder))
    except MarketDataError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":  # pragma: no cover - the tests call main()
    sys.exit(main(sys.argv[1:]))
