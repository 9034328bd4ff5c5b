"""A conversation as it is shown: answers on the standard output, what goes wrong beside it."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Final

import click
import httpx
from rich.text import Text

from cse_chat.entrypoints.cli.answers import print_answer
from cse_chat.entrypoints.cli.asking import document_of, reading_command
from cse_chat.entrypoints.cli.consoles import console, is_terminal
from cse_chat.entrypoints.cli.conversations import Unanswered
from cse_chat.entrypoints.cli.exit_codes import CommandFailedError
from cse_chat.entrypoints.cli.invocation import NAME
from cse_chat.entrypoints.cli.outcomes import answer_in
from cse_chat.entrypoints.cli.printing import print_json, printable

PROMPT: Final = "> "
_WAITING: Final = "waiting; Ctrl+C cancels it"
_ERASE_LINE: Final = "\r\x1b[K"


class Transcript:
    """Shows what it is told, at once.

    Attributes:
        failures: Why questions ended without an answer, oldest first; nothing of those that are
            still to be answered.
    """

    def __init__(self, *, wait: float, as_json: bool) -> None:
        """Store the arguments.

        Args:
            wait: Seconds that are waited for an answer, for the words about it.
            as_json: Print the service's documents, one on each line, and nothing else.
        """
        self._wait = wait
        self._as_json = as_json
        self.failures: list[CommandFailedError] = []
        self._told = ""

    def waiting(self) -> AbstractContextManager[object]:
        """See `Listener.waiting`."""
        is_shown = not self._as_json and is_terminal(sys.stdout) and is_terminal(sys.stderr)
        return (
            _passing_line(_WAITING)
            if is_shown and not console().is_dumb_terminal
            else nullcontext()
        )

    def next_line(self) -> None:
        """Note that another line was read: what hindered the one before is worth telling again."""
        self._told = ""

    def asked(self, question: str) -> None:
        """Show a question that did not come from the terminal."""
        self.next_line()
        if not self._as_json:
            console().print(Text(f"{PROMPT}{printable(question)}", style="bold"), soft_wrap=True)

    def ended(self, response: httpx.Response, *, late_to: str | None) -> None:
        """See `Listener.ended`."""
        if late_to is not None:
            self.remark(f"The answer to your earlier question: {late_to}")
        if self._as_json and (document := document_of(response)):
            print_json(document, indent=None)
        try:
            answer = answer_in(response, waited=self._wait)
        except CommandFailedError as error:
            self.failed(error)
            return
        if not self._as_json:
            print_answer(answer)
            click.echo()

    def outlasted(self, question: Unanswered) -> None:
        """See `Listener.outlasted`."""
        if self._as_json:
            print_json(document_of(question.response), indent=None)
        self._tell(
            f"no answer within {self._wait:g} s. It is shown here once it is there, and can be"
            f" read with\n  {reading_command(question.address)}"
        )

    def failed(self, error: CommandFailedError) -> None:
        """See `Listener.failed`."""
        self.failures.append(error)
        self._tell_once(str(error))

    def hindered(self, error: CommandFailedError) -> None:
        """See `Listener.hindered`."""
        self._tell_once(str(error))

    def turns(self, turns: Sequence[dict[str, Any]]) -> None:
        """Show what was said before."""
        if self._as_json:
            print_json({"messages": turns}, indent=None)
            return
        print_turns(turns)

    def remark(self, text: str) -> None:
        """Say something that is no answer."""
        console(errors=self._as_json).print(Text(printable(text), style="dim"), soft_wrap=True)

    def _tell_once(self, text: str) -> None:
        # Who is away hinders the reading of one answer, and of the next, and the next question.
        if text != self._told:
            self._tell(text)
        self._told = text

    def _tell(self, text: str) -> None:
        # What was printed before stands before it, also where both go into one file.
        if sys.stdout:
            sys.stdout.flush()
        click.echo(f"{NAME}: {text}", err=True)


@contextmanager
def _passing_line(text: str) -> Iterator[None]:
    # Not what rich has for it: its thread goes on for ever when Ctrl+C comes while it starts.
    try:
        click.echo(f"\x1b[2m{text}\x1b[0m", nl=False, err=True)
        yield
    finally:
        click.echo(_ERASE_LINE, nl=False, err=True)


def print_turns(turns: Sequence[dict[str, Any]]) -> None:
    """Print what was said, question by question."""
    output = console()
    for turn in turns:
        text = printable(str(turn.get("content", "")))
        if turn.get("role") == "user":
            output.print(Text(f"{PROMPT}{text}", style="bold"), soft_wrap=True)
        else:
            output.print(Text(f"{text or _without_answer(turn)}\n"), soft_wrap=True)


def _without_answer(turn: dict[str, Any]) -> str:
    problem = turn.get("problem")
    detail = problem.get("detail") if isinstance(problem, dict) else None
    status = printable(str(turn.get("status", "no answer")))
    return f"({status}: {printable(str(detail))})" if detail else f"({status})"
