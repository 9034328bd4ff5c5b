"""The commands that ask: what can be typed; each imports what it does when it is called."""

import rich_click as click

_url = click.option("--url", help="Where the service is; by default where the settings put it.")
_wait = click.option(
    "--wait",
    type=click.FloatRange(0, 86_400),
    default=60,
    show_default=True,
    help="Seconds to wait for an answer.",
)


@click.command(epilog='Example: `cse-chat ask --thread thread_1 "And over five years?"`')
@click.argument("question")
@_url
@click.option("--thread", help="Conversation to go on with, as an earlier answer named it.")
@click.option("--json", "as_json", is_flag=True, help="Print what the service answered, as JSON.")
@_wait
def ask(question: str, url: str | None, thread: str | None, *, as_json: bool, wait: float) -> None:
    """Ask a running service a question, and print its answer."""
    from cse_chat.entrypoints.cli.ask import ask as ask_service  # noqa: PLC0415 -- httpx is slow

    ask_service(question, url=url, thread_id=thread, wait=wait, as_json=as_json)


@click.command(epilog="Example: `cse-chat history`, then `cse-chat history thread_1`")
@click.argument("thread", required=False)
@_url
@click.option(
    "--limit",
    type=click.IntRange(1, 1_000),
    default=20,
    show_default=True,
    help="The most conversations, or the most turns.",
)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def history(thread: str | None, url: str | None, *, limit: int, as_json: bool) -> None:
    """List your conversations, or show what was said in one.

    Last used first; what was said last. They are kept for 24 hours after their last turn (setting).
    """
    from cse_chat.entrypoints.cli.history import list_threads, show_thread  # noqa: PLC0415 -- slow

    if thread is None:
        list_threads(url=url, most=limit, as_json=as_json)
    else:
        show_thread(thread, url=url, most=limit, as_json=as_json)


@click.command(epilog="Example: `cse-chat chat < questions.txt`")
@_url
@click.option("--thread", help="Conversation to go on with; its last turns are shown.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print what the service answers, a document a line."
)
@_wait
@click.option(
    "--no-history",
    is_flag=True,
    help="Do not keep what you type; else the file chat_history in the data folder has it,"
    " for you alone.",
)
def chat(
    url: str | None, thread: str | None, *, as_json: bool, wait: float, no_history: bool
) -> None:
    """Talk with a running service: each line is a question.

    What the agent does is shown, and what it says as it comes. Ctrl+C cancels the question, and
    a second one leaves. Ctrl+D ends.

    When the input is no terminal, each line of it is asked in its turn; the exit code is that of
    the first question without an answer.
    """
    from cse_chat.entrypoints.cli.chat import chat as converse  # noqa: PLC0415 -- httpx is slow

    converse(url=url, thread_id=thread, wait=wait, as_json=as_json, keep_history=not no_history)
