"""The tables of market data, the same in the pack (text) and in SQLite.

Prices, turnover and market values are LKR, volumes shares, `_pct` and yields percent; an empty
field is unknown. Figures are REAL: recorded prices have at most two decimals and market values
under 2**53, so a float gives back every recorded digit, and ratios are rounded once, when made.
"""

from dataclasses import dataclass

# Goes up with every change of a table below: it makes an older SQLite file be built again.
SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table: its columns as `name TYPE` in the order of the pack, and its key."""

    name: str
    columns: tuple[str, ...]
    key: str
    index: str = ""

    def create(self) -> str:
        """The statement that makes the table."""
        body = ", ".join((*self.columns, f"PRIMARY KEY ({self.key})"))
        # STRICT: a text in a column of numbers is an error instead of a text
        return f"CREATE TABLE {self.name} ({body}) STRICT, WITHOUT ROWID"

    def insert(self) -> str:
        """The statement that adds a row of text fields, an empty field being NULL."""
        fields = ", ".join("NULLIF(?, '')" for _ in self.columns)
        # The names are the constants of this module, never input.
        return f"INSERT INTO {self.name} VALUES ({fields})"  # noqa: S608 - constants only


CALENDAR = Table(
    name="calendar",
    # kind: session, closed (no trading), not recorded (the prices are missing); weekdays only
    columns=("date TEXT", "kind TEXT NOT NULL"),
    key="date",
)
SECTOR = Table(name="sector", columns=("gics_code TEXT", "name TEXT NOT NULL"), key="gics_code")
SECURITY = Table(
    name="security",
    columns=(
        "symbol TEXT",
        "base TEXT NOT NULL",
        "kind TEXT NOT NULL",  # voting, non-voting, rights, fund unit
        "name TEXT NOT NULL",
        "status TEXT NOT NULL",  # active, thin, delisted or suspended
        "gics_code TEXT",
        "isin TEXT",
        "listed TEXT",  # a date, or a year where only that is known
        "founded TEXT",
        "shares INTEGER",
        "beta REAL",
        "high_52w REAL",  # as the exchange prints it, not adjusted for actions
        "low_52w REAL",
    ),
    key="symbol",
)
BAR = Table(
    name="bar",
    columns=(
        "symbol TEXT",
        "date TEXT",
        "prev_close REAL CHECK (prev_close > 0)",
        "open REAL",
        "high REAL",
        "low REAL",
        "close REAL NOT NULL CHECK (close > 0)",
        "volume INTEGER",
        "trades INTEGER",
        "turnover REAL",
        "volume_incl_crossings INTEGER",
        "trades_incl_crossings INTEGER",
        "market_cap REAL",
    ),
    key="symbol, date",
    index="date",
)
ACTION = Table(
    name="action",
    # factor: closes before ex_date are divided by it
    columns=(
        "symbol TEXT",
        "ex_date TEXT",
        "kind TEXT NOT NULL",
        "factor REAL NOT NULL CHECK (factor > 0)",
    ),
    key="symbol, ex_date",
)
INDEX_DAY = Table(
    name="index_day",
    columns=(
        "code TEXT",  # ASPI or SPSL20
        "date TEXT",
        "value REAL NOT NULL CHECK (value > 0)",
        "low REAL",
        "high REAL",
        "change REAL",
    ),
    key="code, date",
)
SECTOR_DAY = Table(
    name="sector_day",
    columns=(
        "gics_code TEXT",
        "date TEXT",
        "value REAL NOT NULL CHECK (value > 0)",
        "change REAL NOT NULL",
        "trades INTEGER NOT NULL",
        "volume INTEGER NOT NULL",
        "turnover REAL NOT NULL",
    ),
    key="gics_code, date",
)
MARKET_DAY = Table(
    name="market_day",
    columns=(
        "date TEXT",
        "turnover REAL NOT NULL",
        "trades INTEGER NOT NULL",
        "foreign_purchases REAL NOT NULL",
        "foreign_sales REAL NOT NULL",
        "domestic_purchases REAL NOT NULL",
        "domestic_sales REAL NOT NULL",
        "market_cap REAL NOT NULL",
        "price_earnings REAL NOT NULL",
        "price_book REAL NOT NULL",
        "dividend_yield REAL NOT NULL",
        "listed INTEGER NOT NULL",
    ),
    key="date",
)
ANNOUNCEMENT = Table(
    name="announcement",
    # times: how many of that category the company made on that day
    columns=("base TEXT", "date TEXT", "category TEXT", "times INTEGER NOT NULL"),
    key="base, date, category",
)
HOLDING = Table(
    name="holding",
    columns=(
        "owned TEXT",  # symbol
        "holder TEXT",  # symbol, or the name of an unlisted company
        "holder_symbol TEXT",
        "pct REAL",
        "direct INTEGER NOT NULL",  # 1: stated by the owned company's list of holders
        "confidence TEXT NOT NULL",
        "as_of TEXT",
    ),
    key="owned, holder",
)
SUBSIDIARY = Table(
    name="subsidiary",
    # unlisted companies; listed ones are holdings
    columns=("symbol TEXT", "name TEXT", "pct REAL"),
    key="symbol, name",
)
SEAT = Table(
    name="seat",
    columns=(
        "symbol TEXT",
        "name TEXT",
        "person_key TEXT NOT NULL",
        "title TEXT NOT NULL",
        "as_of TEXT NOT NULL",
        "confidence TEXT NOT NULL",
        "name_unclear INTEGER NOT NULL",  # 1: the printed name fuses two people
    ),
    key="symbol, name",
    index="person_key",
)
AUDITOR = Table(name="auditor", columns=("symbol TEXT", "auditor TEXT NOT NULL"), key="symbol")
ALIAS = Table(
    name="alias",
    columns=("alias TEXT", "kind TEXT", "target TEXT"),  # kind: company, sector, index, person
    key="alias, kind, target",
)

TABLES = (
    CALENDAR,
    SECTOR,
    SECURITY,
    BAR,
    ACTION,
    INDEX_DAY,
    SECTOR_DAY,
    MARKET_DAY,
    ANNOUNCEMENT,
    HOLDING,
    SUBSIDIARY,
    SEAT,
    AUDITOR,
    ALIAS,
)
META = "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID"
