"""``cse-chat ask``: a question to a running service, its answer on the terminal."""

import os
import shlex

import httpx

from cse_chat.entrypoints.addresses import url_of
from cse_chat.entrypoints.cli.answers import print_answer
from cse_chat.entrypoints.cli.asking import RunningService, document_of
from cse_chat.entrypoints.cli.exit_codes import ExitCode, fail
from cse_chat.entrypoints.cli.invocation import program
from cse_chat.entrypoints.cli.outcomes import answer_in
from cse_chat.entrypoints.cli.printing import print_json, printable


def ask(
    question: str,
    *,
    url: str | None,
    thread_id: str | None,
    wait: float,
    as_json: bool,
    transport: httpx.BaseTransport | None = None,
) -> None:
    """Ask, wait, and print how it ended.

    Args:
        question: As the person wrote it.
        url: Where the service is; ``None``: where the settings put it.
        thread_id: The conversation to go on with; ``None`` begins one.
        wait: Seconds.
        as_json: Print the service's document instead.
        transport: What carries requests; ``None`` is the network.

    Raises:
        CommandFailedError: There is no answer; the message says why.
    """
    question = text_of("the question", question)
    thread_id = text_of("--thread", thread_id) if thread_id else None
    service = RunningService.at(url or address_in_settings(), transport)
    response = service.ask(question, thread_id=thread_id, wait=wait)
    if as_json and (document := document_of(response)):
        print_json(document)
    answer = answer_in(response, waited=wait)
    if not as_json:
        print_answer(answer, follow_up=f'{command("ask", url, answer.thread_id)} "..."')


def command(name: str, url: str | None, thread_id: str) -> str:
    """Return the command *name* as a person types it to go on with a conversation.

    Args:
        name: Of a command with the options ``--url`` and ``--thread``.
        url: Where the service is, if the person had to say it.
        thread_id: The conversation.
    """
    where = f"--url {shlex.quote(url)} " if url else ""
    return f"{program()} {name} {where}--thread {shlex.quote(printable(thread_id))}"


def address_in_settings() -> str:
    """Return where the settings put the service.

    Raises:
        CommandFailedError: They are unusable.
    """
    # Settings take a third of a second to import; with --url they are not needed.
    from cse_chat.entrypoints.cli.configuration import read_settings  # noqa: PLC0415

    http = read_settings().http
    return url_of(http.host, http.port)


def text_of(name: str, argument: str) -> str:
    """Return *argument* as the person typed it, whatever the locale says.

    Raises:
        CommandFailedError: It is no text.
    """
    try:
        # The bytes that the shell gave: Python may have read them in another encoding.
        return os.fsencode(argument).decode()
    except UnicodeError as error:
        fail(ExitCode.UNUSABLE, f"{name} is not UTF-8 text", because=error)
