"""The command `cse-chat`.

Only what ``--help`` needs is imported here: each command imports its own when it is called.
"""

import sys
import time
from platform import python_version
from typing import Final

import rich_click as click

from cse_chat.entrypoints.cli.exit_codes import CommandFailedError, ExitCode

_STARTED: Final = time.perf_counter()
_PROGRAM: Final = "cse-chat"

_EPILOG: Final = "\n\n".join(
    ["Exit codes:", *(f"{code.value:>5}  {code.meaning}" for code in ExitCode)]
)


@click.group(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Answers questions about the Colombo Stock Exchange, from real market data.

    Start the service with `cse-chat run`, then ask from another terminal:

    `cse-chat ask "What are the top performing stocks?"`

    Settings come from options, the environment (`CSE_CHAT__...`), a file `.env` in this folder
    and defaults, in this order; `.env.example` lists them all.
    """


@cli.command(epilog="Example: `cse-chat run --port 8080`")
@click.option("--host", help="Address to listen on (CSE_CHAT__HTTP__HOST).")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    help="Port to listen on; 0 takes a free one (CSE_CHAT__HTTP__PORT).",
)
def run(host: str | None, port: int | None) -> None:
    """Run the service: everything in this one process, nothing else needed.

    Questions and answers are kept in memory and end with the process. The first Ctrl+C or
    SIGTERM lets running questions finish; a second one stops at once.
    """
    from cse_chat.entrypoints.cli.run import run as serve  # noqa: PLC0415 -- takes most of a second

    serve(host=host, port=port, started=_STARTED)


@cli.command(epilog='Example: `cse-chat ask --thread thread_1 "And over five years?"`')
@click.argument("question")
@click.option("--url", help="Where the service is; by default where the settings put it.")
@click.option("--thread", help="Conversation to go on with, as an earlier answer named it.")
@click.option("--json", "as_json", is_flag=True, help="Print what the service answered, as JSON.")
@click.option(
    "--wait",
    type=click.FloatRange(0, 86_400),
    default=60,
    show_default=True,
    help="Seconds to wait for the answer.",
)
def ask(question: str, url: str | None, thread: str | None, *, as_json: bool, wait: float) -> None:
    """Ask a running service a question, and print the answer with its tables."""
    from cse_chat.entrypoints.cli.ask import ask as ask_service  # noqa: PLC0415 -- httpx is slow

    ask_service(question, url=url, thread_id=thread, wait=wait, as_json=as_json)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def version(*, as_json: bool) -> None:
    """Print the version."""
    from importlib.metadata import version as version_of  # noqa: PLC0415 -- slows all the others

    ours, python = version_of(_PROGRAM), python_version()
    if as_json:
        click.echo(f'{{"version": "{ours}", "python": "{python}"}}')
    else:
        click.echo(f"{_PROGRAM} {ours} (Python {python})")


def main() -> None:
    """Run the command that the process was started with, and end the process."""
    try:
        cli.main(prog_name=_PROGRAM, standalone_mode=False)
    except CommandFailedError as error:
        click.echo(f"{_PROGRAM}: {error}", err=True)
        sys.exit(error.code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(ExitCode.INTERRUPTED)
