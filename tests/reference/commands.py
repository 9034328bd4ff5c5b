"""Every command: what it does, its options, the exit codes."""

import inspect
from collections.abc import Iterator

import click

from cse_chat.entrypoints.cli.exit_codes import ExitCode
from cse_chat.entrypoints.cli.main import cli
from tests.reference.markdown import code, page, table

_PROGRAM = "cse-chat"


def commands_page(program: click.Group = cli) -> str:
    """Return the page of all commands of *program*, in the order of their names."""
    return page(
        "Commands",
        _prose(program.help),
        "Every command takes `--help`.",
        *_commands(program, click.Context(program, info_name=_PROGRAM)),
        "## Exit codes",
        table(
            ("code", "meaning"),
            ((str(exit_code.value), exit_code.meaning) for exit_code in ExitCode),
        ),
    )


def _commands(group: click.Group, context: click.Context) -> Iterator[str]:
    for name, command in sorted(group.commands.items()):
        if command.hidden:
            continue
        # A width of its own: what it says must not depend on the terminal.
        inner = click.Context(command, info_name=name, parent=context, terminal_width=100)
        yield from _described(command, inner)
        if isinstance(command, click.Group):
            yield from _commands(command, inner)


def _described(command: click.Command, context: click.Context) -> Iterator[str]:
    pieces = [piece for piece in command.collect_usage_pieces(context) if piece]
    yield f"## {code(context.command_path)}"
    yield f"```\n{' '.join([context.command_path, *pieces])}\n```"
    yield _prose(command.help)
    records = [
        record
        for parameter in command.params
        if isinstance(parameter, click.Option) and (record := parameter.get_help_record(context))
    ]
    if records:
        yield table(("option", "meaning"), ((code(names), text) for names, text in records))
    if command.epilog:
        yield _prose(command.epilog)


def _prose(text: str | None) -> str:
    # \b and \f steer click's own wrapping.
    return inspect.cleandoc(text or "").partition("\f")[0].replace("\b\n", "")
