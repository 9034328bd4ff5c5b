"""The command `cse-chat`.

Only what ``--help`` needs is imported here: each command imports its own when it is called.
"""

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path
from platform import python_version
from traceback import extract_tb
from typing import Any, Final, NoReturn

import rich_click as click
from typing_extensions import override

from cse_chat.entrypoints.cli.commands.inspection import config, data, schema, topics
from cse_chat.entrypoints.cli.commands.questions import ask, chat, history
from cse_chat.entrypoints.cli.commands.service import doctor, gateway, health, run, worker
from cse_chat.entrypoints.cli.exit_codes import CommandFailedError, ExitCode
from cse_chat.entrypoints.cli.invocation import NAME, program
from cse_chat.entrypoints.cli.printing import discard_output

_COMPLETE: Final = "_CSE_CHAT_COMPLETE"

_FULL: Final = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))

_EPILOG: Final = "\n\n".join(
    ["Exit codes:", *(f"{code.value:>5}  {code.meaning}" for code in ExitCode)]
)


class _Program(click.RichGroup):
    """Notices when whoever reads the output has gone, before click makes a code 1 of it."""

    @override
    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        with _reader_may_go():  # help is printed here
            return super().make_context(*args, **extra)

    @override
    def invoke(self, ctx: click.Context) -> Any:
        with _reader_may_go():
            return super().invoke(ctx)


@contextmanager
def _reader_may_go() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError as error:
        raise CommandFailedError(ExitCode.UNREAD, "") from error
    except OSError as error:
        if error.errno not in _FULL:
            raise
        message = f"the output cannot be written ({error.strerror}): make room for it"
        raise CommandFailedError(ExitCode.CRASHED, message) from error


@click.group(cls=_Program, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Answers questions about the Colombo Stock Exchange, from real market data.

    Start the service with `cse-chat run`, then ask from another terminal:

    `cse-chat ask "What are the top performing stocks?"`

    Settings come from options, the environment (`CSE_CHAT__...`), a file `.env` in this folder
    and defaults, in this order; `.env.example` lists them all.
    """


for _command in (
    ask,
    chat,
    history,
    run,
    gateway,
    worker,
    health,
    doctor,
    config,
    topics,
    data,
    schema,
):
    cli.add_command(_command)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def version(*, as_json: bool) -> None:
    """Print the version."""
    from importlib.metadata import version as version_of  # noqa: PLC0415 -- slows all the others

    ours, python = version_of(NAME), python_version()
    if as_json:
        click.echo(f'{{"version": "{ours}", "python": "{python}"}}')
    else:
        click.echo(f"{NAME} {ours} (Python {python})")


@cli.command(
    epilog="""\
To install it, for good:

bash: `cse-chat completion bash >> ~/.bashrc`

zsh: `cse-chat completion zsh >> ~/.zshrc`, after the line with `compinit`

fish: `cse-chat completion fish > ~/.config/fish/completions/cse-chat.fish`
"""
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script for completion by the tab key.

    The shell has to find `cse-chat` by its name.
    """
    from click.shell_completion import get_completion_class  # noqa: PLC0415 -- only here

    complete = get_completion_class(shell)
    if complete:
        click.echo(complete(cli, {}, NAME, _COMPLETE).source())


def main() -> None:
    """Run the command that the process was started with, and end the process."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal may know fewer letters than we
    name = program()
    _teach(name, cli)
    try:
        with _reader_may_go():
            cli.main(prog_name=name, complete_var=_COMPLETE, standalone_mode=False)
            _flush()
    except CommandFailedError as error:
        _end(error.code, str(error))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(ExitCode.INTERRUPTED)
    except Exception as error:  # noqa: BLE001 -- no trace of calls helps who uses the program
        _end(ExitCode.CRASHED, _in_words(error))


def _teach(name: str, command: click.Command) -> None:
    """Make the examples of *command* such that they work where it was called by *name*."""
    command.help = (command.help or "").replace(f"`{NAME} ", f"`{name} ")
    command.epilog = (command.epilog or "").replace(f"`{NAME} ", f"`{name} ")
    for part in command.commands.values() if isinstance(command, click.Group) else ():
        _teach(name, part)


def _flush() -> None:
    if sys.stdout:
        sys.stdout.flush()


def _end(code: ExitCode, message: str) -> NoReturn:
    try:
        _flush()
    except OSError:
        discard_output()
    if message:
        with suppress(OSError):
            click.echo(f"{NAME}: {message}", err=True)
    sys.exit(code)


def _in_words(error: Exception) -> str:
    place = extract_tb(error.__traceback__)[-1]
    reason = f": {error.strerror}" if isinstance(error, OSError) and error.strerror else ""
    return (
        f"an unexpected error ({type(error).__name__}{reason}, in {Path(place.filename).name}"
        f" line {place.lineno}); please report it with these words"
    )
