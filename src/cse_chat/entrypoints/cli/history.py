"""``cse-chat history``: the conversations there are, and what was said in one."""

from collections.abc import Mapping, Sequence
from typing import Any

import click
import httpx
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from cse_chat.entrypoints.cli.ask import address_in_settings, command, text_of
from cse_chat.entrypoints.cli.asking import RunningService
from cse_chat.entrypoints.cli.consoles import show
from cse_chat.entrypoints.cli.exit_codes import CommandFailedError, ExitCode
from cse_chat.entrypoints.cli.outcomes import refuse_problem, refuse_stranger
from cse_chat.entrypoints.cli.printing import print_json, printable
from cse_chat.entrypoints.cli.transcripts import print_turns

_MINUTES = len("2026-07-24T12:00")


def list_threads(
    *, url: str | None, most: int, as_json: bool, transport: httpx.BaseTransport | None = None
) -> None:
    """Print own conversations, last used first.

    Args:
        url: Where the service is; ``None``: where the settings put it.
        most: How many, at most.
        as_json: Print what the service says of them instead.
        transport: What carries requests; ``None`` is the network.

    Raises:
        CommandFailedError: They cannot be read; the message says why.
    """
    service = RunningService.at(url or address_in_settings(), transport)
    threads = _read(service.threads(most=most))
    if as_json:
        print_json({"threads": threads})
    elif threads:
        show(_table(threads))
    else:
        click.echo("No conversations: they are listed for 24 hours after their last turn.")


def show_thread(
    thread_id: str,
    *,
    url: str | None,
    most: int,
    as_json: bool,
    transport: httpx.BaseTransport | None = None,
) -> None:
    """Print what was said last in a conversation.

    Args:
        thread_id: Which.
        url: As for `list_threads`.
        most: How many turns, at most.
        as_json: As for `list_threads`.
        transport: As for `list_threads`.

    Raises:
        CommandFailedError: It cannot be read, or is not there; the message says why.
    """
    thread_id = text_of("the conversation", thread_id)
    service = RunningService.at(url or address_in_settings(), transport)
    turns = _read(service.last_turns(thread_id, most=most))
    if as_json:
        print_json({"messages": turns})
        return
    print_turns(turns)
    click.echo(f"Go on with {command('chat', url, thread_id)}")


def _read(found: httpx.Response | list[dict[str, Any]]) -> list[dict[str, Any]]:
    if isinstance(found, httpx.Response):
        if found.status_code == httpx.codes.NOT_FOUND:
            message = "there is no such conversation, or it is not yours"
            raise CommandFailedError(ExitCode.REFUSED, message)
        refuse_problem(found)
        refuse_stranger(found)
    return found


def _table(threads: Sequence[Mapping[str, Any]]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("Last used (UTC)", "Turns", "Conversation", "Title"):
        is_title = heading == "Title"
        table.add_column(heading, no_wrap=not is_title, overflow="fold")
    for thread in threads:
        used = str(thread.get("updated", ""))[:_MINUTES].replace("T", " ")
        turns = f"{thread.get('turns', '')}{' +' if thread.get('busy') else ''}"
        cells = (used, turns, str(thread.get("id", "")), str(thread.get("title", "")))
        table.add_row(*(Text(printable(cell)) for cell in cells))
    return table
