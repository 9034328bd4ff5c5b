"""What there is of market data, and whether it is as it should be."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from cse_chat.adapters.analyst.data.builder import fill, is_sound, place_of
from cse_chat.adapters.analyst.data.errors import REPAIR, MarketDataError
from cse_chat.adapters.analyst.data.packs import SHIPPED, Pack
from cse_chat.adapters.analyst.data.rules import RULES, Rule
from cse_chat.adapters.analyst.data.schema import CALENDAR, TABLES, Table

_EXAMPLES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DataStatus:
    """What there is.

    Attributes:
        as_of: The last session, a date.
        sessions: Days with trading.
        rows: Per table, in the order of the schema.
        pack: The folder of the tables.
        database: The SQLite file built from them, which may not be there yet.
        is_built: Whether it is there, whole, and of this pack.
    """

    as_of: str
    first_session: str
    sessions: int
    source: str
    rows: Mapping[str, int]
    pack: Path
    database: Path
    is_built: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DataCheck:
    """One thing that was verified.

    Attributes:
        subject: What was looked at.
        claim: What holds, or what is wrong.
        remedy: What to do; empty where nothing is wrong.
    """

    subject: str
    claim: str
    remedy: str = ""

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not self.remedy


def status_of(folder: Path, pack_folder: Path = SHIPPED) -> DataStatus:
    """Give what there is, without building anything.

    Args:
        folder: Where the SQLite file is or will be.
        pack_folder: Compressed tables; those that ship with the product by default.

    Raises:
        MarketDataError: The pack is missing or damaged.
    """
    pack = Pack.open(pack_folder)
    sessions = sorted(row[0] for row in pack.rows(CALENDAR) if row[1] == "session")
    database = place_of(pack, folder)
    return DataStatus(
        as_of=pack.as_of,
        first_session=min(sessions, default=""),
        sessions=len(sessions),
        source=pack.source,
        rows={table.name: pack.tables[table.name].rows for table in TABLES},
        pack=pack.folder,
        database=database,
        is_built=is_sound(database, pack),
    )


def checks_of(folder: Path, pack_folder: Path = SHIPPED) -> Iterator[DataCheck]:
    """Verify the pack against its manifest, the SQLite file against the pack, and the figures.

    Takes about a second, and changes nothing. Where the tables cannot be read, what would need
    them is left out.

    Args:
        folder: Where the SQLite file is or will be.
        pack_folder: Compressed tables; those that ship with the product by default.
    """
    try:
        pack = Pack.open(pack_folder)
    except MarketDataError as error:
        yield _failure("manifest", error)
        return
    yield DataCheck(subject="manifest", claim=f"can be read, as of {pack.as_of}")
    damaged = [check for table in TABLES if (check := _fault_of(pack, table))]
    yield from damaged
    if damaged:
        return
    yield DataCheck(subject="tables", claim=f"all {len(TABLES)} are as the manifest says")
    with closing(sqlite3.connect(":memory:", isolation_level=None, uri=True)) as expected:
        try:
            fill(expected, pack)
        except (sqlite3.IntegrityError, MarketDataError) as error:
            claim = f"cannot be loaded: a row is repeated or contradicts itself ({error})"
            yield DataCheck(subject="rows", claim=claim, remedy=REPAIR)
            return
        yield DataCheck(subject="rows", claim="none is repeated, each has the types of its table")
        yield _check_of_database(expected, pack, place_of(pack, folder))
        for rule in RULES:
            yield _check_of_rule(expected, rule)


def _fault_of(pack: Pack, table: Table) -> DataCheck | None:
    try:
        rows = list(pack.rows(table))
    except MarketDataError as error:
        return _failure(table.name, error)
    claimed = pack.tables[table.name].rows
    if len(rows) != claimed:
        claim = f"has {len(rows):,} rows, and the manifest says {claimed:,}"
    elif any(len(row) != len(table.columns) for row in rows):
        claim = "has a row of another shape"
    else:
        return None
    return DataCheck(subject=table.name, claim=claim, remedy=REPAIR)


def _check_of_database(expected: sqlite3.Connection, pack: Pack, path: Path) -> DataCheck:
    if not path.exists():
        return DataCheck(subject="database", claim="not built yet; the first start does it")
    differing = [] if is_sound(path, pack) else ["its form"]
    if not differing:
        expected.execute("ATTACH ? AS built", (f"{path.as_uri()}?mode=ro",))
        differing = [table.name for table in TABLES if _differs(expected, table)]
        expected.execute("DETACH built")
    if differing:
        return DataCheck(
            subject="database",
            claim=f"{path} is not what the tables say ({', '.join(differing)})",
            remedy="delete that file while no service runs; the next start builds it again",
        )
    return DataCheck(subject="database", claim=f"holds exactly the tables: {path}")


def _differs(connection: sqlite3.Connection, table: Table) -> bool:
    # The names are the constants of the schema, never input.
    here, there = f"SELECT * FROM main.{table.name}", f"SELECT * FROM built.{table.name}"  # noqa: S608 - constants only
    for query in (f"{here} EXCEPT {there}", f"{there} EXCEPT {here}"):
        if connection.execute(f"{query} LIMIT 1").fetchone():
            return True
    return False


def _check_of_rule(connection: sqlite3.Connection, rule: Rule) -> DataCheck:
    broken = connection.execute(rule.exceptions).fetchall()
    if not broken:
        return DataCheck(subject=rule.subject, claim=rule.claim)
    shown = "; ".join(" ".join(map(str, row)) for row in broken[:_EXAMPLES])
    many = "1 exception" if len(broken) == 1 else f"{len(broken):,} exceptions"
    return DataCheck(
        subject=rule.subject,
        claim=f"not so: {rule.claim} ({many}, such as {shown})",
        remedy=REPAIR,
    )


def _failure(subject: str, error: MarketDataError) -> DataCheck:
    return DataCheck(subject=subject, claim=f"{error.file}: {error.problem}", remedy=error.repair)
