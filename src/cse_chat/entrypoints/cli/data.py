"""``cse-chat data``: which market data there are, and whether they are as they should be."""

from rich.table import Table
from rich.text import Text

from cse_chat.adapters.analyst.data.errors import MarketDataError
from cse_chat.adapters.analyst.data.inspection import DataStatus, checks_of, status_of
from cse_chat.entrypoints.cli.configuration import read_settings
from cse_chat.entrypoints.cli.consoles import show
from cse_chat.entrypoints.cli.exit_codes import ExitCode, fail
from cse_chat.entrypoints.cli.findings import Finding, State, report
from cse_chat.entrypoints.cli.printing import print_json, printable


def status(*, as_json: bool) -> None:
    """Print what there is: dates, rows, source, places.

    Raises:
        CommandFailedError: The tables are missing or damaged, or settings are unusable.
    """
    try:
        found = status_of(read_settings().data_dir)
    except MarketDataError as error:
        fail(ExitCode.UNUSABLE, str(error), because=error)
    if as_json:
        print_json(_document(found))
    else:
        show(_table(found))


def check(*, as_json: bool) -> None:
    """Verify tables, database and figures, and print each with what to do when it is wrong.

    Raises:
        CommandFailedError: Something is wrong, or settings are unusable.
    """
    report(data_findings(), as_json=as_json)


def data_findings() -> list[Finding]:
    """Return what a thorough look at the market data finds.

    Raises:
        CommandFailedError: Settings are unusable.
    """
    return [
        Finding(
            subject=found.subject,
            state=State.OK if found.holds else State.FAIL,
            says=found.claim,
            remedy=found.remedy,
        )
        for found in checks_of(read_settings().data_dir)
    ]


def _document(found: DataStatus) -> dict[str, object]:
    return {
        "as_of": found.as_of,
        "first_session": found.first_session,
        "sessions": found.sessions,
        "source": found.source,
        "rows": dict(found.rows),
        "pack": str(found.pack),
        "database": str(found.database),
        "is_built": found.is_built,
    }


def _table(found: DataStatus) -> Table:
    built = "" if found.is_built else " (not built yet; the first start does it)"
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in (
        ("As of", found.as_of),
        ("Sessions", f"{found.sessions}, since {found.first_session}"),
        ("Source", found.source),
        ("Tables", str(found.pack)),
        ("Database", f"{found.database}{built}"),
        ("Rows", ""),
        *((f"  {name}", f"{rows:>7,}") for name, rows in found.rows.items()),
    ):
        table.add_row(name, Text(printable(value)))
    return table
